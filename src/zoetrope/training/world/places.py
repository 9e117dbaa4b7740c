"""Built settings: city, room, stage. Each fills a backdrop with plates, far to near."""

from __future__ import annotations

import numpy as np

from zoetrope.engine.families.pocket.inks import Colour, mix
from zoetrope.training.world.backdrop import HORIZON, SKIES, Backdrop, cloud, heaven, sky
from zoetrope.training.world.brush import Board, box, curve, disc, oval, scale

WALLS: tuple[Colour, ...] = ((226, 140, 110), (236, 196, 130), (150, 176, 204), (196, 160, 186), (170, 196, 160))
PAPERS: tuple[Colour, ...] = ((240, 218, 188), (200, 222, 214), (222, 206, 226), (206, 218, 236))


def _windows(drop: Backdrop, board: Board, left: float, right: float, foot: float, top: float, step: float) -> None:
    for x in np.arange(left + step * 0.5, right - step * 0.3, step):
        for y in np.arange(foot + step * 0.4, top - step * 0.5, step * 1.15):
            on = drop.rng.random() < {"day": 0.0, "sunset": 0.35, "night": 0.55}[drop.light]
            ink = (255, 220, 130) if on else drop.tone((176, 208, 228))
            board.fill(box(x - step * 0.24, y, x + step * 0.24, y + step * 0.62), ink)


def city(drop: Backdrop) -> None:
    """Two rows of houses, a street with a kerb and lamps."""
    back = sky(drop, clouds=2, hue=(220, 226, 236), amount=0.1)
    x = -5.0
    while x < 5:
        wide, high = drop.pick(0.25, 0.5), drop.pick(0.5, 1.15)
        ink = drop.tone(mix((150, 172, 200), (184, 186, 210), drop.pick(0, 1)))
        back.fill(box(x, -0.05, x + wide, high), ink)
        if drop.rng.random() < 0.4:
            back.line([[x + wide / 2, high], [x + wide / 2, high + 0.14]], ink, 0.03)
        x += wide
    middle = drop.add(0.75, top=1.15, bottom=-0.16)
    x = -5.0
    while x < 5:
        wide, high = drop.pick(0.45, 0.75), drop.pick(0.42, 0.95)
        ink = drop.tone(WALLS[int(drop.rng.integers(len(WALLS)))])
        middle.fill(box(x, -0.15, x + wide, high), ink)
        middle.fill(box(x - 0.015, high - 0.04, x + wide + 0.015, high + 0.01), scale(ink, 0.75))
        _windows(drop, middle, x + 0.03, x + wide - 0.03, 0.0, high - 0.05, 0.15)
        middle.fill(box(x + wide * 0.4, -0.15, x + wide * 0.4 + 0.1, 0.03), scale(ink, 0.55))
        x += wide + (drop.pick(0.05, 0.25) if drop.rng.random() < 0.3 else 0.0)
    ground = drop.floor()
    ground.wash([(-1.15, drop.tone((104, 108, 120))), (-0.2, drop.tone((134, 138, 150)))])
    ground.fill([[-9, 0], [9, 0], [9, -0.24], [-9, -0.24]], drop.tone((196, 192, 188)))
    ground.fill([[-9, -0.24], [9, -0.24], [9, -0.28], [-9, -0.28]], drop.tone((228, 224, 216)))
    for at in np.arange(-6, 6, 0.8):
        ground.fill(
            [[at, -0.70], [at + 0.4, -0.70], [at + 0.37, -0.75], [at - 0.03, -0.75]], drop.tone((240, 232, 200))
        )
    _lamps(drop)


def _lamps(drop: Backdrop) -> None:
    board = drop.add(0.5, top=1.0, bottom=-0.3)
    pole = drop.tone((70, 76, 92))
    start = drop.pick(-0.5, 0.5)
    for x in (start - 3.4, start - 1.7, start, start + 1.7, start + 3.4):
        board.fill(box(x - 0.02, -0.26, x + 0.02, 0.62), pole)
        board.fill(box(x - 0.05, -0.28, x + 0.05, -0.2), pole)
        if drop.light != "day":
            board.fill(disc(x, 0.68, 0.16), (255, 214, 120), 0.25)
        board.fill(disc(x, 0.68, 0.075), (255, 236, 176) if drop.light != "day" else (240, 240, 232))
        board.fill(box(x - 0.06, 0.74, x + 0.06, 0.77), pole)


