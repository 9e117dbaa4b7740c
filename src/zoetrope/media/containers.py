"""What each file ending means: which container, which codecs, what it can hold.

Facts only. It opens no file and knows no encoder call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from zoetrope.core.errors import InvalidRequest

Options = tuple[tuple[str, str], ...]


def _frozen(**options: str) -> Options:
    return tuple(options.items())


@dataclass(frozen=True)
class PictureCodec:
    """How pictures are coded. `options` go to the encoder as they are; `threads` is the most it uses on large pictures.

    `threads` 0 leaves them to the encoder.
    """

    name: str
    pixels: str
    options: Options = ()
    threads: int = 0
    even_sizes: bool = True


@dataclass(frozen=True)
class SoundCodec:
    """How sound is coded. `samples` is the sample layout that the encoder takes; `block` its samples per packet."""

    name: str
    samples: str
    block: int = 1024
    bit_rate: int | None = None
    rates: tuple[int, ...] = ()
    options: Options = ()


@dataclass(frozen=True)
class Container:
    """One kind of file. `muxer` is FFmpeg's name, or "" where we write the file ourselves."""

    ending: str
    says: str
    muxer: str = ""
    picture: PictureCodec | None = None
    sound: SoundCodec | None = None
    options: Options = ()

    @property
    def holds_sound(self) -> bool:
        """Whether sound can be stored in such a file."""
        return self.sound is not None

    @property
    def holds_picture(self) -> bool:
        """Whether pictures can be stored in such a file."""
        return self.picture is not None


# Threads are fixed because their number changes the bytes that x264 writes; without cpu-independent its AVX-512 code
# gave other bytes in one run of thirty. Neither costs time. crf 16 veryfast: 42 dB and more on luma of
# a noisy moving clip, visually clean. B-frames make the file a third smaller.
_H264 = PictureCodec(
    "libx264",
    "yuv420p",
    _frozen(
        **{
            "preset": "veryfast",
            "crf": "16",
            "x264-params": "cpu-independent=1",
            "chroma_sample_location": "left",
        }
    ),
    threads=4,
)
# 10 bits cost nothing in AV1's main profile and keep smooth skies free of bands.
_AV1 = PictureCodec(
    "libsvtav1",
    "yuv420p10le",
    _frozen(**{"preset": "10", "crf": "20", "svtav1-params": "lp=2", "chroma_sample_location": "left"}),
)
_PRORES = PictureCodec("prores_ks", "yuv422p10le", _frozen(profile="3", vendor="apl0"), threads=4)
# At this bit rate the tools that save bits only cost: five seconds of mixed sound take 0.027 s at 26 dB without them,
# 0.030 s at 15 dB with them, and 0.078 s at 22 dB with the default coder.
_AAC = SoundCodec(
    "aac",
    "fltp",
    bit_rate=192_000,
    rates=(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
    options=_frozen(aac_coder="fast", aac_tns="0", aac_is="0", aac_pns="0"),
)
_OPUS = SoundCodec("libopus", "flt", block=480, bit_rate=160_000, rates=(8000, 12000, 16000, 24000, 48000))
_PCM = SoundCodec("pcm_s16le", "s16")

# movie_timescale 24000 is a multiple of 12 pictures and of every sample at 24 kHz, so edit lists are exact.
_MP4 = _frozen(movflags="faststart", movie_timescale="24000", fflags="+bitexact", max_interleave_delta="0")
_PLAIN = _frozen(fflags="+bitexact", max_interleave_delta="0")

CONTAINERS: Mapping[str, Container] = MappingProxyType(
    {
        c.ending: c
        for c in (
            Container(".mp4", "H.264 and AAC", "mp4", _H264, _AAC, _MP4),
            Container(".webm", "AV1 and Opus", "webm", _AV1, _OPUS, _PLAIN),
            Container(".mov", "ProRes 422 HQ and PCM", "mov", _PRORES, _PCM, _MP4),
            Container(".gif", "an animation without sound", picture=PictureCodec("gif", "rgb24", even_sizes=False)),
            Container(".webp", "an animation without sound", picture=PictureCodec("webp", "rgb24", even_sizes=False)),
            Container(".png", "a still, the first frame", picture=PictureCodec("png", "rgb24", even_sizes=False)),
            Container(".wav", "the sound alone", "wav", None, _PCM, _PLAIN),
        )
    }
)


def container_of(path: str | Path) -> Container:
    """The container that a path's ending asks for.

    Raises: InvalidRequest when the ending is unknown or absent.
    """
    name = Path(path).name
    ending = Path(path).suffix.lower()
    if ending in CONTAINERS:
        return CONTAINERS[ending]
    known = ", ".join(CONTAINERS)
    said = f"ends in {ending}" if ending else "has no ending"
    raise InvalidRequest(
        f"the file name {name!r} {said}, which names no format that can be written; use one of {known}"
    )
