"""Where and how turned a thing of the stage stands in a picture, by its body as the stage draws it, without its badge.

Every surface and material is laid in many places, sizes and turns, coarsely first. Knows no badges' emblems.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.training.world.scene import Badge
from zoetrope.training.world.sprites import HALF_HEIGHT, HALF_WIDTH, POSES, UNIT, Look, shine, texture
from zoetrope.training.world.vocabulary import MATERIALS, SURFACES

FOLDED = ("star",)  # kinds whose bodies look the same after a part of a turn, wherever their badge is
BEATING = ("bird", "fish", "robot", "car")  # kinds whose poses move what lies around the badge
BLUR = 0.5  # pixels by which a drawn edge is soft
COARSE = 10.0  # points to a radius
SOLID = 0.6  # cover from which a point belongs to a body
CLEAR = 1.2  # radii of a badge that are no body
SHINE = 8  # cover of a highlight, of 255, from which nothing is seen below it
LEAST = 0.4  # share of a body that must be in the picture
# Moves in radii and sizes as factors where the spotter knows the thing, and where it takes a dark thing's badge for it.
MOVES, SIZES = 0.08 * np.arange(-2, 3), (0.88, 0.94, 1.0, 1.06, 1.12)
FAR, LARGER = 0.12 * np.arange(-3, 4), np.geomspace(0.8, 2, 8)
STEPS = (1.0, 0.5, 0.25)  # of 0.04 radii, 3 % and 0.065 radians; twice as far first where the thing was not known
SIDES = np.array([-1.0, 0.0, 1.0])
RIM, SOFT = 1.14, 3.6  # a badge's rim in its radii, and pixels of a texture by which soft edges widen it


@dataclass(frozen=True, eq=False)
class Pose:
    """Ways to stand, (n,) each: x and y of the middle and radius in pixels, turn in radians, way 1 or -1."""

    x: Tensor
    y: Tensor
    radius: Tensor
    turn: Tensor
    way: Tensor

    def one(self, which: int) -> Pose:
        return Pose(*(getattr(self, each.name)[which : which + 1] for each in fields(self)))

    def offsets(self, points: Tensor) -> Tensor:
        """Where points (p, 2) of a thing, y upwards, are seen from its middle: (n, p, 2) in radii, y downwards."""
        across, up = points[:, 0] * self.way[:, None], points[:, 1]
        cos, sin = self.turn.cos()[:, None], self.turn.sin()[:, None]
        return torch.stack([across * cos - up * sin, -across * sin - up * cos], dim=-1)

    @staticmethod
    def on_board(pixels: np.ndarray, points: Tensor, blur: float) -> Tensor:
        """A texture (h, w, 4) at points (p, 2) of the thing, as soft as a picture shows it: (p, 4)."""
        soft = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), blur)
        across = (points[:, 0].numpy() + HALF_WIDTH) * UNIT - 0.5
        down = (HALF_HEIGHT - points[:, 1].numpy()) * UNIT - 0.5
        return torch.from_numpy(cv2.remap(soft, across[None], down[None], cv2.INTER_LINEAR)[0])


@dataclass(frozen=True, eq=False)
class Bodies:
    """Every body of a kind in a colour: points (p, 2), colours (m, p, 3) times their cover (m, p), and which count."""

    points: Tensor
    colours: Tensor
    cover: Tensor
    weight: Tensor


@dataclass(frozen=True, eq=False)
class Standing:
    """How a thing stands best: its mean squared difference, which body, in which picture (3, h, w), before what."""

    off: float
    pose: Pose
    body: int
    picture: Tensor
    behind: Tensor

    @property
    def blur(self) -> float:
        return blur_at(float(self.pose.radius))


def blur_at(radius: float) -> float:
    """Pixels of a texture that are as wide as soft edges at a radius in pixels, in halves."""
    return round(2 * BLUR * UNIT / radius) / 2


def around(pose: Pose, moves: Iterable, sizes: Iterable, turns: Iterable, ways: Iterable = (1.0,)) -> Pose:
    """One pose and all that differ so from it."""
    each = (
        torch.as_tensor(np.array(list(values)), dtype=torch.float32) for values in (moves, moves, sizes, turns, ways)
    )
    x, y, size, turn, way = torch.cartesian_prod(*each).T
    return Pose(
        pose.x + x * pose.radius, pose.y + y * pose.radius, pose.radius * size, pose.turn + turn, pose.way * way
    )


def sampled(picture: Tensor, pose: Pose, points: Tensor) -> tuple[Tensor, Tensor]:
    """What a picture (3, h, w) shows at points of a thing in poses, (n, p, 3), and their offsets (n, p, 2)."""
    offset = pose.offsets(points)
    at = torch.stack([pose.x, pose.y], dim=1)[:, None] + offset * pose.radius[:, None, None]
    grid = at / torch.tensor([picture.shape[2], picture.shape[1]]) * 2 - 1
    seen = F.grid_sample(picture[None], grid[None].flatten(1, 2)[:, None], align_corners=False, padding_mode="border")
    return seen[0, :, 0].unflatten(1, offset.shape[:2]).permute(1, 2, 0), offset


def stand(
    picture: Tensor, place: Tensor, radius: float, look: tuple[str, str], turns: list[float], known: bool
) -> Standing:
    """How a thing of a kind and colour stands best around a place (2,) in pixels."""
    one = torch.ones(1)
    pose = Pose(place[:1], place[1:2], one * radius, one * 0, one)
    behind = _behind(picture, place, radius if known else 1.7 * radius)
    ways = (1.0, -1.0)
    tried = around(pose, MOVES, SIZES, turns, ways) if known else around(pose, FAR, LARGER, turns, ways)
    for step in (None, *STEPS) if known else (None, 2 * STEPS[0], *STEPS):
        if step is not None:
            tried = around(pose, 0.04 * step * SIDES, 1 + 0.03 * step * SIDES, 0.065 * step * SIDES)
        off = _off(picture, behind, tried, look)
        best = int(off.amin(1).argmin())
        pose = tried.one(best)
    return Standing(float(off[best].min()), pose, int(off[best].argmin()), picture, behind)


def _off(picture: Tensor, behind: Tensor, pose: Pose, look: tuple[str, str]) -> Tensor:
    """Mean squared difference of every pose from every body, (n, m)."""
    these = bodies(look, blur_at(float(pose.radius.median())))
    seen, offset = sampled(picture, pose, these.points)
    inside = (pose.x[:, None] + offset[..., 0] * pose.radius[:, None] - picture.shape[2] / 2).abs() < picture.shape[
        2
    ] / 2
    weight = unshone(look[0], offset) * inside
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
    cover = _shone()
    down = ((offset[..., 1] + HALF_HEIGHT) * UNIT).long().clamp(0, cover.shape[0] - 1)
    across = ((offset[..., 0] + HALF_WIDTH) * UNIT).long().clamp(0, cover.shape[1] - 1)
    return (cover[down, across] < SHINE).float()


@cache
def _shone() -> Tensor:
    lights = [shine("ball", material) for material in MATERIALS]
    return torch.from_numpy(np.max([light[:, :, 3] for light in lights if light is not None], axis=0))


def _behind(picture: Tensor, place: Tensor, radius: float) -> Tensor:
    """The colour (3,) around a thing, which glass lets through."""
    high, wide = picture.shape[1:]
    y, x = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
    gap = torch.hypot((x - place[0]) / 1.6, y - place[1]) / radius
    ring = (gap > 1.05) & (gap < 1.5)
    return picture[:, ring].median(1).values if ring.any() else picture.mean((1, 2))


@cache
def lattice(step: float) -> Tensor:
    """Places over a whole texture, `step` to a radius, y upwards: (p, 2)."""
    x = torch.arange(-HALF_WIDTH + 0.5 / step, HALF_WIDTH, 1 / step)
    return torch.cartesian_prod(x, torch.arange(-HALF_HEIGHT + 0.5 / step, HALF_HEIGHT, 1 / step))


def _drawn(look: tuple[str, str]) -> list[np.ndarray]:
    """Every bare texture of a kind in a colour."""
    kind, colour = look
    poses = range(POSES[kind] if kind in BEATING else 1)
    looks = [Look(kind, colour, surface, material, None) for surface in SURFACES for material in MATERIALS]
    return [texture(each, pose) for each in looks for pose in poses]


@cache
def bodies(look: tuple[str, str], blur: float) -> Bodies:
    """All bodies of a look, without what its badge covers."""
    points = lattice(COARSE)
    drawn = torch.stack([Pose.on_board(each, points, blur) for each in _drawn(look)])
    x, y, radius = badge_of(look[0])
    bare = ((points - torch.tensor([x, y])).norm(dim=1) > CLEAR * radius).float()
    cover = drawn[..., 3] / 255
    weight = (cover > SOLID).float() * bare
    kept = weight.amax(0) > 0
    return Bodies(points[kept], drawn[:, kept, :3], cover[:, kept], weight[:, kept])


def body_under(points: Tensor, look: tuple[str, str], seen: Standing) -> Tensor:
    """What a thing that stands so would show at points (p, 2) without its badge, (p, 3)."""
    drawn = Pose.on_board(_drawn(look)[seen.body], points, seen.blur)
    return drawn[:, :3] + (1 - drawn[:, 3:] / 255) * seen.behind


@cache
def badge_of(kind: str) -> tuple[float, float, float]:
    """Middle and radius of a kind's badge in the thing's radii, as it is drawn: a badge changes just those pixels."""
    bare, worn = (
        texture(Look(kind, "blue", "plain", "wood", badge)) for badge in (None, Badge(0, (255, 0, 0), (0, 255, 0)))
    )
    changed = np.abs(bare.astype(int) - worn).sum(2) > 0
    rows, columns = np.nonzero(changed)
    x, y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    radius = (columns.max() - columns.min() + 1 - SOFT) / 2 / RIM
    high, wide = changed.shape
    return float(x - wide / 2) / UNIT, float(high / 2 - y) / UNIT, float(radius) / UNIT
