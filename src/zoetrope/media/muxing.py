"""Coded files: pictures and sound go through FFmpeg's encoders into one container.

Knows codecs and time stamps. It does not know whether sound and picture are equally long, nor where the file ends up.
"""

import os
from collections.abc import Mapping
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from zoetrope.media.colour import ToVideo, tag_bt709
from zoetrope.media.containers import Container, PictureCodec, SoundCodec
from zoetrope.media.modesty import kept_modest
from zoetrope.media.names import needs_free_names, to_container
from zoetrope.media.riff import add_chunk
from zoetrope.media.webm_length import declare_length
from zoetrope.media.xmp import AIGC

_OPENING = 8  # pictures: the first opens the encoder, whose threads begin when they are given a processor
_KEY_FRAME_SECONDS = 2  # a player that seeks decodes at most this much before it can show a picture
# Below it four threads took 0.116 s of processor time for a five-second clip of 256x144, and one took 0.090 s.
_ONE_THREAD_PIXELS = 640 * 360


class PictureTrack:
    """Pictures into one stream of a container, in order, at a constant rate."""

    def __init__(self, file: OutputContainer, codec: PictureCodec, size: tuple[int, int], rate: Fraction) -> None:
        stream = file.add_stream(codec.name, rate=rate, options=dict(codec.options) | _threads(codec, size))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, codec.pixels
        context = stream.codec_context
        context.time_base = 1 / rate
        context.gop_size = max(1, round(rate * _KEY_FRAME_SECONDS))
        tag_bt709(context)
        self._file, self._stream, self._time_base = file, stream, 1 / rate
        self._to_video = ToVideo(size, codec.pixels)
        self._count = 0

    def write(self, picture: np.ndarray) -> None:
        """Append one picture. Shapes: (h, w, 3) uint8."""
        frame = self._to_video(picture)
        frame.time_base = self._time_base
        frame.pts = self._count
        self._count += 1
        with kept_modest() if self._count <= _OPENING else nullcontext():
            packets = self._stream.encode(frame)
        self._file.mux(packets)

    def finish(self) -> None:
        """Send what the encoder still holds."""
        self._file.mux(self._stream.encode(None))


def _threads(codec: PictureCodec, size: tuple[int, int]) -> dict[str, str]:
    """How many threads code pictures of a size: a fact of the size alone, since their number changes the bytes."""
    if not codec.threads:
        return {}
    return {"threads": str(codec.threads if size[0] * size[1] > _ONE_THREAD_PIXELS else 1)}


class SoundTrack:
    """Sound into one stream of a container, in whole packets except the last."""

    def __init__(self, file: OutputContainer, codec: SoundCodec, rate: int) -> None:
        stream = file.add_stream(codec.name, rate=rate, layout="stereo", options=dict(codec.options))
        assert isinstance(stream, AudioStream)
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate
        self._file, self._stream, self._codec, self._rate = file, stream, codec, rate
        self._held = np.zeros((2, 0), np.float32)
        self._count = 0

    def write(self, sound: np.ndarray) -> None:
        """Append sound. Shapes: (2, s) float32."""
        sound = np.concatenate([self._held, sound], axis=1)
        whole = sound.shape[1] - sound.shape[1] % self._codec.block
        for start in range(0, whole, self._codec.block):
            self._encode(sound[:, start : start + self._codec.block])
        self._held = sound[:, whole:]

    def finish(self) -> None:
        """Send the last, shorter packet and what the encoder still holds."""
        if self._held.shape[1]:
            self._encode(self._held)
        self._file.mux(self._stream.encode(None))

    def _encode(self, sound: np.ndarray) -> None:
        frame = av.AudioFrame.from_ndarray(_laid_out(sound, self._codec.samples), self._codec.samples, "stereo")
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._count
        self._count += sound.shape[1]
        self._file.mux(self._stream.encode(frame))


def _laid_out(sound: np.ndarray, samples: str) -> np.ndarray:
    """Sound as an encoder takes it: planar float, interleaved float, or interleaved 16-bit."""
    sound = np.clip(sound, -1.0, 1.0)
    if samples == "fltp":
        return np.ascontiguousarray(sound)
    flat = np.ascontiguousarray(sound.T).reshape(1, -1)
    return flat if samples == "flt" else np.round(flat * 32767).astype(np.int16)


class CodedSink:
    """Takes pictures and sound in any interleaving and writes one coded file."""

    def __init__(
        self,
        file: Path,
        container: Container,
        *,
        size: tuple[int, int],
        rate: Fraction,
        sound_rate: int | None,
        metadata: Mapping[str, str],
    ) -> None:
        os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder prints its banner to the terminal otherwise
        self._path, self._container, self._count, self._rate = file, container, 0, rate
        self._label = metadata.get(AIGC, "") if container.muxer == "wav" else ""
        self._file = av.open(
            f"file:{file}", "w", format=container.muxer, container_options=_muxer_options(container, metadata)
        )
        self._file.metadata.update(to_container(container.muxer, metadata))
        self._picture = PictureTrack(self._file, container.picture, size, rate) if container.picture else None
        self._sound = SoundTrack(self._file, container.sound, sound_rate) if container.sound and sound_rate else None

    def picture(self, picture: np.ndarray) -> None:
        """Append one picture. Shapes: (h, w, 3) uint8."""
        if self._picture:
            self._picture.write(picture)
            self._count += 1

    def sound(self, sound: np.ndarray) -> None:
        """Append sound. Shapes: (2, s) float32."""
        if self._sound:
            self._sound.write(sound)

    def finish(self) -> None:
        """Write everything that is still held and close the file."""
        for track in (self._picture, self._sound):
            if track:
                track.finish()
        self._file.close()
        if self._container.muxer == "webm":
            declare_length(self._path, self._count / self._rate)
        if self._label:
            add_chunk(self._path, AIGC.encode(), self._label.encode())

    def abort(self) -> None:
        """Close the file without caring what is in it."""
        self._picture = self._sound = None
        self._file.close()


def _muxer_options(container: Container, metadata: Mapping[str, str]) -> dict[str, str]:
    options = dict(container.options)
    if needs_free_names(container.muxer, metadata):
        options["movflags"] += "+use_metadata_tags"
    return options
