"""Lessons for the motion network: scenes measured in thought, and drawn ones that were looked at. Knows no networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.evaluation import truth
from zoetrope.evaluation.axes import AXES, MOTION_AXES
from zoetrope.evaluation.motion import FEATURES, features
from zoetrope.evaluation.sight import CameraSeen, Sighting
from zoetrope.evaluation.simulate import simulate
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

LENGTHS = (24, 36, 48, 60, 60, 60, 61)  # frames of a lesson
SIZES = ((256, 144), (256, 144), (256, 144), (192, 192), (144, 256))
LONGEST = max(LENGTHS)
ARRAYS, LABELS = ("features", "seen", "touch"), (*MOTION_AXES, "lead")
UNKNOWN = -100  # a label that is not asked for
SAME = 0.5  # radii between what was seen and the thing that it is
OTHER_WAY = {"left": "right", "right": "left"}


@dataclass(frozen=True, eq=False)
class Lesson:
    """Shapes: features (LONGEST, FEATURES); seen (LONGEST,); touch (LONGEST, 2); labels by axis, and of the lead."""

    features: np.ndarray
    seen: np.ndarray
    touch: np.ndarray
    labels: dict[str, int]


def lesson(rng: np.random.Generator) -> Lesson:
    """One scene as it would be measured."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    frames = int(rng.choice(LENGTHS))
    scene = write_scene(rng, width=width, height=height, frames=frames, held_out=rng.random() < 0.1)
    measured = simulate(scene, rng)
    return lesson_of(scene, measured.things, measured.camera, measured.cuts, measured.lead)


def lesson_of(
    scene: Scene, things: tuple[Sighting, ...], camera: CameraSeen, cuts: np.ndarray, lead: int | None
) -> Lesson:
    """What was measured of a scene beside its truth; lead is the number of the sighting that acts."""
    known = np.zeros((LONGEST, FEATURES), np.float32)
    known[: scene.frames] = features(things, camera, cuts, (scene.height, scene.width))
    touch = np.zeros((LONGEST, 2), np.float32)
    touch[: scene.frames] = truth.touch_frames(scene)
    told = truth.values(scene)
    labels = {axis: AXES[axis].index(told[axis]) for axis in MOTION_AXES}
    labels["lead"] = UNKNOWN if lead is None or len(things) < 2 else lead
    if lead is None:
        labels = dict.fromkeys(labels, UNKNOWN)
    return Lesson(known.astype(np.float16), np.arange(LONGEST) < scene.frames, touch.astype(np.float16), labels)


def looked_at(scene: Scene, things: tuple[Sighting, ...], camera: CameraSeen, cuts: np.ndarray) -> list[Lesson]:
    """The lessons of a drawn scene: as it was seen and in a mirror, each with the things in either order."""
    lead = _lead(scene, things)
    out = []
    for mirror in (False, True):
        seen = tuple(mirrored(thing, scene.width) for thing in things) if mirror else things
        move = mirrored_move(camera) if mirror else camera
        out.append(lesson_of(scene, seen, move, cuts, lead))
        if len(seen) == 2:
            out.append(lesson_of(scene, seen[::-1], move, cuts, None if lead is None else 1 - lead))
    return out


def packed(lessons: Sequence[Lesson]) -> dict[str, Tensor]:
    """Lessons as tensors, one beside the other."""
    labels = np.array([[each.labels[axis] for axis in LABELS] for each in lessons])
    arrays = {name: np.stack([getattr(each, name) for each in lessons]) for name in ARRAYS}
    return {name: torch.from_numpy(array) for name, array in (arrays | {"labels": labels}).items()}


def unpacked(made: Mapping[str, Tensor]) -> list[Lesson]:
    """The lessons that were packed."""
    rows = zip(*(made[name].numpy() for name in ARRAYS), made["labels"].tolist(), strict=True)
    return [
        Lesson(features, seen, touch, dict(zip(LABELS, labels, strict=True))) for features, seen, touch, labels in rows
    ]


def _lead(scene: Scene, things: Sequence[Sighting]) -> int | None:
    """The number of the sighting that is the scene's main thing; None if none is."""
    centre, radius = truth.places(scene)
    gaps = [np.linalg.norm(thing.place - centre[0], axis=-1) / radius[0] for thing in things]
    middle = [float(np.median(gap[thing.seen])) for gap, thing in zip(gaps, things, strict=True)]
    near = int(np.argmin(middle)) if middle else 0
    return near if middle and middle[near] < SAME else None


def mirrored(thing: Sighting, width: int) -> Sighting:
    """A thing as a mirror shows it."""
    place = np.stack([width - thing.place[:, 0], thing.place[:, 1]], axis=-1)
    return replace(thing, place=place, way=1 - thing.way, turn=thing.turn * (1, -1))


def mirrored_move(camera: CameraSeen) -> CameraSeen:
    """A camera as a mirror shows it."""
    kind, _, side = camera.name.partition(" ")
    return replace(camera, name=f"{kind} {OTHER_WAY.get(side, side)}".strip(), path=camera.path * (-1, 1, 1, -1))
