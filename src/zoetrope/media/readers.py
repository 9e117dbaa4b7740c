"""Read clips and sounds from files: RGB pictures in true colours, and stereo sound aligned with them.

Still pictures are read by `pictures`. It does not know what the content is used for.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from zoetrope.core.errors import MediaError
from zoetrope.media.animations import is_animation, read_animation
from zoetrope.media.colour import FromVideo
from zoetrope.media.decoders import WHITELIST, may_decode
from zoetrope.media.names import from_container
from zoetrope.media.places import check_readable
from zoetrope.media.wholeness import is_cut_short

# One minute of 1280x720 at 12 fps is 2 GB in memory; longer clips are read in parts by their user.
MOST_BYTES = 4 * 1024**3

# Only files that carry their own content: playlists and scripts could name other files and addresses to be opened.
# No PNG, as in `decoders`; stills are read by Pillow.
_SELF_CONTAINED = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,m4v,ivf,h264,hevc,obu,"
    "wav,w64,mp3,flac,aac,aiff,caf,au,amr,jpeg_pipe,bmp_pipe,tiff_pipe"
)
# Samples a second that sound has. A file that declares one a second would grow 24,000 times when it is read.
_SOUND_RATES = range(1_000, 768_001)
_LATEST = 600  # seconds that sound may begin after the pictures, or before them; a hostile time would ask for terabytes
_TICK = Fraction(1, 500)  # containers that count in milliseconds round each start by up to one


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
    check_readable(Path(path))
    if is_animation(Path(path)):
        return _animation_facts(Path(path))
    with opened(path) as file:
        picture, sound = picture_stream(file), sound_stream(file)
        return Facts(
            container=file.format.name,
            seconds=Fraction(file.duration, av.time_base) if file.duration else None,
            size=(picture.codec_context.width, picture.codec_context.height) if picture else None,
            rate=picture.average_rate if picture else None,
            picture_codec=picture.codec.canonical_name if picture else None,
            picture_seconds=_seconds(picture),
            sound_codec=sound.codec.canonical_name if sound else None,
            sound_rate=sound.codec_context.sample_rate if sound else None,
            sound_seconds=_seconds(sound),
            metadata=from_container(file.metadata),
        )


def read_notes(path: str | Path) -> dict[str, str]:
    """The metadata of a clip or sound file, as `probe` names it, without looking at its streams.

    Raises: MediaError when it cannot be read.
    """
    with opened(path) as file:
        return from_container(file.metadata)


def _animation_facts(path: Path) -> Facts:
    frames, rate = read_animation(path)
    seconds = len(frames) / rate
    size = (frames.shape[2], frames.shape[1])
    return Facts(path.suffix[1:].lower(), seconds, size, rate, "animation", seconds, None, None, None, {})


def read_clip(path: str | Path) -> Clip:
    """Read a whole clip; sound that starts later or earlier than the pictures is moved to where it is heard.

    Raises: MediaError when the file is missing, empty, damaged, holds no pictures or needs more than 4 GiB of memory.
    """
    check_readable(Path(path))
    if is_animation(Path(path)):
        frames, rate = read_animation(Path(path))
        return Clip(frames, None, rate, None)
    with opened(path) as file:
        stream = picture_stream(file)
        if stream is None:
            raise MediaError(f"cannot read {path} as a clip: it holds no pictures; give a video file")
        frames, rate, start = _pictures(file, stream, path)
    with opened(path) as file:
        voice = sound_stream(file)
        if voice is None:
            return Clip(frames, None, rate, None)
        sound_rate = voice.codec_context.sample_rate
        return Clip(frames, _sound(file, voice, sound_rate, start), rate, sound_rate)


def read_sound(path: str | Path, rate: int = 24_000) -> np.ndarray:
    """Read the sound of a file as stereo at `rate`. Shapes: (2, s) float32.

    Raises: MediaError when the file is missing, empty, damaged or holds no sound.
    """
    with opened(path) as file:
        stream = sound_stream(file)
        if stream is None:
            raise MediaError(f"cannot read sound from {path}: it holds none; give a file with sound")
        return _sound(file, stream, rate, None)


@contextlib.contextmanager
def opened(path: str | Path) -> Iterator[InputContainer]:
    """A clip or sound file, open to be decoded. Raises: MediaError, here and for what decoding finds damaged."""
    check_readable(Path(path))
    if is_cut_short(Path(path)):
        raise MediaError(f"cannot read {path}: it is cut short, its end is missing; give an intact file")
    try:
        options = {
            "format_whitelist": _SELF_CONTAINED,
            "protocol_whitelist": "file",
            "codec_whitelist": WHITELIST,
        }
        with av.open(f"file:{path}", "r", container_options=options) as file:
            yield file
    except (FFmpegError, OSError, UnicodeDecodeError) as error:
        raise MediaError(
            f"cannot read {path}: it is damaged, cut short or of a kind that is not read; "
            "give an intact mp4, webm, mov, gif or webp, or wav, mp3 or flac for sound"
        ) from error


def picture_stream(file: InputContainer) -> VideoStream | None:
    """The first stream of pictures that may be decoded, if there is one."""
    return next((stream for stream in file.streams.video if may_decode(stream)), None)


def sound_stream(file: InputContainer) -> AudioStream | None:
    """The first stream of sound that may be decoded, if there is one."""
    return next((stream for stream in file.streams.audio if may_decode(stream)), None)


def check_sound_rate(file: InputContainer, stream: AudioStream) -> None:
    """Raises: MediaError for a rate that no sound has; to resample from it would take all memory."""
    rate = stream.codec_context.sample_rate
    if rate not in _SOUND_RATES:
        raise MediaError(
            f"cannot read sound from {file.name.removeprefix('file:')}: it declares {rate} samples a second; "
            f"{_SOUND_RATES.start} to {_SOUND_RATES[-1]} are possible"
        )


def _pictures(file: InputContainer, stream: VideoStream, path: str | Path) -> tuple[np.ndarray, Fraction, Fraction]:
    """All pictures, their rate, and when the first is shown."""
    stream.thread_type = "AUTO"
    to_picture = FromVideo()
    frames: list[np.ndarray] = []
    times: list[Fraction] = []
    for frame in file.decode(stream):
        frames.append(to_picture(frame))
        times.append(time_of(frame))
        if frames[-1].shape != frames[0].shape:
            raise MediaError(f"cannot read {path}: its picture size changes in the middle; give a clip of one size")
        if len(frames) * frames[0].nbytes > MOST_BYTES:
            raise MediaError(f"cannot read {path}: it needs more than {MOST_BYTES >> 30} GiB of memory; cut it shorter")
    if not frames:
        raise MediaError(f"cannot read {path}: it holds no complete picture; give an intact file")
    return np.stack(frames), _rate(stream, times), times[0]


def time_of(frame: av.VideoFrame | av.AudioFrame) -> Fraction:
    """When a decoded frame is shown or heard. Units: seconds."""
    if frame.pts is None or frame.time_base is None:
        return Fraction(0)
    return frame.pts * frame.time_base


def _rate(stream: VideoStream, times: list[Fraction]) -> Fraction:
    """Frames a second: as declared, else from the times of the frames."""
    if stream.average_rate:
        return Fraction(stream.average_rate)
    if times[-1] > times[0]:
        return ((len(times) - 1) / (times[-1] - times[0])).limit_denominator(1001)
    return Fraction(1)


def _seconds(stream: VideoStream | AudioStream | None) -> Fraction | None:
    if stream is None or not stream.duration or stream.time_base is None:
        return None
    return stream.duration * stream.time_base


def _sound(file: InputContainer, stream: AudioStream, rate: int, origin: Fraction | None) -> np.ndarray:
    """All sound of a stream from `origin` (a time in the file) on, without the encoder's lead-in and padding."""
    # one channel stays one until the end, since the resampler would make it quieter by 3 dB on the way to two
    mono = stream.codec_context.channels == 1
    check_sound_rate(file, stream)
    resampler = av.AudioResampler(format="fltp", layout="mono" if mono else "stereo", rate=rate)
    parts: list[np.ndarray] = []
    start = Fraction(0)
    for frame in file.decode(stream):
        start = start if parts else time_of(frame)
        parts += [part.to_ndarray() for part in resampler.resample(frame)]
    parts += [part.to_ndarray() for part in resampler.resample(None)] if parts else []
    sound = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)
    sound = np.repeat(sound, 2, axis=0) if len(sound) == 1 else sound
    declared = _seconds(stream)
    sound = sound[:, : round(declared * rate)] if declared else sound
    late = start - (start if origin is None else origin)
    if abs(late) > _LATEST:
        raise MediaError(
            f"cannot read {file.name.removeprefix('file:')}: its sound begins {float(late):.0f} s after its pictures, "
            "as in a damaged file; give an intact one"
        )
    return _moved(sound, round(late * rate) if abs(late) > _TICK else 0)


def _moved(sound: np.ndarray, samples: int) -> np.ndarray:
    if samples <= 0:
        return sound[:, -samples:]
    return np.concatenate([np.zeros((2, samples), np.float32), sound], axis=1)
