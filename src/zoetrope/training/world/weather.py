"""Rain, snow and petals over a finished frame. Knows nothing of things or settings.

Every drop is a closed form of the frame number, so any frame can be drawn alone.
"""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.training.world.backdrop import unit
from zoetrope.training.world.brush import SHIFT
from zoetrope.training.world.scene import FRAMES_PER_SECOND, VIEW_HEIGHT, Scene
from zoetrope.training.world.styles import dye

DENSITY = {"rain": 9.0, "snow": 4.8, "petals": 4.0}  # drops to one square metre of screen
SPEED = {"rain": 4.2, "snow": 0.42, "petals": 0.50}  # metres of screen a second
DRIFT = {"rain": -0.7, "snow": 0.05, "petals": 0.22}
OPACITY = {"rain": 0.46, "snow": 0.78, "petals": 0.95}
ROUND = np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], 1)
_ANGLE = np.arange(12) * np.pi / 6
PETAL = np.stack([np.cos(_ANGLE), np.sin(_ANGLE) * (1 - 0.35 * np.cos(_ANGLE))], 1)
MARGIN = 0.15
SHEER = 0.8  # share of a pan that the drops follow


class Weather:
    """The drops of one scene. pixels: how many frame pixels make one metre (half as many on a half-size frame)."""

    def __init__(self, scene: Scene, shrink: int = 1) -> None:
        self.scene, self.kind = scene, scene.weather
        self.size = (scene.width // shrink, scene.height // shrink)
        self.pixels = unit(scene) / shrink
        self.span = np.array([VIEW_HEIGHT * scene.width / scene.height, VIEW_HEIGHT]) + 2 * MARGIN
        rng = np.random.default_rng([scene.seed, 2])
        count = round(DENSITY.get(self.kind, 0) * float(np.prod(self.span)))
        self.start = rng.uniform(0, 1, (count, 2)) * self.span
        self.near = np.sort(rng.uniform(0, 1, count))
        self.phase = rng.uniform(0, 2 * np.pi, count)
        self.overlay = np.zeros((self.size[1], self.size[0], 4), np.uint8)

    def places(self, at: int) -> np.ndarray:
        """Return where the drops are on the screen. Shapes: (n, 2) metres from the upper left corner."""
        seconds = at / FRAMES_PER_SECOND
        camera = self.scene.motion.camera[at]
        speed = 0.7 + 0.6 * self.near
        x = self.start[:, 0] + DRIFT[self.kind] * seconds * speed - SHEER * float(camera[0])
        y = self.start[:, 1] + SPEED[self.kind] * seconds * speed + SHEER * float(camera[1])
        if self.kind != "rain":
            x = x + 0.07 * np.sin(1.7 * seconds + self.phase)
        return np.stack([x, y], 1) % self.span - MARGIN

    def fall(self, frame: np.ndarray, at: int) -> None:
        """Draw the drops of one frame over it. Shapes: uint8 (h, w, 3), changed."""
        if not len(self.start):
            return
        self.overlay[:] = 0
        spots = self.places(at) * self.pixels
        {"rain": self._rain, "snow": self._snow, "petals": self._petals}[self.kind](spots, at)
        over = cv2.convertScaleAbs(self.overlay, alpha=OPACITY[self.kind])
        through = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(over, 3)), cv2.COLOR_GRAY2RGB)
        cv2.multiply(frame, through, dst=frame, scale=1 / 255)
        cv2.add(frame, cv2.cvtColor(over, cv2.COLOR_RGBA2RGB), dst=frame)

    def _ink(self, colour: tuple[int, int, int]) -> tuple[float, ...]:
        return (*(float(c) for c in dye(colour, self.scene.style, self.scene.light)), 255.0)

    def _fixed(self, points: np.ndarray) -> np.ndarray:
        return np.round(points * (1 << SHIFT)).astype(np.int32)

    def _rain(self, spots: np.ndarray, at: int) -> None:
        pale = self.scene.style in ("ink wash", "pencil sketch")
        ink = self._ink((96, 110, 134) if pale else (206, 222, 240))
        length = (0.09 + 0.08 * self.near)[:, None] * self.pixels
        way = np.array([DRIFT["rain"], SPEED["rain"]]) / np.hypot(DRIFT["rain"], SPEED["rain"])
        lines = self._fixed(np.stack([spots, spots - way * length], 1))
        thick = 2 if self.pixels > 80 else 1
        cv2.polylines(self.overlay, list(lines), False, ink, thick, cv2.LINE_AA, SHIFT)

    def _snow(self, spots: np.ndarray, at: int) -> None:
        pale = self.scene.style in ("ink wash", "pencil sketch")
        rim, ink = self._ink((160, 168, 186)), self._ink((252, 253, 255))
        sizes = ((0.015 + 0.018 * self.near) * self.pixels)[:, None, None]
        flakes = self._fixed(spots[:, None] + ROUND * sizes)
        if pale:
            cv2.fillPoly(
                self.overlay, list(self._fixed(spots[:, None] + ROUND * (sizes + 0.8))), rim, cv2.LINE_AA, SHIFT
            )
        for flake in flakes:
            cv2.fillConvexPoly(self.overlay, flake, ink, cv2.LINE_AA, SHIFT)

    def _petals(self, spots: np.ndarray, at: int) -> None:
        inks = (self._ink((250, 164, 190)), self._ink((255, 204, 216)))
        turn = self.phase + at * 0.22 * np.sign(np.sin(self.phase * 7))
        long = ((0.030 + 0.026 * self.near) * self.pixels)[:, None]
        flat = long * (0.35 + 0.25 * np.sin(self.phase + at * 0.35))[:, None]
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        x, y = PETAL[:, 0] * long, PETAL[:, 1] * flat
        leaves = self._fixed(np.stack([x * cos - y * sin, x * sin + y * cos], 2) + spots[:, None])
        for leaf, ink in zip(leaves, inks * len(leaves), strict=False):
            cv2.fillConvexPoly(self.overlay, leaf, ink, cv2.LINE_AA, SHIFT)
