"""Reading badges: a thing's body is found first, then every emblem is laid where its badge must be.

No word describes a badge, so this is all that a shot learns of it. Emblems and their places on things are known, and
any two colours can wear them: so nothing is learned, and colours are solved for. Knows no networks and no plans.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.emblems import PLACES, depths
from zoetrope.engine.families.pocket.painted import Painted
from zoetrope.engine.families.pocket.plan import BADGE, EMBLEMS
from zoetrope.engine.families.pocket.spotter import FOLDS
from zoetrope.engine.families.pocket.standing import (
    COARSE,
    WAYS,
    Pose,
    Spread,
    Standing,
    around,
    differences,
    joined,
    lattice,
    sampled,
    stand,
    unshone,
)

FINE = 24.0  # points to a radius of the thing, over its badge
AROUND = 1.25  # radii of a badge that are looked at
RIM = 1.14  # radii of a badge where its rim ends
SOFT = 1.5  # pixels that edges are wide
FAINT = 8.0  # of 255: a difference that says nothing
RIMS = ((250.0, 250.0, 250.0), (50.0, 50.0, 60.0))  # of dark and of light badges
BRIGHT, MARGIN = 600, 110  # sum of the outer ink from which it is light, and how far off that sum may be read
NEAR = Spread(tuple(0.08 * np.arange(-2, 3)), (0.88, 0.94, 1.0, 1.06, 1.12), (1.0, 0.5, 0.25))
OFF = (-0.3, 0.0, 0.3)  # radians that the spotter may be off
MOVES, SIZES = 0.02 * np.arange(-2, 3), (0.97, 1.0, 1.03)  # what a body leaves open, in radii and factors
ROUND = {"ball": 24, "ring": 24}  # things whose body hardly shows how they are turned, and the turns that are tried
KEPT = 3  # ways to stand that are compared by emblems too
ROUGH = (-0.04, 0.0, 0.04)  # moves with which all turns of those are tried
# What half a turn costs things that look the same turned: squared differences over a square radius.
UPRIGHT = 4.0
# Share of what a bare body leaves from which what is seen is no badge, where the spotter sees one and where not.
# On 40 true pictures without a badge all but one, a dotted ring, leave more than 0.44; with one, 80 leave at most 0.21.
UNLIKE, UNSEEN = 0.6, 0.3
NOTICED = 0.5  # chance from which the spotter sees a badge


@dataclass(frozen=True, eq=False)
class Look:
    """A thing in a picture uint8 (h, w, 3): its middle (2,) and radius in pixels and its turn in radians, about, the
    chance that it wears a badge, as the spotter says, and what its body may look like."""

    picture: Tensor
    place: Tensor
    radius: float
    turn: float
    chance: float
    painted: Painted


@dataclass(frozen=True, eq=False)
class Fit:
    """How emblems and bodies explain a look: squared differences over a square radius.

    Shapes: left (EMBLEMS,), of body and badge, and inks (EMBLEMS, 2, 3), in 0 to 255; share (EMBLEMS,), of what the
    bare body leaves there.
    """

    left: Tensor
    inks: Tensor
    share: Tensor


@torch.inference_mode()
def read_badge(looks: Sequence[Look]) -> Tensor:
    """The badge (BADGE,) of one thing from some looks at it, zeros where it wears none. All looks have a say."""
    return badge_of([fit(look, stands_of(look)) for look in looks], sum(look.chance for look in looks) / len(looks))


def badge_of(fits: Sequence[Fit], chance: float) -> Tensor:
    """The badge that fits of one thing tell together, see `read_badge`."""
    badge = torch.zeros(BADGE)
    emblem = int(torch.stack([each.left for each in fits]).log().mean(0).argmin())
    share = torch.stack([each.share[emblem] for each in fits]).log().mean().exp()
    if float(share) > (UNLIKE if chance > NOTICED else UNSEEN):
        return badge
    inks = torch.stack([each.inks[emblem] for each in fits]).median(0).values
    badge[0] = badge[1 + emblem] = 1
    badge[-6:] = (inks / 255).clamp(0, 1).flatten()
    return badge


@torch.inference_mode()
def stands_of(look: Look) -> list[Standing]:
    """How the thing of a look may stand, by its body alone, the best first."""
    kind = look.painted.kind
    turns, most = turns_near(kind, look.turn), 1 if kind in ROUND else KEPT * FOLDS.get(kind, 1)
    picture = look.picture.permute(2, 0, 1).float()
    return stand(picture, Pose.upright(look.place, look.radius), look.painted.bodies, turns, NEAR, most)


@torch.inference_mode()
def fit(look: Look, stands: Sequence[Standing]) -> Fit:
    """Every emblem where it and the body explain a look best."""
    told = [_told(seen, look.painted) for seen in stands]
    left, inks, share = (torch.stack(each) for each in zip(*told, strict=True))
    best = left.argmin(0), torch.arange(EMBLEMS)
    return Fit(left[best], inks[best], share[best])


def turns_near(kind: str, turn: float) -> list[float]:
    """Turns at which a thing that looks turned so is looked for; upright, as most are shown, too."""
    if kind in ROUND:
        return [0.0]
    fold = FOLDS.get(kind, 1)
    return [each + 2 * math.pi * part / fold for part in range(fold) for each in (0.0, *(turn + off for off in OFF))]


def _told(seen: Standing, painted: Painted) -> tuple[Tensor, Tensor, Tensor]:
    """What every emblem leaves of a thing that stands so, its inks, and the share of what the bare body leaves."""
    kind, radius = painted.kind, float(seen.pose.radius)
    points, masks = emblems(kind, round(2 * radius) / 2)
    drawn = painted.only(seen.body)(points, radius)[0]
    under = drawn[:, :3] + (1 - drawn[:, 3:] / 255) * seen.behind
    tried = around(seen.pose, MOVES, SIZES, (0.0,))
    if kind in ROUND:
        turns = 2 * math.pi / ROUND[kind] * np.arange(ROUND[kind])
        first = around(seen.pose, ROUGH, (1.0,), turns, WAYS)
        every, *_ = _laid(seen, first, points, masks, under)
        some = every.amin(1).argsort()[:KEPT]
        tried = joined([around(first.one(int(each)), MOVES, SIZES, (0.0,)) for each in some])
    every, inks, share = _laid(seen, tried, points, masks, under)
    best = every.argmin(0), torch.arange(EMBLEMS)
    return every[best], inks[best], share[best]


def _laid(seen: Standing, tried: Pose, points: Tensor, masks: Tensor, under: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What emblems and the body leave in poses (n, EMBLEMS), inks (n, EMBLEMS, 2, 3), and shares as in `Fit`."""
    kind, bodies = seen.bodies.kind, seen.bodies
    look, offset = sampled(seen.picture, tried, points)
    weight = unshone(kind, offset)
    left, inks = explained(look, weight, masks, under)
    bare = (weight[..., None] * (look - under).square()).sum((1, 2)) / (3 * weight.sum(1).clamp_min(1))
    body = differences(seen.picture, seen.behind, tried, bodies)[:, seen.body]
    turned = ((tried.turn + math.pi) % (2 * math.pi) - math.pi).abs() / math.pi
    body = body * float(bodies.weight[seen.body].sum()) / COARSE**2 + UPRIGHT * turned
    share = (left + FAINT**2) / (bare[:, None] + FAINT**2)
    return (left + FAINT**2) * (len(points) / FINE**2) + body[:, None], inks, share


