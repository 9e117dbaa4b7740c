"""Touches in a written plan: what lands is on the ground then, what rebounds is at its wall, two that collide meet.

The planner writes when things touch, and where they go to within a hand's breadth, not that both agree. Here paths are
moved evenly from touch to touch, so that a flight keeps its bend and a run its pace. Knows no network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from zoetrope.engine.families.pocket.bodies import half_width, touching_distance
from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.landing import knocks, landings, local_lows
from zoetrope.engine.families.pocket.plan import AXES, SLOTS, TRACK, Plan

X, Y, CONTACT, OFFSET = (TRACK.index(name) for name in ("x", "y", "contact", "offset"))
LANDING = frozenset({"bounces", "falls", "jumps"})
STANDING = frozenset({"slides", "rebounds", "collides", "talks"})
SUNK = 0.4  # metres beside standing up to which a thing is meant to stand
RUN = 3  # pictures before and after a touch that tell how fast a thing runs into it and away
CROUCH = 0.1  # metres that the middle of a thing sinks at most, pressed together, while it stands
SKIPS = 0.12  # metres up to which a thing skips that comes to rest
NEAR = 1.2  # pictures within which two landings are one
LEAP = 0.06  # metres beside its neighbours' in a step that no push explains
WALL, WALL_AT, WALL_SIDE = 1, 2, 3  # marks: whether there is one, where, and on which side


@dataclass(frozen=True)
class Touch:
    """A touch of the first thing: the picture that it follows, and by how much of a picture."""

    picture: int
    late: float

    @property
    def moment(self) -> float:
        """In pictures."""
        return self.picture + self.late


def touching(plan: Plan, act: str, known: Known | None = None) -> Plan:
    """The plan of one shot in which touches of one action are where they belong; what is known of it stays."""
    count = plan.camera.shape[1]
    if count <= RUN:
        return plan
    kept = _told(known, count, [slot * len(TRACK) + X for slot in range(SLOTS)]).T
    walled = known is not None and bool(known.cast[WALL_AT - len(plan.marks[0])])
    tracks = plan.tracks[0].double().cpu().numpy().copy()
    marks = plan.marks[0].double().cpu().numpy().copy()
    radii = plan.radii()[0].tolist()
    rests = [marks[0] + radius for radius in radii]
    if act in STANDING:
        _stand(tracks, rests, kept)
    if act in LANDING:
        _land_as_seen(tracks[0], _told(known, count, [Y, CONTACT]))
        _land(tracks[0], rests[0], kept[0])
    if act == "rebounds":
        _knock_as_seen(tracks[0], _told(known, count, [X, CONTACT]))
    if act == "rebounds" and marks[WALL]:
        _run_into_wall(tracks[0], marks, half_width(*_body(plan, 0)), kept[0], walled)
    if act == "collides" and radii[1]:
        _meet(tracks, touching_distance(*(_body(plan, slot) for slot in range(SLOTS))), kept)
    cast = plan.cast.clone()
    cast[0, -len(marks) :] = torch.from_numpy(marks).to(cast)
    return replace(plan, tracks=torch.from_numpy(tracks)[None].to(plan.tracks), cast=cast)


def _told(known: Known | None, count: int, columns: Sequence[int]) -> np.ndarray:
    """Where some rows of the things' tracks are told, bool (t, columns)."""
    told = np.zeros((count, len(columns)), bool)
    if known is not None:
        rows = known.rows[:count, list(columns)]
        told[: len(rows)] = rows.cpu().numpy()
    return told


def _body(plan: Plan, slot: int) -> tuple[str, float]:
    """Kind and radius of a thing."""
    kinds = AXES["object"]
    return kinds[int(plan.traits[0, slot, 1 : 1 + len(kinds)].argmax())], float(plan.radii()[0, slot])


def _touches(track: np.ndarray) -> list[Touch]:
    """The touches of a track (t, k) that have a picture on either side."""
    numbers = np.flatnonzero(track[:, CONTACT] > 0)
    return [Touch(int(at), float(track[at, OFFSET])) for at in numbers if 1 <= at < len(track) - 1]


def _moved(path: np.ndarray, lacks: Mapping[float, float], kept: np.ndarray) -> np.ndarray:
    """A path (t,) moved by what it lacks at some moments, evenly in between and not where it is told.

    Units: moments in pictures.
    """
    told = {float(at): 0.0 for at in np.flatnonzero(kept)}
    knots = sorted({**lacks, **told}.items())
    if not knots:
        return path
    at, by = zip(*knots, strict=True)
    return path + np.interp(np.arange(len(path)), at, by)


def _stand(tracks: np.ndarray, rests: list[float], kept: np.ndarray) -> None:
    """What stands is on the ground."""
    for track, rest, told in zip(tracks, rests, kept, strict=True):
        if not told.any() and abs(np.median(track[:, Y]) - rest) < SUNK:
            track[:, Y] = rest


def _land(track: np.ndarray, rest: float, kept: np.ndarray) -> None:
    """What lands is on the ground at every touch, and hardly ever under it."""
    touches = _touches(track)
    lacks = {touch.moment: rest - _landing(track[:, Y], touch, touches) for touch in touches}
    track[:, Y] = _moved(track[:, Y], lacks, kept)
    if lacks:
        track[~kept, Y] = np.maximum(track[~kept, Y], rest - CROUCH)


