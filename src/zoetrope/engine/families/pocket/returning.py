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
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.parting import SIDES
from zoetrope.engine.families.pocket.plan import TRACK, Plan

X, SPIN, WAY = (TRACK.index(name) for name in ("x", "spin", "way"))
GOING = frozenset({"bounces", "rolls", "slides", "flies"})  # actions in which a thing may leave the picture
LOOKS_BACK = 1 + GROUP  # pictures that what goes on is planned by, in which nothing may leap
GONE = 1.6  # radii beyond the edge of the picture at which nothing of a thing is seen any more, its shadow neither
COMES = 1.2  # metres inside the edge to which a thing comes in a chunk that it begins outside


def called_back(known: Known, past: Plan, slots: Iterable[int], grid: tuple[int, int], way: str | None = None) -> Known:
    """What is known of a shot that goes on from a past plan, with things of some slots in the picture at its end.

    Only who was outside at the end of the past is told so; a first thing whose heading is told goes on to the side
    that it has left by. Strokes tell more: what is known of a path stays.
    """
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    before, last = past.camera.shape[1], known.pictures - 1
    left, right = (float(edge[-1]) for edge in edges(past, grid, 0.0))
    for slot in slots:
        at, column = float(past.tracks[0, slot, -1, X]), slot * len(TRACK) + X
        side = float(at > right) - float(at < left)
        if not side or rows[before:, column].any() or last < before + GROUP:
            continue
        leaves = slot == 0 and SIDES.get(way) == side
        goal = (right if side > 0 else left) + side * (2 * GONE * float(past.radii()[0, slot]) if leaves else -COMES)
        end = torch.arange(last - GROUP + 1, last + 1)
        tracks[0, slot, end, X] = at + (goal - at) * (end - before + 1).to(tracks) / (last - before + 1)
        rows[end, column] = True
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
    """Lead a track (t, k) back from a picture on, by where it is out of sight (t, 2)."""
    gone, way = track[:, X].diff(prepend=track[:1, X]).tolist(), 1.0
    at = float(track[first - 1, X])
    for number, (left, right) in enumerate(bounds.tolist()[first:], start=first):
        step = way * gone[number]
        side = float(at + step > right) - float(at + step < left)
        if side and side == told and number + LOOKS_BACK <= len(track):
            step -= side * (right - left)
        elif side * step > 0 and side != told:
            way, step = -way, -step
        at += step
        track[number, X] = at
        track[number, SPIN] *= way
        track[number, WAY] *= way
