"""What every mark can do, and what it answers: the interface behind which other marks may stand.

The classical marks of this package need no weights; a mark that does is written to the same protocols by who has them,
and stands in by `dataclasses.replace(policy, picture_mark=...)` and the same field of `Readers`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from zoetrope.media.miniature import Miniature

Frames = NDArray[np.uint8]
Sound = NDArray[np.float32]

PICTURE_METHOD = "invalid.zoetrope.picture.1"
SOUND_METHOD = "invalid.zoetrope.sound.1"


@dataclass(frozen=True)
class Found:
    """An id that was read from a picture or a sound.

    `strength` says how far above chance, in the mark's own scale where its threshold is 1; `detail` says in words
    how it was found (which scale, speed or mirror).
    """

    id: int
    strength: float
    detail: str


class PictureMark(Protocol):
    """A mark in the pictures of a clip or a still. `method` is what credentials call it when they bind to it."""

    @property
    def method(self) -> str: ...

    def embedder(self, id: int, size: tuple[int, int]) -> Callable[[Frames], Frames]:
        """A function that marks frames part by part, the same as all at once.

        Shapes: size (width, height); frames (t, h, w, 3) uint8 RGB, the same out.
        Raises: InvalidRequest if the id does not fit into 48 bits.
        """
        ...

    def detect(self, frames: Frames) -> Found | None:
        """The id in the frames, or None.

        Shapes: (t, h, w, 3) uint8 RGB.
        """
        ...


class PictureAsking(Protocol):
    """One picture or clip that is asked for ids by who remembers the originals."""

    def glance(self, miniature: Miniature) -> float:
        """How much it resembles a part of an original, at most 1: quick. Raises: MediaError for a damaged one."""
        ...

    def ask(self, miniature: Miniature, id: int) -> Found | None:
        """Whether this id stands in it. Raises: MediaError for a damaged miniature."""
        ...


@runtime_checkable
class AskablePictureMark(Protocol):
    """A picture mark that also answers whether a known id stands in a picture where none can be read."""

    def asking(self, frames: Frames) -> PictureAsking:
        """Frames made ready to be asked. Shapes: (t, h, w, 3) uint8 RGB."""
        ...


class SoundMark(Protocol):
    """A mark in a sound. `method` is what credentials call it when they bind to it."""

    @property
    def method(self) -> str: ...

    def embed(self, sound: Sound, rate: int, id: int) -> Sound:
        """The sound with the mark.

        Shapes: (c, s) float32 in -1 to 1, one or more channels; the same out.
        Units: rate in samples a second.
        Raises: InvalidRequest if the id does not fit into 48 bits.
        """
        ...

    def detect(self, sound: Sound, rate: int) -> Found | None:
        """The id in the sound, or None.

        Shapes: (c, s) float32. Units: rate in samples a second.
        """
        ...
