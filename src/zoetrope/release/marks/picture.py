"""The invisible picture mark: a 48-bit id as a faint pattern that stands still on the frames.

It discloses where a clip comes from and survives what platforms do to files; it is no seal. Who knows the key, or
averages many marked clips, can remove or copy it. It knows nothing of files, labels or the registry.
"""

from collections.abc import Callable

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.release.marks.base import PICTURE_METHOD, Found
from zoetrope.release.marks.code import Reading, read_each
from zoetrope.release.marks.picture_asked import Asking
from zoetrope.release.marks.picture_embed import Embedder, strength_for
from zoetrope.release.marks.picture_evidence import evidence
from zoetrope.release.marks.picture_pattern import CELLS, make_pattern, spread
from zoetrope.release.marks.picture_search import Place, Search

LEAST_SIDE = 64  # pixels: below it a cell is under one pixel and nothing would be read
_TRIED = 12  # places whose id is read after a search through all scales and turns
# Noise agrees with the best of all ids to 0.54 (see `code.Reading`); a pilot that is not there reached 5.1 over all
# places of a search in the prototype, so clarity alone proves nothing and only spares ids that a chance CRC would give.
_AGREEMENT = 0.6
_CLARITY = 4.5


class SpreadPictureMark:
    """Marks frames with an id and reads it back. Satisfies `base.PictureMark` and `base.AskablePictureMark`."""

    method = PICTURE_METHOD

    def __init__(self, key: bytes) -> None:
        self._pattern = make_pattern(key)

    def embedder(self, id: int, size: tuple[int, int]) -> Callable[[np.ndarray], np.ndarray]:
        """A function that marks frames part by part, the same as all at once.

        Shapes: size (width, height); frames (t, h, w, 3) uint8 RGB, the same out.
        Raises: InvalidRequest if the id does not fit into 48 bits, or the picture is under 64 pixels on a side.
        """
        if min(size) < LEAST_SIDE:
            raise InvalidRequest(
                f"a picture of {size[0]}x{size[1]} holds no mark; {LEAST_SIDE} pixels a side are the least"
            )
        return Embedder(spread(self._pattern.tile(id), size), strength_for(size))

    def detect(self, frames: np.ndarray) -> Found | None:
        """The id in the frames, or None. Shapes: (t, h, w, 3) uint8 RGB."""
        searches = [Search(seen, self._pattern.pilot_tile) for seen in evidence(frames)]
        guesses = [lambda search: search.likely(), lambda search: search.anywhere(_TRIED)]
        tries = (self._read(search, guess(search)) for guess in guesses for search in searches)
        return next((found for found in tries if found), None)

    def asking(self, frames: np.ndarray) -> Asking:
        """Frames made ready to be asked for ids whose originals are remembered. Shapes: (t, h, w, 3) uint8."""
        return Asking(self._pattern, frames)

    def _read(self, search: Search, places: list[Place]) -> Found | None:
        soft = np.stack([self._pattern.soft(search.read(place)) for place in places])
        pairs = [(reading, place) for reading, place in zip(read_each(soft), places, strict=True) if reading]
        certain = [pair for pair in pairs if _is_certain(*pair)]
        if not certain:
            return None
        reading, place = max(certain, key=lambda pair: pair[0].agreement)
        return Found(reading.id, reading.agreement / _AGREEMENT, _words(place))


def _is_certain(reading: Reading, place: Place) -> bool:
    return reading.agreement >= _AGREEMENT and place.clarity >= _CLARITY


def _words(place: Place) -> str:
    share = place.cells / CELLS
    parts = [
        "mirrored" if place.mirrored else "",
        f"turned by {place.turn:+.1f} degrees" if abs(place.turn) > 0.2 else "",
        f"cut to {share:.0%} of its short side" if abs(share - 1) > 0.02 else "",
    ]
    return ", ".join(part for part in parts if part)
