"""The door of streams: pictures and sound that people see while later ones are still being made.

Everything passes that a file's pictures and sound pass: they are looked at, marked and labelled, the label for as long
as the stream runs, since a reader may come late. What a stream cannot carry is a signature: there is no end that could
be signed before a reader has seen the beginning. Its bytes are counted into a digest, which the registry remembers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from types import TracebackType
from typing import Self

import numpy as np

from zoetrope.core.errors import MediaError, Unsupported
from zoetrope.media.fragments import FragmentSink
from zoetrope.media.writers import EqualLength
from zoetrope.release.aigc import as_metadata, make_aigc
from zoetrope.release.asset import Making
from zoetrope.release.door_live_sound import LiveSound
from zoetrope.release.door_policy import Policy
from zoetrope.release.door_sight import Sight
from zoetrope.release.registry import Record
from zoetrope.release.screen.media import PictureScreen, screen_sound
from zoetrope.release.screen.verdict import Verdict
from zoetrope.release.verify_judge import show_id

UNSIGNED = "a stream: marked and labelled, not signed"
MOST_LOOKS = 3600  # seconds of which the registry remembers how they look; what comes later is known by its mark


class LiveRelease:
    """A stream on its way out. Use it in a `with` block: afterwards it is closed, and remembered if anything left.

    `write` takes the bytes of a fragmented MP4; without it the frames that `through` returns are all that leaves.
    Units: size (width, height) in pixels; rate in frames and sound_rate in samples a second.
    Raises: Unsupported where the profile asks for a signature; Refused, MediaError.
    """

    def __init__(
        self,
        write: Callable[[bytes], object] | None,
        making: Making,
        policy: Policy,
        *,
        size: tuple[int, int],
        rate: int | Fraction,
        sound_rate: int,
        about: Verdict | None = None,
    ) -> None:
        if policy.profile.needs_signature:
            raise Unsupported(
                f"the profile {policy.profile.name} needs signed credentials, which a stream cannot carry; generate "
                "a file instead, or choose another profile"
            )
        self._making, self._policy, self._rate, self._sound_rate = making, _lasting(policy), Fraction(rate), sound_rate
        self._registry = policy.registry
        self._sight = Sight(
            self._policy, policy.mark_of(making), size, self._rate, still=False, generated=True, about=about
        )
        self._screen: PictureScreen | None = None
        self._about = about
        self._voice = LiveSound(policy.sound_mark, self._sight.mark, sound_rate)
        self._digest, self._count = hashlib.sha256(), 0
        self._clip = self._opened(write, size) if write is not None else None

    @property
    def mark(self) -> int:
        """The id that the stream's marks carry."""
        return self._sight.mark

    def hear(self, about: Verdict) -> None:
        """Take note of the verdict on words that steer from now on; pictures are judged beside it."""
        self._about = about
        self._screen = PictureScreen(self._policy.screen, self._rate, "finished picture", about)

    def through(self, frames: np.ndarray, sound: np.ndarray) -> np.ndarray:
        """Let pictures and sound out; returns the pictures as they left.

        Shapes: frames (t, h, w, 3) uint8; sound (2, s) float32, in whatever parts it comes.
        Raises: Refused for what policy forbids; MediaError for values that are not numbers.
        """
        if not np.isfinite(sound).all():
            raise MediaError("the sound of the stream holds values that are not numbers; the stream was stopped")
        if self._screen is not None:
            self._screen.look(frames).raise_if_blocked()
        out = self._sight.through(frames)
        self._sight.looks = self._sight.looks[:MOST_LOOKS]
        self._hear(sound)
        voice = self._voice.through(sound.astype(np.float32))
        if self._clip is not None:
            for frame in out:
                self._clip.picture(frame)
            self._clip.sound(voice)
        return out

    def close(self) -> None:
        """Let the rest of the sound out, end the file, and remember what left."""
        if self._clip is not None:
            self._clip.sound(self._voice.through(np.zeros((2, 0), np.float32), last=True))
            self._clip.finish()
            self._clip = None
            self._remember()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self, write: Callable[[bytes], object], size: tuple[int, int]) -> EqualLength:
        def counted(data: bytes) -> None:
            self._digest.update(data)
            self._count += len(data)
            write(data)

        rates = {"rate": self._rate, "sound_rate": self._sound_rate}
        return EqualLength(FragmentSink(counted, size=size, metadata=self._metadata(), **rates), **rates)

    def _metadata(self) -> dict[str, str]:
        making = self._making
        said = {"encoder": f"Zoetrope {version('zoetrope')}", "comment": f"{making.note}; {UNSIGNED}"}
        said["date"] = making.when.isoformat(timespec="seconds")
        return said | as_metadata(make_aigc(self._policy.provider, show_id(self.mark)))

    def _hear(self, sound: np.ndarray) -> None:
        policy = self._policy.screen
        if sound.shape[1]:
            said = screen_sound(sound, self._sound_rate, policy, role="finished sound", about=self._about)
            said.raise_if_blocked()

    def _remember(self) -> None:
        if self._registry is None or not self._sight.count:
            return
        making = self._making
        record = Record(
            mark=self.mark,
            sha256=self._digest.hexdigest(),
            checkpoint=making.checkpoint,
            version=version("zoetrope"),
            made_at=making.when,
            profile=self._policy.profile.name,
            name="stream.mp4",
            facts={"note": f"{making.note}; {UNSIGNED}", "seconds": float(self._sight.count / self._rate)},
        )
        self._registry.add(record, self._sight.looks)


def _lasting(policy: Policy) -> Policy:
    """The policy with a label that stays, and without the miniature that grows with a clip."""
    profile = replace(policy.profile, visible=replace(policy.profile.visible, seconds=None))
    return replace(policy.for_previews(), profile=profile)
