"""Reading badges: every emblem is laid, in a few ways, on a thing that was found; which explains it best is its badge.

No word describes a badge, so this is all that a shot learns of it. Emblems and their places on things are known, and
any two colours can wear them: so nothing is learned, and colours are solved for. Knows no networks and no plans.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.emblems import PLACES, depths
from zoetrope.engine.families.pocket.plan import BADGE, EMBLEMS
from zoetrope.engine.families.pocket.spotter import FOLDS

ACROSS = 15  # points over a badge
SEEN = 1.14  # radii of a badge up to which it is looked at: where its rim ends
SOFT = 1.5  # pixels that edges are wide
TURNS = 24  # ways a thing may be turned
OFF = 1.5  # of those turns that the spotter may be off
SIZES = (0.92, 1.0, 1.08)  # factors of the found radius
STEPS, STEP = 3, 0.05  # moves to every side, and how long one is, in radii of the thing
LEAST = 1e-3  # share of what is seen that nothing explains
# Shares left unexplained above which what is seen is no badge: where the spotter sees one, where it sees none, and
# there for half and half, which any edge resembles. On 30 true pictures of large things each, badges leave 0.23 in the
# median and bare things 0.57; of bare ones, three leave less than 0.3, and all three resemble a half.
UNLIKE, UNSEEN, EDGE = 0.6, 0.36, 0.25
HALF = 1  # the number of that emblem
NOTICED = 0.5  # chance from which the spotter sees a badge
FAINT = 10.0  # of 255: contrast below which nothing is seen
RIMS = ((250.0, 250.0, 250.0), (50.0, 50.0, 60.0))  # of dark and of light badges


@dataclass(frozen=True, eq=False)
class Look:
    """A thing in a picture uint8 (h, w, 3): its middle (2,) and radius in pixels, kind, turn in radians, and the chance
    that it wears a badge, as the spotter says."""

    picture: Tensor
    place: Tensor
    radius: float
    kind: str
    turn: float
    chance: float


@dataclass(frozen=True, eq=False)
class Fit:
    """How emblems explain a look: the share (EMBLEMS,) left unexplained, and inks (EMBLEMS, 2, 3) in 0 to 255."""

    left: Tensor
    inks: Tensor


@dataclass(frozen=True, eq=False)
class Parts:
    """What emblems say of the points of a badge.

    Shapes: rim (points,), how much of them it is; plain (EMBLEMS, points, 2) and free (EMBLEMS, points, 3), orthonormal
    columns of what two inks, and two inks and the rim, can explain; solved (EMBLEMS, 3, points), colours of all three.
    """

    rim: Tensor
    plain: Tensor
    free: Tensor
    solved: Tensor


@torch.inference_mode()
def read_badge(looks: Sequence[Look]) -> Tensor:
    """The badge (BADGE,) of one thing from some looks at it, zeros where it wears none. All looks have a say."""
    badge = torch.zeros(BADGE)
    fits = [fit(look) for look in looks]
    left = torch.stack([each.left for each in fits]).log().mean(0).exp()
    emblem = int(left.argmin())
    inks = torch.stack([each.inks[emblem] for each in fits]).median(0).values
    noticed = sum(each.chance for each in looks) > NOTICED * len(looks)
    if float(left[emblem]) > (UNLIKE if noticed else EDGE if emblem == HALF else UNSEEN):
        return badge
    badge[0] = badge[1 + emblem] = 1
    badge[-6:] = (inks / 255).clamp(0, 1).flatten()
    return badge


def fit(look: Look) -> Fit:
    """Every emblem where it explains a look best."""
    at = look.place + look.radius * torch.cat([_poses(look.kind)[turn] for turn in turns_near(look.kind, look.turn)])
    high, wide = look.picture.shape[:2]
    grid = (at / torch.tensor([wide, high]) * 2 - 1).flatten(0, 1)
    picture = look.picture.permute(2, 0, 1).float()[None]
    seen = F.grid_sample(picture, grid[None, None], align_corners=False, padding_mode="border")[0, :, 0]
    seen = seen.unflatten(1, at.shape[:2]).permute(1, 2, 0)  # poses, points, colours
    parts = _parts(max(1.0, round(2 * look.radius * PLACES[look.kind][2]) / 2))
    faint = seen.shape[1] * FAINT**2
    spread = (seen - seen.mean(1, keepdim=True)).square().sum((1, 2)) + faint
    free = _unexplained(seen, parts.free) + faint
    plain = (
        torch.stack([_unexplained(seen - parts.rim[:, None] * torch.tensor(each), parts.plain) for each in RIMS]).amin(
            0
        )
        + faint
    )
    left = (free * plain).sqrt() / spread[:, None]
    return Fit(left.amin(0).clamp_min(LEAST), (parts.solved @ seen[left.argmin(0)])[:, :2])


def _unexplained(seen: Tensor, bases: Tensor) -> Tensor:
    """What of poses (n, points, 3) no colours in a pattern's parts explain: (n, EMBLEMS)."""
    explained = (bases.mT.flatten(0, 1) @ seen).unflatten(1, (EMBLEMS, -1)).square().sum((2, 3))
    return seen.square().sum((1, 2))[:, None] - explained


def turns_near(kind: str, turn: float) -> list[int]:
    """Which of the turns a thing may have that looks turned so; every one of a ball, whose turn hardly shows."""
    fold = TURNS / FOLDS.get(kind, 1)
    off = [(number - turn * TURNS / (2 * math.pi) + fold / 2) % fold - fold / 2 for number in range(TURNS)]
    return [number for number in range(TURNS) if kind == "ball" or abs(off[number]) <= OFF]


@cache
def _points() -> Tensor:
    """Places on a badge, in its radii, y upwards: (points, 2)."""
    ticks = torch.linspace(-SEEN, SEEN, ACROSS)
    every = torch.cartesian_prod(ticks, ticks)
    return every[every.norm(dim=1) < SEEN]


@cache
def _parts(radius: float) -> Parts:
    """The parts of all emblems. Units: radius of the badge in pixels."""
    x, y = _points().unbind(1)
    inner = (depths(x, y) * (radius / SOFT) + 0.5).clamp(0, 1).T
    worn = ((1 - _points().norm(dim=1)) * (radius / SOFT) + 0.5).clamp(0, 1)
    every = torch.stack([worn * inner, worn * (1 - inner), (1 - worn).expand_as(inner)], dim=-1)
    plain, free = torch.linalg.qr(every[..., :2])[0], torch.linalg.qr(every)[0]
    return Parts(1 - worn, plain, free, torch.linalg.pinv(every))


@cache
def _poses(kind: str) -> Tensor:
    """Where the points of a kind's badge are for every way it is turned, mirrored, sized and moved.

    Shapes: (TURNS, others, points, 2), x and y downwards from the thing's middle in its found radii.
    """
    x, y, radius = PLACES[kind]
    across, up = (_points() * radius + torch.tensor([x, y])).unbind(1)
    moves = STEP * torch.cartesian_prod(*[torch.arange(-STEPS, STEPS + 1.0)] * 2)
    out = []
    for turn in torch.arange(TURNS) * (2 * math.pi / TURNS):
        cos, sin = turn.cos(), turn.sin()
        ways = [torch.stack([way * across * cos - up * sin, -way * across * sin - up * cos], dim=1) for way in (1, -1)]
        out += [size * way + move for way in ways for size in SIZES for move in moves]
    return torch.stack(out).unflatten(0, (TURNS, -1))
