"""Things led through gaps between given pictures, so that they come from where they were seen to where they are next.

The planner writes what happens in a gap, but not that it begins and ends where and as fast as the pictures show. Knows
no pictures and no network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.habits import ROUND, TURNS
from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.leading import gaps
from zoetrope.engine.families.pocket.passage import curve
from zoetrope.engine.families.pocket.plan import AXES, SLOTS, TRACK, Plan

X, Y, SPIN, WAY, STRETCH, GROUND_SPEED, AIR_SPEED, CONTACT = (
    TRACK.index(name) for name in ("x", "y", "spin", "way", "stretch", "ground_speed", "air_speed", "contact")
)
PACED = 2  # pictures over which the pace at a seam is taken
ALOFT = 0.08  # metres above standing from which a thing is in the air: the spotter errs by a pixel, which is 0.015
FALLS = 2.5  # m/s2, up or down, from which a thing in the air falls or bounces; what floats was measured at 1.9 at most
FITTED = 7  # pictures at most that this is seen by
THAWS = 10  # pictures to either side of a given one in which a thing goes on: six of its latent frame, and a leap
ROOM = 3  # pictures from a seam to a touch or a turn round, at least: a nearer one would be a jolt


def rejoined(plan: Plan, known: Known, acts: bool) -> Plan:
    """The plan with things led through every gap between places that are known, as fast at its ends as they are seen.

    Where the prompt names an action (`acts`), they go about it on the way; else they go straight, and touch down where
    the planner has it if they are seen to fall.
    """
    tracks = plan.tracks.clone()
    for slot in range(SLOTS):
        held = known.rows[:, slot * len(TRACK) + X].cpu().numpy()
        for first, last in gaps(held) if plan.traits[0, slot, 0] else ():
            if first > 0 and last + 1 < len(held):
                _lead(tracks[0, slot], plan, slot, (first - 1, last + 1), acts)
                _turn(tracks[0, slot], plan, slot, (first - 1, last + 1), acts)
    return replace(plan, tracks=tracks)


def _lead(track: Tensor, plan: Plan, slot: int, gap: tuple[int, int], acts: bool) -> None:
    """Lead a track (t, k) through a gap between two pictures whose places hold."""
    a, b = gap
    stands = float(plan.marks[0, 0] + plan.radii()[0, slot])
    touches = (track[a + ROOM : b - ROOM + 1, CONTACT] > 0).nonzero()[:, 0] + a + ROOM
    before, after = track[max(a + 1 - FITTED, 0) : a + 1, Y], track[b : b + FITTED, Y]
    if not acts and not any(_falls(path, stands) for path in (before, after)):
        touches = touches[:0]
    x, y = (_led(track[:, axis], gap, acts) for axis in (X, Y))
    if len(touches):
        first, last = int(touches[0]), int(touches[-1])
        y = torch.cat([_leg(track[:, Y], a, first), track[first:last, Y], _leg(track[:, Y], last, b)])[1:]
    lowest = torch.minimum(track[[a, b], Y].min(), track.new_tensor(stands))
    track[a + 1 : b, X], track[a + 1 : b, Y] = x, y.clamp_min(float(lowest))
    kept = torch.zeros(len(track), dtype=torch.bool)
    kept[touches] = True
    inside = torch.zeros_like(kept)
    inside[a + 1 : b] = True
    track[inside & ~kept, CONTACT] = 0
    if not acts:
        track[inside & ~kept, STRETCH] *= float(len(touches) > 0)
        pace = track[:, :2].diff(dim=0, prepend=track[:1, :2]).norm(dim=1) * FRAME_RATE
        up = track[:, Y] - stands > ALOFT
        track[inside, GROUND_SPEED] = torch.where(up, 0, pace)[inside]
        track[inside, AIR_SPEED] = torch.where(up, pace, 0)[inside]


def unfrozen(plan: Plan, numbers: Sequence[int]) -> Plan:
    """The plan with things that go on through given pictures that stand alone, as fast as they come and leave.

    The planner is told of a picture's place for a whole latent frame, in which a thing would stand still.
    """
    tracks, count = plan.tracks.clone(), plan.camera.shape[1]
    for number in numbers:
        a, b = number - THAWS, number + THAWS
        for slot in range(SLOTS) if a >= 0 and b < count else ():
            track = tracks[0, slot]
            if plan.traits[0, slot, 0] and not (track[a : b + 1, CONTACT] > 0).any():
                angle = track[:, SPIN].cumsum(0)
                angle[a:b] = _leg(angle, a, b)
                for axis in (X, Y):
                    _pass_through(track[:, axis], a, number, b)
                track[a : b + 1, SPIN] = angle[a - 1 : b + 1].diff() if a else angle[a : b + 1].diff(prepend=angle[:1])
    return replace(plan, tracks=tracks)


def _pass_through(path: Tensor, a: int, number: int, b: int) -> None:
    """Lead a path (t,) from one picture through its place in another to a third."""
    out, into = _paces(path, a, b)
    pace, ends = (path[b] - path[a]) / (b - a), path[[a, number, b]].clone()
    path[a:number] = curve(ends[:1], ends[1:2], out[None], pace[None], number - a)[:, 0]
    path[number:b] = curve(ends[1:2], ends[2:], pace[None], into[None], b - number)[:, 0]


def _falls(path: Tensor, stands: float) -> bool:
    """Whether heights (t,) are those of a thing that falls or bounces."""
    if len(path) < FITTED - 1 or float((path - stands).max()) < ALOFT:
        return False
    bend = np.polyfit(np.arange(len(path)) / FRAME_RATE, path.double().cpu().numpy(), 2)[0]
    return abs(2 * bend) > FALLS


def _led(path: Tensor, gap: tuple[int, int], acts: bool) -> Tensor:
    """A path (t,) inside a gap (b - a - 1,): straight, or as it is written but from end to end."""
    a, b = gap
    inner = path[a + 1 : b]
    if not acts or len(inner) < 2:
        return _leg(path, a, b)[1:]
    ends = torch.stack([2 * inner[0] - inner[1], 2 * inner[-1] - inner[-2]])
    slopes = torch.stack([inner[1] - inner[0], inner[-1] - inner[-2]])
    off = torch.stack([path[a], path[b]]) - ends
    out, into = torch.stack(_paces(path, a, b)) - slopes
    return inner + curve(off[:1], off[1:], out[None], into[None], b - a)[1:, 0]


def _leg(path: Tensor, a: int, b: int) -> Tensor:
    """From one picture up to before another (b - a,), as fast at both as the path is beyond them."""
    out, into = _paces(path, a, b)
    return curve(path[a : a + 1], path[b : b + 1], out[None], into[None], b - a)[:, 0]


def _paces(path: Tensor, a: int, b: int) -> tuple[Tensor, Tensor]:
    """How fast a path goes before one picture and after another, a picture."""
    before, after = max(a - PACED, 0), min(b + PACED, len(path) - 1)
    return (path[a] - path[before]) / max(a - before, 1), (path[after] - path[b]) / max(after - b, 1)


def _turn(track: Tensor, plan: Plan, slot: int, gap: tuple[int, int], acts: bool) -> None:
    """Let a thing look where it goes in a gap; what is round rolls, where the prompt names no action."""
    a, b = gap
    pace = track[a : b + 1, X].diff()
    if not acts:
        kinds = plan.traits[0, slot, 1 : 1 + len(AXES["object"])]
        turns = sum(float(kinds[AXES["object"].index(kind)]) for kind in ROUND)
        track[a + 1 : b + 1, SPIN] = -turns * pace / plan.radii()[0, slot]
    for at, each in zip(range(a + 1, b - ROOM), (pace * FRAME_RATE).tolist(), strict=False):
        track[at, WAY] = math.copysign(1, each) if abs(each) > TURNS else track[at - 1, WAY]
    track[max(b - ROOM, a + 1) : b, WAY] = track[b, WAY]
