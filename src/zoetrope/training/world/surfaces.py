"""What covers a thing: its colour with shading, its surface pattern, the gloss of its material, its badge."""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.engine.families.pocket.inks import Colour, mix
from zoetrope.training.world.brush import Board, box, disc, oval, scale
from zoetrope.training.world.scene import Badge
from zoetrope.training.world.vocabulary import COLOURS

# Second tone of a patterned surface: a neighbour of the same colour name, so that the name stays right.
SHADES: dict[str, Colour] = {
    "red": (150, 22, 34),
    "orange": (205, 92, 16),
    "yellow": (218, 168, 28),
    "green": (28, 118, 56),
    "cyan": (30, 138, 156),
    "blue": (28, 56, 150),
    "purple": (92, 38, 146),
    "pink": (218, 92, 150),
    "white": (196, 202, 216),
    "black": (84, 84, 94),
}
BADGES = 8
GLASS = (255 - np.arange(256) * 64 // 255).astype(np.uint8)  # coverage left at each depth inside a glass body


def outline(colour: str) -> Colour:
    """Return the contour ink for a body colour; the two ends of the grey scale keep a visible edge."""
    return {"white": (120, 126, 146), "black": (104, 106, 122)}.get(colour, scale(COLOURS[colour], 0.48))


def _pattern(board: Board, surface: str) -> np.ndarray | None:
    x, y = board.grid()
    if surface == "striped":
        wave = np.sin((x * 0.92 + y * 0.38) * 8.4) + 0 * y
    elif surface == "dotted":
        row = np.round(y / 0.36)
        shifted = x / 0.42 + 0.5 * (row % 2)
        wave = 0.15 - np.hypot((shifted - np.round(shifted)) * 0.42, y - row * 0.36)
        return np.clip(wave * 24 + 0.5, 0, 1)[:, :, None]
    elif surface == "checked":
        wave = np.sin(x * 7.0 + 0.4) * np.sin(y * 7.0 + 0.4) * 3
    else:
        return None
    return np.clip(wave * 3 + 0.5, 0, 1)[:, :, None]


def _gloss(board: Board, material: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a factor on the colour and a share of white. Shapes: (h, w) each."""
    x, y = board.grid()
    lit = np.clip(1.0 + 0.11 * y - 0.07 * x, 0.8, 1.16)
    if material == "wood":
        grain = np.sin((y + 0.10 * np.sin(2.3 * x + 0.8)) * 21.0 + 0.7 * np.sin(1.1 * x))
        return lit * (1 - 0.20 * np.clip(grain - 0.35, 0, 1)), 0 * lit
    if material == "metal":
        across = y + 0.22 * x
        band = np.exp(-(((across - 0.36) / 0.15) ** 2))
        low = np.exp(-(((across + 0.18) / 0.20) ** 2))
        return lit * (1 - 0.26 * low), 0.74 * band + 0.18 * np.exp(-(((across + 0.66) / 0.10) ** 2))
    if material == "glass":
        slit = np.exp(-((((y - x + 0.1) % 1.5 - 0.75) / 0.10) ** 2))
        return lit * 1.03, 0.10 + 0.34 * slit
    return lit, np.clip(0.05 * (y - x), 0, 0.1)


def cover(board: Board, colour: str, surface: str, material: str) -> np.ndarray:
    """Return the colour field of a body. Shapes: float32 (h, w, 3) for the whole board."""
    base = np.asarray(COLOURS[colour], np.float32)
    field = np.broadcast_to(base, (board.height, board.width, 3))
    pattern = _pattern(board, surface)
    if pattern is not None:
        field = field + pattern * (np.asarray(SHADES[colour], np.float32) - base)
    factor, white = _gloss(board, material)
    field = field * factor[:, :, None].astype(np.float32)
    return field + (250 - field) * white[:, :, None].astype(np.float32)


def sheen(board: Board, material: str) -> None:
    """Draw the highlight that stays upright while a round thing turns below it."""
    if material == "metal":
        board.fill(_tilted(-0.34, 0.42, 0.34, 0.17), (255, 255, 255), 0.85)
        board.fill(_tilted(0.34, -0.58, 0.30, 0.06), (255, 255, 255), 0.35)
    elif material == "glass":
        board.fill(_tilted(-0.36, 0.46, 0.26, 0.12), (255, 255, 255), 0.95)
        board.fill(disc(-0.62, 0.12, 0.07), (255, 255, 255), 0.9)
        board.fill(_tilted(0.38, -0.56, 0.34, 0.07), (255, 255, 255), 0.6)
    else:
        board.fill(_tilted(-0.34, 0.42, 0.30, 0.18), (255, 255, 255), 0.26 if material == "rubber" else 0.14)


def _tilted(x: float, y: float, wide: float, high: float) -> np.ndarray:
    return oval(x, y, wide, high, 0.72)


def clear(board: Board, mask: np.ndarray) -> None:
    """Make the inside of a glass body translucent; its edge stays solid. Shapes: mask uint8 (h, w)."""
    x, y, wide, high = cv2.boundingRect(mask)
    part, inside = board.pixels[y : y + high, x : x + wide], mask[y : y + high, x : x + wide]
    inside = cv2.blur(cv2.erode(inside, np.ones((9, 9), np.uint8)), (9, 9))
    keep = cv2.LUT(inside, GLASS)
    part[:] = cv2.multiply(part, cv2.merge([keep] * 4), scale=1 / 255)


def stamp(board: Board, badge: Badge, x: float, y: float, radius: float) -> None:
    """Draw a round two-colour emblem."""
    rim = (250, 250, 250) if sum(badge.outer) < 600 else (50, 50, 60)
    board.fill(disc(x, y, radius * 1.14), rim)
    board.fill(disc(x, y, radius), badge.outer)
    ink = badge.inner
    for shape in _emblem(badge.pattern % BADGES):
        board.fill(np.asarray(shape) * radius + (x, y), ink)
    if badge.pattern % BADGES == 3:
        board.fill(disc(x, y, radius * 0.38), badge.outer)


def _emblem(pattern: int) -> list[np.ndarray]:
    turn = np.linspace(0, np.pi, 20)
    half = np.stack([np.cos(turn), np.sin(turn)], 1)
    quarter = np.concatenate([np.stack([np.cos(turn / 2), np.sin(turn / 2)], 1), [[0.0, 0.0]]])
    shapes: list[list[np.ndarray]] = [
        [disc(0, 0, 0.55)],
        [half],
        [quarter, -quarter],
        [disc(0, 0, 0.72)],
        [box(-0.24, -0.8, 0.24, 0.8), box(-0.8, -0.24, 0.8, 0.24)],
        [np.array([[0, 0.82], [-0.74, -0.46], [0.74, -0.46]])],
        [box(-0.68, -0.6, -0.28, 0.6), box(0.28, -0.6, 0.68, 0.6)],
        [disc(0.42 * np.cos(a), 0.42 * np.sin(a), 0.28) for a in (np.pi / 2, np.pi * 7 / 6, np.pi * 11 / 6)],
    ]
    return shapes[pattern]


def tinted(colour: str, share: float, towards: Colour = (255, 255, 255)) -> Colour:
    """Return a body colour moved towards another one."""
    return mix(COLOURS[colour], towards, share)
