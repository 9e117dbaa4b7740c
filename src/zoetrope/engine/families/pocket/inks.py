"""Colours of the stage at its lights and in its styles. Knows no pictures."""

from __future__ import annotations

from collections.abc import Sequence

Colour = tuple[int, int, int]


def mix(one: Sequence[float], two: Sequence[float], share: float) -> Colour:
    """Return a colour between one (share 0) and two (share 1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


def tone(colour: Colour, light: str) -> Colour:
    """Return a daylight colour at another light."""
    if light == "sunset":
        return mix([c * f for c, f in zip(colour, (1.0, 0.78, 0.66), strict=True)], (255, 150, 96), 0.16)
    if light == "night":
        return mix([c * f for c, f in zip(colour, (0.30, 0.37, 0.52), strict=True)], (30, 38, 92), 0.28)
    return colour


def dye(colour: Colour, style: str, light: str) -> Colour:
    """Return one flat daylight colour (rope, drop, flake) at a light and in a style."""
    lit = mix(colour, tone(colour, light), 0.6)
    grey = round(0.3 * lit[0] + 0.59 * lit[1] + 0.11 * lit[2])
    if style == "neon":
        return mix(lit, (255, 255, 255), 0.25)
    if style == "pencil sketch":
        return mix(lit, (grey, grey, grey), 0.4)
    if style == "ink wash":
        return mix(lit, (grey, grey, grey), 0.6)
    return lit
