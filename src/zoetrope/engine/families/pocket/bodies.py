"""What things are: how far they reach to their sides, as they are drawn, and what their materials ring like."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

HALF_WIDTH: Mapping[str, float] = {"car": 1.53, "boat": 1.42, "bird": 1.38, "fish": 1.3, "lantern": 1.1, "robot": 0.9}
USUAL = 0.97  # of all others; shares of the radius
BOXES = ("cube", "car", "robot")  # what stands on a corner when it is turned
DISCS = ("ball", "ring", "star")  # what touches another of them between their centres
FADE = 3.0  # a ring has fallen by e^-3 (26 dB) after its decay time, and its partials sooner by their ratio ** 0.6
BENT = 0.02  # seconds in which a pitch that a hard blow bent up comes down again


class Body(NamedTuple):
    """Partials of a struck material: ratios to the pitch, strengths, and how far a hard blow bends the pitch up."""

    ratios: tuple[float, ...]
    strengths: tuple[float, ...]
    bend: float = 0.0


# Ratios: rubber as a damped membrane, wood as a free bar, metal as a plate, glass as a rim (Fletcher and Rossing 1998).
BODIES: Mapping[str, Body] = {
    "rubber": Body((1.0, 1.59, 2.14), (1.0, 0.35, 0.12), 0.35),
    "wood": Body((1.0, 2.76, 5.40), (1.0, 0.45, 0.18)),
    "metal": Body((1.0, 1.52, 2.48, 3.76, 5.31), (1.0, 0.55, 0.6, 0.4, 0.25)),
    "glass": Body((1.0, 2.32, 4.25), (1.0, 0.5, 0.22)),
}


def half_width(kind: str, radius: float) -> float:
    """Half of the drawn width of a thing, in the unit of its radius."""
    return radius * HALF_WIDTH.get(kind, USUAL)


def turned_lift(kind: str, radius: float, angle: np.ndarray) -> np.ndarray:
    """How much higher than upright the centre of a turned thing stands, so that it touches the ground.

    Shapes: angle (t,) in radians; (t,) out, in the unit of the radius.
    """
    wide = half_width(kind, 1.0)
    if kind in DISCS:
        return np.zeros_like(angle)
    if kind in BOXES:
        return radius * (np.abs(np.cos(angle)) + wide * np.abs(np.sin(angle)) - 1)
    return radius * (np.hypot(np.cos(angle), wide * np.sin(angle)) - 1)


def touching_distance(one: tuple[str, float], other: tuple[str, float]) -> float:
    """Distance along the ground of the centres of two standing things that touch, given as kind and radius."""
    if one[0] in DISCS and other[0] in DISCS:
        return 2 * USUAL * math.sqrt(one[1] * other[1])
    return half_width(*one) + half_width(*other)
