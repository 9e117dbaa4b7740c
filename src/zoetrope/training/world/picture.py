"""Draw a scene: frames and truth masks. Knows nothing of words, sound or networks.

Same scene, same bytes. Picture coordinates are pixels from the upper left corner, x to the right, y downwards.
"""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.training.world import settings, sprites
from zoetrope.training.world.backdrop import Plate, blend, placement, unit
from zoetrope.training.world.scene import Scene

FLIP_SPEED = 0.12  # m/s of travel above which a thing turns its front
LEAN = 0.30  # horizontal skew of a thing per sine of the camera's turn
STILL = ("swings", "spins", "falls", "talks")  # actions in which a thing keeps facing as it did


def project(scene: Scene, points: np.ndarray) -> np.ndarray:
    """Return where world points in the things' plane fall on the picture.

    Shapes: points (..., t, 2) metres, one a frame; out (..., t, 2) pixels.
    """
    camera = scene.motion.camera
    step = unit(scene) * camera[:, 2]
    x = scene.width / 2 + (points[..., 0] - camera[:, 0]) * np.cos(camera[:, 3]) * step
    y = scene.height / 2 - (points[..., 1] - camera[:, 1]) * step
    return np.stack([x, y], -1)


def draw(scene: Scene) -> np.ndarray:
    """Draw a clip. Shapes: uint8 RGB (t, h, w, 3)."""
    frames = np.empty((scene.frames, scene.height, scene.width, 3), np.uint8)
    plates = settings.plates(scene)
    _backdrop(scene, [plate for plate in plates if not plate.front], frames)
    cast = _Cast(scene)
    for at in range(scene.frames):
        for index in range(len(scene.things)):
            cast.shadow(frames[at], at, index)
        for index in range(len(scene.things)):
            cast.thing(frames[at], at, index)
        for plate in plates:
            if plate.front:
                blend(frames[at], plate.board.pixels, placement(scene, at, plate))
    return frames


def masks(scene: Scene) -> np.ndarray:
    """Return where each thing is seen; a later thing hides an earlier one. Shapes: bool (things, t, h, w)."""
    out = np.zeros((len(scene.things), scene.frames, scene.height, scene.width), bool)
    cast = _Cast(scene)
    for at in range(scene.frames):
        for index in range(len(scene.things)):
            inside = cast.outline(at, index)
            out[:index, at] &= ~inside
            out[index, at] = inside
    return out


def _backdrop(scene: Scene, plates: list[Plate], frames: np.ndarray) -> None:
    moving = any(plate.sway for plate in plates)
    for at in range(len(frames)):
        if at and not moving and np.array_equal(scene.motion.camera[at], scene.motion.camera[at - 1]):
            frames[at] = frames[at - 1]
            continue
        frames[at] = 0
        for plate in plates:
            blend(frames[at], plate.board.pixels, placement(scene, at, plate))


def facing(scene: Scene) -> np.ndarray:
    """Return the way each thing looks, 1 right or -1 left. Shapes: int (things, t)."""
    speed = (
        np.gradient(scene.motion.centre[:, :, 0], axis=1) * 12 if scene.frames > 1 else np.zeros((len(scene.things), 1))
    )
    out = np.ones((len(scene.things), scene.frames), int)
    for index, row in enumerate(speed):
        keep = np.zeros(scene.frames, bool)
        for act in scene.acts:
            if act.thing == index and act.name in STILL:
                keep[act.start : act.stop] = True
        moves = np.where((np.abs(row) > FLIP_SPEED) & ~keep, np.sign(row), 0)
        seen = np.flatnonzero(moves)
        now = int(moves[seen[0]]) if len(seen) else 1
        for at in range(scene.frames):
            now = int(moves[at]) or now
            out[index, at] = now
    return out


