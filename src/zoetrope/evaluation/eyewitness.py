"""What a sharp but human eye would see of a scene's things: their truth with small errors and gaps. Knows no pictures.

The errors are those that the thing network makes on true renders, rounded up.
"""

from __future__ import annotations

import numpy as np

from zoetrope.evaluation import truth
from zoetrope.evaluation.axes import THING_AXES
from zoetrope.evaluation.detect import Sighting
from zoetrope.evaluation.features import HEIGHT
from zoetrope.training.world.scene import Scene

# Standard deviations of place (pixels of a picture 144 high), radius (share), mouth, stretch and turn (radians).
PLACE_ERROR, RADIUS_ERROR, MOUTH_ERROR, STRETCH_ERROR, TURN_ERROR = 0.8, 0.05, 0.05, 0.04, 0.05
BLINK, GAP = 0.02, 0.15  # share of frames that are missed one by one; share of things that are missed for a while
GHOST = 0.1  # share of single things beside which something is seen that is not there


def eyewitness(scene: Scene, rng: np.random.Generator) -> tuple[Sighting, Sighting]:
    """Two sightings; the second is empty, or a ghost, where the scene has one thing."""
    centre, radius = truth.places(scene)
    scale = HEIGHT / scene.height
    seen = [_sighting(scene, i, centre[i] * scale, radius[i] * scale, rng) for i in range(min(2, len(scene.things)))]
    if len(seen) < 2:
        seen.append(_ghost(scene.frames, scene.width * scale, rng))
    return seen[0], seen[1]


def _sighting(scene: Scene, index: int, place: np.ndarray, radius: np.ndarray, rng: np.random.Generator) -> Sighting:
    frames = scene.frames
    presence = truth.visible(scene)[index] * rng.uniform(0.85, 1, frames)
    presence[rng.random(frames) < BLINK] = 0
    if rng.random() < GAP:
        start = int(rng.integers(frames))
        presence[start : start + int(rng.integers(2, 8))] = 0
    turn = np.diff(scene.motion.angle[index], append=scene.motion.angle[index, -1])

    def noisy(values: np.ndarray, error: float) -> np.ndarray:
        return values + rng.normal(0, error, values.shape)

    return Sighting(
        place=np.where((presence > 0)[:, None], noisy(place, PLACE_ERROR), np.nan),
        presence=presence,
        radius=noisy(radius, float(RADIUS_ERROR * radius.mean())),
        mouth=noisy(scene.motion.mouth[index], MOUTH_ERROR),
        stretch=noisy(scene.motion.stretch[index], STRETCH_ERROR),
        turn=noisy(turn, TURN_ERROR),
        chances={axis: np.ones(1) for axis in THING_AXES},
    )


def _ghost(frames: int, width: float, rng: np.random.Generator) -> Sighting:
    presence = np.zeros(frames)
    if rng.random() < GHOST:
        start = int(rng.integers(frames))
        presence[start : start + int(rng.integers(1, 12))] = rng.uniform(0.5, 0.9)
    spot = rng.uniform((0, 0), (width, HEIGHT)) + rng.normal(0, 1, (frames, 2))
    place = np.where((presence > 0)[:, None], spot, np.nan)
    even = np.zeros(frames)
    return Sighting(place, presence, even + 12, even, even + 1, even, {axis: np.ones(1) for axis in THING_AXES})
