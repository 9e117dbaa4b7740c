"""Follow things through a clip: from findings in single pictures to paths. Knows no prompts and no motion.

Cuts and the paths of two things that meet are bridged by what the things look like.
"""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.engine.families.pocket.spotter import Findings
from zoetrope.evaluation.axes import THING_AXES
from zoetrope.evaluation.sight import Sighting

MISSING = -2.0  # log score of "not in the picture": any finding is likelier, if it is near
FAR = 7.0  # radii: a jump of this length costs as much as one missing frame; a fast thing moves one and a half
APPEAR = -0.6  # to vanish or to come back
UNLIKE = -1.5  # what it costs that kind and colour differ wholly
CHANGE, USUAL = 2.5, 1.5  # a cut changes the picture this many times as much as its neighbours, and these levels
LEAST = 5.0  # levels that a cut changes at least
SURER = 4  # power by which a picture in which a trait is sure counts more
TRACKS = 2
THERE = 0.1  # share of the frames in which a thing must be found to be followed


def cuts_of(frames: np.ndarray) -> np.ndarray:
    """Frames that have nothing to do with the one before. Shapes: uint8 (t, h, w, 3) in, bool (t,) out."""
    tiny = np.stack([cv2.resize(frame, (16, 9), interpolation=cv2.INTER_AREA) for frame in frames]).astype(np.float32)
    change = np.abs(np.diff(tiny, axis=0, prepend=tiny[:1])).mean((1, 2, 3))
    near = np.array([np.median(change[max(1, at - 6) : at + 7]) for at in range(len(change))])
    return (change > LEAST) & (change > CHANGE * (near + USUAL))


def follow(found: Findings, count: int, cuts: np.ndarray) -> tuple[Sighting, ...]:
    """The best paths of one thing each, best first. Shapes: count frames; cuts bool (count,)."""
    numbers = found.picture.numpy()
    left = [np.flatnonzero(numbers == at) for at in range(count)]
    looks = np.concatenate([found.chances[axis].numpy() for axis in THING_AXES], axis=1)
    place, radius, score = found.place.numpy(), found.radius.numpy(), found.score.numpy()
    out = []
    for _ in range(TRACKS):
        picks = _best_path(left, place, radius, np.log(score + 1e-6), looks, cuts)
        if (picks >= 0).sum() < max(2, THERE * count):
            break
        thing = _sighting(found, picks)
        if thing.seen.sum() >= THERE * count:
            out.append(thing)
        left = [each[each != pick] for each, pick in zip(left, picks, strict=True)]
    return tuple(out)


def _best_path(
    left: list[np.ndarray],
    place: np.ndarray,
    radius: np.ndarray,
    score: np.ndarray,
    looks: np.ndarray,
    cuts: np.ndarray,
) -> np.ndarray:
    """Viterbi over the findings of each frame; -1 where the thing is missing."""
    total = np.array([*score[left[0]], MISSING])
    back = []
    for at in range(1, len(left)):
        one, two = left[at - 1], left[at]
        cost = np.full((len(two) + 1, len(one) + 1), APPEAR)
        cost[-1, -1] = 0
        if len(one) and len(two):
            gap = np.linalg.norm(place[two][:, None] - place[one][None], axis=-1)
            size = np.sqrt(radius[two][:, None] * radius[one][None])
            likeness = (looks[two] @ looks[one].T) / len(THING_AXES)
            jump = 0.0 if cuts[at] else np.minimum(gap / size / FAR, 4.0)
            cost[:-1, :-1] = MISSING * jump + UNLIKE * (1 - likeness)
        step = total[None] + cost
        back.append(step.argmax(1))
        total = step.max(1) + np.array([*score[two], MISSING])
    picks = [int(total.argmax())]
    for choice in reversed(back):
        picks.append(int(choice[picks[-1]]))
    return np.array([each[p] if p < len(each) else -1 for each, p in zip(left, picks[::-1], strict=True)])


def _sighting(found: Findings, picks: np.ndarray) -> Sighting:
    there = picks >= 0

    def row(values: np.ndarray, empty: float = 0.0) -> np.ndarray:
        out = np.full((len(picks), *values.shape[1:]), empty)
        out[there] = values[picks[there]]
        return out

    score = found.score.numpy()
    chances = {}
    for axis in THING_AXES:
        each = found.chances[axis].numpy()[picks[there]]
        weight = score[picks[there]] ** 2 * each.max(1) ** SURER
        chances[axis] = (each * weight[:, None]).sum(0) / weight.sum()
    return Sighting(
        place=row(found.place.numpy(), np.nan),
        presence=row(score),
        radius=row(found.radius.numpy()),
        stretch=row(found.stretch.numpy(), 1.0),
        mouth=row(found.mouth.numpy()),
        way=row(found.way.numpy(), 0.5),
        turn=row(found.turn.numpy()),
        chances=chances,
    )
