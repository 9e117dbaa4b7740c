"""The axes of the toy stage: every value with its English and Chinese names and its physical constants."""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """English and Chinese words for one value, the canonical one first."""

    en: tuple[str, ...]
    zh: tuple[str, ...]


class Material(NamedTuple):
    """restitution of an impact; pitch of a small thing in Hz; decay time of its ring in seconds; gloss 0..1."""

    restitution: float
    pitch: float
    decay: float
    gloss: float


COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 48, 49),
    "orange": (240, 130, 40),
    "yellow": (241, 208, 60),
    "green": (60, 170, 80),
    "cyan": (60, 190, 200),
    "blue": (50, 95, 215),
    "purple": (140, 70, 200),
    "pink": (245, 140, 185),
    "white": (240, 240, 240),
    "black": (40, 40, 45),
}
MATERIALS: dict[str, Material] = {
    "rubber": Material(0.85, 180.0, 0.09, 0.15),
    "wood": Material(0.45, 420.0, 0.14, 0.25),
    "metal": Material(0.55, 900.0, 0.55, 0.8),
    "glass": Material(0.30, 1900.0, 0.40, 1.0),
}
RADII: dict[str, float] = {"small": 0.17, "large": 0.32}  # metres
OBJECTS = ("ball", "cube", "star", "ring", "car", "boat", "bird", "fish", "lantern", "robot")
SURFACES = ("plain", "striped", "dotted", "checked")
SETTINGS = ("meadow", "beach", "city", "snowfield", "desert", "room", "sea", "stage")
LIGHTS = ("day", "sunset", "night")
WEATHERS = ("clear", "rain", "snow", "petals")
STYLES = ("plain", "ink wash", "pencil sketch", "neon", "pixel art")
ACTIONS = (
    "bounces",
    "falls",
    "rolls",
    "slides",
    "flies",
    "swings",
    "floats",
    "jumps",
    "spins",
    "rebounds",
    "collides",
    "talks",
)
PACES = ("normal", "slowly", "fast")
CAMERAS = (
    "static",
    "pan left",
    "pan right",
    "tilt up",
    "tilt down",
    "push in",
    "pull back",
    "orbit left",
    "orbit right",
)
