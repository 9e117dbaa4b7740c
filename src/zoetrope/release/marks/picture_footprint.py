"""Finds by content which part of a miniature a changed copy shows: where, how large, mirrored or not.

It gives rough guesses; `picture_fit` makes them exact. It knows nothing of marks, keys or ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

_ROUGH = 36  # pixels: short side of the miniature here
_LEAST_PART, _STEP = 0.45, 1.04  # of the largest part that fits; from one size to the next
_LEAST = 8  # pixels: a smaller part resembles everything
_FRAMES = 10  # of the miniature, at most
_APART = 2.0  # pixels: guesses nearer than this are one


@dataclass(frozen=True, eq=False)
class Footprint:
    """The part of a miniature that a copy shows.

    Shapes: matrix (2, 3) takes a pixel (x, y, 1) of the copy, mirrored or not, to one of the miniature; pairs (t,) says
    which frame of the miniature each frame of the copy shows. `likeness` is a correlation, at most 1.
    """

    matrix: np.ndarray
    mirrored: bool
    likeness: float
    pairs: np.ndarray


@dataclass(frozen=True)
class _Guess:
    """A footprint in whole pixels of the rough miniature."""

    likeness: float
    mirrored: bool
    box: tuple[int, int, int, int]  # left, top, width, height

    def is_near(self, other: _Guess) -> bool:
        edges = [np.array([x, y, x + wide, y + high]) for x, y, wide, high in (self.box, other.box)]
        return self.mirrored == other.mirrored and bool(np.abs(edges[0] - edges[1]).max() <= _APART)


class Copy:
    """A copy whose footprint is looked for. Shapes: luma (t, h, w) float32, without bars; kept mirrored, too."""

    def __init__(self, luma: np.ndarray) -> None:
        self.luma = {False: luma, True: np.ascontiguousarray(luma[:, :, ::-1])}
        self._templates: dict[tuple[int, int, int], list[tuple[bool, np.ndarray]]] = {}

    def glance(self, miniature: np.ndarray) -> float:
        """How well the middle of the copy fits anywhere on a miniature: quick. Shapes: (n, H, W) uint8."""
        maps = self._maps(_rough(miniature), len(self.luma[False]) // 2)
        return max((cv2.minMaxLoc(values)[1] for _, _, values in maps), default=0.0)

    def guesses(self, miniature: np.ndarray, most: int) -> list[Footprint]:
        """The likeliest footprints by the first, middle and last frame together, likeliest first.

        One frame is not enough: under a moving camera it fits elsewhere at another moment.
        Shapes: (n, H, W) uint8.
        """
        rough, count = _rough(miniature), len(self.luma[False])
        maps = [self._maps(rough, at) for at in sorted({0, count // 2, count - 1})]
        found = []
        for same in zip(*maps, strict=True):
            mirrored, (high, wide), _ = same[0]
            _, likeness, _, (x, y) = cv2.minMaxLoc(np.mean([values for _, _, values in same], axis=0))
            found.append(_Guess(likeness, mirrored, (x, y, wide, high)))
        kept: list[_Guess] = []
        for guess in sorted(found, key=lambda guess: -guess.likeness):
            if len(kept) < most and not any(guess.is_near(other) for other in kept):
                kept.append(guess)
        return [self._footprint(guess, miniature.shape[1] / rough.shape[1]) for guess in kept]

    def at_scale_of(self, footprint: Footprint) -> tuple[Copy, Footprint]:
        """The copy no finer than the miniature, and the footprint of that: what is finer has nothing to be held to."""
        scale = float(np.sqrt(np.abs(np.linalg.det(footprint.matrix[:, :2]))))
        height, width = self.luma[False].shape[1:]
        size = (max(_LEAST, round(width * scale)), max(_LEAST, round(height * scale)))
        if size[0] >= width or size[1] >= height:
            return self, footprint
        small = np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in self.luma[False]])
        ratio = np.array([width / size[0], height / size[1]])
        to_finer = np.array([[ratio[0], 0, ratio[0] / 2 - 0.5], [0, ratio[1], ratio[1] / 2 - 0.5], [0, 0, 1]])
        return Copy(small), Footprint(
            footprint.matrix @ to_finer, footprint.mirrored, footprint.likeness, footprint.pairs
        )

    def _maps(self, rough: np.ndarray, at: int) -> Iterator[tuple[bool, tuple[int, ...], np.ndarray]]:
        """For each size and side of one frame: its likeness at every corner, at the best of all moments."""
        for mirrored, template in self._prepared(at, rough.shape[1], rough.shape[2]):
            maps = [cv2.matchTemplate(frame, template, cv2.TM_CCOEFF_NORMED) for frame in rough]
            yield mirrored, template.shape, np.nan_to_num(np.max(maps, axis=0))

    def _prepared(self, at: int, most_high: int, most_wide: int) -> list[tuple[bool, np.ndarray]]:
        """One frame in all sizes in which it may lie on a miniature of a size."""
        key = (at, most_high, most_wide)
        if key not in self._templates:
            height, width = self.luma[False].shape[1:]
            largest = min(most_high / height, most_wide / width)
            count = int(np.log(1 / _LEAST_PART) / np.log(_STEP)) + 1
            scales = [largest / _STEP**step for step in range(count)]
            sizes = [(round(width * scale), round(height * scale)) for scale in scales]
            self._templates[key] = [
                (mirrored, cv2.resize(luma[at], size, interpolation=cv2.INTER_AREA))
                for size in sizes
                if min(size) >= _LEAST
                for mirrored, luma in self.luma.items()
            ]
        return self._templates[key]

    def _footprint(self, guess: _Guess, scale: float) -> Footprint:
        count, height, width = self.luma[False].shape
        left, top, wide, high = guess.box
        across, down = scale * wide / width, scale * high / height
        rows = [[across, 0, scale * left + (across - 1) / 2], [0, down, scale * top + (down - 1) / 2]]
        return Footprint(np.array(rows), guess.mirrored, guess.likeness, np.zeros(count, int))


def _rough(miniature: np.ndarray) -> np.ndarray:
    """Some frames, smaller still. Shapes: (n, H, W) uint8 in; (n', H', W') float32 out."""
    chosen = np.unique(np.linspace(0, len(miniature) - 1, _FRAMES).round().astype(int))
    scale = _ROUGH / min(miniature.shape[1:])
    size = (round(miniature.shape[2] * scale), round(miniature.shape[1] * scale))
    return np.stack([cv2.resize(miniature[at], size, interpolation=cv2.INTER_AREA) for at in chosen]).astype(np.float32)
