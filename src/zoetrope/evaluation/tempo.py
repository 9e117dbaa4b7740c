"""Which pace what is seen has: measured speeds and rates held against the laws of the stage.

The motion network reads a pace as it reads all else. Where an action goes by the clock, its law says more: how fast a
thing runs, how often it bobs or speaks, how it turns. Knows no prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from zoetrope.engine.families.pocket import paces
from zoetrope.evaluation.axes import AXES, NO_SECOND
from zoetrope.evaluation.motion import across_cuts, settled, to_metres
from zoetrope.evaluation.sight import Sight, Sighting
from zoetrope.evaluation.turning import RATES, turns
from zoetrope.training.world.cameras import ceiling
from zoetrope.training.world.scene import FRAMES_PER_SECOND, METRE
from zoetrope.training.world.vocabulary import RADII

PACES = AXES["pace"]
FIRST, SECOND = 0.45, 0.58  # shares of a clip: till when the first of two actions lasts at least, and the second from
SPREAD = 0.17  # of rates about their law: that of the stage, and what is measured wrongly
NOISE = 0.13  # of measured speeds, as a logarithm
ROUGH, CAUTIOUS = 0.3, 4.0  # the same of two that collide, which hide each other, and what it counts at most
RUN = 5  # pictures before a touch that tell how fast things run into it
HEIGHT_NOISE = 0.03  # of heights from which things bounce, as a logarithm
BETWEEN = 0.935  # of such a height, what pictures twelve times a second show of it
EVEN, STEEP, LEAST = 30.0, 4.0, 0.02  # how much shares that are explained count, as they are and by their logarithms
FARTHEST = 12.0  # what a speed far from a law counts at most
CRUISE, FIRST_SPEED = 60, 92  # percentiles: the speed that a thing goes at mostly; that at which it begins to slide
HOLE = 3  # pictures at most over which a speed is taken
FEWEST = 5  # speeds, at least
FAR = 0.1  # metres beside a sine, beyond which a place is a mistake and counts no more
SWEEP = np.arange(1.4, 6.0, 0.05)  # rad/s of what bobs, that are tried
SPEECH = np.arange(1.5, 6.01, 0.05) * 2 * np.pi  # the same of what speaks


@dataclass(frozen=True, eq=False)
class Acting:
    """A thing that acts, first of all or after another act.

    Shapes: frames uint8 (t, h, w, 3); metres (t, 2) of it, and of what else is there; when bool (t,), the pictures of
    the act; touches (n,) in seconds.
    """

    frames: np.ndarray
    thing: Sighting
    radius: float
    metres: np.ndarray
    beside: np.ndarray | None
    when: np.ndarray
    camera: str
    touches: np.ndarray

    @property
    def numbers(self) -> np.ndarray:
        """Pictures of the act in which it is seen."""
        return np.flatnonzero(self.thing.seen & self.when)


def paces_seen(
    read: np.ndarray, acts: tuple[str, str], frames: np.ndarray, sight: Sight, cuts: np.ndarray
) -> np.ndarray:
    """The chance of each pace, from what the network reads and what the laws of the acts say of what is measured.

    Shapes: read (paces,), logarithms; acts are the first action and the second, or none; frames uint8 (t, h, w, 3);
    cuts bool (t,); (paces,) out.
    """
    total = np.asarray(read, float)
    part = (np.arange(len(frames)) + 0.5) / len(frames)
    alone = acts[1] == NO_SECOND
    for act, when in zip(acts, (alone | (part < FIRST), part > SECOND), strict=True):
        if sight.things and act in LAWS:
            total = total + LAWS[act](_acting(frames, sight, cuts, when))
    chances = np.exp(total - total.max())
    return chances / chances.sum()


def _acting(frames: np.ndarray, sight: Sight, cuts: np.ndarray, when: np.ndarray) -> Acting:
    thing, shape = sight.things[0], frames.shape[1:3]
    path = across_cuts(thing, settled(sight.camera), cuts, shape)
    metres, *others = (to_metres(each.place, path, shape) for each in sight.things)
    unit = METRE * shape[0] * np.exp(path[:, 2])
    radius = float(np.median((thing.radius / unit)[thing.seen]))
    beside = others[0] if others else None
    return Acting(frames, thing, radius, metres, beside, when, sight.camera.name, sight.touches)


def _by_speed(law: paces.Paces, percentile: float) -> Callable[[Acting], np.ndarray]:
    """How well the speed along the ground fits the law of each pace, as logarithms."""

    def judge(acting: Acting) -> np.ndarray:
        at = acting.numbers
        gap = at[2:] - at[:-2]
        gone = np.abs(acting.metres[at[2:], 0] - acting.metres[at[:-2], 0])
        speeds = (gone / gap * FRAMES_PER_SECOND)[gap <= HOLE]
        if len(speeds) < FEWEST:
            return np.zeros(len(PACES))
        return _fits(float(np.percentile(speeds, percentile)), law, NOISE, FARTHEST)

    return judge


def _fits(value: float, law: paces.Paces, noise: float, most: float, least: float = 1.0) -> np.ndarray:
    """How well a value fits the law of each pace, as logarithms: it is measured with some noise, and may be wrong.

    A law allows for all from the least share of it on.
    """
    off = np.log([max(value, 0.02) / law[pace] for pace in PACES])
    off = np.maximum(off, 0) + np.minimum(off - np.log(least), 0)
    return -np.minimum((off / noise) ** 2 / 2, most)


def _by_rate(
    law: paces.Paces,
    rates: np.ndarray,
    explained: Callable[[Acting], np.ndarray],
    counts: Callable[[np.ndarray], np.ndarray],
) -> Callable[[Acting], np.ndarray]:
    """How much the rates that keep to the law of each pace explain at best, as logarithms that `counts` makes of it."""

    def judge(acting: Acting) -> np.ndarray:
        shares = explained(acting)
        best = np.array([shares[np.abs(np.abs(rates) / law[pace] - 1) <= SPREAD].max() for pace in PACES])
        return counts(best)

    return judge


def _evenly(shares: np.ndarray) -> np.ndarray:
    return EVEN * shares


def _steeply(shares: np.ndarray) -> np.ndarray:
    return STEEP * np.log(np.maximum(shares, 0) + LEAST)


def _colliding(acting: Acting) -> np.ndarray:
    """How well the speed before two things touch fits, of the one that is faster then."""
    if acting.beside is None or not len(acting.touches):
        return np.zeros(len(PACES))
    at = int(acting.touches[0] * FRAMES_PER_SECOND)
    before = slice(max(0, at - RUN), at + 1)
    speeds = [np.abs(each[2:, 0] - each[:-2, 0])[before][:-1] / 2 for each in (acting.metres, acting.beside)]
    speed = np.nanmax([np.nanmedian(each) if np.isfinite(each).any() else 0 for each in speeds]) * FRAMES_PER_SECOND
    return _fits(float(speed), paces.SPEEDS["collides"], ROUGH, CAUTIOUS)


def _bouncing(acting: Acting) -> np.ndarray:
    """How well the height from which a thing first comes down fits, as a share of what there is above it."""
    heights = acting.metres[acting.numbers, 1]
    if not acting.when[0] or len(heights) < 2 * FEWEST:
        return np.zeros(len(PACES))
    low, high = np.percentile(heights, (4, 98))
    radius = min(RADII.values(), key=lambda each: abs(each - acting.radius))
    share = (high - low) / max(ceiling(acting.camera, radius) - low, 0.2)
    return _fits(share / BETWEEN, paces.HOPS, HEIGHT_NOISE, FARTHEST, least=paces.HOPS_LEAST)


def _turning(acting: Acting) -> np.ndarray:
    return turns(acting.frames, acting.thing, acting.when)


def _bobbing(acting: Acting) -> np.ndarray:
    """Share of the way up and down that a sine of each rate explains beside an even drift."""
    at = acting.numbers
    if len(at) < 2 * FEWEST:
        return np.zeros(len(SWEEP))
    seconds, heights = at / FRAMES_PER_SECOND, acting.metres[at, 1]
    drift = np.stack([np.ones_like(seconds), seconds - seconds.mean()], axis=1)
    alone = _missed(drift, heights) + 1e-9
    waves = SWEEP[:, None] * seconds
    both = np.stack([np.sin(waves), np.cos(waves)], axis=2)
    return np.array([1 - _missed(np.concatenate([drift, each], axis=1), heights) / alone for each in both])


def _missed(parts: np.ndarray, heights: np.ndarray) -> float:
    """What a sum of parts (t, k) misses heights (t,) by, in the mean of squares."""
    weights, *_ = np.linalg.lstsq(parts, heights, rcond=None)
    return float(np.square(np.minimum(np.abs(heights - parts @ weights), FAR)).mean())


def _speaking(acting: Acting) -> np.ndarray:
    """Share of what the mouth does at each rate of syllables."""
    at = acting.numbers
    if len(at) < 2 * FEWEST:
        return np.zeros(len(SPEECH))
    mouth = acting.thing.mouth[at] - acting.thing.mouth[at].mean()
    power = np.abs(np.exp(-1j * SPEECH[:, None] * at / FRAMES_PER_SECOND) @ mouth) ** 2
    return power / (power.sum() + 1e-9)


LAWS: Mapping[str, Callable[[Acting], np.ndarray]] = {
    "rolls": _by_speed(paces.SPEEDS["rolls"], CRUISE),
    "flies": _by_speed(paces.SPEEDS["flies"], CRUISE),
    "collides": _colliding,
    "bounces": _bouncing,
    "slides": _by_speed(paces.SPEEDS["slides"], FIRST_SPEED),
    "spins": _by_rate(paces.SPINS, RATES, _turning, _evenly),
    "floats": _by_rate(paces.BOBS, SWEEP, _bobbing, _steeply),
    "talks": _by_rate({pace: 2 * np.pi / step for pace, step in paces.SYLLABLE.items()}, SPEECH, _speaking, _steeply),
}
