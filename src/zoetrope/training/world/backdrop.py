"""Layers that stand behind the things, and how a moving camera sees them. Knows nothing of things or settings.

A plate is a board at one depth. Its x is metres at the resting camera; its y metres above the horizon. Depth 0 is the
line on which the things stand, depth 1 the horizon; far plates move less under a pan and more under an orbit.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from zoetrope.engine.families.pocket.inks import Colour, mix, tone
from zoetrope.training.world.brush import Board, curve, disc, oval
from zoetrope.training.world.scene import METRE, Scene

HORIZON = 0.45  # metres of screen between the standing line and the horizon
LAG = 0.62  # share of a pan that the horizon does not follow
SWEEP = 2.2  # metres that the horizon moves for a turn whose sine is 1
SHRINK = 0.5  # how much less the horizon grows under a zoom (exponent)


@dataclass(frozen=True, eq=False)
class Plate:
    """A drawn layer.

    sheared: it lies on the ground, so its depth changes with its y; front: drawn over the things; sway: metres that it
    rocks to and fro; opaque: fills the picture wherever the camera looks.
    """

    board: Board
    depth: float
    sheared: bool = False
    front: bool = False
    sway: float = 0.0
    opaque: bool = False


def unit(scene: Scene) -> float:
    """Return the pixels that one metre fills at the resting camera."""
    return METRE * scene.height


class Backdrop:
    """A scene's empty layers, sized to what its camera will see."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.light = scene, scene.light
        self.rng = np.random.default_rng([scene.seed, 1])
        self.unit = unit(scene)
        self.plates: list[Plate] = []
        self.lamp = 0.0  # x of the sun or moon on the sky

    def _reach(self, depth: float) -> tuple[float, float, float, float]:
        views = [view(self.scene, frame, depth) for frame in _extremes(self.scene)]
        wide, high = self.scene.width, self.scene.height
        left = min((0 - x) / s for x, _, s in views)
        right = max((wide - x) / s for x, _, s in views)
        top = max(y / s for _, y, s in views)
        bottom = min((y - high) / s for _, y, s in views)
        return left - 0.05, top + 0.05, right + 0.05, bottom - 0.05

    def add(
        self, depth: float, top: float = 99.0, bottom: float = -99.0, front: bool = False, sway: float = 0.0
    ) -> Board:
        """Add an upright plate that reaches from bottom to top where the camera sees it, and return its board."""
        left, high, right, low = self._reach(depth)
        board = Board(left, min(top, high), right, max(bottom, min(low, top - 0.2)), self.unit)
        self.plates.append(Plate(board, depth, front=front, sway=sway, opaque=not self.plates))
        return board

    def floor(self) -> Board:
        """Add the ground plate, from the horizon down, and return its board."""
        near = self._reach(0.0)
        deep = self._reach(1 + near[3] / HORIZON)
        far = self._reach(1.0)
        left, right = min(near[0], deep[0], far[0]), max(near[2], deep[2], far[2])
        bottom = min(near[3], -HORIZON)
        board = Board(left, 0.0, right, bottom, self.unit)
        self.plates.append(Plate(board, 1.0, sheared=True))
        return board

    def tone(self, colour: Colour) -> Colour:
        """Return a daylight colour as this scene's light shows it."""
        return tone(colour, self.light)

    def pick(self, low: float, high: float) -> float:
        """Draw a number for ornament."""
        return float(self.rng.uniform(low, high))


def _extremes(scene: Scene) -> list[int]:
    track = scene.motion.camera
    keys = {0, len(track) - 1}
    for column in range(track.shape[1]):
        keys |= {int(track[:, column].argmin()), int(track[:, column].argmax())}
    if scene.cut is not None:
        keys |= {scene.cut - 1, scene.cut}
    return sorted(keys)


