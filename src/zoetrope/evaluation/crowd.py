"""Fill a scene with many random things, so that one backdrop teaches many looks. Knows no networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zoetrope.training.world.scene import METRE, Badge, Motion, Scene, Thing
from zoetrope.training.world.vocabulary import COLOURS, MATERIALS, OBJECTS, SURFACES

NEAR = 1.5  # zoom above which a large thing fills more than its cell: fewer things then


def crowd(scene: Scene, rng: np.random.Generator, window: int) -> Scene:
    """The same stage with four or eight other things, which stand elsewhere in each window of so many frames."""
    grid = (2, 2) if scene.motion.camera[:, 2].max() > NEAR else (4, 2)
    count = grid[0] * grid[1]
    things = tuple(_thing(rng) for _ in range(count))
    windows = scene.frames // window
    parts = [_window(scene, rng, things, grid, slice(i * window, (i + 1) * window)) for i in range(windows)]
    tracks = {name: np.concatenate([part[name] for part in parts], 1) for name in parts[0]}
    still = np.zeros((count, scene.frames))
    motion = Motion(**tracks, ground_speed=still, camera=scene.motion.camera)
    return replace(scene, things=things, motion=motion, acts=(), contacts=(), pivot=None)


def _any_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(20, 256, 3)
    return int(red), int(green), int(blue)


def _thing(rng: np.random.Generator) -> Thing:
    badge = None
    if rng.random() < 0.2:
        inner, outer = _any_colour(rng), _any_colour(rng)
        badge = Badge(int(rng.integers(6)), inner, outer)
    kind, colour, surface, material = (str(rng.choice(axis)) for axis in (OBJECTS, [*COLOURS], SURFACES, [*MATERIALS]))
    return Thing(kind, colour, "small", surface, material, float(rng.uniform(0.15, 0.34)), badge)


def _window(
    scene: Scene, rng: np.random.Generator, things: tuple[Thing, ...], grid: tuple[int, int], at: slice
) -> dict[str, np.ndarray]:
    """Tracks of all things over neighbouring frames: one place in the grid each, small moves and turns."""
    count, frames = len(things), at.stop - at.start
    cells = np.stack(np.meshgrid(np.arange(grid[0]), np.arange(grid[1])), -1).reshape(-1, 2)[rng.permutation(count)]
    size = np.array([scene.width / grid[0], scene.height / grid[1]])
    spot = (cells + 0.5 + rng.uniform(-0.2, 0.2, (count, 2))) * size
    times = np.arange(frames)
    pixels = spot[:, None] + rng.normal(0, 2.5, (count, 1, 2)) * times[:, None]
    camera = scene.motion.camera[at]
    step = METRE * scene.height * camera[:, 2]
    x = camera[:, 0] + (pixels[..., 0] - scene.width / 2) / np.cos(camera[:, 3]) / step
    y = camera[:, 1] - (pixels[..., 1] - scene.height / 2) / step
    turned = np.where(rng.random(count) < 0.4, rng.uniform(-np.pi, np.pi, count), rng.normal(0, 0.1, count))
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
