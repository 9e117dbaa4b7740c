"""Rendered lessons for the detectors: pictures with truth for looks, features with truth for motion. No learning."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zoetrope.evaluation import features, truth
from zoetrope.evaluation.axes import AXES, FRAME_AXES, MOTION_AXES, THING_AXES
from zoetrope.evaluation.crowd import crowd
from zoetrope.evaluation.degrade import degrade
from zoetrope.evaluation.detect import place_features
from zoetrope.evaluation.eyewitness import eyewitness
from zoetrope.evaluation.networks import CROP, FEATURES, MEASURES
from zoetrope.evaluation.track import STRIDE
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

WIDTH, HEIGHT = 256, 144
LENGTHS = (24, 36, 48, 60, 60)  # frames of a motion lesson
WINDOWS = 3  # moments of one scene that a look keeps, each with its neighbours: to draw more of a scene is cheap
SQUARES = 8  # squares cut from one look, two of them beside the things
CROWDED = 0.75  # share of looks that hold a crowd of things
SPOILED = 0.5  # share of lessons that are degraded


@dataclass(frozen=True, eq=False)
class Looks:
    """Lessons on frames and things.

    Shapes: small (n, 9, 72, 128, 3) uint8; heat (n, 3, 18, 32) float16, for the middle frames; frame_labels and
    thing_labels by axis (n,) and (m,) int64; squares (m, 6, CROP, CROP) uint8; measures (m, 7) float32.
    """

    small: np.ndarray
    heat: np.ndarray
    frame_labels: dict[str, np.ndarray]
    squares: np.ndarray
    thing_labels: dict[str, np.ndarray]
    measures: np.ndarray


@dataclass(frozen=True, eq=False)
class Motions:
    """Lessons on motion. Shapes: features (n, t, FEATURES) float16; seen bool (n, t); touch (n, t, 2); labels (n,)."""

    features: np.ndarray
    seen: np.ndarray
    touch: np.ndarray
    labels: dict[str, np.ndarray]


def looks(count: int, seed: int, say: Callable[[str], None]) -> Looks:
    """Render short excerpts of many scenes and keep what frames and things teach."""
    rng = np.random.default_rng(seed)
    small = np.empty((count, 3 * WINDOWS, HEIGHT // 2, WIDTH // 2, 3), np.uint8)
    heat = np.zeros((count, WINDOWS, HEIGHT // STRIDE, WIDTH // STRIDE), np.float16)
    squares = np.empty((count * SQUARES, 6, CROP, CROP), np.uint8)
    measures = np.zeros((count * SQUARES, len(MEASURES)), np.float32)
    names = {axis: np.zeros(count, np.int64) for axis in FRAME_AXES}
    things = {axis: np.zeros(count * SQUARES, np.int64) for axis in THING_AXES}
    start = time.perf_counter()
    for i in range(count):
        whole = write_scene(
            rng, width=WIDTH, height=HEIGHT, frames=int(rng.integers(24, 62)), held_out=rng.random() < 0.1
        )
        middles = np.sort(rng.choice(np.arange(1, whole.frames - 1), WINDOWS, replace=False))
        scene = truth.excerpt(whole, (middles[:, None] + np.arange(-1, 2)).ravel())
        told = truth.values(scene)
        if rng.random() < CROWDED:
            scene = crowd(scene, rng, 3)
        frames = draw(scene)
        if rng.random() < SPOILED:
            frames = degrade(frames, rng)
        small[i] = features.halve(frames)
        heat[i] = heat_goal(scene)[1::3]
        for axis in FRAME_AXES:
            names[axis][i] = AXES[axis].index(told[axis])
        for j in range(SQUARES):
            row = i * SQUARES + j
            squares[row], measures[row], of_thing = _square(
                scene, frames, rng, j, beside=j < 2 and len(scene.things) < 4
            )
            for axis in THING_AXES:
                things[axis][row] = AXES[axis].index(of_thing[axis])
        if i % 100 == 99:
            say(f"looks: {i + 1}/{count}, {time.perf_counter() - start:.0f} s")
    return Looks(small, heat, names, squares, things, measures)


def motions(count: int, seed: int, say: Callable[[str], None]) -> Motions:
    """Render whole clips, half as large, and keep their flow beside what a sharp eye would see of their things."""
    rng = np.random.default_rng(seed)
    longest = max(LENGTHS)
    out = Motions(
        np.zeros((count, longest, FEATURES), np.float16),
        np.zeros((count, longest), bool),
        np.zeros((count, longest, 2), np.float16),
        {axis: np.zeros(count, np.int64) for axis in MOTION_AXES},
    )
    start = time.perf_counter()
    for i in range(count):
        length = int(rng.choice(LENGTHS))
        scene = write_scene(rng, width=WIDTH // 2, height=HEIGHT // 2, frames=length, held_out=rng.random() < 0.1)
        frames = draw(scene)
        if rng.random() < SPOILED:
            frames = degrade(frames, rng)
        parts = [features.flow_cells(frames), features.jump(frames)]
        parts += [place_features(thing) for thing in eyewitness(scene, rng)]
        out.features[i, :length] = np.concatenate(parts, 1)
        out.seen[i, :length] = True
        out.touch[i, :length] = truth.touch_frames(scene)
        told = truth.values(scene)
        for axis in MOTION_AXES:
            out.labels[axis][i] = AXES[axis].index(told[axis])
        if i % 50 == 49:
            say(f"motions: {i + 1}/{count}, {time.perf_counter() - start:.0f} s")
    return out


def heat_goal(scene: Scene) -> np.ndarray:
    """A bump of height 1 at each visible thing. Shapes: (t, h / 8, w / 8) float32."""
    centre, _ = truth.places(scene)
    rows, columns = np.mgrid[: scene.height // STRIDE, : scene.width // STRIDE]
    out = np.zeros((scene.frames, *rows.shape), np.float32)
    for thing in range(len(scene.things)):
        for at in range(scene.frames):
            x, y = np.floor((centre[thing, at] + 0.5) / STRIDE)
            if 0 <= x < rows.shape[1] and 0 <= y < rows.shape[0]:
                out[at] = np.maximum(out[at], np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 1.2))
    return out


def _square(
    scene: Scene, frames: np.ndarray, rng: np.random.Generator, turn: int, beside: bool
) -> tuple[np.ndarray, np.ndarray, dict[str, str]]:
    """One square near a thing, or beside all things, with its truth."""
    centre, radius = truth.places(scene)
    at = 3 * int(rng.integers(WINDOWS)) + int(rng.integers(2))
    which = turn % len(scene.things)
    thing = scene.things[which]
    told = {"object": thing.kind, "colour": thing.colour}
    middle = centre[which, at]
    inside = bool(truth.visible(scene)[which, at])
    spot = rng.uniform((0, 0), (scene.width, scene.height)) if beside else middle + rng.normal(0, 5, 2)
    if beside and (np.hypot(*(centre[:, at] - spot).T) < radius[:, at] + 16).any():
        beside, spot = False, middle + rng.uniform(-12, 12, 2)
    there = float(not beside and inside)
    offset = (middle - spot) / (CROP / 2)
    spin = scene.motion.angle[which, at + 1] - scene.motion.angle[which, at]
    row = (
        there,
        *offset,
        radius[which, at] / (CROP / 2),
        scene.motion.mouth[which, at],
        scene.motion.stretch[which, at],
        spin,
    )
    return features.square(frames, at, (float(spot[0]), float(spot[1]))), np.array(row, np.float32), told