def room(drop: Backdrop) -> None:
    """A papered wall with a window, a picture and a shelf, over floorboards."""
    paper = PAPERS[int(drop.rng.integers(len(PAPERS)))]
    back = drop.add(0.8, bottom=-0.1)
    back.wash([(-0.1, drop.tone(scale(paper, 0.94))), (1.6, drop.tone(paper))])
    stripe = drop.tone(scale(paper, 0.955))
    for x in np.arange(-5, 5, 0.36):
        back.fill(box(x, -0.1, x + 0.18, 3), stripe)
    back.fill(box(-9, -0.1, 9, 0.09), drop.tone((250, 246, 238)))
    back.fill(box(-9, 0.075, 9, 0.095), drop.tone((214, 204, 190)))
    side = 1 if drop.rng.random() < 0.5 else -1
    _window(drop, back, side * drop.pick(0.6, 1.0), 0.72)
    _pictures(drop, back, -side * drop.pick(0.7, 1.0), 0.78)
    _window(drop, back, side * 2.9, 0.72)
    _pictures(drop, back, -side * 2.6, 0.78)
    wood = mix((206, 154, 104), (186, 130, 84), drop.pick(0, 1))
    ground = drop.floor()
    ground.wash([(-1.15, drop.tone(wood)), (0.0, drop.tone(scale(wood, 0.88)))])
    for row, y in enumerate((-0.02, -0.14, -0.30, -0.52, -0.80)):
        ground.line([[-9, y], [9, y]], drop.tone(scale(wood, 0.76)), 0.014)
        below = (-0.14, -0.30, -0.52, -0.80, -1.2)[row]
        for x in np.arange(-6, 6, 1.3) + 0.47 * row:
            ground.line([[x, y], [x, below]], drop.tone(scale(wood, 0.76)), 0.012)
    ground.fill(oval(0, -0.62, 1.5, 0.26), drop.tone((196, 110, 104)), 0.85)
    ground.fill(oval(0, -0.62, 1.36, 0.21), drop.tone((226, 176, 150)), 0.85)
    ground.fill(oval(0, -0.62, 1.18, 0.165), drop.tone((200, 120, 112)), 0.85)
    _floor_lamp(drop, -side * drop.pick(1.35, 1.6))


def _floor_lamp(drop: Backdrop, x: float) -> None:
    board = drop.add(0.6, top=1.0, bottom=-0.2)
    pole, lit = drop.tone((112, 92, 84)), drop.light != "day"
    board.fill(oval(x, -0.14, 0.12, 0.03), pole)
    board.fill(box(x - 0.015, -0.14, x + 0.015, 0.62), pole)
    if lit:
        for size in (0.52, 0.40, 0.28):
            board.fill(disc(x, 0.66, size), (255, 206, 120), 0.12)
    shade = [[x - 0.20, 0.54], [x + 0.20, 0.54], [x + 0.12, 0.82], [x - 0.12, 0.82]]
    board.fill(shade, (255, 226, 150) if lit else drop.tone((246, 226, 180)))


def _window(drop: Backdrop, back: Board, x: float, y: float) -> None:
    frame = drop.tone((252, 250, 244))
    back.fill(box(x - 0.42, y - 0.40, x + 0.42, y + 0.42, 0.03), drop.tone((206, 196, 182)))
    back.fill(box(x - 0.40, y - 0.38, x + 0.40, y + 0.40, 0.03), frame)
    low, middle, top = SKIES[drop.light]
    pane = Board(x - 0.34, y + 0.34, x + 0.34, y - 0.30, back.unit)
    pane.wash([(y - 0.30, low), (y, middle), (y + 0.34, top)])
    if drop.light == "day":
        pane.fill(disc(x + 0.18, y + 0.18, 0.08), (255, 246, 196))
        cloud(drop, pane, x - 0.1, y - 0.02, 0.12, middle)
    elif drop.light == "sunset":
        pane.fill(disc(x + 0.1, y - 0.14, 0.13), (255, 238, 170))
    else:
        pane.fill(disc(x + 0.16, y + 0.16, 0.09), (255, 248, 214))
        pane.fill(disc(x + 0.20, y + 0.19, 0.075), top)
        for across, up in ((-0.24, 0.2), (-0.1, 0.02), (0.0, 0.26), (0.24, -0.06), (-0.26, -0.12)):
            pane.fill(disc(x + across, y + up, 0.014), (230, 236, 255))
    pane.fill(oval(x, y - 0.36, 0.5, 0.16), drop.tone((120, 180, 110)))
    _inset(back, pane)
    back.fill(box(x - 0.02, y - 0.3, x + 0.02, y + 0.34), frame)
    back.fill(box(x - 0.34, y - 0.01, x + 0.34, y + 0.03), frame)
    back.fill(box(x - 0.46, y - 0.44, x + 0.46, y - 0.38, 0.02), frame)
    for way in (-1, 1):
        drape = [
            [x + way * 0.56, y + 0.48],
            [x + way * 0.20, y + 0.48],
            [x + way * 0.34, y + 0.1],
            [x + way * 0.44, y - 0.12],
        ]
        back.fill(curve([*drape, [x + way * 0.40, y - 0.44], [x + way * 0.58, y - 0.44]]), drop.tone((214, 122, 110)))
    back.fill(box(x - 0.64, y + 0.46, x + 0.64, y + 0.51, 0.02), drop.tone((140, 98, 72)))


def _inset(back: Board, pane: Board) -> None:
    left, top = round((pane.left - back.left) * back.unit), round((back.top - pane.top) * back.unit)
    low, high = max(left, 0), min(left + pane.width, back.width)
    upper, lower = max(top, 0), min(top + pane.height, back.height)
    if low < high and upper < lower:
        back.pixels[upper:lower, low:high] = pane.pixels[upper - top : lower - top, low - left : high - left]


