"""What a picture shows of the stage beyond its mean, carried to other pictures of the shot as the camera goes.

Clouds, trees and windows stand still in the world: seen once, they are known in every picture. Knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.plan import METRE, PATCH, Plan

HORIZON = 0.45  # metres of screen between the standing line and the horizon
LAG, SWEEP, SHRINK = 0.62, 2.2, 0.5  # of what is far under a pan, a turn and a zoom
FAR = 0.85  # depth of what stands above the horizon: 1 is the sky, hills and trees stand nearer
NEAREST = -1.2  # depth of the lowest row that is told apart
FILL = (5, 11, 23, 47)  # pixels of the squares from whose means holes are filled, in turn
RIM = 8  # pixels within which a picture gives way to another one, at its edges and around what hid the stage
GUESSED = 0.02  # weight of what was filled or mirrored, against 1 of what was seen


@dataclass(frozen=True, eq=False)
class Anchor:
    """A picture's difference from the sketched empty stage, the camera that saw it, and its number in the shot.

    `later` are those of pictures that follow; between two of them one passes into the other, and what one of them has
    not seen is the other's.
    Shapes: beyond (3, h, w), in steps of [-1, 1] pictures; camera (4,); seen (h, w), 1 where the stage was seen and 0
    where it is filled, None where all of it was seen.
    """

    beyond: Tensor
    camera: Tensor
    picture: int = 0
    later: tuple[Anchor, ...] = ()
    seen: Tensor | None = None

    @property
    def last(self) -> Anchor:
        """What a shot that goes on from the last picture stands before."""
        return replace((self, *self.later)[-1], picture=0, later=())

    def changed(self, change: Callable[[Tensor], Tensor]) -> Anchor:
        """The same with something done to all its pictures."""
        later = tuple(each.changed(change) for each in self.later)
        return replace(self, beyond=change(self.beyond), later=later)


def anchor(picture: Tensor, stage: Tensor, covered: Tensor, camera: Tensor, number: int = 0) -> Anchor:
    """What a picture tells of the stage; what covers it is filled from around.

    Shapes: picture and stage (3, h, w); covered bool (h, w), where things and their shadows hide the stage.
    """
    holds = (~covered).float()
    beyond = (picture - stage) * holds
    filled, known = beyond, holds
    for size in FILL:
        total, weight = (_blurred(each, size) for each in (beyond, holds[None]))
        missing = (known == 0) & (weight[0] > 0.05)
        filled = torch.where(missing, total / weight.clamp_min(1e-6), filled)
        known = known.masked_fill(missing, 1.0)
    narrow = -F.max_pool2d(-F.pad(holds[None], (RIM,) * 4, value=0.0), 2 * RIM + 1, 1)
    return Anchor(filled, camera, number, seen=_blurred(narrow, 2 * RIM + 1)[0])


def _blurred(pixels: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(pixels[None], size, 1, size // 2, count_include_pad=False)[0]


def carry(anchor: Anchor, plan: Plan, pictures: Tensor, grid: tuple[int, int]) -> Tensor:
    """What an anchor and those after it tell of pictures of a shot, (t, 3, h, w).

    The two that a picture lies between tell it; of what neither has seen, whoever has, so that nothing vanishes behind
    a thing that a given picture shows before it.
    """
    chain = (anchor, *anchor.later)
    if len(chain) == 1:
        return carry_one(anchor, plan, pictures, grid)
    weights = near_in_time([each.picture for each in chain], pictures)
    trusts = torch.stack([trust(each, plan, pictures, grid) for each in chain])
    shares = weights * trusts
    shares += (trusts - shares.sum(0)).clamp_min(0)
    told = torch.zeros(len(pictures), *anchor.beyond.shape)
    for each, share in zip(chain, shares, strict=True):
        told += share * carry_one(each, plan, pictures, grid)
    return told / shares.sum(0)


def near_in_time(given: Sequence[int], pictures: Tensor) -> Tensor:
    """How much each of the given pictures (k ascending numbers) tells of pictures (t,), (k, t, 1, 1, 1): 1 in all."""
    at = pictures.double().clamp(given[0], given[-1])
    rows = []
    for place, number in enumerate(given):
        weight = torch.ones_like(at)
        if place:
            weight = weight.minimum((at - given[place - 1]) / (number - given[place - 1]))
        if place < len(given) - 1:
            weight = weight.minimum((given[place + 1] - at) / (given[place + 1] - number))
        rows.append(weight.clamp(0, 1).float())
    return torch.stack(rows)[..., None, None, None]


def trust(anchor: Anchor, plan: Plan, pictures: Tensor, grid: tuple[int, int]) -> Tensor:
    """How far an anchor has seen what pictures of a shot show, (t, 1, h, w): never nothing, so that someone tells."""
    seen = torch.ones_like(anchor.beyond[0]) if anchor.seen is None else anchor.seen
    whole = seen.expand(len(pictures), 1, -1, -1)
    here, there = plan.camera[0, pictures], anchor.camera.expand(len(pictures), -1)
    at = way_back(here, there, plan.marks[0, 0], grid)
    return F.grid_sample(whole, at, align_corners=False).clamp_min(GUESSED)


def carry_one(anchor: Anchor, plan: Plan, pictures: Tensor, grid: tuple[int, int]) -> Tensor:
    """What an anchor tells of pictures of a shot, (t, 3, h, w); mirrored at its edges where it does not reach.

    Above the horizon everything is carried at one depth, below it each row at its own. Source of the geometry: the
    stage's own parallax, the same as in `sketch.Sketcher.stage_at`.
    """
    here = plan.camera[0, pictures]
    there = anchor.camera.expand(len(pictures), -1)
    if torch.equal(here, there):
        return anchor.beyond.expand(len(pictures), -1, -1, -1)
    at = way_back(here, there, plan.marks[0, 0], grid)
    whole = anchor.beyond.expand(len(pictures), -1, -1, -1)
    return F.grid_sample(whole, at, padding_mode="reflection", align_corners=False)


def way_back(
    here: Tensor, there: Tensor, ground: Tensor, grid: tuple[int, int], far: float = FAR, every: int = 1
) -> Tensor:
    """Where what a camera sees at each pixel lies in the picture of another one, (t, h, w, 2) in [-1, 1].

    Shapes: here and there (t, 4); ground (), the standing line in metres. `far` is the depth above the horizon; squares
    of `every` pixels count as one.
    """
    high, wide = grid[0] * PATCH, grid[1] * PATCH
    ends = torch.tensor([every / 2, wide - every / 2])  # along a row the way back is straight and even
    y, x = torch.meshgrid((torch.arange(high // every) + 0.5) * every, ends, indexing="ij")
    spots = torch.stack([x, y], dim=-1).to(here).expand(len(here), -1, -1, -1)
    world, depth = _to_world(spots, here, ground, (high, wide), far)
    source = _to_picture(world, depth, there, ground, (high, wide))
    first, last = (source / source.new_tensor([wide, high]) * 2 - 1).split(1, dim=2)
    return torch.lerp(first, last, torch.linspace(0, 1, wide // every).to(here)[:, None])


def _units(camera: Tensor, depth: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Pixels to a metre at a depth, at the standing line, and where x = 0 of that depth lies: (t, h, w) each."""
    high, wide = size
    x, _, zoom, turn = (each[:, None, None] for each in camera.unbind(-1))
    full = METRE * high * zoom.exp()
    unit = METRE * high * (zoom * (1 - SHRINK * depth.clamp(0, 1))).exp()
    return unit, full, wide / 2 + (SWEEP * depth * turn.sin() - x * (1 - LAG * depth)) * unit


