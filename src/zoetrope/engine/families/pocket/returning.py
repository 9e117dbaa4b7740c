"""Things of a shot that goes on: who has left the picture turns round out of sight, and soon comes back.

A planner has met five seconds at a time, in which who leaves need not return; a stream would stand empty. Knows no
network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.in_view import edges
from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP
from zoetrope.engine.families.pocket.parting import SIDES
from zoetrope.engine.families.pocket.past import PAST
from zoetrope.engine.families.pocket.plan import TRACK, Plan

X, SPIN, WAY = (TRACK.index(name) for name in ("x", "spin", "way"))
GOING = frozenset({"bounces", "rolls", "slides", "flies"})  # actions in which a thing may leave the picture
GONE = 1.6  # radii beyond the edge of the picture at which nothing of a thing is seen any more, its shadow neither
COMES = 1.2  # metres inside the edge to which a thing comes in a chunk that it begins outside


def called_back(known: Known, past: Plan, slots: Iterable[int], grid: tuple[int, int], way: str | None = None) -> Known:
    """What is known of a shot that goes on from a past plan, with things of some slots in the picture at its end.

    Only who was outside at the end of the past is told so; a first thing whose heading is told goes on to the side
    that it has left by.
    """
    left, right = (float(edge[-1]) for edge in edges(past, grid, 0.0))
    for slot in slots:
        at = float(past.tracks[0, slot, -1, X])
        side = float(at > right) - float(at < left)
        leaves = slot == 0 and SIDES.get(way) == side
        goal = (right if side > 0 else left) + side * (2 * GONE * float(past.radii()[0, slot]) if leaves else -COMES)
        known = _led_to(known, past, slot, goal, known.pictures - GROUP) if side else known
    return known


def sent(known: Known, past: Plan, grid: tuple[int, int], way: str | None, speed: float) -> Known:
    """What is known of a shot that goes on from a past plan, with the first thing going the way that is told, if any.

    It goes evenly, just out of sight at most. Units: speed is in m/s.
    """
    side, at = SIDES.get(way, 0.0), float(past.tracks[0, 0, -1, X])
    left, right = (float(edge[-1]) for edge in edges(past, grid, -GONE * float(past.radii()[0, 0])))
    before = past.camera.shape[1]
    goal = min(max(at + side * speed * (known.pictures - before) / FRAME_RATE, left), right)
    return _led_to(known, past, 0, goal, before + GROUP) if side * (goal - at) > 0 else known


def _led_to(known: Known, past: Plan, slot: int, goal: float, start: int) -> Known:
    """What is known, with a thing evenly on its way to a goal, told from a picture on; strokes tell more."""
    before, count, column = past.camera.shape[1], known.pictures, slot * len(TRACK) + X
    if known.rows[before:, column].any() or count <= before + GROUP:
        return known
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    at, later = float(past.tracks[0, slot, -1, X]), torch.arange(start, count)
    tracks[0, slot, later, X] = at + (goal - at) * (later - before + 1).to(tracks) / (count - before)
    rows[later, column] = True
    return replace(known, plan=replace(known.plan, tracks=tracks), rows=rows)


def returning(plan: Plan, first: int, slots: Iterable[int], grid: tuple[int, int], way: str | None = None) -> Plan:
    """A plan in which things of some slots that go out of sight from a picture on come back.

    They turn round there, as fast as they go; a first thing whose heading is told comes in again on the other side.
    What goes out of sight because the camera turns away is left where it is.
    """
    tracks = plan.tracks.clone()
    for slot in slots:
        told = SIDES.get(way, 0.0) if slot == 0 else 0.0
        bounds = torch.stack(edges(plan, grid, -GONE * float(plan.radii()[0, slot])), dim=1)
        _return(tracks[0, slot], first, bounds, told)
    return replace(plan, tracks=tracks)


def _return(track: Tensor, first: int, bounds: Tensor, told: float) -> None:
    """Lead a track (t, k) back from a picture on, by where it is out of sight (t, 2).

    It never leaps in the last pictures, by which what goes on from them is planned.
    """
    gone, way = track[:, X].diff(prepend=track[:1, X]).tolist(), 1.0
    at = float(track[first - 1, X])
    for number, (left, right) in enumerate(bounds.tolist()[first:], start=first):
        step = way * gone[number]
        side = float(at + step > right) - float(at + step < left)
        if side and side == told and number + PAST <= len(track):
            step -= side * (right - left)
        elif side * step > 0 and side != told:
            way, step = -way, -step
        at += step
        track[number, X] = at
        track[number, SPIN] *= way
        track[number, WAY] *= way