def _pictures(drop: Backdrop, back: Board, x: float, y: float) -> None:
    back.fill(box(x - 0.32, y - 0.22, x + 0.32, y + 0.24, 0.02), drop.tone((150, 104, 70)))
    back.fill(box(x - 0.27, y - 0.17, x + 0.27, y + 0.19), drop.tone((244, 236, 214)))
    back.fill(
        [[x - 0.25, y - 0.15], [x - 0.08, y + 0.08], [x + 0.04, y - 0.06], [x + 0.12, y + 0.02], [x + 0.25, y - 0.15]],
        drop.tone((110, 150, 160)),
    )
    back.fill(disc(x + 0.13, y + 0.1, 0.045), drop.tone((238, 150, 90)))
    back.fill(box(x - 0.36, y - 0.46, x + 0.36, y - 0.42), drop.tone((150, 104, 70)))
    for step, ink in enumerate(((196, 92, 84), (92, 140, 170), (230, 190, 110), (110, 160, 120))):
        high = 0.12 + 0.03 * (step % 2)
        back.fill(box(x - 0.28 + 0.07 * step, y - 0.42, x - 0.22 + 0.07 * step, y - 0.42 + high), drop.tone(ink))
    back.fill(box(x + 0.14, y - 0.42, x + 0.24, y - 0.33, 0.02), drop.tone((220, 130, 90)))
    back.fill(oval(x + 0.19, y - 0.29, 0.08, 0.07), drop.tone((90, 160, 96)))


def stage(drop: Backdrop) -> None:
    """A theatre stage: painted heaven, red curtains, boards and a pool of light."""
    back = drop.add(0.8, bottom=-0.08)
    low, middle, top = SKIES[drop.light]
    back.wash(
        [
            (-0.1, mix(low, (60, 40, 60), 0.12)),
            (0.5, mix(middle, (60, 40, 60), 0.12)),
            (1.6, mix(top, (60, 40, 60), 0.12)),
        ]
    )
    heaven(drop, back, drop.pick(-0.5, 0.5), drop.pick(0.75, 0.9))
    for x, wide in ((-1.5, 0.8), (0.1, 1.0), (1.7, 0.8)):
        back.fill(oval(x + drop.pick(-0.2, 0.2), -0.06, wide, 0.24), drop.tone((124, 176, 140)))
    for x in (-0.7, 0.9):
        cloud(drop, back, x + drop.pick(-0.2, 0.2), drop.pick(0.55, 0.7), 0.16, middle)
    ground = drop.floor()
    wood = drop.tone((190, 134, 92))
    ground.wash([(-1.15, wood), (0.0, scale(wood, 0.72))])
    for x in np.arange(-7, 7, 0.34):
        ground.line([[x, 0], [x, -HORIZON * 2.4]], scale(wood, 0.80), 0.012)
    pool = mix((255, 240, 200), wood, 0.35)
    for wide, high, share in ((1.6, 0.30, 0.22), (1.3, 0.23, 0.26), (1.05, 0.17, 0.30)):
        ground.fill(oval(0, -HORIZON, wide, high), pool, share)
    _curtains(drop)
    beam = drop.add(0.3, bottom=-0.5)
    top = max(beam.top, 1.3)
    for narrow, wide, share in ((0.10, 0.92, 0.07), (0.06, 0.66, 0.08)):
        beam.fill([[-narrow, top], [narrow, top], [wide, -0.46], [-wide, -0.46]], (255, 244, 206), share)


def _curtains(drop: Backdrop) -> None:
    half = drop.scene.width / drop.scene.height / 0.9
    red = mix(drop.tone((178, 36, 48)), (178, 36, 48), 0.35)
    board = drop.add(0.35, bottom=-0.34)
    top = max(board.top, 1.3)
    for way in (-1, 1):
        for fold in range(9):
            x = way * (half * 0.80 + 0.17 * fold)
            ink = scale(red, 0.78 + 0.22 * (fold % 2))
            bulge = [
                [x - 0.09, -0.33],
                [x - 0.07, 0.4],
                [x - 0.09, top],
                [x + 0.09, top],
                [x + 0.10, 0.4],
                [x + 0.09, -0.33],
            ]
            board.fill(bulge, ink)
    valance = min(board.top, 1.22)
    for fold in range(-16, 17):
        x = fold * 0.24
        board.fill(oval(x, valance - 0.14, 0.14, 0.14), scale(red, 0.86 + 0.14 * (fold % 2)))
        board.line(
            np.stack(
                [x + 0.13 * np.cos(np.linspace(3.3, 6.1, 9)), valance - 0.14 + 0.13 * np.sin(np.linspace(3.3, 6.1, 9))],
                1,
            ),
            drop.tone((236, 190, 90)),
            0.03,
        )
    board.fill(box(-9, valance - 0.13, 9, 9), red)
