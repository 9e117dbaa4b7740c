"""A fragmented MP4 that plays while it is written: bytes go out in order and none is ever changed afterwards.

Knows codecs and time stamps; does not know whether the bytes end in a file, a pipe or a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np

from zoetrope.media.containers import CONTAINERS, Container
from zoetrope.media.muxing import PictureTrack, SoundTrack
from zoetrope.media.names import needs_free_names, to_container

_MP4 = CONTAINERS[".mp4"]
_FRAGMENT_MICROSECONDS = 500_000  # a reader is at most this far behind; each fragment costs about 300 bytes
# The header waits for the first packets: only then is it known how long the sound coder needs to begin, and a reader
# who is not told counts that as picture.
_FLAGS = "frag_keyframe+empty_moov+delay_moov+default_base_moof"
_BUFFER = 1 << 16  # bytes that are handed on at once at most
# A stream cannot wait for later pictures: no frames that look ahead, no queue in the encoder.
_AT_ONCE = (("tune", "zerolatency"),)


class Outlet:
    """The end of a stream that looks like a file to the muxer: it can be written to, and not be moved in."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write, self._place = write, 0

    def write(self, data: bytes) -> int:
        """Hand bytes on."""
        self._write(bytes(data))
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        return self._place


class FragmentSink:
    """Takes pictures and sound, and writes fragments of an MP4 as they fill.

    Units: size (width, height) in pixels; rate in frames and sound_rate in samples a second.
    """

    def __init__(
        self,
        write: Callable[[bytes], object],
        *,
        size: tuple[int, int],
        rate: Fraction,
        sound_rate: int | None,
        metadata: Mapping[str, str],
    ) -> None:
        picture, sound = _codecs(_MP4)
        self._file = av.open(
            Outlet(write),
            "w",
            format="mp4",
            container_options=_options(metadata),
            buffer_size=_BUFFER,
        )
        self._file.metadata.update(to_container("mp4", metadata))
        self._picture = PictureTrack(self._file, picture, size, rate)
        self._sound = SoundTrack(self._file, sound, sound_rate) if sound_rate else None

    def picture(self, picture: np.ndarray) -> None:
        """Append one picture. Shapes: (h, w, 3) uint8."""
        self._picture.write(picture)

    def sound(self, sound: np.ndarray) -> None:
        """Append sound. Shapes: (2, s) float32."""
        if self._sound is not None:
            self._sound.write(sound)

    def finish(self) -> None:
        """Write the last fragment."""
        self._picture.finish()
        if self._sound is not None:
            self._sound.finish()
        self._file.close()

    def abort(self) -> None:
        """Stop; what was written stays with the reader."""
        self._file.close()


def _codecs(container: Container):
    assert container.picture is not None, "an MP4 holds pictures"
    assert container.sound is not None, "an MP4 holds sound"
    return replace(container.picture, options=container.picture.options + _AT_ONCE), container.sound


def _options(metadata: Mapping[str, str]) -> dict[str, str]:
    free = "+use_metadata_tags" if needs_free_names("mp4", metadata) else ""
    return {
        "movflags": _FLAGS + free,
        "frag_duration": str(_FRAGMENT_MICROSECONDS),
        "movie_timescale": "24000",
        "fflags": "+bitexact",
    }
