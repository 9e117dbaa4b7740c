"""The things of one scene on its frames: where, how turned, in which pose, with shadow, rope and glow."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from zoetrope.engine.families.pocket.inks import dye
from zoetrope.training.world import props, sprites, styles
from zoetrope.training.world.backdrop import blend, unit
from zoetrope.training.world.brush import SHIFT
from zoetrope.training.world.scene import FRAMES_PER_SECOND, Scene
from zoetrope.training.world.vocabulary import COLOURS

FLIP_SPEED = 0.12  # m/s of travel above which a thing turns its front
LEAN = 0.30  # horizontal skew of a thing per sine of the camera's turn
STILL = ("swings", "spins", "falls", "talks", "floats")  # actions in which a thing keeps facing as it did
CUT_OFF = 100  # coverage (of 255) above which a pixel belongs to a thing


def project(scene: Scene, points: np.ndarray) -> np.ndarray:
    """Return where world points in the things' plane fall on the picture.

    Shapes: points (..., t, 2) metres, one a frame; out (..., t, 2) pixels.
    """
    camera = scene.motion.camera
    step = unit(scene) * camera[:, 2]
    x = scene.width / 2 + (points[..., 0] - camera[:, 0]) * np.cos(camera[:, 3]) * step
    y = scene.height / 2 - (points[..., 1] - camera[:, 1]) * step
    return np.stack([x, y], -1)


def facing(scene: Scene) -> np.ndarray:
    """Return the way each thing looks, 1 right or -1 left. Shapes: int (things, t)."""
    out = np.ones((len(scene.things), scene.frames), int)
    if scene.frames < 2:
        return out
    for index, row in enumerate(np.gradient(scene.motion.centre[:, :, 0], axis=1) * FRAMES_PER_SECOND):
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


@lru_cache(maxsize=512)
def _costume(drawn: sprites.Look, pose: int, level: int, style: str, light: str) -> np.ndarray:
    """Return a look at 1 / 2**level of its size, in a style. Shapes: premultiplied RGBA uint8 (h, w, 4)."""
    return styles.dress(_smaller(sprites.texture(drawn, pose), level), style, light, thing=True)


def _smaller(pixels: np.ndarray, level: int) -> np.ndarray:
    if not level:
        return pixels
    size = (pixels.shape[1] >> level, pixels.shape[0] >> level)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


class Cast:
    """The things of one scene, ready to be laid on frames that are smaller by `shrink`."""

    def __init__(self, scene: Scene, shrink: int = 1) -> None:
        self.scene, self.shrink = scene, shrink
        self.spots = project(scene, scene.motion.centre)
        under = np.stack(
            [scene.motion.centre[..., 0], np.full_like(scene.motion.centre[..., 1], scene.ground - 0.01)], -1
        )
        self.feet = project(scene, under)
        self.ways = facing(scene)
        travel = np.diff(scene.motion.centre[:, :, 0], axis=1, prepend=scene.motion.centre[:, :1, 0])
        self.travel = np.cumsum(travel * self.ways, axis=1)

    def lay(self, frame: np.ndarray, at: int) -> None:
        """Lay shadows, rope and things on a frame. Shapes: uint8 (h, w, 3), changed."""
        if self.scene.style != "neon":
            for index in range(len(self.scene.things)):
                self._shadow(frame, at, index)
        if self.scene.pivot is not None:
            self._rope(frame, at)
        for index in range(len(self.scene.things)):
            self._thing(frame, at, index)

    def pose(self, at: int, index: int) -> int:
        """Return the pose of a thing at a frame."""
        motion, thing = self.scene.motion, self.scene.things[index]
        count = sprites.POSES.get(thing.kind, 1)
        if thing.kind == "robot":
            return round(float(np.clip(motion.mouth[index, at], 0, 1)) * (count - 1))
        if thing.kind == "car":
            turn = self.travel[index, at] / (sprites.WHEEL * thing.radius)
            return int(np.floor(turn / (2 * np.pi / 3) * count)) % count
        if thing.kind == "bird":
            return (2 * at if motion.air_speed[index, at] > 0 else 1) % count
        return (at // 2) % count

    def _matrix(self, at: int, index: int, level: int, turned: bool = True) -> np.ndarray:
        """Return the affine map from a thing's texture to the frame. Shapes: (2, 3)."""
        motion = self.scene.motion
        turn = float(motion.camera[at, 3])
        size = self._radius(at, index) / sprites.UNIT * 2**level
        stretch = float(motion.stretch[index, at])
        angle = float(motion.angle[index, at]) if turned else 0.0
        cos, sin = np.cos(angle), np.sin(angle)
        spin = np.array([[cos, sin], [-sin, cos]])  # picture y points down
        mirror = np.diag([float(self.ways[index, at]) if turned else 1.0, 1.0])
        shape = np.array([[np.cos(turn) / stretch, -LEAN * np.sin(turn) * stretch], [0, stretch]])
        linear = size * shape @ spin @ mirror
        middle = np.array([sprites.HALF_WIDTH, sprites.HALF_HEIGHT]) * sprites.UNIT / 2**level
        return np.concatenate([linear, (self.spots[index, at] / self.shrink - linear @ middle)[:, None]], 1)

    def _radius(self, at: int, index: int) -> float:
        zoom = float(self.scene.motion.camera[at, 2])
        return unit(self.scene) * zoom * self.scene.things[index].radius / self.shrink

    def _level(self, at: int, index: int) -> int:
        """Return how often the texture halves so that it is sampled at one to two of its pixels."""
        return int(np.clip(np.floor(np.log2(sprites.UNIT / self._radius(at, index))), 0, 3))

    def _thing(self, frame: np.ndarray, at: int, index: int) -> None:
        scene = self.scene
        drawn, level = sprites.look(scene.things[index]), self._level(at, index)
        if drawn.kind == "lantern":
            self._glow(frame, at, index)
        pixels = _costume(drawn, self.pose(at, index), level, scene.style, scene.light)
        smooth = scene.style != "pixel art"
        blend(frame, pixels, self._matrix(at, index, level), smooth=smooth)
        shine = sprites.shine(drawn.kind, drawn.material)
        if shine is not None:
            blend(frame, _smaller(shine, level), self._matrix(at, index, level, turned=False), smooth=smooth)

    def _glow(self, frame: np.ndarray, at: int, index: int) -> None:
        thing = self.scene.things[index]
        strength = {"day": 0.12, "sunset": 0.3, "night": 0.5}[self.scene.light]
        size = 2.4 * self._radius(at, index) / (props.SHADE_SIDE / 2)
        x, y = self.spots[index, at] / self.shrink - size * props.SHADE_SIDE / 2
        blend(frame, props.halo(COLOURS[thing.colour], strength), np.array([[size, 0, x], [0, size, y]]))

    def _shadow(self, frame: np.ndarray, at: int, index: int) -> None:
        scene, thing = self.scene, self.scene.things[index]
        lift = max(0.0, float(scene.motion.centre[index, at, 1]) - thing.radius - scene.ground)
        half = props.SHADE_SIDE / 2
        size = self._radius(at, index) * (1 + 0.35 * lift) / half
        left, top = self.feet[index, at] / self.shrink - (half * size, half * size * 0.24)
        matrix = np.array([[size, 0, left], [0, size * 0.24, top]])
        blend(frame, props.shade(round(min(lift, 3.0) * 4)), matrix)

    def _rope(self, frame: np.ndarray, at: int) -> None:
        scene = self.scene
        assert scene.pivot is not None
        ends = np.stack([np.broadcast_to(np.array(scene.pivot), (scene.frames, 2)), scene.motion.centre[0]])
        points = project(scene, ends)[:, at] / self.shrink
        fixed = np.round((points - 0.5) * (1 << SHIFT)).astype(np.int32)
        ink = dye((122, 88, 60), scene.style, scene.light)
        thick = max(1, round(0.024 * unit(scene) * float(scene.motion.camera[at, 2]) / self.shrink))
        cv2.polylines(frame, [fixed], False, ink, thick, cv2.LINE_AA, SHIFT)
        centre = tuple(int(v) for v in fixed[0])
        cv2.circle(frame, centre, round((1.5 * thick) * (1 << SHIFT)), ink, -1, cv2.LINE_AA, SHIFT)

    def outline(self, at: int, index: int) -> np.ndarray:
        """Return where a thing is on the full picture. Shapes: bool (h, w)."""
        drawn, level = sprites.look(self.scene.things[index]), self._level(at, index)
        pixels = _smaller(sprites.texture(drawn, self.pose(at, index)), level)
        solid = np.zeros_like(pixels)
        solid[:, :, 3] = np.minimum(pixels[:, :, 3].astype(np.uint16) * 4 // 3, 255)
        cover = np.full((self.scene.height, self.scene.width, 3), 255, np.uint8)
        blend(cover, solid, self._matrix(at, index, level))
        return cover[:, :, 0] < 255 - CUT_OFF
