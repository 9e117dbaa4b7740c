"""The ten objects as pictures: one texture for each look and pose. Knows nothing of scenes, motion or light.

Units: one unit is the thing's radius (half of its height); the centre of the thing is the origin; it faces right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from zoetrope.training.world import surfaces
from zoetrope.training.world.brush import SHIFT, Board, Colour, box, curve, disc, oval
from zoetrope.training.world.scene import Badge, Thing
from zoetrope.training.world.vocabulary import OBJECTS

UNIT = 64.0  # texture pixels to one radius: 1.5 times the largest drawn size at 256x144
HALF_WIDTH = 1.75
HALF_HEIGHT = 1.1875
EDGE = 0.11
WHEEL = 0.40
DARK: Colour = (44, 40, 58)
CREAM: Colour = (250, 244, 232)
GOLD: Colour = (226, 178, 74)

POSES: dict[str, int] = {"bird": 6, "fish": 4, "robot": 9, "car": 4, "boat": 4, "lantern": 3}


@dataclass(frozen=True)
class Look:
    """All that decides a texture, apart from the pose."""

    kind: str
    colour: str
    surface: str
    material: str
    badge: Badge | None


def look(thing: Thing) -> Look:
    """Return what is drawn of a thing."""
    return Look(thing.kind, thing.colour, thing.surface, thing.material, thing.badge)


class Pen:
    """A board with the look of one thing."""

    def __init__(self, drawn: Look) -> None:
        self.board = Board(-HALF_WIDTH, HALF_HEIGHT, HALF_WIDTH, -HALF_HEIGHT, UNIT)
        self.look = drawn
        self.edge = surfaces.outline(drawn.colour)
        self.field = surfaces.cover(self.board, drawn.colour, drawn.surface, drawn.material)
        self.covered = np.zeros((self.board.height, self.board.width), np.uint8)

    def body(self, *shapes: np.ndarray, tone: float = 1.0, hole: np.ndarray | None = None) -> None:
        """Draw shapes in the thing's own colour with one contour around their union."""
        board = self.board
        lines = [board.fixed(shape) for shape in (*shapes, *([] if hole is None else [hole]))]
        cv2.polylines(board.pixels, lines, True, (*self.edge, 255), round(EDGE * UNIT), cv2.LINE_AA, SHIFT)
        mask = board.mask(*shapes)
        if hole is not None:
            mask = cv2.subtract(mask, board.mask(hole))
        board.paint(mask, self.field if tone == 1.0 else self.field * tone)
        self.covered = cv2.max(self.covered, mask)
        if self.look.material == "glass":
            surfaces.clear(board, mask)

    def eye(self, x: float, y: float, radius: float) -> None:
        """Draw a round eye with a spark in it."""
        self.board.fill(disc(x, y, radius * 1.12), self.edge)
        self.board.fill(disc(x, y, radius), (255, 255, 255))
        self.board.fill(disc(x + radius * 0.22, y - radius * 0.04, radius * 0.62), (34, 30, 48))
        self.board.fill(disc(x + radius * 0.02, y + radius * 0.28, radius * 0.24), (255, 255, 255))

    def badge(self, x: float, y: float, radius: float) -> None:
        """Stamp the badge, if there is one."""
        if self.look.badge is not None:
            surfaces.stamp(self.board, self.look.badge, x, y, radius)


def _ball(pen: Pen, pose: int) -> None:
    pen.body(disc(0, 0, 0.95))
    seam = 0.80 * np.array([[-0.98, 0.62], [-0.4, 0.30], [0.4, 0.30], [0.98, 0.62]])
    ink = surfaces.SHADES[pen.look.colour]
    pen.board.line(curve(seam, closed=False), ink, 0.09)
    pen.board.line(curve(-seam, closed=False), ink, 0.09)
    pen.badge(0, 0, 0.44)


def _cube(pen: Pen, pose: int) -> None:
    front = box(-0.96, -0.95, 0.58, 0.58, 0.07)
    top = np.array([[-0.93, 0.58], [-0.56, 0.95], [0.95, 0.95], [0.58, 0.58]])
    side = np.array([[0.58, 0.57], [0.95, 0.95], [0.95, -0.56], [0.58, -0.93]])
    pen.body(top, tone=1.18)
    pen.body(side, tone=0.76)
    pen.body(front)
    pen.badge(-0.19, -0.19, 0.46)


