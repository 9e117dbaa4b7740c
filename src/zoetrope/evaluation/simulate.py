"""What would be measured of a scene without drawing it: its truth with the errors that measuring makes.

The errors are those of the spotter and of the camera's measurement on drawn clips (`docs/log.md`, "Detectors"), rounded
up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoetrope.engine.families.pocket.spotter import FOLDS
from zoetrope.evaluation import truth
from zoetrope.evaluation.axes import AXES, THING_AXES
from zoetrope.evaluation.sight import CameraSeen, Sighting
from zoetrope.training.world.cast import facing
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.vocabulary import OBJECTS

# Standard deviations: place and radius as shares of the radius, stretch, mouth, turn in radians.
PLACE, RADIUS, STRETCH, MOUTH, TURN = 0.04, 0.04, 0.01, 0.08, 0.25
FELT = 0.1  # share of a thing's stretch that the spotter tells: it hardly sees it
UNSTEADY = 0.25  # share of robots whose mouth is read badly
LOST, VAGUE = 0.5, 0.25  # shares of things with folds, and of others, whose turn is hard to read
LEAN = 0.15  # radii
BLINK, GAP = 0.01, 0.06  # share of frames that are missed one by one; share of things that are missed for a while
HIDDEN = 0.8  # radii between the centres of two things below which the one behind is mostly missed
GHOST = 0.12  # share of clips in which something is seen that is not there
LASTING = 0.5  # share of those that stay through the clip, as a moon that is taken for a ball
MISTAKEN = 0.03  # share of clips whose camera is measured wrongly
LONG, JERK = 0.06, 0.1  # error of a camera's whole way and of its single steps, as shares
SHORT = 0.88  # share of a zoom that is measured on the average
SWAPS = {"pan left": "orbit right", "pan right": "orbit left", "orbit left": "pan right", "orbit right": "pan left"}


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a scene; lead is the number of the sighting that acts, None if it was not seen."""

    things: tuple[Sighting, ...]
    camera: CameraSeen
    cuts: np.ndarray
    lead: int | None


def simulate(scene: Scene, rng: np.random.Generator) -> Measured:
    """Measure a scene without drawing it."""
    centre, radius = truth.places(scene)
    ways = facing(scene)
    cover = _covered(centre, radius)
    seen = [_sighting(scene, i, centre[i], radius[i], ways[i], cover[i], rng) for i in range(len(scene.things))]
    numbers = [i for i, thing in enumerate(seen) if thing.seen.sum() >= max(2, 0.1 * scene.frames)]
    if len(numbers) == 2 and rng.random() < 0.5:
        numbers = numbers[::-1]
    things = [seen[i] for i in numbers]
    if len(things) < 2 and rng.random() < GHOST:
        things.append(_ghost(scene, rng))
    cuts = np.zeros(scene.frames, bool)
    if scene.cut is not None:
        cuts[scene.cut] = True
    return Measured(tuple(things), _camera(scene, rng), cuts, numbers.index(0) if 0 in numbers else None)


