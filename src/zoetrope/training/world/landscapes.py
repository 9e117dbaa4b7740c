"""Open settings: meadow, beach, snowfield, desert, sea. Each fills a backdrop with plates, far to near."""

from __future__ import annotations

import numpy as np

from zoetrope.engine.families.pocket.inks import Colour, mix
from zoetrope.training.world.backdrop import HORIZON, Backdrop, hills, sky
from zoetrope.training.world.brush import Board, curve, disc, oval

FLOWERS: tuple[Colour, ...] = ((250, 250, 244), (250, 214, 90), (240, 150, 170), (200, 150, 230))


def _ground(drop: Backdrop, far: Colour, near: Colour) -> Board:
    board = drop.floor()
    board.wash([(-HORIZON * 2.3, drop.tone(near)), (0.0, drop.tone(far))])
    return board


def _spread(drop: Backdrop, count: int, reach: float = 4.6) -> np.ndarray:
    """Return places along x, about evenly apart. Shapes: (count,)."""
    step = 2 * reach / count
    return -reach + step * (np.arange(count) + drop.rng.uniform(0.15, 0.85, count))


def _trunk(x: float, foot: float, size: float, low: float, high: float, tall: float) -> list[list[float]]:
    """The corners of a trunk; low and high are half its widths at foot and top, all as shares of the tree's size."""
    top = foot + tall * size
    return [[x - low * size, foot], [x + low * size, foot], [x + high * size, top], [x - high * size, top]]


def _tree(drop: Backdrop, board: Board, x: float, foot: float, size: float, leaf: Colour) -> None:
    board.fill(_trunk(x, foot, size, 0.05, 0.03, 0.5), drop.tone((124, 88, 62)))
    for across, up, radius, shade in ((0.0, 0.62, 0.34, 0.84), (-0.2, 0.72, 0.24, 1.0), (0.12, 0.86, 0.27, 1.08)):
        ink = (
            drop.tone(mix((20, 60, 40), leaf, min(shade, 1.0)))
            if shade < 1
            else drop.tone(mix(leaf, (240, 250, 200), shade - 1))
        )
        board.fill(disc(x + across * size, foot + up * size, radius * size), ink)


def meadow(drop: Backdrop) -> None:
    """Hills, round trees, grass with flowers."""
    back = sky(drop, clouds=3)
    hills(drop, back, 0.42, 1.3, drop.tone((150, 198, 190)))
    hills(drop, back, 0.24, 2.1, drop.tone((128, 190, 132)))
    ground = _ground(drop, (150, 206, 104), (92, 172, 72))
    for stripe in range(3):
        y = -0.12 - 0.24 * stripe
        ground.fill(oval(drop.pick(-2, 2), y, 2.4, 0.05), drop.tone((128, 196, 92)), 0.6)
    middle = drop.add(0.72, top=0.75, bottom=-0.16)
    for x in _spread(drop, 7):
        if drop.rng.random() < 0.72:
            _tree(drop, middle, x, -0.13, drop.pick(0.5, 0.8), mix((86, 160, 70), (120, 180, 70), drop.pick(0, 1)))
    for x in _spread(drop, 22, 5):
        y = drop.pick(-1.0, -0.56)
        size = 0.016 + 0.02 * -y
        ink = FLOWERS[int(drop.rng.integers(len(FLOWERS)))]
        ground.line([[x, y - size * 1.6], [x, y]], drop.tone((60, 130, 60)), 0.015)
        for angle in np.arange(5) * 2 * np.pi / 5:
            ground.fill(disc(x + size * np.cos(angle), y + size * np.sin(angle), size * 0.62), drop.tone(ink))
        ground.fill(disc(x, y, size * 0.6), drop.tone((248, 180, 60)))


def _palm(drop: Backdrop, board: Board, x: float, foot: float, size: float, lean: float) -> None:
    trunk = curve([[x, foot], [x + 0.10 * lean, foot + 0.5 * size], [x + 0.34 * lean, foot + size]], closed=False)
    board.line(trunk, drop.tone((150, 108, 70)), 0.07 * size)
    head = trunk[-1]
    for angle in (-0.5, 0.15, 0.8, 1.5, 2.2, 2.9, 3.6):
        reach = np.array([np.cos(angle), np.sin(angle)]) * 0.46 * size
        tip = head + reach + (0, -0.20 * size)
        middle = head + reach * 0.62 + (0, 0.05 * size)
        droop = np.array([0, 0.055 * size])
        leaf = curve([head, middle + droop, tip, middle - droop])
        board.fill(leaf, drop.tone((64, 150, 78) if angle < 1.5 else (48, 130, 70)))
    for across in (-0.05, 0.06):
        board.fill(disc(head[0] + across * size, head[1] - 0.05 * size, 0.05 * size), drop.tone((116, 78, 50)))


