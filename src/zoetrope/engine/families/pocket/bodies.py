"""How far things reach to their sides, as they are drawn. Knows neither pictures nor plans."""

from __future__ import annotations

import math
from collections.abc import Mapping

HALF_WIDTH: Mapping[str, float] = {"car": 1.53, "boat": 1.42, "bird": 1.38, "fish": 1.3, "lantern": 1.1, "robot": 0.9}
USUAL = 0.97  # of all others; shares of the radius
DISCS = ("ball", "ring", "star")  # what touches another of them between their centres


def half_width(kind: str, radius: float) -> float:
    """Half of the drawn width of a thing, in the unit of its radius."""
    return radius * HALF_WIDTH.get(kind, USUAL)


def touching_distance(one: tuple[str, float], other: tuple[str, float]) -> float:
    """Distance along the ground of the centres of two standing things that touch, given as kind and radius."""
    if one[0] in DISCS and other[0] in DISCS:
        return 2 * USUAL * math.sqrt(one[1] * other[1])
    return half_width(*one) + half_width(*other)