def _star(pen: Pen, pose: int) -> None:
    angle = np.pi / 2 + np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2, 0.52, 1.05)
    points = np.stack([reach * np.cos(angle), reach * np.sin(angle) - 0.06], 1)
    ring = np.concatenate([points, points[:1]])
    soft = np.concatenate([ring[:-1] * 0.86 + ring[1:] * 0.14, ring[:-1] * 0.14 + ring[1:] * 0.86], 1).reshape(-1, 2)
    pen.body(curve(soft, steps=4))
    pen.badge(0, -0.06, 0.38)


def _ring(pen: Pen, pose: int) -> None:
    pen.body(disc(0, 0, 0.95), hole=disc(0, 0, 0.48))
    for angle in np.arange(4) * np.pi / 2 + np.pi / 4:
        across, up = np.cos(angle), np.sin(angle)
        pen.board.line([[0.53 * across, 0.53 * up], [0.9 * across, 0.9 * up]], surfaces.SHADES[pen.look.colour], 0.09)
    pen.badge(0, 0.715, 0.2)


def _wheel(board: Board, x: float, turn: float) -> None:
    board.fill(disc(x, -0.60, WHEEL), (38, 38, 46))
    board.fill(disc(x, -0.60, 0.22), (206, 210, 220))
    for spoke in range(3):
        angle = turn + spoke * np.pi * 2 / 3
        tip = [x + 0.21 * np.cos(angle), -0.60 + 0.21 * np.sin(angle)]
        board.line([[x, -0.60], tip], (92, 96, 110), 0.09)
    board.fill(disc(x, -0.60, 0.08), (92, 96, 110))


def _car(pen: Pen, pose: int) -> None:
    cabin = curve([[-0.86, 0.10], [-0.74, 0.66], [-0.42, 0.93], [0.26, 0.93], [0.60, 0.62], [0.86, 0.10]])
    hull = box(-1.52, -0.58, 1.52, 0.24, 0.3)
    pen.body(cabin, hull)
    glass: Colour = (196, 226, 240)
    pen.board.fill([[-0.64, 0.22], [-0.56, 0.60], [-0.38, 0.76], [-0.08, 0.76], [-0.08, 0.22]], glass)
    pen.board.fill([[0.06, 0.22], [0.06, 0.76], [0.22, 0.76], [0.46, 0.54], [0.60, 0.22]], glass)
    pen.board.line([[-0.50, 0.28], [-0.28, 0.66]], (240, 248, 252), 0.07)
    pen.board.fill(box(1.26, -0.14, 1.53, 0.10, 0.1), (255, 240, 170))
    pen.board.fill(box(-1.53, -0.14, -1.34, 0.08, 0.08), (205, 52, 52) if pen.look.colour != "red" else CREAM)
    pen.board.line([[-1.40, -0.50], [1.40, -0.50]], pen.edge, 0.07)
    for x in (-0.84, 0.84):
        _wheel(pen.board, x, -pose * np.pi * 2 / 3 / POSES["car"])
    pen.badge(0, -0.15, 0.30)


def _boat(pen: Pen, pose: int) -> None:
    wave = 0.05 * np.sin(pose * np.pi / 2)
    pen.board.line([[0.02, -0.4], [0.02, 0.98]], (116, 82, 56), 0.10)
    flag = [[0.05, 1.08], [-0.22, 1.04 + wave], [-0.44, 1.0 - wave], [-0.22, 0.90 + wave], [0.05, 0.84]]
    pen.board.fill(flag, (232, 84, 70) if pen.look.colour != "red" else GOLD)
    pen.body(curve([[0.12, 0.84], [0.50, 0.40], [0.98, -0.18], [0.5, -0.24], [0.12, -0.22], [0.16, 0.3]]))
    pen.body(np.array([[-0.08, 0.66], [-0.10, -0.20], [-0.80, -0.20]]), tone=1.12)
    hull = curve(
        [[-1.32, -0.32], [-1.08, -0.78], [-0.66, -0.97], [0.62, -0.97], [1.08, -0.72], [1.42, -0.28], [0, -0.36]]
    )
    pen.body(hull)
    pen.board.line([[-1.16, -0.46], [0, -0.50], [1.22, -0.43]], CREAM, 0.09)
    pen.badge(0, -0.70, 0.24)


