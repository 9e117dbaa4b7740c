"""Write a clip to a file while it is still being made: pictures and sound in, one whole file out.

`open_writer` chooses the container by the file's ending. Encoding runs on a thread of its own. It does not know where
frames come from, and it never labels or signs: that is release's work.
"""

import weakref
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from zoetrope.core.errors import InvalidRequest, MediaError, Unsupported
from zoetrope.media.animations import GifSink, PngSink, WebpSink
from zoetrope.media.background import Background
from zoetrope.media.containers import Container, container_of
from zoetrope.media.muxing import CodedSink
from zoetrope.media.places import Placed, check_output, writing

SOUND_RATE = 24_000
PICTURE_RATE = 12


class Sink(Protocol):
    """What a container's writer offers: it takes pictures and sound, then finishes or aborts."""

    def picture(self, picture: np.ndarray) -> None: ...

    def sound(self, sound: np.ndarray) -> None: ...

    def finish(self) -> None: ...

    def abort(self) -> None: ...


class EqualLength:
    """Lets sound pass only as far as the pictures reach, and makes both end together.

    Sound that comes early waits; sound missing at the end is silence; sound beyond the last picture is left out.
    """

    def __init__(self, sink: Sink, rate: Fraction, sound_rate: int) -> None:
        self._sink, self._rate, self._sound_rate = sink, rate, sound_rate
        self._waiting: list[np.ndarray] = []
        self._frames = self._samples = 0

    @property
    def frames(self) -> int:
        """How many pictures have been written."""
        return self._frames

    def picture(self, picture: np.ndarray) -> None:
        """Write one picture, and the sound that it covers."""
        self._sink.picture(picture)
        self._frames += 1
        self._release()

    def sound(self, sound: np.ndarray) -> None:
        """Take sound; it is written as far as the pictures reach."""
        self._waiting.append(sound)
        self._release()

    def finish(self) -> None:
        """Fill up with silence and close the file."""
        missing = self._reach() - self._samples
        if missing > 0:
            self._sink.sound(np.zeros((2, missing), np.float32))
        self._sink.finish()

    def _reach(self) -> int:
        return round(self._frames * self._sound_rate / self._rate)

    def _release(self) -> None:
        room = self._reach() - self._samples
        while self._waiting and room > 0:
            part = self._waiting[0][:, :room]
            rest = self._waiting[0][:, room:]
            self._waiting[:1] = [rest] if rest.shape[1] else []
            self._sink.sound(part)
            self._samples += part.shape[1]
            room -= part.shape[1]


class ClipWriter:
    """A file that is being written. Use it in a `with` block: it is whole afterwards, or not there.

    Made by `open_writer`. The file appears under its name only when the block ends without an exception.
    """

    def __init__(
        self,
        path: Path,
        container: Container,
        *,
        size: tuple[int, int],
        rate: Fraction,
        sound_rate: int,
        sink_of: Callable[[Path], Sink],
        seal: Callable[[Path], object] | None = None,
    ) -> None:
        self.path, self.container, self.size, self.rate, self.sound_rate = path, container, size, rate, sound_rate
        self._seal = seal
        with writing(path):
            self._placed = Placed(path)
            try:
                self._sink: Sink = sink_of(self._placed.temporary)
            except BaseException:
                self._placed.discard()
                raise
        self._clip = EqualLength(self._sink, rate, sound_rate)
        self._work = Background(f"encode {path.name}")
        weakref.finalize(self, self._work.drop)  # a writer that is forgotten unfinished keeps no thread
        self._open = True
        self._given_frames = self._given_samples = 0

    def write_frames(self, frames: np.ndarray) -> None:
        """Append frames. Shapes: (t, h, w, 3) uint8. Raises: MediaError when an earlier write failed."""
        width, height = self.size
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[1:] != (height, width, 3):
            raise InvalidRequest(
                f"frames of shape {frames.shape}, {frames.dtype}, do not fit {self.path.name}; "
                f"give uint8 of shape (t, {height}, {width}, 3)"
            )
        self._given_frames += len(frames)
        if self.container.holds_picture:
            for frame in frames.copy():
                self._do(partial(self._clip.picture, frame))

    def write_sound(self, sound: np.ndarray) -> None:
        """Append sound. Shapes: (2, s) float in [-1, 1]. Raises: MediaError when an earlier write failed."""
        if sound.ndim != 2 or sound.shape[0] != 2 or not np.issubdtype(sound.dtype, np.floating):
            raise InvalidRequest(
                f"sound of shape {sound.shape}, {sound.dtype}, does not fit {self.path.name}; "
                "give float32 of shape (2, s)"
            )
        if not np.isfinite(sound).all():
            raise MediaError(f"the sound for {self.path.name} holds values that are not numbers; nothing was written")
        self._given_samples += sound.shape[1]
        held = sound.astype(np.float32)
        if self.container.holds_sound:
            target = self._clip.sound if self.container.holds_picture else self._sink.sound
            self._do(partial(target, held))

    def close(self) -> None:
        """Finish the file and put it in its place. Raises: MediaError; then nothing is left behind."""
        if not self._open:
            return
        try:
            self._check_content()
            self._do(self._clip.finish if self.container.holds_picture else self._sink.finish)
            with writing(self.path):
                self._work.finish()
                if self._seal is not None:
                    self._seal(self._placed.temporary)
                self._placed.commit()
        except BaseException:
            self.abort()
            raise
        self._open = False

    def abort(self) -> None:
        """Stop and leave nothing behind; what stood at the path before stays."""
        if not self._open:
            return
        self._open = False
        try:
            self._work.drop()
            self._sink.abort()
        except OSError:
            pass  # the file is thrown away; that its last bytes could not be written changes nothing
        finally:
            self._placed.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _do(self, call: Callable[[], object]) -> None:
        if not self._open:
            raise InvalidRequest(f"{self.path.name} is already closed; open a new writer")
        with writing(self.path):
            self._work.do(call)

    def _check_content(self) -> None:
        if self.container.holds_picture and not self._given_frames:
            raise MediaError(f"nothing to write to {self.path}: no frame was given")
        if not self.container.holds_picture and not self._given_samples:
            raise MediaError(f"nothing to write to {self.path}: no sound was given")


