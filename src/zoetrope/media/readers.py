"""Read clips and sounds from files: RGB pictures in true colours, stereo sound in float, exactly as long as declared.

Still pictures are read by `pictures`. It does not know what the content is used for.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from zoetrope.core.errors import MediaError
from zoetrope.media.animations import is_animation, read_animation
from zoetrope.media.colour import FromVideo

# One minute of 1280x720 at 12 fps is 2 GB in memory; longer clips are read in parts by their user.
MOST_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Clip:
    """A clip in memory.

    Shapes: frames (t, h, w, 3) uint8 RGB; sound (2, s) float32 in [-1, 1], or None for a silent file.
    Units: rate in frames a second, sound_rate in samples a second.
    """

    frames: np.ndarray
    sound: np.ndarray | None
    rate: Fraction
    sound_rate: int | None


@dataclass(frozen=True)
class Facts:
    """What a file says about itself, without decoding it. `None` where it says nothing or has no such stream."""

    container: str
    seconds: Fraction | None
    size: tuple[int, int] | None
    rate: Fraction | None
    picture_codec: str | None
    picture_seconds: Fraction | None
    sound_codec: str | None
    sound_rate: int | None
    sound_seconds: Fraction | None
    metadata: dict[str, str]


def probe(path: str | Path) -> Facts:
    """What a clip or sound file says about itself. Raises: MediaError when it cannot be read."""
    with _opened(path) as file:
        picture = file.streams.video[0] if file.streams.video else None
        sound = file.streams.audio[0] if file.streams.audio else None
        return Facts(
            container=file.format.name,
            seconds=Fraction(file.duration, av.time_base) if file.duration else None,
            size=(picture.codec_context.width, picture.codec_context.height) if picture else None,
            rate=picture.average_rate if picture else None,
            picture_codec=picture.codec_context.name if picture else None,
            picture_seconds=_seconds(picture),
            sound_codec=sound.codec_context.name if sound else None,
            sound_rate=sound.codec_context.sample_rate if sound else None,
            sound_seconds=_seconds(sound),
            metadata={name.lower(): text for name, text in file.metadata.items()},
        )


def read_clip(path: str | Path) -> Clip:
    """Read a whole clip.

    Raises: MediaError when the file is missing, empty, damaged, holds no pictures or needs more than 4 GiB of memory.
    """
    check_readable(Path(path))
    if is_animation(Path(path)):
        frames, rate = read_animation(Path(path))
        return Clip(frames, None, rate, None)
    with _opened(path) as file:
        if not file.streams.video:
            raise MediaError(f"cannot read {path} as a clip: it holds no pictures; give a video file")
        frames, rate = _pictures(file, path)
    sound, sound_rate = _sound(path, None)
    return Clip(frames, sound, rate, sound_rate)


def read_sound(path: str | Path, rate: int = 24_000) -> np.ndarray:
    """Read the sound of a file as stereo at `rate`. Shapes: (2, s) float32.

    Raises: MediaError when the file is missing, empty, damaged or holds no sound.
    """
    sound, _ = _sound(path, rate)
    if sound is None:
        raise MediaError(f"cannot read sound from {path}: it holds none; give a file with sound")
    return sound


@contextlib.contextmanager
def _opened(path: str | Path) -> Iterator[InputContainer]:
    check_readable(Path(path))
    try:
        with av.open(str(path), "r") as file:
            yield file
    except (av.FFmpegError, OSError, UnicodeDecodeError) as error:
        raise MediaError(
            f"cannot read {path}: it is damaged, cut short or no media file; give an intact one"
        ) from error


def check_readable(path: Path) -> None:
    """Raises: MediaError when there is no file with content at `path`, or it may not be read."""
    try:
        if path.is_dir():
            raise MediaError(f"cannot read {path}: it is a folder; give a file")
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise MediaError(f"cannot read {path}: there is no such file; check the name") from error
    except (OSError, ValueError) as error:
        raise MediaError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if empty:
        raise MediaError(f"cannot read {path}: the file is empty; give an intact one")


def _pictures(file: InputContainer, path: str | Path) -> tuple[np.ndarray, Fraction]:
    stream = file.streams.video[0]
    stream.thread_type = "AUTO"
    to_picture = FromVideo()
    frames: list[np.ndarray] = []
    used, times = 0, []
    for frame in file.decode(stream):
        picture = to_picture(frame)
        if frames and picture.shape != frames[0].shape:
            raise MediaError(f"cannot read {path}: its picture size changes in the middle; give a clip of one size")
        used += picture.nbytes
        if used > MOST_BYTES:
            raise MediaError(f"cannot read {path}: it needs more than {MOST_BYTES >> 30} GiB of memory; cut it shorter")
        frames.append(picture)
        times.append(frame.time or 0.0)
    if not frames:
        raise MediaError(f"cannot read {path}: it holds no complete picture; give an intact file")
    return np.stack(frames), _rate(stream, len(frames), times)


def _rate(stream: av.VideoStream, count: int, times: list[float]) -> Fraction:
    """Frames a second: as declared, else from the times of the frames."""
    if stream.average_rate:
        return stream.average_rate
    if count > 1 and times[-1] > times[0]:
        return Fraction((count - 1) / (times[-1] - times[0])).limit_denominator(1001)
    return Fraction(1)


def _seconds(stream: av.VideoStream | av.AudioStream | None) -> Fraction | None:
    if stream is None or not stream.duration or stream.time_base is None:
        return None
    return stream.duration * stream.time_base


def _sound(path: str | Path, rate: int | None) -> tuple[np.ndarray | None, int | None]:
    """All sound of a file, without the encoder's lead-in and padding."""
    with _opened(path) as file:
        if not file.streams.audio:
            return None, None
        stream = file.streams.audio[0]
        rate = rate or stream.codec_context.sample_rate
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate)
        parts = [part.to_ndarray() for frame in [*file.decode(stream), None] for part in resampler.resample(frame)]
        declared = _seconds(stream)
    sound = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)
    return sound[:, : round(declared * rate)] if declared else sound, rate