class _Cast:
    """The things of one scene, ready to be laid on frames."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.spots = project(scene, scene.motion.centre)
        self.ways = facing(scene)
        travel = np.diff(scene.motion.centre[:, :, 0], axis=1, prepend=scene.motion.centre[:, :1, 0])
        self.travel = np.cumsum(travel * self.ways, axis=1)

    def pose(self, at: int, index: int) -> int:
        """Return the pose of a thing at a frame."""
        kind = self.scene.things[index].kind
        count = sprites.POSES.get(kind, 1)
        if kind == "robot":
            return round(float(np.clip(self.scene.motion.mouth[index, at], 0, 1)) * (count - 1))
        if kind == "car":
            turn = self.travel[index, at] / (0.4 * self.scene.things[index].radius)
            return int(np.floor(turn / (2 * np.pi / 3) * count)) % count
        if kind == "bird":
            return (2 * at if self.scene.motion.air_speed[index, at] > 0 else 1) % count
        return (at // 2) % count

    def matrix(self, at: int, index: int, turned: bool = True) -> np.ndarray:
        """Return the affine map from a thing's texture to the picture. Shapes: (2, 3)."""
        motion = self.scene.motion
        turn = float(motion.camera[at, 3])
        size = unit(self.scene) * float(motion.camera[at, 2]) * self.scene.things[index].radius / sprites.UNIT
        stretch = float(motion.stretch[index, at])
        angle = float(motion.angle[index, at]) if turned else 0.0
        cos, sin = np.cos(angle), np.sin(angle)
        spin = np.array([[cos, sin], [-sin, cos]])  # picture y points down
        mirror = np.diag([float(self.ways[index, at]) if turned else 1.0, 1.0])
        shape = np.array([[np.cos(turn) / stretch, -LEAN * np.sin(turn) * stretch], [0, stretch]])
        linear = size * shape @ spin @ mirror
        middle = np.array([sprites.HALF_WIDTH, sprites.HALF_HEIGHT]) * sprites.UNIT
        return np.concatenate([linear, (self.spots[index, at] - linear @ middle)[:, None]], 1)

    def thing(self, frame: np.ndarray, at: int, index: int) -> None:
        """Lay one thing on a frame."""
        drawn = sprites.look(self.scene.things[index])
        blend(frame, sprites.texture(drawn, self.pose(at, index)), self.matrix(at, index))
        shine = sprites.shine(drawn.kind, drawn.material)
        if shine is not None:
            blend(frame, shine, self.matrix(at, index, turned=False))

    def shadow(self, frame: np.ndarray, at: int, index: int) -> None:
        """Lay the soft shadow of one thing on the ground."""
        scene, thing = self.scene, self.scene.things[index]
        x, y = (float(v) for v in scene.motion.centre[index, at])
        lift = max(0.0, y - thing.radius - scene.ground)
        place = project(scene, np.broadcast_to(np.array([x, scene.ground - 0.01]), (scene.frames, 2)))[at]
        size = unit(scene) * float(scene.motion.camera[at, 2]) * thing.radius * (1 + 0.35 * lift) / 32
        matrix = np.array([[size, 0, place[0] - 32 * size], [0, size * 0.24, place[1] - 32 * size * 0.24]])
        blend(frame, _shade(round(min(lift, 3.0) * 4)), matrix)

    def outline(self, at: int, index: int) -> np.ndarray:
        """Return where a thing's texture is. Shapes: bool (h, w)."""
        drawn = sprites.look(self.scene.things[index])
        cover = np.zeros((self.scene.height, self.scene.width, 3), np.uint8)
        pixels = sprites.texture(drawn, self.pose(at, index))
        blend(cover, cv2.merge([pixels[:, :, 3]] * 4), self.matrix(at, index))
        return cover[:, :, 0] > 100


def _shade(lift: int) -> np.ndarray:
    y, x = np.mgrid[-31.5:32, -31.5:32] / 32
    alpha = np.clip(1.15 - np.hypot(x, y) * 1.15, 0, 1) ** 0.8 * 120 / (1 + 0.25 * lift)
    out = np.zeros((64, 64, 4), np.uint8)
    out[:, :, 3] = alpha
    return out