def _land_as_seen(track: np.ndarray, told: np.ndarray) -> None:
    """Hard landings are where a told path shows them, soft ones as they are written, where no touch is told.

    Shapes: told bool (t, 2): height and contact.
    """
    seen = told[:, 0] & ~told[:, 1]
    if seen.sum() < len(seen) / 2:
        return
    heights = track[:, Y]
    lows = local_lows(heights)
    found = [each for each in landings(heights) if seen[each.picture]]
    for touch in _touches(track):
        near = any(abs(each.picture + each.late - touch.moment) < NEAR for each in found)
        if seen[touch.picture] and (near or heights[touch.picture] > lows[touch.picture] + SKIPS):
            track[touch.picture, CONTACT] = 0
    for each in found:
        track[each.picture, [CONTACT, OFFSET]] = each.speed, each.late


def _knock_as_seen(track: np.ndarray, told: np.ndarray) -> None:
    """Knocks at a wall are where a told path shows them. Shapes: told bool (t, 2): place and contact."""
    seen = told[:, 0] & ~told[:, 1]
    if seen.sum() < len(seen) / 2:
        return
    track[seen, CONTACT] = 0
    for each in knocks(track[:, X]):
        if seen[each.picture]:
            track[each.picture, [CONTACT, OFFSET]] = each.speed, each.late


def _landing(heights: np.ndarray, touch: Touch, touches: list[Touch]) -> float:
    """The height at a touch, carried on from the flight before it."""
    at = touch.picture
    step = heights[at] - heights[at - 1]
    free = at >= 2 and not any(each is not touch and at - 2 <= each.picture < at for each in touches)
    bend = heights[at] - 2 * heights[at - 1] + heights[at - 2] if free else 0.0
    return float(heights[at] + step * touch.late + bend * touch.late * (touch.late + 1) / 2)


def _run_into_wall(track: np.ndarray, marks: np.ndarray, half: float, kept: np.ndarray, walled: bool) -> None:
    """What rebounds turns round at the wall; one whose place is not told stands where the thing mostly turns."""
    side = 1.0 if marks[WALL_SIDE] >= 0 else -1.0
    turns = {}
    for touch in _touches(track):
        into, away = _paces(track[:, X], touch.picture)
        if into * side > 0 > away * side:
            turns[touch.moment] = float(track[touch.picture, X] + into * touch.late)
        elif not kept[touch.picture]:
            track[touch.picture, CONTACT] = 0
    if not turns:
        return
    if not walled:
        marks[WALL_AT] = np.median(list(turns.values())) + side * half
    face = marks[WALL_AT] - side * half
    track[:, X] = _moved(track[:, X], {at: face - x for at, x in turns.items()}, kept)
    free = ~kept
    track[free, X] = side * np.minimum(side * track[free, X], side * face)


def _paces(path: np.ndarray, at: int) -> tuple[float, float]:
    """How far a path goes in a picture before a touch and after it."""
    return _pace(path[max(0, at - RUN) : at + 1]), _pace(path[at + 1 : at + 2 + RUN])


def _pace(path: np.ndarray) -> float:
    return float(np.median(np.diff(path))) if len(path) > 1 else 0.0


def _meet(tracks: np.ndarray, reach: float, kept: np.ndarray) -> None:
    """Two things that collide are as near as they can be at the touch and never nearer, and neither leaps."""
    touches = _touches(tracks[0])
    if not touches:
        return
    paths = tracks[:, :, X]
    touch = max(touches, key=lambda each: _shock(paths, each))
    tracks[0, [each.picture for each in touches if each is not touch], CONTACT] = 0
    at, late = touch.picture, touch.late
    for path, told in zip(paths, kept, strict=True):
        if not told.any():
            path[: at + 1], path[at + 1 :] = _evened(path[at::-1])[::-1], _evened(path[at + 1 :])
    (comes, goes), (leaves, parts) = zip(*(_paces(path, at) for path in paths), strict=True)
    if comes == leaves:
        return
    way = math.copysign(1.0, comes - leaves)
    before = [path[at] + pace * late for path, pace in zip(paths, (comes, leaves), strict=True)]
    after = [path[at + 1] - pace * (1 - late) for path, pace in zip(paths, (goes, parts), strict=True)]
    middle = float(np.mean(before + after))
    for slot, place in enumerate((middle - way * reach / 2, middle + way * reach / 2)):
        path, told = paths[slot], kept[slot]
        path[: at + 1] = _moved(path[: at + 1], {touch.moment: place - before[slot]}, told[: at + 1])
        path[at + 1 :] = _moved(path[at + 1 :], {late - 1: place - after[slot]}, told[at + 1 :])
    inside = np.maximum(reach - way * (paths[1] - paths[0]), 0) * way
    share = np.where(kept[0] == kept[1], 0.5, kept[1])
    paths[0] -= inside * share * ~kept[0]
    paths[1] += inside * (1 - share) * ~kept[1]


def _shock(paths: np.ndarray, touch: Touch) -> float:
    """How much of the pace at which two things (2, t) near each other a touch takes."""
    (comes, goes), (leaves, parts) = (_paces(path, touch.picture) for path in paths)
    return abs((comes - leaves) - (goes - parts))


def _evened(path: np.ndarray) -> np.ndarray:
    """A path (t,) from its first place on whose steps are like their neighbours."""
    steps = np.diff(path)
    if len(steps) < 2 * RUN:
        return path
    around = np.lib.stride_tricks.sliding_window_view(np.pad(steps, RUN, mode="edge"), 2 * RUN + 1)
    usual = np.median(around, axis=1)
    steps = np.where(np.abs(steps - usual) > LEAP, usual, steps)
    return path[0] + np.concatenate([[0.0], np.cumsum(steps)])