def _bird(pen: Pen, pose: int) -> None:
    pen.board.fill([[0.86, 0.36], [1.38, 0.18], [0.86, 0.06]], (244, 164, 44))
    pen.board.fill([[0.86, 0.18], [1.26, 0.10], [0.86, 0.02]], (212, 122, 30))
    for x in (-0.12, 0.16):
        pen.board.line([[x, -0.70], [x + 0.02, -0.95], [x + 0.20, -0.96]], (224, 140, 40), 0.08)
    tail = np.array([[-0.72, 0.08], [-1.36, 0.36], [-1.30, 0.04], [-1.40, -0.22], [-0.70, -0.30]])
    body = curve(
        [[-0.84, -0.16], [-0.36, 0.42], [0.30, 0.88], [0.86, 0.62], [0.94, 0.12], [0.56, -0.54], [-0.20, -0.74]]
    )
    pen.body(tail, tone=0.86)
    pen.body(body)
    pen.board.fill(oval(0.30, -0.34, 0.42, 0.24, 0.5), surfaces.tinted(pen.look.colour, 0.55), 0.8)
    lift = np.cos(pose * 2 * np.pi / POSES["bird"])
    wing = np.array(
        [[0.26, 0.14], [-0.02, 0.30 + 0.34 * lift], [-0.66, 0.02 + 0.98 * lift], [-0.56, -0.16 + 0.5 * lift]]
    )
    pen.body(curve([*wing, [-0.22, -0.22 + 0.14 * lift]]), tone=0.84)
    pen.eye(0.60, 0.40, 0.18)
    pen.badge(0.22, -0.30, 0.26)


def _fish(pen: Pen, pose: int) -> None:
    wag = 0.20 * np.sin(pose * np.pi / 2)
    tail = curve(
        [[-0.70, 0.02], [-1.12, 0.30], [-1.52, 0.70 + wag], [-1.30, 0.02 + wag], [-1.52, -0.66 + wag], [-1.12, -0.28]]
    )
    fin = curve([[-0.42, 0.56], [-0.30, 0.96], [0.30, 0.86], [0.46, 0.54]])
    keel = curve([[-0.18, -0.58], [-0.44, -0.96], [-0.04, -0.94], [0.26, -0.6]])
    pen.body(tail, fin, keel, tone=0.84)
    pen.body(
        curve(
            [
                [1.26, 0.0],
                [0.86, 0.52],
                [0.10, 0.76],
                [-0.60, 0.36],
                [-0.94, 0.0],
                [-0.60, -0.38],
                [0.10, -0.76],
                [0.86, -0.52],
            ]
        )
    )
    gill = np.linspace(-1.0, 1.0, 12)
    pen.board.line(np.stack([0.34 + 0.16 * np.cos(gill * 1.2), 0.40 * gill], 1), pen.edge, 0.06)
    pen.board.line(curve([[1.16, -0.20], [1.02, -0.20], [0.92, -0.12]], closed=False), pen.edge, 0.07)
    pen.board.fill(curve([[0.10, -0.10], [-0.22, -0.02 + wag], [-0.34, -0.30 + wag], [-0.04, -0.30]]), pen.edge, 0.55)
    pen.eye(0.78, 0.18, 0.19)
    pen.badge(-0.20, 0.08, 0.30)