def open_writer(
    path: str | Path,
    *,
    size: tuple[int, int],
    rate: int | Fraction = PICTURE_RATE,
    sound_rate: int = SOUND_RATE,
    with_sound: bool = True,
    metadata: Mapping[str, str] | None = None,
    seal: Callable[[Path], object] | None = None,
) -> ClipWriter:
    """Begin a file whose ending says what it is: mp4, webm, mov, gif, webp, png or wav.

    Units: size (width, height) in pixels; rate frames a second; sound_rate samples a second.
    Where a container has no place for pictures or sound, what is given of them is not kept.
    `seal` is called with the finished file before it appears under its name; what it raises keeps the name free.
    Raises: InvalidRequest for an unknown ending, size or rate; Unsupported for a size or rate that this container
    cannot hold; MediaError when the place cannot be written.
    """
    container = container_of(path)
    rate = Fraction(rate)
    sounding = with_sound and container.holds_sound
    _check(container, size, rate, sound_rate if sounding else None)
    check_output(path)
    notes = dict(metadata or {})

    def sink_of(file: Path) -> Sink:
        match container.ending:
            case ".gif":
                return GifSink(file, rate, notes)
            case ".webp":
                return WebpSink(file, size, rate, notes)
            case ".png":
                return PngSink(file, notes)
        voice = sound_rate if sounding else None
        return CodedSink(file, container, size=size, rate=rate, sound_rate=voice, metadata=notes)

    return ClipWriter(Path(path), container, size=size, rate=rate, sound_rate=sound_rate, sink_of=sink_of, seal=seal)


def _check(container: Container, size: tuple[int, int], rate: Fraction, sound_rate: int | None) -> None:
    width, height = size
    if width < 1 or height < 1 or rate <= 0:
        raise InvalidRequest(f"a clip of {width}x{height} at {rate} fps cannot exist; all three must be above zero")
    if container.picture and container.picture.even_sizes and (width % 2 or height % 2):
        raise Unsupported(
            f"{container.ending} needs an even width and height, not {width}x{height}; "
            f"use {width + width % 2}x{height + height % 2}, or write .gif, .webp or .png"
        )
    rates = container.sound.rates if container.sound else ()
    if sound_rate is not None and rates and sound_rate not in rates:
        known = ", ".join(map(str, rates))
        raise Unsupported(f"{container.ending} cannot hold sound at {sound_rate} Hz; use one of {known}, or write .mov")


__all__ = ["PICTURE_RATE", "SOUND_RATE", "ClipWriter", "check_output", "open_writer"]