def view(scene: Scene, frame: int, depth: float) -> tuple[float, float, float]:
    """Return where plate coordinates (0, 0) of a depth lie on the picture, and the pixels to one metre there.

    Units: pixels from the upper left corner of the picture.
    """
    x, y, zoom, turn = (float(v) for v in scene.motion.camera[frame])
    full = unit(scene) * zoom
    here = unit(scene) * zoom ** (1 - SHRINK * min(max(depth, 0.0), 1.0))
    across = scene.width / 2 + (SWEEP * depth * np.sin(turn) - x * (1 - LAG * depth)) * here
    up = scene.height / 2 - (scene.ground + HORIZON - y) * full
    return across, up, here


def placement(scene: Scene, frame: int, plate: Plate) -> np.ndarray:
    """Return the affine map from a plate's pixels to the picture's. Shapes: (2, 3)."""
    board = plate.board
    if plate.sheared:
        x1, y, s = view(scene, frame, 0.0)
        turn = float(scene.motion.camera[frame, 3])
        shift = (SWEEP * np.sin(turn) + LAG * float(scene.motion.camera[frame, 0])) / HORIZON * s
        across, up = s / board.unit, s / board.unit
        # At height v (metres) the row moves by shift * (v + HORIZON); v = -row / unit.
        x0 = x1 + shift * (HORIZON + board.top) + board.left * s
        return np.array([[across, -shift / board.unit, x0], [0, up, y - board.top * s]])
    x, y, s = view(scene, frame, plate.depth)
    x += plate.sway * np.sin(2 * np.pi * frame / 34 + 5 * plate.depth) * s
    return np.array([[s / board.unit, 0, x + board.left * s], [0, s / board.unit, y - board.top * s]])


SKIES: dict[str, tuple[Colour, Colour, Colour]] = {
    "day": ((226, 242, 248), (160, 214, 244), (86, 164, 228)),
    "sunset": ((255, 212, 138), (240, 138, 112), (96, 84, 150)),
    "night": ((72, 88, 142), (34, 44, 98), (14, 18, 52)),
}


# What weather does to the sky: a colour and its share by day, at sunset, at night.
OVERCAST: dict[str, tuple[Colour, tuple[float, float, float]]] = {
    "rain": ((126, 138, 156), (0.62, 0.34, 0.16)),
    "snow": ((190, 202, 220), (0.66, 0.26, 0.14)),
    "petals": ((255, 226, 232), (0.18, 0.06, 0.03)),
}


def air(drop: Backdrop) -> tuple[Colour, Colour, Colour]:
    """Return the colours of the sky at the horizon, above it and on top."""
    low, middle, top = SKIES[drop.light]
    if drop.scene.weather not in OVERCAST:
        return low, middle, top
    grey, shares = OVERCAST[drop.scene.weather]
    share = shares[list(SKIES).index(drop.light)]
    return mix(low, grey, share * 0.75), mix(middle, grey, share), mix(top, grey, share)


def sky(drop: Backdrop, clouds: int = 3, hue: Colour = (255, 255, 255), amount: float = 0.0) -> Board:
    """Add the sky with its sun or moon, stars and clouds; hue tints it by amount."""
    low, middle, top = (mix(c, hue, amount) for c in air(drop))
    board = drop.add(1.0, bottom=-0.12)
    board.wash([(0.0, low), (0.55, middle), (1.7, top)])
    drop.lamp = (1 if drop.rng.random() < 0.5 else -1) * drop.pick(0.4, 1.25)
    heaven(drop, board, drop.lamp, drop.pick(0.72, 0.98))
    for _ in range(clouds):
        cloud(drop, board, drop.pick(-2.6, 2.6), drop.pick(0.5, 1.15), drop.pick(0.16, 0.28), middle)
    return board


def heaven(drop: Backdrop, board: Board, x: float, y: float) -> None:
    """Draw the sun of day, the low sun of evening, or moon and stars."""
    if drop.light == "day":
        board.glow(x, y, 0.6, (60, 50, 20), 1.0)
        board.fill(disc(x, y, 0.15), (255, 246, 196))
    elif drop.light == "sunset":
        board.glow(x, 0.26, 1.5, (70, 46, 4), 1.0)
        board.fill(disc(x, 0.24, 0.27), (255, 238, 170))
    else:
        for _ in range(46):
            size = drop.pick(0.008, 0.017)
            board.fill(disc(drop.pick(-3.4, 3.4), drop.pick(0.25, 1.75), size), (226, 232, 255), drop.pick(0.5, 1.0))
        board.glow(x, y, 0.55, (56, 60, 70), 1.0)
        board.fill(_crescent(x, y, 0.15), (255, 248, 214))


