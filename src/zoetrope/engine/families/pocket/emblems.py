"""Read a badge by painting it: of all emblems the one whose sketch is nearest to what is seen, with its two inks.

Knows the sketcher; knows no words.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.plan import (
    AXES,
    BADGE,
    EMBLEMS,
    METRE,
    PATCH,
    RADII,
    SLOTS,
    TRACK,
    Plan,
    no_badges,
)
from zoetrope.engine.families.pocket.sketch import Sketcher, look_at

LARGE = 1 + len(AXES["object"]) + len(AXES["colour"]) + 1  # where a first slot says that its thing is large
REACH = 1.1  # radii around a thing's middle in which its badge lies
FELT = 0.3  # share of an ink above which a place tells of it
ROUNDS = 2  # of guessing inks and looking at what they would look like


def read_badge(
    sketcher: Sketcher, picture: Tensor, place: Tensor, radius: float, pose: tuple[float, float], cast: Tensor
) -> Tensor:
    """The badge (BADGE,) of a thing that wears one.

    Shapes: picture (3, h, w) in [-1, 1]; place (2,) in pixels; cast (CAST,), the thing in its first slot, with the
    stage's signs. Units: radius in pixels; pose is the thing's turn in radians and the way it looks, 1 or -1.
    """
    high, wide = picture.shape[1:]
    grid = high // PATCH, wide // PATCH
    zoom = math.log(radius / (RADII[int(cast[LARGE] > 0)] * METRE * high))
    unit = METRE * high * math.exp(zoom)
    tracks, camera = torch.zeros(1, SLOTS, 1, len(TRACK)), torch.zeros(1, 1, 4)
    tracks[0, 0, 0, 0], tracks[0, 0, 0, 1] = (place[0] - wide / 2) / unit, (high / 2 - place[1]) / unit
    tracks[0, 0, 0, 2], tracks[0, 0, 0, 3], camera[0, 0, 2] = *pose, zoom
    spots, seen = _around(picture, place, radius)
    best, least = torch.zeros(BADGE), math.inf
    for pattern in range(EMBLEMS):
        inks, error = torch.full((2, 3), 0.5), math.inf
        for _ in range(ROUNDS):
            badges = no_badges(1)
            badges[0, 0, [0, 1 + pattern]], badges[0, 0, -6:] = 1, inks.flatten()
            plan = Plan(tracks, camera, cast[None], badges)
            view = look_at(plan, torch.zeros(1, spots.shape[1], dtype=torch.long))
            shares, made = sketcher.worn_at(view, 0, spots, grid)
            inks = torch.stack([_ink(seen, shares[0, :, each]) for each in range(2)])
            worn = made[0] + shares[0] @ (inks - badges[0, 0, -6:].view(2, 3))
            weight = shares[0].sum(1)
            error = float(((worn - seen).abs().clamp(max=0.4).mean(1) * weight).sum() / weight.sum().clamp_min(1e-6))
        if error < least:
            badge = no_badges(1)[0, 0]
            badge[[0, 1 + pattern]], badge[-6:] = 1, inks.flatten()
            best, least = badge, error
    return best


def _around(picture: Tensor, place: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Middles of the pixels around a place, (1, n, 2), and their colours from 0 to 1, (n, 3)."""
    high, wide = picture.shape[1:]
    y, x = torch.meshgrid(torch.arange(high) + 0.5, torch.arange(wide) + 0.5, indexing="ij")
    near = (x - place[0]).square() + (y - place[1]).square() < (REACH * radius) ** 2
    return torch.stack([x[near], y[near]], dim=1)[None], (picture[:, near].T + 1) / 2


def _ink(seen: Tensor, share: Tensor) -> Tensor:
    """The colour (3,) of what is seen (n, 3) where an ink has most of the share (n,)."""
    weight = torch.where(share > FELT, share, torch.zeros_like(share)).square() + 1e-6
    return ((seen * weight[:, None]).sum(0) / weight.sum()).clamp(0, 1)
