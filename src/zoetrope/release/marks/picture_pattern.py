"""The pattern of the picture mark: a keyed tile of signs, part known to every reader and part carrying an id.

The tile repeats over the picture. Its cells are a fixed share of the picture's short side, so that resizing does not
change the pattern. It knows nothing of frames, strength or detection.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from zoetrope.release.marks.code import CODE_BITS, encode
from zoetrope.release.marks.keys import chips, shuffle

# Cells along the short side. 60 are 2.4 pixels each on a clip of 256x144. Agreement on the id (six clips, equal PSNR)
# after AV1 at crf 40, half-size with x264 at crf 23, and a crop to half of each side was 0.77, 0.78, 0.90 with 72;
# 0.80, 0.82, 0.89 with 60; 0.83, 0.80, 0.82 with 48.
CELLS = 60
# Cells along a side of the tile: small enough to be seen whole in a picture cropped to 60 %.
TILE = 48
# A quarter of the cells is the pilot, whose signs do not depend on the id.
_PILOT_CELLS = TILE * TILE // 4
_EDGE = 4  # cells of margin, so that interpolation at the border sees the neighbours it would see inside


@dataclass(frozen=True)
class Pattern:
    """Where the pilot and the data cells lie, and their signs.

    Shapes: pilot (p,) and data (q,) are flat positions in the tile; signs (TILE * TILE,) float32, -1 or 1;
    bits (q,) says which code bit each data cell carries.
    """

    pilot: np.ndarray
    data: np.ndarray
    bits: np.ndarray
    signs: np.ndarray

    @cached_property
    def pilot_tile(self) -> np.ndarray:
        """The pilot alone, data cells zero. Shapes: (TILE, TILE)."""
        tile = np.zeros(TILE * TILE, np.float32)
        tile[self.pilot] = self.signs[self.pilot]
        return tile.reshape(TILE, TILE)

    def tile(self, payload: int) -> np.ndarray:
        """The whole tile of an id, -1 and 1. Shapes: (TILE, TILE). Raises: InvalidRequest for an id over 48 bits."""
        tile = self.signs.copy()
        tile[self.data] *= (encode(payload) * 2.0 - 1.0)[self.bits]
        return tile.reshape(TILE, TILE)

    def soft(self, cells: np.ndarray) -> np.ndarray:
        """Soft code bits from the values read at the cells. Shapes: cells (TILE, TILE); out (CODE_BITS,)."""
        values = cells.reshape(-1)[self.data] * self.signs[self.data]
        return np.bincount(self.bits, values, CODE_BITS).astype(np.float32)


def make_pattern(key: bytes) -> Pattern:
    """The pattern of a key; the same key gives the same pattern everywhere."""
    places, signs = shuffle(key, "picture places", TILE * TILE), chips(key, "picture signs", TILE * TILE)
    data = places[_PILOT_CELLS:]
    return Pattern(places[:_PILOT_CELLS], data, np.arange(len(data)) % CODE_BITS, signs)


def spread(tile: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Lay a tile over a picture.

    Shapes: tile (TILE, TILE); size (width, height); out (h, w) float32 of unit deviation.
    """
    width, height = size
    step = CELLS / min(size)
    across, down = (-(-round(side * step + 1) // TILE) for side in size)
    cells = np.pad(np.tile(tile, (down, across)), _EDGE, mode="wrap")
    shift = 0.5 * step - 0.5 + _EDGE
    matrix = np.array([[step, 0, shift], [0, step, shift]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    field = cv2.warpAffine(cells, matrix, (width, height), flags=flags)
    return (field / field.std()).astype(np.float32)
