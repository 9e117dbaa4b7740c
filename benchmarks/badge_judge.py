"""A judge of badges that has learned nothing: it lays the whole thing, as the stage draws it, on what is seen.

The package's own reader says what badge a reference shows, so it may not say whether a shot shows the same. This one
finds where and how turned the thing stands by its body alone, drawn in every surface and material (`badge_bodies.py`),
and then lays every emblem just where the badge must be. It must be right on true renders before it judges. Knows no
generator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from badge_bodies import FOLDED, badge_of, blur_at, bodies, body_under, on_board
from torch import Tensor

from zoetrope.engine.families.pocket.badges import FAINT, explained
from zoetrope.engine.families.pocket.plan import AXES
from zoetrope.engine.families.pocket.spotter import FOLDS, Findings, Spotter, spot
from zoetrope.engine.families.pocket.standing import Pose, Spread, Standing, around, lattice, sampled, stand, unshone
from zoetrope.training.world import surfaces
from zoetrope.training.world.brush import Board
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Badge, Scene
from zoetrope.training.world.script import BADGE_PATTERNS, write_scene
from zoetrope.training.world.sprites import HALF_HEIGHT, HALF_WIDTH, UNIT

BAR = 0.98  # of true renders
NEAR = 60  # of 255, mean over both colours: the same colours to a person who compares them one after the other
LIKELY = 0.15  # chance of the kind from which a finding's own size and turn are believed
LOOKS, BEST = 8, 5  # pictures that are looked at, and how many have a say: those in which the body fits best
WORSE, SOME = 3.0, 100.0  # times the best body's squared difference, and beyond that, from which a look has none
FINE = 24.0  # points to a radius
AROUND = 1.25  # radii of a badge that are looked at
MOVES, SIZES = 0.02 * np.arange(-2, 3), (0.97, 1.0, 1.03)  # what a body leaves open, in radii and factors
TURNS = 24
OFF = (-0.2, 0.0, 0.2)  # radians that the spotter may be off
# Where the spotter knows the thing, and where it takes a dark thing's badge for it.
CLOSE = Spread(tuple(0.08 * np.arange(-2, 3)), (0.88, 0.94, 1.0, 1.06, 1.12), (1.0, 0.5, 0.25))
FAR = Spread(tuple(0.12 * np.arange(-3, 4)), tuple(np.geomspace(0.8, 2, 8)), (2.0, 1.0, 0.5, 0.25), apart=1.7)
KEPT = 2  # turns or ways in which a body is looked for finely
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

    @torch.inference_mode()
    def badge(self, frames: np.ndarray, kind: str, colour: str) -> Badge | None:
        """The badge that the thing of that look is nearest to wearing; None where nothing at all is seen."""
        some = torch.from_numpy(np.ascontiguousarray(frames[:: max(1, len(frames) // LOOKS)]))
        found, _ = spot(self.spotter, some, torch.ones(len(some), dtype=torch.bool))
        looks = []
        for number, frame in enumerate(some):
            here = (found.picture == number).nonzero()[:, 0].tolist()
            picture = frame.permute(2, 0, 1).float()
            stands = []
            for each in here:
                turns, known = _turns(found, each, kind)
                start = Pose.upright(found.place[each], float(found.radius[each]))
                stands += stand(picture, start, bodies((kind, colour)), turns, CLOSE if known else FAR, KEPT)
            looks += sorted(stands, key=lambda each: each.off)[:1]
        looks = sorted(looks, key=lambda each: each.off)[:BEST]
        if not looks:
            return None
        read = [_worn(each, kind, colour) for each in looks if each.off < WORSE * looks[0].off + SOME]
        left, inks = (torch.stack(each) for each in zip(*read, strict=True))
        pattern = int((left + FAINT**2).log().mean(0).argmin())
        inner, outer = inks[:, pattern].median(0).values.round().long().tolist()
        return Badge(pattern, tuple(inner), tuple(outer))


def _turns(found: Findings, each: int, kind: str) -> tuple[list[float], bool]:
    """Turns that a finding may have, and whether the spotter takes it for what is looked for at all."""
    known = float(found.chances["object"][each, AXES["object"].index(kind)]) > LIKELY
    if kind == "ball":
        return [2 * math.pi * number / TURNS for number in range(TURNS)], known
    if not known:
        return [0.0], known
    fold = FOLDS.get(kind, 1)
    turn = float(torch.atan2(found.turn[each, 1], found.turn[each, 0])) / fold
    return [turn + 2 * math.pi * part / fold + off for part in range(fold) for off in OFF], known


def _worn(seen: Standing, kind: str, colour: str) -> tuple[Tensor, Tensor]:
    """What each emblem leaves unexplained where the body has its badge, and its inks.

    Shapes: mean squared differences (patterns,) and inks (patterns, 2, 3), in 0 to 255.
    """
    points, masks = emblems(kind, blur_at(float(seen.pose.radius)))
    parts = FOLDS[kind] if kind in FOLDED else 1  # a body that looks the same turned by a part may be any of them
    moves = 0.02 * np.arange(-4, 5) if parts > 1 else MOVES  # and its middle is not what it turns about
    tried = around(seen.pose, moves, SIZES, [2 * math.pi * part / parts for part in range(parts)])
    look, offset = sampled(seen.picture, tried, points)
    left, inks = explained(look, unshone(kind, offset), masks, body_under(points, (kind, colour), seen))
    return left.amin(0), inks[left.argmin(0), torch.arange(BADGE_PATTERNS)]


@cache
def emblems(kind: str, blur: float) -> tuple[Tensor, Tensor]:
    """Points (p, 2) on and around a kind's badge, and how much of each is inner ink, outer ink, rim, and any of them.

    Shapes: masks (patterns, p, 4).
    """
    x, y, radius = badge_of(kind)
    points = lattice(FINE)
    points = points[(points - torch.tensor([x, y])).norm(dim=1) < AROUND * radius]
    masks = []
    for pattern in range(BADGE_PATTERNS):
        board = Board(-HALF_WIDTH, HALF_HEIGHT, HALF_WIDTH, -HALF_HEIGHT, UNIT)
        surfaces.stamp(board, Badge(pattern, (255, 0, 0), (0, 255, 0)), x, y, radius)
        red, green, blue, whole = on_board(board.pixels, points, blur).T / 255
        masks.append(torch.stack([red - blue, green - blue, blue * 255 / 250, whole], dim=1))
    return points, torch.stack(masks)


def worn(seen: Badge | None, badge: Badge) -> Worn:
    """What of a badge is right in what was seen."""
    if seen is None:
        return Worn(False, False)
    off = np.abs(np.array((*seen.inner, *seen.outer)) - (*badge.inner, *badge.outer)).mean()
    return Worn(seen.pattern == badge.pattern, bool(off < NEAR))


def sworn_in(spotter: Spotter, scenes: int) -> Judge:
    """A judge that has proven itself. Raises: SystemExit if it is wrong too often."""
    judge = Judge(spotter)
    seen = [_proof(judge, np.random.default_rng([24, number])) for number in range(scenes)]
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