def beach(drop: Backdrop) -> None:
    """A strip of sea with foam, sand with shells, a palm."""
    back = sky(drop, clouds=3)
    back.fill(curve([[1.1, -0.02], [1.5, 0.10], [2.1, 0.14], [2.6, 0.05], [2.9, -0.02]]), drop.tone((132, 170, 170)))
    ground = _ground(drop, (244, 222, 168), (236, 200, 134))
    water, shore = drop.tone((60, 164, 200)), drop.tone((132, 214, 220))
    ground.fill([[-9, 0], [9, 0], [9, -0.2], [-9, -0.2]], water)
    x = np.linspace(-7, 7, 160)
    edge = -0.25 + 0.02 * np.sin(x * 3.1 + drop.pick(0, 6))
    for low, ink in ((0.0, drop.tone((250, 252, 248))), (0.025, shore), (0.09, water)):
        ground.fill(np.concatenate([np.stack([x, edge + low], 1), [[7, -0.0], [-7, -0.0]]]), ink)
    glint = drop.tone((190, 232, 238))
    for at in _spread(drop, 14):
        ground.line([[at, drop.pick(-0.13, -0.03)] for at in (at, at + drop.pick(0.1, 0.3))][:1] * 2, glint, 0.012)
    for at in _spread(drop, 8):
        y = drop.pick(-1.0, -0.58)
        ground.fill(oval(at, y, 0.05, 0.03), drop.tone((250, 236, 226)))
        ground.fill(oval(at, y - 0.006, 0.03, 0.015), drop.tone((240, 170, 150)))
    middle = drop.add(0.45, top=1.25, bottom=-0.34)
    side = 1 if drop.rng.random() < 0.5 else -1
    _palm(drop, middle, side * drop.pick(1.05, 1.5), -0.31, drop.pick(0.9, 1.1), -side)
    _palm(drop, middle, -side * drop.pick(2.1, 2.8), -0.31, drop.pick(0.7, 0.9), side)


def _fir(drop: Backdrop, board: Board, x: float, foot: float, size: float) -> None:
    board.fill(_trunk(x, foot, size, 0.04, 0.04, 0.2), drop.tone((112, 82, 66)))
    for low, wide, tip in ((0.14, 0.34, 0.58), (0.38, 0.27, 0.80), (0.60, 0.19, 1.04)):
        base, peak = foot + low * size, foot + tip * size
        board.fill([[x - wide * size, base], [x + wide * size, base], [x, peak]], drop.tone((58, 118, 104)))
        cap = [
            [x, peak],
            [x + wide * 0.50 * size, base + (peak - base) * 0.50],
            [x + 0.10 * size, base + (peak - base) * 0.60],
        ]
        cap += [[x - 0.10 * size, base + (peak - base) * 0.50], [x - wide * 0.50 * size, base + (peak - base) * 0.50]]
        board.fill(cap, drop.tone((246, 250, 255)))


def snowfield(drop: Backdrop) -> None:
    """White ground with blue hollows, firs with snow caps, a far range."""
    back = sky(drop, clouds=2, hue=(236, 242, 250), amount=0.25 if drop.light == "day" else 0.06)
    for x in _spread(drop, 6):
        high, wide = drop.pick(0.4, 0.7), drop.pick(0.6, 0.9)
        back.fill([[x - wide, -0.03], [x, high], [x + wide, -0.03]], drop.tone((168, 190, 220)))
        back.fill(
            [[x - wide * 0.32, high * 0.68], [x, high], [x + wide * 0.32, high * 0.68], [x, high * 0.58]],
            drop.tone((240, 246, 255)),
        )
    ground = _ground(drop, (226, 236, 248), (246, 249, 254))
    for at in _spread(drop, 7, 5):
        ground.fill(oval(at, drop.pick(-1.0, -0.1), drop.pick(0.5, 0.9), 0.03), drop.tone((212, 225, 243)), 0.8)
    middle = drop.add(0.70, top=1.0, bottom=-0.16)
    for x in _spread(drop, 9):
        if drop.rng.random() < 0.7:
            _fir(drop, middle, x, -0.13, drop.pick(0.5, 0.85))