def _covered(centre: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Where a later thing hides an earlier one. Shapes: bool (things, t)."""
    out = np.zeros(radius.shape, bool)
    for one in range(len(radius)):
        for other in range(one + 1, len(radius)):
            gap = np.linalg.norm(centre[one] - centre[other], axis=-1)
            out[one] |= gap < HIDDEN * np.maximum(radius[one], radius[other])
    return out


def _sighting(
    scene: Scene,
    index: int,
    place: np.ndarray,
    radius: np.ndarray,
    way: np.ndarray,
    covered: np.ndarray,
    rng: np.random.Generator,
) -> Sighting:
    frames, thing = scene.frames, scene.things[index]
    room = np.minimum(place, np.array([scene.width, scene.height]) - place).min(1) / radius  # to the picture's edge
    presence = np.where(room > 0.3 * rng.random(), rng.uniform(0.75, 0.98, frames), 0)
    presence[(rng.random(frames) < BLINK) | (covered & (rng.random(frames) < 0.7))] = 0
    if rng.random() < GAP:
        start = int(rng.integers(frames))
        presence[start : start + int(rng.integers(2, 8))] = 0
    rough = rng.uniform(0.3, 1.6)  # some clips are seen worse than others
    angle = scene.motion.angle[index]
    mumble = rough * MOUTH + (0.15 if rng.random() < UNSTEADY else 0.0)
    off = rng.normal(0, rough * PLACE, (frames, 2)) + rng.normal(0, 0.5 * PLACE, 2)
    lean = angle + rng.uniform(0, 2 * np.pi)  # the middle of a turned thing is missed in a way that turns with it
    off += rng.uniform(0, LEAN) * np.stack([np.cos(lean), np.sin(lean)], axis=-1)
    kind = thing.kind if rng.random() > 0.03 else str(rng.choice(OBJECTS))
    chances = {axis: np.ones(len(AXES[axis])) for axis in THING_AXES}
    chances["object"] = 0.94 * (np.array(OBJECTS) == kind) + 0.006
    return Sighting(
        place=np.where((presence > 0)[:, None], place + radius[:, None] * off, np.nan),
        presence=presence,
        radius=radius * np.exp(rng.normal(0, 0.5 * rough * RADIUS, frames) + rng.normal(0, RADIUS)),
        stretch=1 + FELT * (scene.motion.stretch[index] - 1) + rng.normal(0, rough * STRETCH, frames),
        mouth=np.clip(scene.motion.mouth[index] + rng.normal(0, mumble, frames), 0, 1),
        way=np.clip((way > 0) + rng.normal(0, 0.1, frames), 0, 1),
        turn=_turn(angle * FOLDS.get(thing.kind, 1), thing.kind in FOLDS, rough, rng),
        chances=chances,
    )


def _turn(angle: np.ndarray, alike: bool, rough: float, rng: np.random.Generator) -> np.ndarray:
    """A turn as it is read: what is hard to tell from upright is read as half upright. Shapes: (t,) in, (t, 2) out."""
    clear = rng.uniform(0.15, 0.6) if rng.random() < (LOST if alike else VAGUE) else rng.uniform(0.8, 1.0)
    turned = angle + rng.normal(0, rough * TURN / clear, len(angle))
    seen = clear * np.stack([np.cos(turned), np.sin(turned)], axis=-1)
    seen[:, 0] += rng.uniform(0, 1 - clear)
    return seen + rng.normal(0, 0.1, seen.shape)


def _ghost(scene: Scene, rng: np.random.Generator) -> Sighting:
    frames = scene.frames
    presence = np.zeros(frames)
    start, long = (0, frames) if rng.random() < LASTING else (int(rng.integers(frames)), int(rng.integers(6, 20)))
    presence[start : start + long] = rng.uniform(0.4, 0.9, len(presence[start : start + long]))
    spot = rng.uniform((0, 0), (scene.width, scene.height)) + rng.normal(0, 1, (frames, 2))
    even = np.zeros(frames)
    chances = {axis: np.ones(len(AXES[axis])) / len(AXES[axis]) for axis in THING_AXES}
    chances["object"] = 0.94 * (np.arange(len(OBJECTS)) == rng.integers(len(OBJECTS))) + 0.006
    place = np.where((presence > 0)[:, None], spot, np.nan)
    turn = rng.normal((0.5, 0.0), 0.3, (frames, 2))
    return Sighting(place, presence, even + rng.uniform(8, 20), even + 1, even, even + 0.5, turn, chances)


def _camera(scene: Scene, rng: np.random.Generator) -> CameraSeen:
    path = scene.motion.camera.copy()
    path[:, 2], path[:, 3] = np.log(path[:, 2]), np.sin(path[:, 3])
    moves = np.diff(path, axis=0, prepend=path[:1])
    if scene.cut is not None:
        moves[scene.cut] = 0
    name = scene.camera.name
    if rng.random() < MISTAKEN:
        name = SWAPS.get(name, "static")
        x, turn = moves[:, 0].copy(), moves[:, 3].copy()
        moves = np.zeros_like(moves)
        moves[:, 0], moves[:, 3] = -2.5 * turn, -0.4 * x
    elif name != "static":
        usual = np.array([1, 1, SHORT, 1])
        moves = moves * rng.normal(usual, LONG) * rng.normal(1, JERK, (len(moves), 1))
    return CameraSeen(name, np.cumsum(moves, axis=0), 1.0)
