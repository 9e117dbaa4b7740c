"""Rain, snow and petals, drawn over finished pictures: no latent can hold them. Knows no network.

Every drop is a closed form of the picture's number, so any picture can be drawn alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.inks import Colour, dye
from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.plan import METRE

DENSITY = {"rain": 9.0, "snow": 4.8, "petals": 4.0}  # drops to one square metre of screen
SPEED = {"rain": 4.2, "snow": 0.42, "petals": 0.50}  # metres of screen a second
DRIFT = {"rain": -0.7, "snow": 0.05, "petals": 0.22}
OPACITY = {"rain": 0.46, "snow": 0.78, "petals": 0.95}
ROUND = np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], 1)
_ANGLE = np.arange(12) * np.pi / 6
PETAL = np.stack([np.cos(_ANGLE), np.sin(_ANGLE) * (1 - 0.35 * np.cos(_ANGLE))], 1)
MARGIN = 0.15
SHEER = 0.8  # share of a pan that the drops follow
WIPE = 5  # pixels of a side of the squares whose medians no drop reaches
SHIFT = 4  # fractional bits of OpenCV's drawing coordinates


@dataclass(frozen=True)
class Look:
    """What falls, and how it is painted."""

    kind: str
    style: str
    light: str

    @property
    def pale(self) -> bool:
        """Whether it falls before light paper, on which drops must be dark: ink at night is not."""
        return self.style == "pencil sketch" or (self.style == "ink wash" and self.light != "night")

    def ink(self, colour: Colour) -> tuple[float, ...]:
        """A daylight colour as it is painted, opaque: pencil keeps the colours of things at any light but of rain."""
        light = "day" if self.style == "pencil sketch" and self.kind != "rain" else self.light
        return (*(float(c) for c in dye(colour, self.style, light)), 255.0)


class Drops:
    """The drops of one shot; none where nothing of this kind falls.

    Shapes: size is width and height of the pictures that they are drawn for, in pixels.
    """

    def __init__(self, look: Look, size: tuple[int, int], rng: np.random.Generator) -> None:
        self.look, self.size = look, size
        self.metre = METRE * size[1]  # in pixels
        self.span = np.array([size[0] / self.metre, 1 / METRE]) + 2 * MARGIN
        count = round(DENSITY.get(look.kind, 0) * float(np.prod(self.span)))
        self.start = rng.uniform(0, 1, (count, 2)) * self.span
        self.near = np.sort(rng.uniform(0, 1, count))
        self.phase = rng.uniform(0, 2 * np.pi, count)
        self.overlay = np.zeros((size[1], size[0], 4), np.uint8)

    def __len__(self) -> int:
        return len(self.start)

    def places(self, at: int, camera: tuple[float, float]) -> np.ndarray:
        """Where the drops are in a picture whose camera is at (x, y) metres: (n, 2) metres from the upper left."""
        kind, seconds = self.look.kind, at / FRAME_RATE
        speed = 0.7 + 0.6 * self.near
        x = self.start[:, 0] + DRIFT[kind] * seconds * speed - SHEER * camera[0]
        y = self.start[:, 1] + SPEED[kind] * seconds * speed + SHEER * camera[1]
        if kind != "rain":
            x = x + 0.07 * np.sin(1.7 * seconds + self.phase)
        return np.stack([x, y], 1) % self.span - MARGIN

    def drawn(self, at: int, camera: tuple[float, float]) -> np.ndarray:
        """The drops of one picture: premultiplied RGBA uint8 (h, w, 4)."""
        self.overlay[:] = 0
        if len(self):
            spots = self.places(at, camera) * self.metre
            {"rain": self._rain, "snow": self._snow, "petals": self._petals}[self.look.kind](spots, at)
        return cv2.convertScaleAbs(self.overlay, alpha=OPACITY.get(self.look.kind, 0))

    def _fixed(self, points: np.ndarray) -> np.ndarray:
        return np.round(points * (1 << SHIFT)).astype(np.int32)

    def _rain(self, spots: np.ndarray, at: int) -> None:
        ink = self.look.ink((96, 110, 134) if self.look.pale else (206, 222, 240))
        length = (0.09 + 0.08 * self.near)[:, None] * self.metre
        way = np.array([DRIFT["rain"], SPEED["rain"]]) / np.hypot(DRIFT["rain"], SPEED["rain"])
        lines = self._fixed(np.stack([spots, spots - way * length], 1))
        cv2.polylines(self.overlay, list(lines), False, ink, 2 if self.metre > 80 else 1, cv2.LINE_AA, SHIFT)

    def _snow(self, spots: np.ndarray, at: int) -> None:
        rim, ink = self.look.ink((160, 168, 186)), self.look.ink((252, 253, 255))
        sizes = ((0.015 + 0.018 * self.near) * self.metre)[:, None, None]
        if self.look.pale:
            edges = self._fixed(spots[:, None] + ROUND * (sizes + 0.8))
            cv2.fillPoly(self.overlay, list(edges), rim, cv2.LINE_AA, SHIFT)
        for flake in self._fixed(spots[:, None] + ROUND * sizes):
            cv2.fillConvexPoly(self.overlay, flake, ink, cv2.LINE_AA, SHIFT)

    def _petals(self, spots: np.ndarray, at: int) -> None:
        inks = (self.look.ink((250, 164, 190)), self.look.ink((255, 204, 216)))
        turn = self.phase + at * 0.22 * np.sign(np.sin(self.phase * 7))
        long = ((0.030 + 0.026 * self.near) * self.metre)[:, None]
        flat = long * (0.35 + 0.25 * np.sin(self.phase + at * 0.35))[:, None]
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        x, y = PETAL[:, 0] * long, PETAL[:, 1] * flat
        leaves = self._fixed(np.stack([x * cos - y * sin, x * sin + y * cos], 2) + spots[:, None])
        for leaf, ink in zip(leaves, inks * len(leaves), strict=False):
            cv2.fillConvexPoly(self.overlay, leaf, ink, cv2.LINE_AA, SHIFT)


def lay_drops(frame: np.ndarray, drops: np.ndarray) -> None:
    """Lay drawn drops (h, w, 4) over a picture. Shapes: frame uint8 (h, w, 3), changed."""
    through = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(drops, 3)), cv2.COLOR_GRAY2RGB)
    cv2.multiply(frame, through, dst=frame, scale=1 / 255)
    cv2.add(frame, cv2.cvtColor(drops, cv2.COLOR_RGBA2RGB), dst=frame)


def without_drops(picture: Tensor) -> Tensor:
    """A picture (3, h, w) without what is as small as a drop."""
    pixels = np.ascontiguousarray(picture.permute(1, 2, 0).float().cpu().numpy())
    return torch.from_numpy(cv2.medianBlur(pixels, WIPE)).permute(2, 0, 1).to(picture)
