"""The laws of pace: how fast, how often or how far things do what they do, slowly, as usual and fast. Knows no plan."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

GRAVITY = 9.8  # m/s2
SPREAD = 0.15  # share by which a pace varies about its law
ROPES = 0.05  # the same of ropes

Paces = Mapping[str, float]
ALONG: Paces = {"slowly": 0.35, "normal": 0.75, "fast": 1.5}  # m/s along the ground
SLIDES, FLIES, DRIFTS = 1.5, 1.3, 0.6  # times as fast, at the start of a slide, in the air, and from bounce to bounce
SPEEDS: Mapping[str, Paces] = {  # m/s
    "rolls": ALONG,
    "slides": {pace: SLIDES * speed for pace, speed in ALONG.items()},
    "flies": {pace: FLIES * speed for pace, speed in ALONG.items()},
    "rebounds": {"slowly": 0.7, "normal": 1.2, "fast": 2.0},
    "collides": {"slowly": 0.5, "normal": 1.0, "fast": 1.9},
}
SPINS: Paces = {"slowly": 2.0, "normal": 4.0, "fast": 6.5}  # rad/s
BOBS: Paces = {"slowly": 1.8, "normal": 3.0, "fast": 5.0}  # rad/s, of what floats
HOPS: Paces = {"slowly": 1.0, "normal": 0.8, "fast": 0.5}  # share of the headroom from which a thing bounces
HOPS_LEAST = 0.85  # of that, at least
ROPE: Paces = {"slowly": 0.95, "normal": 0.7, "fast": 0.42}  # share of the longest rope
SYLLABLE: Paces = {"slowly": 0.36, "normal": 0.24, "fast": 0.16}  # seconds from one to the next
SHORTEST_ROPE = 0.12  # metres between the pivot and the thing's upper edge, at least
CLEARS = 0.05  # metres between the ground and what hangs on the longest rope
SWAYS, LEANS = 0.1, 0.12  # metres and radians by which what floats sways and leans at most
SWINGS = (0.2, 0.75)  # radians to either side, least and most
BOB, BOB_AFLOAT, DRAUGHT = 0.13, 0.06, 0.35  # metres up and down, aloft and on water; radii that it lies in the water


def speed_of(said: Mapping[str, str]) -> float:
    """How fast in m/s a thing goes along, by what is said of it by axis."""
    pace = said.get("pace", "normal")
    return SPEEDS.get(said.get("action", ""), {name: DRIFTS * speed for name, speed in ALONG.items()})[pace]


def within(value: float, law: float, spread: float = SPREAD) -> float:
    """The value nearest to a given one that keeps to a law."""
    return min(max(value, law * (1 - spread)), law * (1 + spread))


def pendulum_rate(length: float, amplitude: float) -> float:
    """Angular rate of a swing in rad/s, with the first correction for large amplitudes (radians)."""
    return math.sqrt(GRAVITY / length) / (1 + amplitude * amplitude / 16)


def eased(times: np.ndarray, seconds: float) -> np.ndarray:
    """0 to 1 in the given time, smooth at both ends."""
    part = np.clip(times / max(seconds, 1e-6), 0, 1)
    return part * part * (3 - 2 * part)
