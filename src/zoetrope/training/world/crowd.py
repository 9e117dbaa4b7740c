"""Few pictures of a scene, filled with many random things, so that one backdrop teaches many looks.

Knows no networks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zoetrope.training.world.scene import METRE, Badge, Motion, Scene, Thing
from zoetrope.training.world.script import BADGE_PATTERNS
from zoetrope.training.world.vocabulary import COLOURS, MATERIALS, OBJECTS, SURFACES

GRIDS = ((2, 1), (2, 2), (3, 2), (4, 2), (4, 3), (5, 3))  # columns and rows of a wide picture; a tall one turns them
SPREAD = 1.1  # a little wider than the picture: some things stand on its edge
SMALLEST, LARGEST = 0.13, 0.36  # metres; the stage's own things have 0.17 and 0.32
TRACKS = ("centre", "angle", "stretch", "mouth", "ground_speed", "air_speed")


def excerpt(scene: Scene, frames: np.ndarray) -> Scene:
    """The same scene in the given frames only (for pictures: contacts and acts keep their old times).

    Shapes: frames (n,) whole numbers.
    """
    tracks = {name: getattr(scene.motion, name)[:, frames] for name in TRACKS}
    motion = replace(scene.motion, camera=scene.motion.camera[frames], **tracks)
    return replace(scene, frames=len(frames), motion=motion, cut=None)


def crowd(scene: Scene, rng: np.random.Generator, window: int) -> Scene:
    """The same stage with other things, two to fifteen, which stand elsewhere in each window of so many frames."""
    zoom = float(np.median(scene.motion.camera[:, 2]))
    fitting = [grid for grid in GRIDS if grid[0] * grid[1] <= 16 / zoom**2]
    grid = fitting[int(rng.integers(len(fitting)))]
    if scene.width < scene.height:
        grid = grid[1], grid[0]
    count = grid[0] * grid[1]
    room = min(scene.width / grid[0], scene.height / grid[1]) / (METRE * scene.height * zoom)  # metres of a cell
    largest = float(np.clip(0.45 * room, SMALLEST + 0.06, LARGEST))
    things = tuple(_thing(rng, largest) for _ in range(count))
    windows = scene.frames // window
    parts = [_window(scene, rng, things, grid, slice(i * window, (i + 1) * window)) for i in range(windows)]
    tracks = {name: np.concatenate([part[name] for part in parts], 1) for name in parts[0]}
    still = np.zeros((count, scene.frames))
    motion = Motion(**tracks, ground_speed=still, camera=scene.motion.camera)
    return replace(scene, things=things, motion=motion, acts=(), contacts=(), pivot=None)


def _any_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(20, 256, 3)
    return int(red), int(green), int(blue)


def _thing(rng: np.random.Generator, largest: float) -> Thing:
    badge = None
    if rng.random() < 0.25:
        inner, outer = _any_colour(rng), _any_colour(rng)
        badge = Badge(int(rng.integers(BADGE_PATTERNS)), inner, outer)
    kind, colour, surface, material = (str(rng.choice(axis)) for axis in (OBJECTS, [*COLOURS], SURFACES, [*MATERIALS]))
    radius = float(min(rng.uniform(SMALLEST, largest), rng.uniform(SMALLEST, LARGEST)))  # mostly small
    return Thing(kind, colour, "small", surface, material, radius, badge)


def _window(
    scene: Scene, rng: np.random.Generator, things: tuple[Thing, ...], grid: tuple[int, int], at: slice
) -> dict[str, np.ndarray]:
    """Tracks of all things over neighbouring frames: one place in the grid each, small moves and turns."""
    count, frames = len(things), at.stop - at.start
    cells = np.stack(np.meshgrid(np.arange(grid[0]), np.arange(grid[1])), -1).reshape(-1, 2)[rng.permutation(count)]
    size = np.array([scene.width / grid[0], scene.height / grid[1]])
    middle = np.array([scene.width, scene.height]) / 2
    spot = ((cells + 0.5 + rng.uniform(-0.3, 0.3, (count, 2))) * size - middle) * SPREAD + middle
    times = np.arange(frames)
    pixels = spot[:, None] + rng.normal(0, 2.5, (count, 1, 2)) * times[:, None]
    camera = scene.motion.camera[at]
    step = METRE * scene.height * camera[:, 2]
    x = camera[:, 0] + (pixels[..., 0] - scene.width / 2) / np.cos(camera[:, 3]) / step
    y = camera[:, 1] - (pixels[..., 1] - scene.height / 2) / step
    if scene.setting == "sea":  # nothing sinks below the waves that are drawn over the things
        y = np.maximum(y, scene.ground + 0.4 * np.array([thing.radius for thing in things])[:, None])
    turned = np.where(rng.random(count) < 0.5, rng.uniform(-np.pi, np.pi, count), rng.normal(0, 0.15, count))
    rate = np.where(rng.random(count) < 0.35, rng.uniform(-0.7, 0.7, count), 0)
    stretch = np.where(rng.random(count) < 0.3, rng.uniform(0.7, 1.1, count), 1.0)
    mouth = rng.random((count, 1)) * np.ones(frames)
    return {
        "centre": np.stack([x, y], -1),
        "angle": turned[:, None] + rate[:, None] * times,
        "stretch": stretch[:, None] * np.ones(frames),
        "mouth": np.where(np.array([t.kind == "robot" for t in things])[:, None], mouth, 0),
        "air_speed": (rng.random((count, 1)) < 0.5) * np.ones(frames),
    }
