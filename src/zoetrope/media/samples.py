"""A look at any media file in little memory: some of its frames, the beginning of its sound, whatever its length.

Made for files of strangers: sizes are checked before anything is decoded, and what a file declares is not believed. It
does not know what the samples are looked at for.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.container import InputContainer
from PIL import Image, ImageSequence

from zoetrope.core.errors import MediaError
from zoetrope.media.colour import FromVideo
from zoetrope.media.pictures import DAMAGED
from zoetrope.media.places import check_readable
from zoetrope.media.readers import check_sound_rate, opened, picture_stream, sound_stream, time_of

Kind = Literal["picture", "clip", "sound"]
MOST_FRAMES = 48
MOST_BYTES = 96 << 20  # of frames that are kept: 48 of 960x540, 3 of the largest
MOST_PIXELS = 4096 * 2304  # of a clip; a decoder holds up to 17 frames, 240 MB of this size
MOST_STILL_PIXELS = 32_000_000  # 96 MB in RGB, and three times that while transparency is shown on white
MOST_SECONDS = 120  # of a clip that are decoded
MOST_SOUND_SECONDS = 60
_ANIMATED = frozenset({"GIF", "WEBP", "PNG"})
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_MOST_ANIMATED = 4000  # frames of an animation that are looked through


@dataclass(frozen=True, eq=False)
class Sample:
    """Some of a file.

    Shapes: frames (t, h, w, 3) uint8 with their times, none for a sound; sound (2, s) float32, or None.
    Units: times in seconds; sound_rate in samples a second.
    """

    kind: Kind
    frames: np.ndarray
    times: tuple[float, ...]
    sound: np.ndarray | None = None
    sound_rate: int = 24_000


class Thinned:
    """Keeps every n-th frame of a stream of unknown length, and doubles n whenever there are too many."""

    def __init__(self) -> None:
        self._kept: list[np.ndarray] = []
        self._times: list[float] = []
        self._every, self._seen = 1, 0

    def wants(self) -> bool:
        """Whether the next frame is to be decoded in full; it counts as seen."""
        self._seen += 1
        return (self._seen - 1) % self._every == 0

    def keep(self, frame: np.ndarray, time: float) -> None:
        """Take a frame that was wanted; frames of another size than the first are passed over."""
        if self._kept and frame.shape != self._kept[0].shape:
            return
        self._kept.append(frame)
        self._times.append(time)
        if len(self._kept) > max(2, min(MOST_FRAMES, MOST_BYTES // frame.nbytes)):
            self._kept, self._times, self._every = self._kept[::2], self._times[::2], self._every * 2

    def sample(self, kind: Kind, sound: np.ndarray | None, sound_rate: int) -> Sample:
        """What was kept."""
        frames = np.stack(self._kept) if self._kept else np.zeros((0, 1, 1, 3), np.uint8)
        return Sample(kind, frames, tuple(self._times), sound, sound_rate)


def sample(path: str | Path) -> Sample:
    """Look at a file. Raises: MediaError when it is no media that can be read, is damaged, or too large to be safe."""
    check_readable(Path(path))
    still = _still(Path(path))
    return still if still is not None else _coded(Path(path))


def _still(path: Path) -> Sample | None:
    """A picture or animation; None for what is none."""
    with path.open("rb") as file:
        head = file.read(12)
    if not head.startswith(_PICTURES) and head[8:] not in (b"WEBP", b"avif"):
        return None
    try:
        with warnings.catch_warnings(), Image.open(path) as picture:
            warnings.simplefilter("ignore")
            if picture.width * picture.height > MOST_STILL_PIXELS:
                raise MediaError(_too_large(path, picture.width, picture.height, MOST_STILL_PIXELS))
            return _frames_of(picture)
    except (*DAMAGED, Image.DecompressionBombError) as error:
        raise MediaError(f"cannot read {path}: it is damaged, cut short or too large; trust nothing in it") from error


def _frames_of(picture: Image.Image) -> Sample:
    kept, time = Thinned(), 0.0
    for place, frame in enumerate(ImageSequence.Iterator(picture) if picture.format in _ANIMATED else [picture]):
        if place >= _MOST_ANIMATED:
            break
        if kept.wants():
            clear = frame.convert("RGBA") if frame.mode != "RGB" else frame
            if clear.mode == "RGBA":
                clear = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
            kept.keep(np.asarray(clear)[..., :3], time)
        time += float(frame.info.get("duration", 0)) / 1000
    found = kept.sample("picture", None, 24_000)
    return found if len(found.frames) < 2 else Sample("clip", found.frames, found.times)


def _coded(path: Path) -> Sample:
    with opened(path) as file:
        kept = _pictures(file, path)
    with opened(path) as file:
        stream = sound_stream(file)
        rate = min(max(stream.codec_context.sample_rate or 24_000, 8000), 48_000) if stream else 24_000
        sound = _beginning(file, rate) if stream else None
    found = kept.sample("clip", sound, rate)
    if len(found.frames):
        return found
    if sound is None or not sound.shape[1]:
        raise MediaError(
            f"cannot read {path}: it holds no pictures and no sound that can be decoded; give a media file"
        )
    return Sample("sound", found.frames, (), sound, rate)


def _pictures(file: InputContainer, path: Path) -> Thinned:
    kept, stream, to_picture = Thinned(), picture_stream(file), FromVideo()
    if stream is None:
        return kept
    context = stream.codec_context
    if context.width * context.height > MOST_PIXELS:
        raise MediaError(_too_large(path, context.width, context.height, MOST_PIXELS))
    context.options = {"max_pixels": str(MOST_PIXELS)}  # a stream may grow after its header
    for frame in file.decode(stream):
        time = time_of(frame)
        if time > MOST_SECONDS:
            break
        if kept.wants():
            kept.keep(to_picture(frame), float(time))
    return kept


def _beginning(file: InputContainer, rate: int) -> np.ndarray:
    """The first minute of sound, in stereo. Shapes: (2, s) float32 out."""
    stream = sound_stream(file)
    assert stream is not None, "asked only where there is sound"
    check_sound_rate(file, stream)
    mono = stream.codec_context.channels == 1
    resampler = av.AudioResampler(format="fltp", layout="mono" if mono else "stereo", rate=rate)
    parts, most = [], MOST_SOUND_SECONDS * rate
    for frame in file.decode(stream):
        parts += [part.to_ndarray() for part in resampler.resample(frame)]
        if sum(part.shape[1] for part in parts) >= most:
            break
    sound = np.concatenate(parts, axis=1)[:, :most] if parts else np.zeros((2, 0), np.float32)
    return np.repeat(sound, 2, axis=0) if len(sound) == 1 else sound


def _too_large(path: Path, width: int, height: int, most: int) -> str:
    most_said = f"{most // 10**6} megapixels"
    return f"cannot read {path}: it declares {width}x{height}, too large to look at; scale it to {most_said} or less"
