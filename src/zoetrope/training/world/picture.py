"""Draw a scene: frames and truth masks. Knows nothing of words, sound or networks.

Same scene, same bytes. Picture coordinates are pixels from the upper left corner, x to the right, y downwards.
"""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.engine.families.pocket.falling import Drops, Look, lay_drops
from zoetrope.training.world import props, settings, styles
from zoetrope.training.world.backdrop import Plate, blend, placement, unit
from zoetrope.training.world.cast import Cast, project
from zoetrope.training.world.scene import METRE, Scene

__all__ = ["draw", "masks", "places", "project", "stage"]


def draw(scene: Scene) -> np.ndarray:
    """Draw a clip. Shapes: uint8 RGB (t, h, w, 3)."""
    plates = settings.plates(scene)
    behind, before = _layers(scene, plates)
    frames = np.empty((scene.frames, scene.height, scene.width, 3), np.uint8)
    shrink = styles.THINGS_BLOCK if scene.style == "pixel art" else 1
    cast = Cast(scene, shrink)
    look, size = Look(scene.weather, scene.style, scene.light), (scene.width // shrink, scene.height // shrink)
    drops = Drops(look, size, np.random.default_rng([scene.seed, 2]))
    camera, moving = scene.motion.camera, any(plate.sway for plate in plates)
    backdrop = np.zeros((scene.height, scene.width, 3), np.uint8)
    for at in range(scene.frames):
        if not at or moving or not np.array_equal(camera[at], camera[at - 1]):
            _lay(scene, behind, backdrop, at)
        frame = backdrop.copy() if shrink == 1 else styles.blocks(backdrop)
        cast.lay(frame, at)
        _lay(scene, before, frame, at, shrink)
        if len(drops):
            lay_drops(frame, drops.drawn(at, (float(camera[at, 0]), float(camera[at, 1]))))
        if shrink > 1:
            frame = cv2.resize(frame, (scene.width, scene.height), interpolation=cv2.INTER_NEAREST)
        frames[at] = styles.finish(frame, scene.style)
    return frames


def stage(scene: Scene, at: int) -> np.ndarray:
    """Draw one picture of the empty stage: no things, nothing that falls. Shapes: uint8 RGB (h, w, 3)."""
    behind, before = _layers(scene, settings.plates(scene))
    frame = np.zeros((scene.height, scene.width, 3), np.uint8)
    _lay(scene, behind, frame, at)
    shrink = styles.THINGS_BLOCK if scene.style == "pixel art" else 1
    frame = frame if shrink == 1 else styles.blocks(frame)
    _lay(scene, before, frame, at, shrink)
    if shrink > 1:
        frame = cv2.resize(frame, (scene.width, scene.height), interpolation=cv2.INTER_NEAREST)
    return styles.finish(frame, scene.style)


def masks(scene: Scene) -> np.ndarray:
    """Return where each thing is seen; a later thing hides an earlier one. Shapes: bool (things, t, h, w)."""
    out = np.zeros((len(scene.things), scene.frames, scene.height, scene.width), bool)
    cast = Cast(scene)
    for at in range(scene.frames):
        for index in range(len(scene.things)):
            inside = cast.outline(at, index)
            out[:index, at] &= ~inside
            out[index, at] = inside
    return out


def places(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Centres and radii of the things on the picture.

    Shapes: (things, t, 2) and (things, t). Units: pixels of the scene's own size.
    """
    radius = np.array([thing.radius for thing in scene.things])[:, None] * scene.motion.camera[None, :, 2]
    return project(scene, scene.motion.centre), radius * METRE * scene.height


Layer = tuple[Plate | None, np.ndarray]


def _layers(scene: Scene, plates: tuple[Plate, ...]) -> tuple[list[Layer], list[Layer]]:
    """What stands behind the things and what stands before them, far to near."""
    behind = [_dressed(plate, scene) for plate in plates if not plate.front]
    if scene.wall is not None:
        behind.append((None, styles.dress(props.wall_board(scene).pixels, scene.style, scene.light, thing=False)))
    return behind, [_dressed(plate, scene) for plate in plates if plate.front]


def _dressed(plate: Plate, scene: Scene) -> Layer:
    pixels = styles.dress(plate.board.pixels, scene.style, scene.light, thing=False)
    # The farthest plate fills the picture: without coverage it is laid at half the cost.
    return plate, np.ascontiguousarray(pixels[:, :, :3]) if plate.opaque else pixels


def _lay(scene: Scene, layers: list[Layer], frame: np.ndarray, at: int, shrink: int = 1) -> None:
    for plate, pixels in layers:
        matrix = placement(scene, at, plate) if plate is not None else _wall_placement(scene, at)
        blend(frame, pixels, matrix / shrink)


def _wall_placement(scene: Scene, at: int) -> np.ndarray:
    assert scene.wall is not None
    camera = scene.motion.camera[at]
    foot = np.broadcast_to(np.array([scene.wall, scene.ground]), (scene.frames, 2))
    x, y = project(scene, foot)[at]
    zoom = float(camera[2])
    step = unit(scene) * zoom
    way = float(scene.wall_side)
    lean = -0.12 * np.sin(float(camera[3])) * zoom
    top = props.WALL_HEIGHT + 0.1
    return np.array([[way * zoom, lean, x - way * 0.08 * step - lean * top * unit(scene)], [0, zoom, y - top * step]])
