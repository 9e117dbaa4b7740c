"""What stands or hangs beside the things: a brick wall, a rope, a lantern's halo, the shadows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from zoetrope.engine.families.pocket.inks import mix, tone
from zoetrope.training.world.backdrop import unit
from zoetrope.training.world.brush import Board, box
from zoetrope.training.world.scene import Scene

WALL_WIDTH = 0.42
WALL_HEIGHT = 1.6
WALL_FOOT = -0.09  # metres of screen: the wall's near edge stands in front of the standing line
SHADE_SIDE = 64


def wall_board(scene: Scene) -> Board:
    """Return the brick wall drawn upright, its face at x = 0 and its body to the right, y = 0 on the ground."""
    board = Board(-0.08, WALL_HEIGHT + 0.1, WALL_WIDTH + 0.02, WALL_FOOT - 0.01, unit(scene))
    mortar, brick = tone((222, 206, 190), scene.light), tone((186, 92, 72), scene.light)
    board.fill(box(0, WALL_FOOT, WALL_WIDTH, WALL_HEIGHT), mortar)
    rows = np.arange(WALL_FOOT, WALL_HEIGHT - 0.02, 0.105)
    for row, y in enumerate(rows):
        for x in np.arange(-0.105 * (row % 2), WALL_WIDTH, 0.21):
            left, right = max(x + 0.012, 0.0), min(x + 0.198, WALL_WIDTH)
            ink = mix(brick, (255, 214, 190), 0.12 * ((row * 7 + round(x * 100)) % 3))
            if right - left > 0.03:
                board.fill(box(left, y + 0.012, right, y + 0.093), ink)
    dark = mix(brick, (30, 16, 24), 0.45)
    board.fill([[0, WALL_FOOT], [0, WALL_HEIGHT], [-0.045, WALL_HEIGHT], [-0.045, 0.03]], dark)
    board.fill(box(-0.07, WALL_HEIGHT, WALL_WIDTH + 0.02, WALL_HEIGHT + 0.08, 0.02), tone((204, 196, 188), scene.light))
    return board


@lru_cache(maxsize=32)
def shade(lift: int) -> np.ndarray:
    """Return a soft round shadow, fainter the higher the thing. Shapes: premultiplied RGBA uint8 (64, 64, 4)."""
    y, x = np.mgrid[-31.5:32, -31.5:32] / 32
    alpha = np.clip(1.15 - np.hypot(x, y) * 1.15, 0, 1) ** 0.8 * 120 / (1 + 0.25 * lift)
    out = np.zeros((SHADE_SIDE, SHADE_SIDE, 4), np.uint8)
    out[:, :, 3] = alpha
    return out


@lru_cache(maxsize=32)
def halo(colour: tuple[int, int, int], strength: float) -> np.ndarray:
    """Return light to add around a lamp: colour without coverage. Shapes: uint8 (64, 64, 4)."""
    y, x = np.mgrid[-31.5:32, -31.5:32] / 32
    fall = np.clip(1 - np.hypot(x, y), 0, 1)[:, :, None] ** 1.8 * strength
    out = np.zeros((SHADE_SIDE, SHADE_SIDE, 4), np.uint8)
    out[:, :, :3] = fall * np.array(mix(colour, (255, 214, 140), 0.5))
    return out
