"""Finds where the pilot of a picture mark lies: which scale, which rotation, mirrored or not, and at which offset.

A place is a guess at how the pattern lies on a piece of evidence. It knows nothing of frames, ids or codes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from zoetrope.release.marks.picture_pattern import CELLS, TILE

_SAMPLES = 2  # for each cell and direction; with one, a pattern that lies between the cells would fade
_SIDE = TILE * _SAMPLES

# A picture cropped to half its side keeps 36 cells of 72; a little beyond, since crops and sizes are rounded.
_FEWEST, _MOST = 0.47 * CELLS, 1.04 * CELLS
_LARGEST_TURN = 2.6  # degrees
_MOVES = ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))
# Cells that a refined guess moves the border of the picture; at the roughest a true place already stands out.
_FIRST_STEPS, _ROUGH_STEPS, _LAST_STEPS = 0.5, 0.2, 0.06
_REFINED = 4  # places that are refined to the end


@dataclass(frozen=True)
class Place:
    """A guess, and how clearly the pilot stands out there.

    Units: cells along the short side; turn in degrees; offset in samples of the folded tile; clarity in standard
    deviations of the correlation over all offsets. `stretch` is how much wider than high a cell became, as a ratio.
    """

    cells: float
    turn: float
    mirrored: bool
    offset: tuple[float, float] = (0.0, 0.0)
    clarity: float = 0.0
    stretch: float = 1.0


class Search:
    """Tries places on one piece of evidence. Shapes: evidence (h, w); pilot (TILE, TILE)."""

    def __init__(self, evidence: np.ndarray, pilot: np.ndarray) -> None:
        self._evidence = {False: evidence, True: np.ascontiguousarray(evidence[:, ::-1])}
        self._halves: dict[bool, np.ndarray] = {}
        self._pilot = cv2.dft(_wide(pilot), flags=cv2.DFT_COMPLEX_OUTPUT)
        self._turned_pilot = cv2.dft(np.ascontiguousarray(_wide(pilot)[:, ::-1]), flags=cv2.DFT_COMPLEX_OUTPUT)

    def likely(self) -> list[Place]:
        """The places of pictures that were neither cropped freely nor turned, clearest first."""
        height, width = self._evidence[False].shape
        whole = [CELLS * step for step in (1.0, 0.995, 1.005)]
        upright = [cells * 9 / 16 for cells in whole] if height > width else []
        return [self._seen(place) for place in self._clearest(((cells, 0.0) for cells in whole + upright), 4)]

    def anywhere(self, most: int) -> list[Place]:
        """The clearest places among all scales and turns, refined, clearest first."""
        rough = [self._refined(place, _MOVES[:4], _ROUGH_STEPS) for place in self._clearest(self._grid(), most)]
        return _ordered(self.refine(place) for place in _ordered(rough)[:_REFINED])

    def refine(self, place: Place) -> Place:
        """Move a place's scale, turn and stretch to where the pilot is clearest."""
        return self._refined(place, _MOVES, _LAST_STEPS)

    def _refined(self, place: Place, moves: tuple[tuple[int, int, int], ...], last: float) -> Place:
        height, width = self._evidence[False].shape
        reach = np.hypot(height, width) / min(height, width) / 2  # from the centre to a corner, in short sides
        step = _FIRST_STEPS
        while step > last:
            around = [
                replace(
                    place,
                    cells=place.cells + d_cells * step / reach,
                    turn=place.turn + d_turn * np.degrees(share),
                    stretch=place.stretch * (1 + d_stretch * share),
                )
                for share in (step / (reach * place.cells),)
                for d_cells, d_turn, d_stretch in moves
            ]
            best = max((self._seen(near) for near in around), key=lambda near: near.clarity)
            if best.clarity > place.clarity:
                place = best
            else:
                step /= 2
        return place

    def read(self, place: Place) -> np.ndarray:
        """The values at the cells, when the pattern lies at a place. Shapes: (TILE, TILE)."""
        folded = self._folded(place.mirrored, place.cells, place.turn, place.stretch)
        matched = cv2.filter2D(np.pad(folded, 2, mode="wrap"), -1, PULSE)[2:-2, 2:-2]
        return _moved(matched, place.offset)[::_SAMPLES, ::_SAMPLES]

    def _grid(self) -> Iterator[tuple[float, float]]:
        """Scales and turns so dense that the border of the picture moves by at most a cell from one to the next."""
        height, width = self._evidence[False].shape
        reach = max(height, width) / min(height, width) / 2
        cells = _FEWEST
        while cells < _MOST:
            step = np.degrees(1 / (reach * cells))
            count = int(_LARGEST_TURN / step)
            yield from ((cells, turn * step) for turn in range(-count, count + 1))
            cells += 1 / reach

    def _clearest(self, grid: Iterable[tuple[float, float]], most: int) -> list[Place]:
        places = [place for cells, turn in grid for place in self._both(cells, turn)]
        return _ordered(places)[:most]

    def _both(self, cells: float, turn: float) -> list[Place]:
        """A guess for the picture as it is, and for its mirror image: only one folding is needed."""
        spectrum = cv2.dft(self._folded(False, cells, turn), flags=cv2.DFT_COMPLEX_OUTPUT)
        straight, turned = (_peak(spectrum, pilot)[0] for pilot in (self._pilot, self._turned_pilot))
        return [Place(cells, turn, False, clarity=straight), Place(cells, -turn, True, clarity=turned)]

    def _seen(self, place: Place) -> Place:
        folded = self._folded(place.mirrored, place.cells, place.turn, place.stretch)
        clarity, offset = _peak(cv2.dft(folded, flags=cv2.DFT_COMPLEX_OUTPUT), self._pilot)
        return replace(place, clarity=clarity, offset=offset)

    def _folded(self, mirrored: bool, cells: float, turn: float, stretch: float = 1.0) -> np.ndarray:
        """The evidence in samples of the tile, all repetitions added up. Shapes: (_SIDE, _SIDE)."""
        height, width = self._evidence[mirrored].shape
        scale = _SAMPLES * cells / min(height, width)  # samples of the tile for each one of the evidence
        across, down = (-(-int(side * scale + 2) // _SIDE) for side in (width, height))
        cosine, sine = np.cos(np.radians(turn)) / scale, np.sin(np.radians(turn)) / scale
        wider, higher = np.sqrt(stretch), 1 / np.sqrt(stretch)
        middle_x, middle_y = (across * _SIDE - 1) / 2, (down * _SIDE - 1) / 2
        matrix = np.array(
            [
                [wider * cosine, wider * -sine, (width - 1) / 2 - wider * (cosine * middle_x - sine * middle_y)],
                [higher * sine, higher * cosine, (height - 1) / 2 - higher * (sine * middle_x + cosine * middle_y)],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpAffine(self._fine(mirrored, scale), matrix, (across * _SIDE, down * _SIDE), flags=flags)
        return laid.reshape(down, _SIDE, across, _SIDE).sum(axis=(0, 2))

    def _fine(self, mirrored: bool, scale: float) -> np.ndarray:
        """The evidence, smoothed where the tile has fewer samples than it."""
        if scale > 0.75:
            return self._evidence[mirrored]
        if mirrored not in self._halves:
            self._halves[mirrored] = cv2.GaussianBlur(self._evidence[mirrored], (0, 0), 0.7)
        return self._halves[mirrored]


def _ordered(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda place: -place.clarity)


def _wide(tile: np.ndarray) -> np.ndarray:
    """A tile in samples, each cell a smooth pulse at the sample where it begins."""
    wide = np.zeros((_SIDE, _SIDE), np.float32)
    wide[::_SAMPLES, ::_SAMPLES] = tile
    return cv2.filter2D(np.pad(wide, 2, mode="wrap"), -1, PULSE)[2:-2, 2:-2]


def _peak(spectrum: np.ndarray, pilot: np.ndarray) -> tuple[float, tuple[float, float]]:
    """How clearly and at which offset (row, column) the pilot stands out; the offset is finer than a sample."""
    product = cv2.mulSpectrums(spectrum, pilot, 0, conjB=True)
    values = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT)
    _, top, _, (column, row) = cv2.minMaxLoc(values)
    down = _summit(*(values[(row + step) % _SIDE, column] for step in (-1, 0, 1)))
    across = _summit(*(values[row, (column + step) % _SIDE] for step in (-1, 0, 1)))
    return top / (cv2.norm(values) / _SIDE + 1e-20), (row + down, column + across)


def _summit(before: float, at: float, after: float) -> float:
    """Where a parabola through three values, the middle one the largest, is highest: -0.5 to 0.5."""
    bend = 2 * at - before - after
    return float((after - before) / (2 * bend)) if bend > 0 else 0.0


def _moved(values: np.ndarray, offset: tuple[float, float]) -> np.ndarray:
    """Values of a tile read from an offset on, around its edges."""
    rows, columns = np.fft.fftfreq(_SIDE)[:, None], np.fft.rfftfreq(_SIDE)[None]
    turn = np.exp(2j * np.pi * (rows * offset[0] + columns * offset[1]))
    return np.fft.irfft2(np.fft.rfft2(values) * turn, s=values.shape)


def _pulse() -> np.ndarray:
    """What a cell looks like at two samples a cell, after the flattening of the spectrum."""
    line = np.array([-0.07, 0.55, 1.0, 0.55, -0.07], np.float32)
    return np.outer(line, line)


PULSE = _pulse()
