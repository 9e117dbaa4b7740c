"""Where and how turned a thing stands in a picture: its bare body is laid in many places, sizes and turns.

What bodies look like is given, as a function of places and a size. Knows no emblems, no stage and no networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

Draw: TypeAlias = Callable[[Tensor, float], Tensor]
"""Places (p, 2) on a thing, in its radii, y upwards, and its radius in pixels -> every body there: colours, multiplied
by their cover, and cover (m, p, 4), in 0 to 255."""

WIDE, HIGH = 1.75, 1.1875  # radii within which all of a body lies
COARSE = 10.0  # points to a radius
THIN = 3  # of these points, every which is looked at first
SOLID = 0.6  # cover from which a point belongs to a body
CLEAR = 1.2  # radii of a badge that are no body
LEAST = 0.4  # share of a body that must be in the picture
WAYS = (1.0, -1.0)
SIDES = (-1.0, 0.0, 1.0)
FINER = 0.04, 0.03, 0.065  # radii, factor and radians of the finest search's first step
FARTHEST = 6  # times that one step is gone
APART = 0.35  # radians from which two turns are searched apart
# Middles and half axes of the highlights that stay upright on a ball, tilted by LEANS radians.
GLEAMS = (
    (-0.34, 0.42, 0.36, 0.20),
    (-0.36, 0.46, 0.28, 0.14),
    (-0.62, 0.12, 0.09, 0.09),
    (0.34, -0.58, 0.32, 0.08),
    (0.38, -0.56, 0.36, 0.09),
)
LEANS = 0.72


@dataclass(frozen=True, eq=False)
class Pose:
    """Ways to stand, (n,) each: x and y of the middle and radius in pixels, turn in radians, way 1 or -1."""

    x: Tensor
    y: Tensor
    radius: Tensor
    turn: Tensor
    way: Tensor

    @staticmethod
    def upright(place: Tensor, radius: float) -> Pose:
        """One that looks right, at a place (2,)."""
        one = torch.ones(1)
        return Pose(place[:1].float(), place[1:2].float(), one * radius, one * 0, one)

    def some(self, which: Tensor | slice) -> Pose:
        return Pose(*(getattr(self, each.name)[which] for each in fields(self)))

    def one(self, which: int) -> Pose:
        return self.some(slice(which, which + 1))

    def offsets(self, points: Tensor) -> Tensor:
        """Where points (p, 2) of a thing, y upwards, are seen from its middle: (n, p, 2) in radii, y downwards."""
        across, up = points[:, 0] * self.way[:, None], points[:, 1]
        cos, sin = self.turn.cos()[:, None], self.turn.sin()[:, None]
        return torch.stack([across * cos - up * sin, -across * sin - up * cos], dim=-1)


@dataclass(frozen=True, eq=False)
class Bodies:
    """Every body of a kind: points (p, 2), colours (m, p, 3) times their cover (m, p), and which count (m, p)."""

    kind: str
    points: Tensor
    colours: Tensor
    cover: Tensor
    weight: Tensor

    @staticmethod
    def drawn(kind: str, badge: tuple[float, float, float], draw: Draw, radius: float) -> Bodies:
        """All that are drawn at a radius in pixels, without what a badge there, (x, y, radius), covers."""
        points = lattice(COARSE)
        made = draw(points, radius)
        x, y, covered = badge
        bare = ((points - torch.tensor([x, y])).norm(dim=1) > CLEAR * covered).float()
        cover = made[..., 3] / 255
        weight = (cover > SOLID).float() * bare
        kept = weight.amax(0) > 0
        return Bodies(kind, points[kept], made[:, kept, :3], cover[:, kept], weight[:, kept])

    def thinned(self) -> Bodies:
        some = slice(None, None, THIN)
        return Bodies(self.kind, self.points[some], self.colours[:, some], self.cover[:, some], self.weight[:, some])


@dataclass(frozen=True, eq=False)
class Standing:
    """How a thing stands best: its mean squared difference, which of bodies, in what picture (3, h, w), before what."""

    off: float
    pose: Pose
    bodies: Bodies
    body: int
    picture: Tensor
    behind: Tensor


@dataclass(frozen=True)
class Spread:
    """How far around a place a thing is looked for.

    `moves` in radii and `sizes` as factors are tried first, then `steps`, as parts of FINER; what is behind is seen
    around `apart` radii.
    """

    moves: tuple[float, ...]
    sizes: tuple[float, ...]
    steps: tuple[float, ...]
    apart: float = 1.0


def lattice(step: float) -> Tensor:
    """Places over all that a thing may cover, `step` to a radius, y upwards: (p, 2)."""
    across = torch.arange(-WIDE + 0.5 / step, WIDE, 1 / step)
    return torch.cartesian_prod(across, torch.arange(-HIGH + 0.5 / step, HIGH, 1 / step))


def around(pose: Pose, moves: Iterable, sizes: Iterable, turns: Iterable, ways: Iterable = (1.0,)) -> Pose:
    """One pose and all that differ so from it; turns and ways vary fastest."""
    each = (
        torch.as_tensor(np.array(list(values)), dtype=torch.float32) for values in (moves, moves, sizes, turns, ways)
    )
    x, y, size, turn, way = torch.cartesian_prod(*each).T
    return Pose(
        pose.x + x * pose.radius, pose.y + y * pose.radius, pose.radius * size, pose.turn + turn, pose.way * way
    )


def joined(poses: Sequence[Pose]) -> Pose:
    return Pose(*(torch.cat([getattr(pose, each.name) for pose in poses]) for each in fields(Pose)))


def sampled(picture: Tensor, pose: Pose, points: Tensor) -> tuple[Tensor, Tensor]:
    """What a picture (3, h, w) shows at points of a thing in poses, (n, p, 3), and their offsets (n, p, 2)."""
    offset = pose.offsets(points)
    at = torch.stack([pose.x, pose.y], dim=1)[:, None] + offset * pose.radius[:, None, None]
    grid = at / torch.tensor([picture.shape[2], picture.shape[1]]) * 2 - 1
    seen = F.grid_sample(picture[None], grid[None].flatten(1, 2)[:, None], align_corners=False, padding_mode="border")
    return seen[0, :, 0].unflatten(1, offset.shape[:2]).permute(1, 2, 0), offset


def stand(
    picture: Tensor,
    start: Pose,
    bodies: Callable[[float], Bodies],
    turns: Sequence[float],
    spread: Spread,
    most: int = 1,
) -> list[Standing]:
    """How a thing stands best around one pose, in up to `most` turns and ways, the best first.

    Shapes: picture (3, h, w) in 0 to 255. `bodies` tells what it looks like at a radius in pixels.
    """
    behind = _behind(picture, start, spread.apart)
    tried = around(start, spread.moves, spread.sizes, turns, WAYS)
    off = differences(picture, behind, tried, bodies(float(start.radius)).thinned()).amin(1)
    least, which = off.unflatten(0, (-1, len(WAYS) * len(turns))).min(0)
    first: list[Pose] = []
    for each in least.argsort().tolist():
        pose = tried.one(int(which[each]) * len(least) + each)
        if len(first) < most and not any(_like(pose, other) for other in first):
            first.append(pose)
    these = bodies(float(first[0].radius))
    return sorted((_nearer(picture, behind, pose, these, spread.steps) for pose in first), key=lambda each: each.off)


def _like(one: Pose, other: Pose) -> bool:
    """Whether one search would end where another does."""
    gap = (one.turn - other.turn + np.pi) % (2 * np.pi) - np.pi
    return bool(one.way == other.way) and float(gap.abs()) < APART


def _nearer(picture: Tensor, behind: Tensor, pose: Pose, bodies: Bodies, steps: Sequence[float]) -> Standing:
    """The best of what differs less and less from a pose; each step is gone until none is better."""
    for step in steps:
        move, size, turn = (part * step * np.array(SIDES) for part in FINER)
        for _ in range(FARTHEST):
            tried = around(pose, move, 1 + size, turn)
            off = differences(picture, behind, tried, bodies)
            best = int(off.amin(1).argmin())
            pose = tried.one(best)
            if best == len(off) // 2:  # where it was
                break
    return Standing(float(off[best].min()), pose, bodies, int(off[best].argmin()), picture, behind)


def differences(picture: Tensor, behind: Tensor, pose: Pose, these: Bodies) -> Tensor:
    """Mean squared difference of every pose from every body, (n, m)."""
    seen, offset = sampled(picture, pose, these.points)
    middle = picture.shape[2] / 2
    inside = (pose.x[:, None] + offset[..., 0] * pose.radius[:, None] - middle).abs() < middle
    weight = unshone(these.kind, offset) * inside
    drawn = these.colours + (1 - these.cover)[..., None] * behind
    laid = these.weight[..., None] * drawn
    total = (weight * seen.square().sum(-1)) @ these.weight.T + weight @ (laid * drawn).sum(-1).T
    total -= 2 * (weight[..., None] * seen).flatten(1) @ laid.flatten(1).T
    count = weight @ these.weight.T
    off = total.clamp_min(0) / count.clamp_min(1) / 3
    return off.masked_fill(count < LEAST * these.weight.sum(1), 1e9)


def unshone(kind: str, offset: Tensor) -> Tensor:
    """1 at offsets (n, p, 2) where no upright highlight lies on a thing, else 0: (n, p)."""
    if kind != "ball":
        return torch.ones(offset.shape[:2])
    cos, sin = float(np.cos(LEANS)), float(np.sin(LEANS))
    open_ = torch.ones(offset.shape[:2], dtype=torch.bool)
    for x, y, long, short in GLEAMS:
        across, up = offset[..., 0] - x, -offset[..., 1] - y
        along, beside = (across * cos + up * sin) / long, (up * cos - across * sin) / short
        open_ &= along.square() + beside.square() > 1
    return open_.float()


def _behind(picture: Tensor, pose: Pose, apart: float) -> Tensor:
    """The colour (3,) around a thing, which glass lets through."""
    high, wide = picture.shape[1:]
    y, x = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
    gap = torch.hypot((x - pose.x) / 1.6, y - pose.y) / (apart * pose.radius)
    ring = (gap > 1.05) & (gap < 1.5)
    return picture[:, ring].median(1).values if ring.any() else picture.mean((1, 2))