def _lantern(pen: Pen, pose: int) -> None:
    sway = 0.07 * (pose - 1)
    gold = GOLD if pen.look.colour not in ("yellow", "orange") else (150, 62, 48)
    for x in (-0.09, 0.0, 0.09):
        pen.board.line([[x, -0.70], [x * 1.5 + sway, -1.06]], gold, 0.06)
    pen.board.line([[0, 0.72], [0, 1.10]], (90, 64, 52), 0.07)
    pen.body(
        curve(
            [
                [-0.42, 0.66],
                [-0.98, 0.34],
                [-1.12, 0.0],
                [-0.98, -0.34],
                [-0.42, -0.66],
                [0.42, -0.66],
                [0.98, -0.34],
                [1.12, 0.0],
                [0.98, 0.34],
                [0.42, 0.66],
            ]
        )
    )
    rib = np.linspace(-1, 1, 15)
    for bend in (-0.72, -0.30, 0.30, 0.72):
        pen.board.line(np.stack([bend * np.sqrt(1.02 - rib**2 * 0.62), rib * 0.66], 1), pen.edge, 0.045)
    x, y = pen.board.grid()
    fall = np.clip(1 - np.hypot(x / 0.95, y / 0.62), 0, 1)[:, :, None] * (pen.covered[:, :, None] / 255)
    lit = pen.board.pixels[:, :, :3] + fall * (np.array([255, 240, 190]) - pen.board.pixels[:, :, :3]) * 0.62
    pen.board.pixels[:, :, :3] = lit
    pen.board.fill(box(-0.46, 0.62, 0.46, 0.80, 0.05), gold)
    pen.board.fill(box(-0.46, -0.80, 0.46, -0.62, 0.05), gold)
    pen.badge(0, 0, 0.34)


def _robot(pen: Pen, pose: int) -> None:
    board = pen.board
    metal: Colour = (150, 156, 172)
    board.line([[0, 0.8], [0, 0.98]], metal, 0.08)
    board.fill(disc(0, 1.0, 0.11), (250, 206, 70) if pen.look.colour != "yellow" else (226, 84, 70))
    for side in (-1, 1):
        board.line([[side * 0.50, -0.32], [side * 0.76, -0.50]], metal, 0.13)
        board.line([[side * 0.24, -0.76], [side * 0.24, -0.92]], metal, 0.17)
        board.fill(box(side * 0.84 - 0.06, 0.22, side * 0.84 + 0.06, 0.50, 0.04), metal)
        pen.body(disc(side * 0.80, -0.56, 0.11))
        pen.body(box(side * 0.27 - 0.20, -0.97, side * 0.27 + 0.20, -0.85, 0.05))
    pen.body(box(-0.50, -0.80, 0.50, -0.12, 0.12))
    pen.body(box(-0.80, -0.16, 0.80, 0.86, 0.24))
    board.fill(box(-0.60, -0.06, 0.66, 0.72, 0.18), (236, 240, 246))
    for x in (-0.22, 0.32):
        board.fill(disc(x, 0.48, 0.15), DARK)
        board.fill(disc(x + 0.05, 0.53, 0.05), (255, 255, 255))
    board.fill(disc(-0.43, 0.24, 0.08), (244, 150, 160), 0.7)
    board.fill(disc(0.53, 0.24, 0.08), (244, 150, 160), 0.7)
    opening = pose / (POSES["robot"] - 1)
    half = 0.035 + 0.155 * opening
    board.fill(box(-0.20, 0.14 - half, 0.30, 0.14 + half, min(half, 0.14)), (54, 18, 30))
    if opening > 0.55:
        board.fill(oval(0.05, 0.14 - half * 0.62, 0.14, half * 0.3), (88, 24, 42))
    pen.badge(0, -0.48, 0.22)


_DRAW: dict[str, Callable[[Pen, int], None]] = dict(
    zip(OBJECTS, (_ball, _cube, _star, _ring, _car, _boat, _bird, _fish, _lantern, _robot), strict=True)
)


@lru_cache(maxsize=512)
def texture(drawn: Look, pose: int = 0) -> np.ndarray:
    """Return one look in one pose. Shapes: premultiplied RGBA uint8 (h, w, 4); do not write into it."""
    pen = Pen(drawn)
    _DRAW[drawn.kind](pen, pose)
    pen.board.pixels.setflags(write=False)
    return pen.board.pixels


@lru_cache(maxsize=16)
def shine(kind: str, material: str) -> np.ndarray | None:
    """Return the upright highlight of a round thing, or None. Shapes: premultiplied RGBA uint8 (h, w, 4)."""
    if kind != "ball":
        return None
    board = Board(-HALF_WIDTH, HALF_HEIGHT, HALF_WIDTH, -HALF_HEIGHT, UNIT)
    surfaces.sheen(board, material)
    board.pixels.setflags(write=False)
    return board.pixels