def _crescent(x: float, y: float, radius: float) -> np.ndarray:
    outer = np.linspace(0.9, 5.4, 24)
    rim = np.stack([np.cos(outer), np.sin(outer)], 1)
    inner = curve([rim[-1], [0.02, -0.28], [-0.14, 0.18], [0.10, 0.52], rim[0]], closed=False, steps=6)
    return np.concatenate([rim, inner[1:-1]]) * radius + (x, y)


def cloud(drop: Backdrop, board: Board, x: float, y: float, size: float, air: Colour) -> None:
    """Draw one flat-bottomed cloud."""
    body = {"day": (255, 255, 255), "sunset": (255, 196, 166), "night": (76, 88, 140)}[drop.light]
    low = mix(body, air, 0.42)
    for ink, lift in ((low, 0.0), (body, 0.05)):
        for at, wide in ((-0.9, 0.55), (-0.3, 0.85), (0.45, 0.95), (1.05, 0.5)):
            high = size * wide * 0.62
            board.fill(oval(x + at * size, y + high * 0.8 + lift * size * 3, size * wide * 0.8, high), ink)


def hills(drop: Backdrop, board: Board, height: float, wave: float, ink: Colour, foot: float = -0.05) -> None:
    """Draw a chain of soft hills from the foot up."""
    x = np.linspace(-7, 7, 220)
    phase = drop.rng.uniform(0, 2 * np.pi, 3)
    y = height * (0.55 + 0.30 * np.sin(x * wave + phase[0]) + 0.15 * np.sin(x * wave * 2.3 + phase[1]))
    board.fill(np.concatenate([np.stack([x, y], 1), [[7, foot], [-7, foot]]]), ink)


def blend(frame: np.ndarray, pixels: np.ndarray, matrix: np.ndarray, border: int = 1, smooth: bool = True) -> None:
    """Lay a premultiplied RGBA texture over a frame through an affine map, touching only the box it falls in.

    Three channels mean opaque: such a texture replaces the box and repeats its edge.
    Shapes: frame uint8 (h, w, 3), changed; pixels uint8 (a, b, 3 or 4); matrix (2, 3) from texture to frame pixels,
    both measured from the upper left corners.
    """
    high, wide = pixels.shape[:2]
    (a, b, x), (c, d, y) = matrix.tolist()
    left = max(int(x + min(0.0, a * wide) + min(0.0, b * high)) - border, 0)
    right = min(int(x + max(0.0, a * wide) + max(0.0, b * high)) + 1 + border, frame.shape[1])
    top = max(int(y + min(0.0, c * wide) + min(0.0, d * high)) - border, 0)
    bottom = min(int(y + max(0.0, c * wide) + max(0.0, d * high)) + 1 + border, frame.shape[0])
    if right <= left or bottom <= top:
        return
    # OpenCV puts pixel centres at whole numbers, the map at halves.
    moved = np.array([[a, b, x + 0.5 * (a + b) - 0.5 - left], [c, d, y + 0.5 * (c + d) - 0.5 - top]])
    part, size = frame[top:bottom, left:right], (right - left, bottom - top)
    if pixels.shape[2] == 3:
        part[:] = cv2.warpAffine(pixels, moved, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return
    over = cv2.warpAffine(pixels, moved, size, flags=cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST)
    through = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(over, 3)), cv2.COLOR_GRAY2RGB)
    behind = cv2.multiply(part, through, scale=1 / 255)
    cv2.add(behind, cv2.cvtColor(over, cv2.COLOR_RGBA2RGB), dst=part)
