"""Lessons for the spotter: pictures with the one before them, and the truth of every thing and of the stage.

Knows no networks and no losses.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.plan import STAGE
from zoetrope.engine.families.pocket.spotter import FOLDS, TRAITS
from zoetrope.training.rounds import Round
from zoetrope.training.world.cast import facing
from zoetrope.training.world.crowd import crowd, excerpt
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.spoil import spoil

FORMATS = ((256, 144, 0.6), (192, 192, 0.2), (144, 256, 0.2))  # width, height, share of the lessons
MOST = 16  # things of one lesson
# One thing as numbers; the named traits are numbers of values, inks are six bytes as shares.
FACTS = ("there", "x", "y", "radius", *TRAITS, "way", "cosine", "sine", "stretch", "mouth", "badge", "pattern")
INKS = 6
SIDED = ("cube", "car", "boat", "bird", "fish", "robot")  # things whose way can be seen
STILL = 0.15  # share of lessons without a picture before: the same picture stands in for it


@dataclass(frozen=True)
class Lessons:
    """What is drawn: the share of scenes that are crowded, of pictures that are spoiled, of scenes that hold what the
    network never trains on, and the pictures of one scene.
    """

    seed: int = 1
    scenes: int = 160
    pairs: int = 6
    crowded: float = 0.8
    spoiled: float = 0.5
    held_out: float = 0.1


@dataclass(frozen=True)
class MakeLessons:
    """Make the lessons of one round, by format; pure in its number."""

    lessons: Lessons

    def __call__(self, number: int) -> Round:
        cv2.setNumThreads(1)
        out: Round = {}
        for place, (width, height, share) in enumerate(FORMATS):
            rng = np.random.default_rng([self.lessons.seed, 41, number, place])
            made = [lesson(rng, self.lessons, width, height) for _ in range(round(share * self.lessons.scenes))]
            out[f"{width}x{height}"] = {name: torch.cat([each[name] for each in made]) for name in made[0]}
        return out


def lesson(rng: np.random.Generator, lessons: Lessons, width: int, height: int) -> dict[str, Tensor]:
    """Some pictures of one scene.

    Shapes: looks (pairs, 2, h, w, 3) uint8, the picture and the one before; things (pairs, MOST, facts + INKS) named by
    FACTS, zeros where there is none; signs (pairs, axes of the stage).
    """
    whole = write_scene(
        rng, width=width, height=height, frames=int(rng.integers(24, 62)), held_out=rng.random() < lessons.held_out
    )
    moments = np.sort(rng.choice(np.arange(1, whole.frames), lessons.pairs, replace=False))
    scene = excerpt(whole, (moments[:, None] + (-1, 0)).ravel())
    if rng.random() < lessons.crowded:
        scene = crowd(scene, rng, 2)
    pairs = draw(scene).reshape(lessons.pairs, 2, height, width, 3)
    looks = np.stack([spoil(pair, rng) if rng.random() < lessons.spoiled else pair for pair in pairs])[:, ::-1]
    alone = rng.random(lessons.pairs) < STILL
    looks = np.where(alone[:, None, None, None, None], looks[:, :1], looks)
    signs = [values.index(getattr(scene, axis)) for axis, values in STAGE.items()]
    return {
        "looks": torch.from_numpy(looks),
        "things": torch.from_numpy(things_of(scene)[:, 1::2].swapaxes(0, 1).copy()),
        "signs": torch.tensor(signs).expand(lessons.pairs, -1),
    }


def things_of(scene: Scene) -> np.ndarray:
    """What is true of every thing of a scene; out of the picture none is there.

    Shapes: (MOST, t, facts + INKS) float32 out.
    """
    centre, radius = places(scene)
    inside = np.all((centre >= 0) & (centre < (scene.width, scene.height)), axis=-1)
    out = np.zeros((MOST, scene.frames, len(FACTS) + INKS), np.float32)
    ways, motion = facing(scene), scene.motion
    for index, thing in enumerate(scene.things[:MOST]):
        values = {"object": thing.kind, "colour": thing.colour, "surface": thing.surface, "material": thing.material}
        turn = motion.angle[index] * FOLDS.get(thing.kind, 1)
        badge = thing.badge
        row = {
            "there": inside[index],
            "x": centre[index, :, 0],
            "y": centre[index, :, 1],
            "radius": radius[index],
            **{axis: known.index(values[axis]) for axis, known in TRAITS.items()},
            "way": ways[index] if thing.kind in SIDED else 0,
            "cosine": np.cos(turn),
            "sine": np.sin(turn),
            "stretch": np.log(motion.stretch[index]),
            "mouth": motion.mouth[index],
            "badge": badge is not None,
            "pattern": 0 if badge is None else badge.pattern,
        }
        for place, name in enumerate(FACTS):
            out[index, :, place] = row[name]
        if badge is not None:
            out[index, :, len(FACTS) :] = np.array((*badge.inner, *badge.outer)) / 255
    return out