def _horizon(camera: Tensor, ground: Tensor, full: Tensor, high: int) -> Tensor:
    return high / 2 - (ground + HORIZON - camera[:, 1, None, None]) * full


def _to_world(
    spots: Tensor, camera: Tensor, ground: Tensor, size: tuple[int, int], far: float
) -> tuple[Tensor, Tensor]:
    """Pixels (t, h, w, 2) -> metres across and above the horizon (t, h, w, 2) at a depth (t, h, w)."""
    upper = torch.full_like(spots[..., 0], far)
    unit, full, middle = _units(camera, upper, size)
    up = _horizon(camera, ground, full, size[0]) - spots[..., 1]
    depth = torch.where(up >= 0, upper, (1 + up / full / HORIZON).clamp(NEAREST, 1))
    below = torch.stack([(spots[..., 0] - _sheared(camera, depth, full, size)) / full, up / full], dim=-1)
    above = torch.stack([(spots[..., 0] - middle) / unit, up / unit], dim=-1)
    return torch.where((up >= 0)[..., None], above, below), depth


def _to_picture(world: Tensor, depth: Tensor, camera: Tensor, ground: Tensor, size: tuple[int, int]) -> Tensor:
    """The inverse of `_to_world` in another picture, (t, h, w, 2)."""
    far = world[..., 1] >= 0
    unit, full, middle = _units(camera, torch.where(far, depth, 0.0), size)
    horizon = _horizon(camera, ground, full, size[0])
    across = torch.where(far, middle + world[..., 0] * unit, _sheared(camera, depth, full, size) + world[..., 0] * full)
    down = horizon - world[..., 1] * torch.where(far, unit, full)
    return torch.stack([across, down], dim=-1)


def _sheared(camera: Tensor, depth: Tensor, full: Tensor, size: tuple[int, int]) -> Tensor:
    """Where x = 0 of the ground lies at a depth: the ground is one plane, sheared by pans and turns."""
    x, turn = camera[:, 0, None, None], camera[:, 3, None, None]
    return size[1] / 2 - x * full + (SWEEP * turn.sin() + LAG * x) * depth * full
