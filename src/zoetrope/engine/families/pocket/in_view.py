"""Things are where the camera sees them: a second one that stands still, and one that the camera pushes in on.

On the stage a second thing stands beside the path of the first, in the picture or not; who names one wants to see it.
Knows no network.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.directing import unproject
from zoetrope.engine.families.pocket.plan import PATCH, Plan

STILL = 0.05  # metres over a shot within which a thing stands
ENOUGH = 0.6  # share of the pictures in which it is seen whole; below it another place is looked for
HIDDEN = 0.5  # share of those in which the first thing is before or behind it; above it the same
PLACES = 65  # that are looked at
HIDES = 0.5  # of a picture, what one counts in which the first thing is before or behind it
NEARER = 0.1  # of the logarithm of zoom over a shot, from which a camera pushes in
FARTHER = 0.02  # of a picture, what a metre away from where it was planned counts


def stand_in_view(plan: Plan, grid: tuple[int, int]) -> Plan:
    """A plan in which the second thing, if it stands still and is hardly seen, stands where it is."""
    track = plan.tracks[0, 1]
    stands = bool(plan.traits[0, 1, 0]) and float(track[:, 0].max() - track[:, 0].min()) <= STILL
    return set_aside(plan, grid) if stands else plan


def set_aside(plan: Plan, grid: tuple[int, int]) -> Plan:
    """A plan in which the second thing does what it does where it is seen.

    Hardly seen is what is outside, and what is where the first thing is.
    """
    path = plan.tracks[0, 1, :, 0]
    left, right = edges(plan, grid, float(plan.radii()[0, 1]))
    here = path.median()
    inside = torch.linspace(float(left.min()), float(right.max()), PLACES).to(here)
    moved = torch.cat([here[None], inside]) - here
    places = path + moved[:, None]
    seen, meets = _share((left <= places) & (places <= right)), _share(_meets(plan, places))
    if (seen[0] >= ENOUGH and meets[0] <= HIDDEN) or not (left < right).any():
        return plan
    worth = seen - HIDES * meets - FARTHER * moved.abs()
    tracks = plan.tracks.clone()
    tracks[0, 1, :, 0] += moved[worth.argmax()]
    return replace(plan, tracks=tracks)


def pushed_in_on(plan: Plan, grid: tuple[int, int]) -> Plan:
    """A plan whose camera, if it comes so near that the first thing is lost on a side, comes nearer to that.

    The thing's place at the end is then seen where it was seen at first.
    """
    camera, path = plan.camera[0], plan.tracks[0, 0, :, 0]
    nearer = (camera[:, 2] - camera[0, 2]).clamp(min=0)
    left, right = edges(plan, grid, float(plan.radii()[0, 0]))
    if not plan.traits[0, 0, 0] or nearer[-1] < NEARER or left[-1] <= path[-1] <= right[-1]:
        return plan
    moved = camera.clone()
    moved[:, 0] += (path[-1] - camera[:, 0]) * (1 - (-nearer).exp())
    return replace(plan, camera=moved[None])


def _meets(plan: Plan, places: Tensor) -> Tensor:
    """Where the first thing is before or behind the second in each picture, were that at places (n, t): (n, t)."""
    first, apart = plan.tracks[0, 0], plan.radii()[0].sum()
    high = (first[:, 1] - plan.tracks[0, 1, :, 1]).abs() < apart
    return high & ((places - first[:, 0]).abs() < apart)


def edges(plan: Plan, grid: tuple[int, int], radius: float) -> tuple[Tensor, Tensor]:
    """Between which metres a thing is seen whole in each picture, (t,) each."""
    ends = torch.tensor([[0.0, 0.0], [grid[1] * PATCH, 0.0]]).to(plan.camera)
    left, right = (unproject(end.expand(plan.camera.shape[1], 2), plan.camera[0], grid)[:, 0] for end in ends)
    return left + radius, right - radius


def _share(seen: Tensor) -> Tensor:
    """In which share of pictures (..., t)."""
    return seen.float().mean(-1)
