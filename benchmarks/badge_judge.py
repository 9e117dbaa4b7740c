"""A judge of badges that has learned nothing: it lays every emblem, turned every way, on a thing and takes the nearest.

The package's own reader says what badge a reference shows, so it may not say whether a shot shows the same. This one
knows the emblems and their places from the world, and must be right on true renders before it judges. Knows no
generator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.plan import AXES
from zoetrope.engine.families.pocket.spotter import FOLDS, Spotter, spot
from zoetrope.training.world import surfaces
from zoetrope.training.world.brush import Board
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Badge, Scene
from zoetrope.training.world.script import BADGE_PATTERNS, write_scene
from zoetrope.training.world.sprites import UNIT, Look, texture

BAR = 0.98  # of true renders
NEAR = 60  # of 255, mean over both colours: the same colours to a person who compares them one after the other
LIKELY = 0.15  # of a finding to be the thing that is looked for
EVERY = 6  # pictures from one look to the next
ACROSS = 15  # points over a badge and its rim
RIM = 1.14  # radii of a badge at which its rim ends
SEEN = 1.05  # radii of a badge up to which it is looked at
BLUR = 0.5  # pixels by which a drawn edge is soft
TURNS = 24  # ways a thing is turned, each also mirrored
OFF = 1.5  # of those turns that the spotter may be off
SIZES = (0.92, 1.0, 1.08)  # factors of the found radius
STEPS, STEP = 2, 0.04  # moves to every side, and how long one is, in radii of the thing
SOFT = 3.6  # pixels of a texture by which soft edges widen a badge
SHOWN = {"badge": True, "cut": False, "style": "plain", "weather": "clear", "light": "day", "camera": "static"}


@dataclass(frozen=True)
class Worn:
    """Whether an emblem is the right one, and both colours near."""

    emblem: bool
    colours: bool


@dataclass(frozen=True)
class Judge:
    """Says which badges things of a clip wear."""

    spotter: Spotter

    def badge(self, frames: np.ndarray, kind: str, colour: str) -> Badge | None:
        """The badge that the thing that looks so is nearest to wearing; None where there is no such thing."""
        some = torch.from_numpy(np.ascontiguousarray(frames[::EVERY]))
        found, _ = spot(self.spotter, some, torch.ones(len(some), dtype=torch.bool))
        wanted = (("object", kind), ("colour", colour))
        likely = found.score * sum(found.chances[axis][:, AXES[axis].index(value)] for axis, value in wanted) / 2
        seen = []
        for number, frame in enumerate(some):
            here = (found.picture == number).nonzero()[:, 0]
            if len(here) and float(likely[here].max()) > LIKELY:
                best = here[likely[here].argmax()]
                turn = float(torch.atan2(found.turn[best, 1], found.turn[best, 0])) / FOLDS.get(kind, 1)
                seen.append(fits(frame, found.place[best], float(found.radius[best]), kind, turn))
        if not seen:
            return None
        left, inks = (torch.stack(each) for each in zip(*seen, strict=True))
        pattern = int(left.log().mean(0).argmin())
        inner, outer = inks[:, pattern].median(0).values.round().long().tolist()
        return Badge(pattern, tuple(inner), tuple(outer))


def fits(frame: Tensor, place: Tensor, radius: float, kind: str, turn: float) -> tuple[Tensor, Tensor]:
    """How much of what is seen each emblem leaves unexplained where it fits best, and its two colours there.

    Shapes: frame uint8 (h, w, 3); place (2,) in pixels; out (patterns,) shares and (patterns, 2, 3) in 0 to 255.
    """
    tried = torch.cat([poses(kind)[number] for number in turns_near(kind, turn)])
    at = place + radius * tried.flatten(0, 1)
    high, wide = frame.shape[:2]
    grid = at / torch.tensor([wide, high]) * 2 - 1
    picture = frame.permute(2, 0, 1).float()[None]
    seen = F.grid_sample(picture, grid[None, None], align_corners=False, padding_mode="border")[0, :, 0]
    seen = seen.unflatten(1, tried.shape[:2]).permute(1, 2, 0)  # poses, points, colours
    bases, solves = parts_of(round(2 * radius * badge_of(kind)[2]) / 2)
    explained = torch.einsum("epk,npc->enkc", bases, seen).square().sum((2, 3))
    spread = (seen - seen.mean(1, keepdim=True)).square().sum((1, 2)).clamp_min(1)
    left = ((seen.square().sum((1, 2)) - explained) / spread).clamp_min(1e-3)
    best = left.argmin(1)
    return left.amin(1), torch.einsum("ekp,epc->ekc", solves, seen[best])[:, :2].clamp(0, 255)


def turns_near(kind: str, turn: float) -> list[int]:
    """Which of the turns a thing may have that looks turned so; every one of a ball, whose turn hardly shows."""
    if kind == "ball":
        return list(range(TURNS))
    fold = TURNS / FOLDS.get(kind, 1)
    off = [(number - turn * TURNS / (2 * math.pi) + fold / 2) % fold - fold / 2 for number in range(TURNS)]
    return [number for number in range(TURNS) if abs(off[number]) <= OFF]


@cache
def points() -> Tensor:
    """Places on a badge and its rim, in its radii, y upwards: (points, 2)."""
    ticks = torch.linspace(-SEEN, SEEN, ACROSS)
    every = torch.cartesian_prod(ticks, ticks)
    return every[every.norm(dim=1) < SEEN]


@cache
def parts_of(radius: float) -> tuple[Tensor, Tensor]:
    """What the three parts of every pattern, inner, outer and rim, can explain of the points, and how they are solved.

    Shapes: orthonormal columns (patterns, points, 3) and left inverses (patterns, 3, points).
    Units: radius of the badge in pixels, which are as wide as its edges are soft.
    """
    masks = []
    for pattern in range(BADGE_PATTERNS):
        board = Board(-1.5, 1.5, 1.5, -1.5, UNIT)
        surfaces.stamp(board, Badge(pattern, (255, 0, 0), (0, 0, 255)), 0, 0, 1.0)
        red, _, blue = np.moveaxis(board.pixels[:, :, :3].astype(np.float32) / 255, 2, 0)
        inner, outer = np.clip(red - blue, 0, 1), np.clip(blue - red, 0, 1)
        soft = [cv2.GaussianBlur(each, (0, 0), BLUR * UNIT / radius) for each in (inner, outer, 1 - inner - outer)]
        across, down = ((points() * torch.tensor([1.0, -1.0]) + 1.5) * UNIT).long().unbind(1)
        masks.append(torch.from_numpy(np.stack(soft)[:, down.numpy(), across.numpy()]).T)
    every = torch.stack(masks)
    return torch.linalg.qr(every)[0], torch.linalg.pinv(every)


@cache
def poses(kind: str) -> Tensor:
    """Where the points of a kind's badge are for every way it is turned, mirrored, sized and moved.

    Shapes: (TURNS, others, points, 2), x and y downwards from the thing's middle in its found radii.
    """
    x, y, radius = badge_of(kind)
    on_thing = points() * radius + torch.tensor([x, y])
    out = []
    moves = STEP * torch.cartesian_prod(*[torch.arange(-STEPS, STEPS + 1.0)] * 2)
    for turn in torch.arange(TURNS) * (2 * math.pi / TURNS):
        for way in (1.0, -1.0):
            across, up = on_thing[:, 0] * way, on_thing[:, 1]
            there = torch.stack([across * turn.cos() - up * turn.sin(), -across * turn.sin() - up * turn.cos()], dim=1)
            out += [size * there + move for size in SIZES for move in moves]
    return torch.stack(out).unflatten(0, (TURNS, -1))


@cache
def badge_of(kind: str) -> tuple[float, float, float]:
    """Middle and radius of a kind's badge in the thing's radii, as it is drawn: a badge changes just those pixels."""
    bare, worn_ = (
        texture(Look(kind, "blue", "plain", "wood", badge)) for badge in (None, Badge(0, (255, 0, 0), (0, 255, 0)))
    )
    changed = np.abs(bare.astype(int) - worn_).sum(2) > 0
    rows, columns = np.nonzero(changed)
    x, y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    radius = (columns.max() - columns.min() + 1 - SOFT) / 2 / RIM
    high, wide = changed.shape
    return float(x - wide / 2) / UNIT, float(high / 2 - y) / UNIT, float(radius) / UNIT


def worn(seen: Badge | None, badge: Badge) -> Worn:
    """What of a badge is right in what was seen."""
    if seen is None:
        return Worn(False, False)
    off = np.abs(np.array((*seen.inner, *seen.outer)) - (*badge.inner, *badge.outer)).mean()
    return Worn(seen.pattern == badge.pattern, bool(off < NEAR))


def sworn_in(spotter: Spotter, scenes: int) -> Judge:
    """A judge that has proven itself. Raises: SystemExit if it is wrong too often."""
    judge = Judge(spotter)
    seen = [_proof(judge, np.random.default_rng([23, number])) for number in range(scenes)]
    emblem, colours = (float(np.mean([getattr(each, name) for each in seen])) for name in ("emblem", "colours"))
    print(f"judge of badges on {scenes} true renders: emblem {emblem:.3f}, colours {colours:.3f}", flush=True)
    if min(emblem, colours) < BAR:
        raise SystemExit(f"the judge of badges is right in less than {BAR:.0%} of true renders, so it may not judge.")
    return judge


def _proof(judge: Judge, rng: np.random.Generator) -> Worn:
    scene = target(rng)
    thing = scene.things[0]
    assert thing.badge is not None
    return worn(judge.badge(draw(scene), thing.kind, thing.colour), thing.badge)


def target(rng: np.random.Generator, seconds: int = 2) -> Scene:
    """What a shot with a reference is to look like: one thing that slides over a meadow."""
    fixed = {"setting": "meadow", "action": "slides", "then": None, "second_object": None, "size": "large"}
    return write_scene(rng, frames=12 * seconds, fixed=SHOWN | fixed)
