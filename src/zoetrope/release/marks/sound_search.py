"""Where the table begins in a sound and how fast it runs: the places that pilots like best, and what bits say there."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoetrope.release.marks.code import CODE_BITS
from zoetrope.release.marks.sound_cells import (
    FRAMES_PER_SLOT,
    HOP,
    SLOT,
    WIDTHS,
    Floats,
    band_power,
    cells_anywhere,
    oddness,
)
from zoetrope.release.marks.sound_pattern import PILOT, SLOTS, TRUST, Pattern
from zoetrope.release.marks.sound_strength import over_noise

# In quarters of a per cent, up to 2.5 %: an error of an eighth of a per cent is 3 ms at the ends of 5 s.
OTHER_SPEEDS = tuple(1 + sign * step / 400 for step in range(1, 11) for sign in (1, -1))
# Pilots of an unmarked sound stand 3 to 4.5 deviations of chance over the mean somewhere among all the places.
LEAST_PILOT = 3.0
_NOISE_SHARE = 0.003


@dataclass(frozen=True)
class Place:
    """One hypothesis: how far the pilots are from chance, the speed, the frame where the table begins, the bits."""

    pilot: float
    speed: float
    start: int
    soft: NDArray[np.float64]


def likeliest_places(powers: Floats, pattern: Pattern, speeds: Iterable[float], most: int = 24) -> list[Place]:
    """The places that the pilots like best, over several speeds and two ways to weigh cells.

    Shapes: powers (t, 513) of a sound at 24 kHz.
    """
    places = [
        place for speed in speeds for table in _tables(powers, speed) for place in _best(table, pattern, speed, most)
    ]
    return sorted(places, key=lambda place: -place.pilot)[:most]


def _tables(powers: Floats, speed: float) -> tuple[Floats, Floats]:
    """The oddness of all cells, once as trusted in any sound and once by how far they stand over a noise floor."""
    cells = cells_anywhere(band_power(powers, speed))
    plain = oddness(cells, FRAMES_PER_SLOT).value * TRUST
    floor = np.quantile(np.median(cells, axis=0) / WIDTHS, 0.1)
    return plain, plain * over_noise(cells, max(float(floor), _NOISE_SHARE * float(powers.mean())))


def _best(table: Floats, pattern: Pattern, speed: float, most: int) -> list[Place]:
    """The best starts of the pattern within one block, in steps of a frame."""
    stride = SLOT / HOP / speed
    slots = np.arange(-SLOTS, int(len(table) / stride) + 1)
    rows = np.round(np.arange(int(np.ceil(SLOTS * stride)))[:, None] + slots * stride).astype(int)
    inside = (rows >= 0) & (rows < len(table))
    rows, turns = np.where(inside, rows, 0), slots % SLOTS
    sums = (table @ pattern.pilots.T)[rows, turns]
    variance = (table**2 @ np.abs(pattern.pilots).T)[rows, turns]
    pilot = (sums * inside).sum(axis=1) / np.sqrt((variance * inside).sum(axis=1) + 1e-9)
    starts = [start for start in np.argsort(-pilot)[:most] if pilot[start] > LEAST_PILOT]
    return [
        Place(float(pilot[at]), speed, int(at), _soft(table[rows[at][inside[at]]], turns[inside[at]], pattern))
        for at in starts
    ]


def _soft(cells: Floats, turns: NDArray[np.intp], pattern: Pattern) -> NDArray[np.float64]:
    sums = np.bincount(pattern.place[turns].ravel(), (cells * pattern.sign[turns]).ravel(), PILOT + 1)
    return sums[:CODE_BITS].astype(np.float64)
