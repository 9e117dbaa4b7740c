"""The one door: `release` and `open_release` are the only ways in which finished media become a file.

Frames and sound go in; they are screened, levelled, marked, labelled, muxed once, signed and read back; an `Asset`
comes out. Frames may come while later ones are still being made. A file whose layers do not read back never appears
under its name. Does not know what made the media beyond what their `Making` says.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from zoetrope.core.errors import MediaError
from zoetrope.media.containers import container_of
from zoetrope.media.writers import PICTURE_RATE, SOUND_RATE, open_writer
from zoetrope.release.asset import _SEAL, Asset, Making
from zoetrope.release.audible import with_notice
from zoetrope.release.door_loudness import level
from zoetrope.release.door_policy import Policy
from zoetrope.release.door_rate import leaving_rate, moved
from zoetrope.release.door_seal import Seal
from zoetrope.release.door_sight import Sight
from zoetrope.release.screen.media import screen_sound
from zoetrope.release.screen.verdict import Verdict


class Release:
    """A file on its way out. Use it in a `with` block: afterwards it is whole and has an `asset`, or is not there.

    Made by `open_release`.
    """

    def __init__(
        self,
        path: Path,
        making: Making,
        policy: Policy,
        *,
        size: tuple[int, int],
        rate: Fraction,
        sound_rate: int,
        with_sound: bool,
        about: Verdict | None,
    ) -> None:
        self._making, self._policy, self._rate, self._sound_rate = making, policy, rate, sound_rate
        self._container = container_of(path)
        self._leaving_rate = leaving_rate(sound_rate, self._container)
        policy.check(self._container)
        self._about = about
        still = self._container.ending == ".png"
        self._sight = Sight(
            policy, policy.mark_of(making), size, rate, still=still, generated=making.generated, about=about
        )
        self._sounds: list[np.ndarray] = []
        self._seal = Seal(path, making, policy, self._sight)
        self._writer = open_writer(
            path,
            size=size,
            rate=rate,
            sound_rate=self._leaving_rate,
            with_sound=with_sound,
            metadata=self._seal.metadata,
            seal=self._seal.close,
        )
        self._asset: Asset | None = None

    @property
    def asset(self) -> Asset:
        """The released file. Raises: MediaError while the file is not whole."""
        if self._asset is None:
            raise MediaError(f"{self._writer.path} is not released yet; it is when its block has ended")
        return self._asset

    def write_frames(self, frames: np.ndarray) -> None:
        """Append frames: they are looked at, marked, labelled and encoded at once.

        Shapes: (t, h, w, 3) uint8. Raises: Refused for what policy forbids; InvalidRequest, MediaError.
        """
        self._writer.write_frames(self._sight.through(frames) if self._container.holds_picture else frames)

    def write_sound(self, sound: np.ndarray) -> None:
        """Append sound; it is levelled and marked when it is whole.

        Shapes: (2, s) float in [-1, 1]. Raises: MediaError for values that are not numbers.
        """
        if not np.isfinite(sound).all():
            raise MediaError(
                f"the sound for {self._writer.path} holds values that are not numbers; nothing was written"
            )
        self._sounds.append(sound.astype(np.float32))

    def close(self) -> None:
        """Finish, sign and read back the file, and put it in its place.

        Raises: Refused, MediaError; then nothing is left behind.
        """
        try:
            self._finish_sound()
            self._writer.close()
        except BaseException:
            self.abort()
            raise
        self._asset = Asset(
            path=self._writer.path,
            sha256=self._seal.sha256,
            mark=self._sight.mark,
            profile=self._policy.profile.name,
            making=self._making,
            layers=self._seal.layers,
            loudness=self._seal.loudness,
            seal=_SEAL,
        )

    def abort(self) -> None:
        """Stop and leave nothing behind, neither a file nor a record of one."""
        self._writer.abort()
        self._seal.withdraw()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _finish_sound(self) -> None:
        """Cut or fill the sound to the length of the picture, then screen, level, mark and write it."""
        if not self._sounds or not self._container.holds_sound:
            return
        sound = np.concatenate(self._sounds, axis=1)
        if self._container.holds_picture:
            sound = sound[:, : round(self._sight.count * self._sound_rate / self._rate)]
        if sound.shape[1] == 0:
            return
        policy, rate = self._policy, self._leaving_rate
        said = screen_sound(sound, self._sound_rate, policy.screen, role="finished sound", about=self._about)
        said.raise_if_blocked()
        sound = moved(sound, self._sound_rate, rate)
        sound, self._seal.loudness = level(sound, rate)
        if self._making.generated and policy.profile.audible and not self._container.holds_picture:
            sound = with_notice(sound, rate)
        self._seal.sounds = True
        self._writer.write_sound(policy.sound_mark.embed(sound, rate, self._sight.mark))


def open_release(
    path: str | Path,
    making: Making,
    policy: Policy,
    *,
    size: tuple[int, int],
    rate: int | Fraction = PICTURE_RATE,
    sound_rate: int = SOUND_RATE,
    with_sound: bool = True,
    about: Verdict | None = None,
) -> Release:
    """Begin to release a file whose ending names its kind: mp4, webm, mov, gif, webp, png or wav.

    `about` is what the screen said of the words that asked for it; both halves of a rule may lie in different places.

    Units: size (width, height) in pixels; rate in frames and sound_rate in samples a second, of what is given; sound
    leaves at another rate where the file or the mark cannot hold that one.
    Raises: InvalidRequest, Unsupported, MediaError, all before any frame is needed.
    """
    return Release(
        Path(path),
        making,
        policy,
        size=size,
        rate=Fraction(rate),
        sound_rate=sound_rate,
        with_sound=with_sound,
        about=about,
    )


def release(
    path: str | Path,
    making: Making,
    policy: Policy,
    *,
    frames: np.ndarray,
    sound: np.ndarray | None = None,
    rate: int | Fraction = PICTURE_RATE,
    sound_rate: int = SOUND_RATE,
    about: Verdict | None = None,
) -> Asset:
    """Release a clip, a still or a sound that is whole already.

    Shapes: frames (t, h, w, 3) uint8; sound (2, s) float32 in [-1, 1], or None.
    Raises: Refused for what policy forbids; InvalidRequest, Unsupported, MediaError.
    """
    size = (frames.shape[2], frames.shape[1])
    with open_release(
        path,
        making,
        policy,
        size=size,
        rate=rate,
        sound_rate=sound_rate,
        with_sound=sound is not None,
        about=about,
    ) as door:
        door.write_frames(frames)
        if sound is not None:
            door.write_sound(sound)
    return door.asset