def explained(look: Tensor, weight: Tensor, masks: Tensor, under: Tensor) -> tuple[Tensor, Tensor]:
    """The least that emblems leave of what is seen of poses, and their inks there, by least squares.

    A rim that is light around light inks, or dark around dark ones, is none.
    Shapes: look (n, p, 3) at points that count as weight (n, p) says; masks (e, p, 4), how much of a point is inner
    ink, outer ink, rim, and any of them; under (p, 3), the body there; mean squared differences (n, e) and inks
    (n, e, 2, 3) out, in 0 to 255.
    """
    every = [_inked(look, weight, masks, under, light) for light in (True, False)]
    (one, light), (other, dark) = every
    return torch.minimum(one, other), torch.where((one <= other)[..., None, None], light, dark)


def _inked(look: Tensor, weight: Tensor, masks: Tensor, under: Tensor, light: bool) -> tuple[Tensor, Tensor]:
    """`explained` with a light rim or a dark one. All sums over points are products of matrices."""
    inner, outer, rim, whole = masks.unbind(-1)  # e p each
    fixed = under * (1 - whole)[..., None] + torch.tensor(RIMS[0 if light else 1]) * rim[..., None]  # e p c
    basis = torch.stack([inner, outer], dim=1)  # e a p
    gram = weight @ (basis[:, :, None] * basis[:, None]).flatten(0, 2).T
    gram = gram.unflatten(1, (len(masks), 2, 2)) + 1e-3 * torch.eye(2)
    weighed = weight[..., None] * look
    seen = torch.einsum("npc,qp->nqc", weighed, basis.flatten(0, 1)).unflatten(1, (len(masks), 2))
    known = (basis[..., None] * fixed[:, None]).permute(0, 1, 3, 2).flatten(0, 2)  # e a c, p
    right = seen - (weight @ known.T).unflatten(1, (len(masks), 2, 3))
    inks = torch.linalg.solve(gram, right).clamp(0, 255)
    rest = (weighed * look).sum((1, 2))[:, None] + weight @ fixed.square().sum(-1).T
    rest = rest - 2 * weighed.flatten(1) @ fixed.flatten(1).T
    off = rest + (inks * (gram @ inks - 2 * right)).sum((2, 3))
    bright = inks[:, :, 1].sum(-1)
    wrong = bright > BRIGHT + MARGIN if light else bright < BRIGHT - MARGIN
    return (off.clamp_min(0) / (3 * weight.sum(1, keepdim=True).clamp_min(1))).masked_fill(wrong, 1e6), inks


@cache
def emblems(kind: str, radius: float) -> tuple[Tensor, Tensor]:
    """Points (p, 2) on and around the badge of a thing with a radius in pixels, and masks as in `explained`."""
    x, y, covered = PLACES[kind]
    points = lattice(FINE)
    points = points[(points - torch.tensor([x, y])).norm(dim=1) < AROUND * covered]
    across, up = ((points - torch.tensor([x, y])) / covered).unbind(1)
    sharp = radius * covered / SOFT
    inner = (depths(across, up) * sharp + 0.5).clamp(0, 1).T
    middle = across.hypot(up)
    worn, whole = (((edge - middle) * sharp + 0.5).clamp(0, 1).expand_as(inner) for edge in (1.0, RIM))
    worn = torch.minimum(worn, whole)
    return points, torch.stack([worn * inner, worn * (1 - inner), whole - worn, whole], dim=-1)
