"""Asks whether one known id stands in a picture, with a miniature of the unmarked original at hand.

A reader without the original must find place and id in the noise of the picture's own content. Here the place follows
from the content, the content is taken away, and one id is held against what is left. It knows no registry.

What a chance answer is worth is bounded without any assumption about pictures: the signs of the pattern are drawn from
a key, and a sum of such signs exceeds t of its deviations with a probability of at most exp(-t * t / 2), so `n` sums
all stay under sqrt(2 * ln(n / p)) but for a share p of pictures. Source: Hoeffding 1963, theorem 2
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from zoetrope.media.miniature import Miniature, read_miniature
from zoetrope.release.marks.base import Found
from zoetrope.release.marks.code import CODE_BITS, agreement
from zoetrope.release.marks.picture_evidence import flattened, lumas
from zoetrope.release.marks.picture_fit import fitted, without_content
from zoetrope.release.marks.picture_footprint import Copy, Footprint
from zoetrope.release.marks.picture_pattern import CELLS, TILE, Pattern
from zoetrope.release.marks.picture_search import PULSE

MOST_ASKED = 8  # ids of which one picture is asked; the bound below pays for all of them
_CHANCE = 1e-9  # of a false claim, for one picture and all that it is asked
_GUESSES, _TRIED = 4, 2  # footprints that are fitted, and of those that are asked
_ALIKE = 0.8  # likeness under which a fitted footprint is none
_SAMPLES = 2  # for each cell and direction
_SIDE = TILE * _SAMPLES
_SHIFTS = range(-2, 3)  # samples that a pattern may lie beside its footprint
_PULLS = (-0.4, 0.0, 0.4)  # cells that the footprint may be too wide or too high at each border
_PARTS = 2  # a picture within its bars, and with them
_TESTS = MOST_ASKED * _PARTS * _TRIED * len(_SHIFTS) ** 2 * len(_PULLS) ** 2
_LEAST = float(np.sqrt(2 * np.log(_TESTS / _CHANCE)))  # 7.7 deviations
# Another mark of the same key on the same content answers with its pilot, whatever id is asked for. So the bits of the
# id must agree by themselves (by chance once in 270,000, the same bound), and the data cells, three times as many as
# the pilot's, must stand at least as high.
_LEAST_OF_ID = 5.0


class Asking:
    """One picture or clip that is asked for ids. Shapes: frames (t, h, w, 3) uint8."""

    def __init__(self, pattern: Pattern, frames: np.ndarray) -> None:
        self._pattern = pattern
        self._copies = [Copy(luma) for luma in lumas(frames)]

    def glance(self, miniature: Miniature) -> float:
        """How much the picture resembles a part of an original, at most 1. Raises: MediaError for a damaged one."""
        small = read_miniature(miniature)
        return max((copy.glance(small) for copy in self._copies), default=0.0)

    def ask(self, miniature: Miniature, id: int) -> Found | None:
        """Whether this id stands in the picture. Raises: MediaError for a damaged miniature."""
        small = read_miniature(miniature)
        answers = (self._answer(copy, small, miniature.size, id) for copy in self._copies)
        return next((found for found in answers if found), None)

    def _answer(self, copy: Copy, small: np.ndarray, size: tuple[int, int], id: int) -> Found | None:
        places = [_fitted(copy, guess, small) for guess in copy.guesses(small, _GUESSES)]
        places.sort(key=lambda place: -place[1].likeness)
        for seen, footprint in places[:_TRIED]:
            if footprint.likeness < _ALIKE:
                return None
            rest = flattened(without_content(seen, footprint, small))
            if rest is None:
                continue
            deviations, cells = strongest(rest, _cells(footprint, small.shape, size), self._pattern.tile(id))
            if deviations >= _LEAST and self._says(cells, id):
                how = f"{deviations:.1f} deviations over chance{', mirrored' if footprint.mirrored else ''}"
                return Found(id, deviations / _LEAST, how)
        return None

    def _says(self, cells: np.ndarray, id: int) -> bool:
        """Whether values at the cells speak for an id and not for the key alone. Shapes: (TILE, TILE)."""
        values, signs = cells.reshape(-1), self._pattern.tile(id).reshape(-1)
        pilot, data = (
            float(values[at] @ signs[at]) / (float(np.linalg.norm(values[at])) + 1e-9)
            for at in (self._pattern.pilot, self._pattern.data)
        )
        of_id = agreement(self._pattern.soft(cells), id) * np.sqrt(CODE_BITS)
        return of_id >= _LEAST_OF_ID and data >= pilot


def _fitted(copy: Copy, guess: Footprint, small: np.ndarray) -> tuple[Copy, Footprint]:
    reduced, footprint = copy.at_scale_of(guess)
    return reduced, fitted(reduced, footprint, small)


def strongest(rest: np.ndarray, cells: np.ndarray, tile: np.ndarray) -> tuple[float, np.ndarray]:
    """How far a pattern stands above chance at the best place near a footprint, in deviations, and the values there.

    Shapes: rest (h, w); cells (2, 3) takes a pixel to the pattern's cells; tile (TILE, TILE), and the values.
    """
    best, values = 0.0, np.zeros_like(tile)
    for near in _nearby(cells, rest.shape):
        folded = _folded(rest, near)
        for down in _SHIFTS:
            for across in _SHIFTS:
                seen = np.roll(folded, (down, across), (0, 1))[::_SAMPLES, ::_SAMPLES]
                over = float((seen * tile).sum() / (np.linalg.norm(seen) + 1e-9))
                if over > best:
                    best, values = over, seen
    return best, values


def _cells(footprint: Footprint, small: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    """The footprint in cells of the pattern instead of pixels of the miniature."""
    ratio = np.array([size[0] / small[2], size[1] / small[1]]) * CELLS / min(size)
    cells = ratio[:, None] * footprint.matrix
    cells[:, 2] += ratio / 2 - 0.5
    return cells


def _nearby(cells: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """The same place, and a little wider, narrower, higher and lower."""
    for wider in _PULLS:
        for higher in _PULLS:
            pulled = cells.copy()
            pulled[:, 2] -= wider, higher
            pulled[0, 0] += 2 * wider / shape[1]
            pulled[1, 1] += 2 * higher / shape[0]
            yield pulled


def _folded(rest: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """A picture in samples of the tile, all repetitions added up. Shapes: (h, w) in; (_SIDE, _SIDE) out."""
    height, width = rest.shape
    corners = cells @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    first = np.floor((corners.min(1) - 1) / TILE).astype(int)
    across, down = (np.ceil((corners.max(1) + 1) / TILE).astype(int) - first).tolist()
    to_samples = np.vstack([_SAMPLES * cells, [0, 0, 1]])
    to_samples[:2, 2] -= _SIDE * first
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(rest, np.linalg.inv(to_samples)[:2], (across * _SIDE, down * _SIDE), flags=flags)
    folded = laid.reshape(down, _SIDE, across, _SIDE).sum(axis=(0, 2))
    return cv2.filter2D(np.pad(folded, 2, mode="wrap"), -1, PULSE)[2:-2, 2:-2]