def _cactus(drop: Backdrop, board: Board, x: float, foot: float, size: float) -> None:
    body, dark = drop.tone((92, 156, 92)), drop.tone((66, 122, 78))
    for points, wide in (
        ([[x, foot], [x, foot + size]], 0.20),
        ([[x, foot + 0.36 * size], [x - 0.30 * size, foot + 0.38 * size], [x - 0.30 * size, foot + 0.68 * size]], 0.14),
        ([[x, foot + 0.50 * size], [x + 0.28 * size, foot + 0.52 * size], [x + 0.28 * size, foot + 0.82 * size]], 0.14),
    ):
        board.line(points, body, wide * size)
    for across in (-0.04, 0.04):
        board.line([[x + across * size, foot], [x + across * size, foot + 0.96 * size]], dark, 0.02 * size)
    board.fill(disc(x, foot + 1.08 * size, 0.07 * size), drop.tone((240, 130, 150)))


def desert(drop: Backdrop) -> None:
    """Dunes, table mountains, cacti."""
    back = sky(drop, clouds=1, hue=(255, 226, 180), amount=0.16)
    for x in _spread(drop, 4):
        high, wide = drop.pick(0.28, 0.5), drop.pick(0.25, 0.45)
        back.fill(
            [
                [x - wide * 1.3, -0.02],
                [x - wide, high * 0.8],
                [x - wide * 0.9, high],
                [x + wide * 0.9, high],
                [x + wide, high * 0.8],
                [x + wide * 1.3, -0.02],
            ],
            drop.tone((214, 142, 104)),
        )
        back.fill(
            [
                [x + wide * 0.3, -0.02],
                [x + wide * 0.4, high],
                [x + wide * 0.9, high],
                [x + wide, high * 0.8],
                [x + wide * 1.3, -0.02],
            ],
            drop.tone((190, 118, 90)),
        )
    hills(drop, back, 0.20, 1.7, drop.tone((232, 184, 122)))
    ground = _ground(drop, (238, 190, 120), (226, 164, 92))
    x = np.linspace(-7, 7, 160)
    for row in range(4):
        y = -0.14 - 0.26 * row + 0.05 * np.sin(x * 1.5 + drop.pick(0, 6))
        ridge = np.concatenate([np.stack([x, y], 1), np.stack([x, y - 0.035], 1)[::-1]])
        ground.fill(ridge, drop.tone((246, 208, 142)), 0.7)
    middle = drop.add(0.60, top=0.85, bottom=-0.22)
    for at in _spread(drop, 6):
        if drop.rng.random() < 0.75:
            _cactus(drop, middle, at, -0.2, drop.pick(0.35, 0.62))
    for at in _spread(drop, 6):
        middle.fill(oval(at, -0.19, drop.pick(0.05, 0.1), 0.04), drop.tone((176, 126, 92)))


def sea(drop: Backdrop) -> None:
    """Open water with rolling waves; the standing line is the water's surface."""
    back = sky(drop, clouds=4)
    back.fill(
        curve([[-2.4, -0.02], [-2.0, 0.12], [-1.5, 0.20], [-1.1, 0.08], [-0.8, -0.02]]), drop.tone((138, 172, 196))
    )
    ground = _ground(drop, (98, 186, 214), (22, 104, 168))
    shine = {"day": (228, 246, 250), "sunset": (255, 216, 140), "night": (170, 184, 226)}[drop.light]
    for wide, share in ((0.34, 0.25), (0.2, 0.35)):
        for row in range(5):
            ground.fill(oval(drop.lamp, -0.03 - 0.085 * row, wide * (1.1 - 0.14 * row), 0.022), shine, share)
    x = np.linspace(-8, 8, 200)
    for row, high in enumerate((0.05, 0.14, 0.27)):
        crest = -high + 0.008 * (row + 1) * np.sin(x * (9 - 2 * row) + drop.pick(0, 6))
        ground.line(np.stack([x, crest], 1), drop.tone((150, 216, 230)), 0.012)
    for depth, top, ink in (
        (0.18, -0.40, (44, 140, 196)),
        (-0.06, -0.56, (28, 116, 180)),
        (-0.5, -0.76, (20, 98, 164)),
    ):
        board = drop.add(depth, top=top + 0.06, bottom=top - 0.40, front=depth < 0, sway=0.07)
        wave = top + 0.03 * np.sin(x * 5.2 + drop.pick(0, 6))
        body = np.concatenate([np.stack([x, wave], 1), [[8, -4], [-8, -4]]])
        board.fill(body, drop.tone(ink))
        board.line(np.stack([x, wave - 0.015], 1), drop.tone((170, 226, 238)), 0.022)
