"""Plans whose first thing stands still, or comes to a stop. Knows no network and no words."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.habits import ROUND
from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.paces import GRAVITY
from zoetrope.engine.families.pocket.plan import PIVOT, TRACK, Plan, sign_of, trait_of

STOPPING, SETTLING = 8, 12  # pictures in which what goes comes to a stop, and what flies, floats or swings comes down
SOFT = ("bird", "fish", "star", "lantern")  # things that come down from the air by themselves; all else falls
LEVEL = 0.03  # metres from where it stands within which a thing stands

X, Y, SPIN, WAY, STRETCH, MOUTH, GROUND_SPEED, AIR_SPEED, CONTACT, OFFSET = (
    TRACK.index(name)
    for name in ("x", "y", "spin", "way", "stretch", "mouth", "ground_speed", "air_speed", "contact", "offset")
)


def stopped(plan: Plan, start: int, *, mouth: bool = False, seated: bool = False) -> Plan:
    """A plan whose first thing comes to rest from a picture on; from the first one, it stands where it mostly was.

    `mouth` keeps what its mouth does; who is `seated` comes to rest on the second thing.
    """
    tracks = plan.tracks.clone()
    track, radius, wet = tracks[0, 0], float(plan.radii()[0, 0]), sign_of(plan, "setting") == "sea"
    seated = seated and bool(plan.traits[0, 1, 0])
    stands = (
        float(plan.marks[0, 0]) + radius + 2 * float(plan.radii()[0, 1]) * seated
    )  # all reach as high as they are wide
    track[start:, [STRETCH, GROUND_SPEED, AIR_SPEED, CONTACT, OFFSET, *([] if mouth else [MOUTH])]] = 0
    track[start:, WAY] = track[max(start - 1, 0), WAY].clone()
    wet = wet and not seated
    if start == 0:
        _stand(plan, track, stands, wet)
        track[:, X] = tracks[0, 1, :, X] if seated else track[:, X]
        return replace(plan, tracks=tracks)
    height, pace = float(track[start - 1, Y]), track[start - 1] - track[max(start - 2, 0)]
    later = torch.arange(1, len(track) - start + 1).double()
    run = float(pace[X]) * STOPPING / 3 * (1 - (1 - later / STOPPING).clamp(min=0) ** 3)
    angle = float(track[:start, SPIN].sum())
    if seated:
        run = _eased(later, SETTLING) * (tracks[0, 1, start:, X] - track[start - 1, X])
    track[start:, X] = track[start - 1, X] + run.to(track)
    if plan.marks[0, PIVOT] > 0:
        _hang(plan, track, start)
    elif not wet:
        _come_down(track, start, stands, float(pace[Y]), soft=trait_of(plan, 0, "object") in SOFT)
    if trait_of(plan, 0, "object") in ROUND:
        track[start:, SPIN] = -track[start - 1 :, X].diff() / radius
    elif not wet:
        turned = _eased(later, STOPPING) * (round(angle / math.tau) * math.tau - angle)
        track[start:, SPIN] = turned.diff(prepend=turned.new_zeros(1)).to(track)
    if height - stands < LEVEL:
        track[start:, GROUND_SPEED] = track[start - 1 :, X].diff().abs() * FRAME_RATE
    return replace(plan, tracks=tracks)


def _stand(plan: Plan, track: Tensor, stands: float, wet: bool) -> None:
    """Let a thing stand where it mostly was, or hang from its rope; on water it goes on bobbing."""
    if plan.marks[0, PIVOT] > 0:
        x, y = plan.marks[0, PIVOT + 1], plan.marks[0, PIVOT + 2]
        track[:, X], track[:, Y], track[:, SPIN] = x, y - torch.hypot(track[0, X] - x, track[0, Y] - y), 0
    else:
        track[:, X] = track[:, X].median()
        if not wet:
            track[:, Y], track[:, SPIN] = stands, 0


def _eased(later: Tensor, pictures: int) -> Tensor:
    """0 to 1 in so many pictures, smooth at both ends."""
    part = (later / pictures).clamp(max=1)
    return part * part * (3 - 2 * part)


def _come_down(track: Tensor, start: int, stands: float, rise: float, soft: bool) -> None:
    """Let a thing come down to where it stands: softly, or by gravity with a touch. Units: rise in metres a picture."""
    height, later = float(track[start - 1, Y]), torch.arange(1, len(track) - start + 1).double()
    if soft or height < stands + LEVEL:
        track[start:, Y] = (height + (stands - height) * _eased(later, SETTLING)).to(track)
        return
    speed, seconds = rise * FRAME_RATE, later / FRAME_RATE
    track[start:, Y] = (height + speed * seconds - GRAVITY / 2 * seconds.square()).clamp(min=stands).to(track)
    lands = (speed + math.sqrt(speed**2 + 2 * GRAVITY * (height - stands))) / GRAVITY
    picture = start - 1 + math.floor(lands * FRAME_RATE)
    if picture < len(track):
        track[picture, CONTACT] = GRAVITY * lands - speed
        track[picture, OFFSET] = lands * FRAME_RATE % 1


def _hang(plan: Plan, track: Tensor, start: int) -> None:
    """Let a thing on a rope come to hang straight down."""
    x, y = plan.marks[0, PIVOT + 1], plan.marks[0, PIVOT + 2]
    before = track[start - 1].clone()
    part = _eased(torch.arange(1, len(track) - start + 1), SETTLING).to(track)
    low = y - torch.hypot(before[X] - x, before[Y] - y)
    track[start:, X] = before[X] + (x - before[X]) * part
    track[start:, Y] = before[Y] + (low - before[Y]) * part
