"""The spotter: sees in pictures what a plan says of them: where things are, what they are, and what stage they are on.

A finder looks at whole pictures and says where things are and how large; an eye then looks at each of them in a square
that fits it, so that small things are seen as well as large ones. Knows no motion, no words and no drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from zoetrope.engine.families.pocket.plan import AXES, STAGE
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly, read_config

STRIDE = 4  # pixels between two places of the heat map
SIDE = 48  # pixels of the square that the eye sees: a small thing of a picture 144 high keeps its own pixels
REACH = 1.8  # half of that square in radii: the longest thing, a car, reaches 1.53
PATTERNS = 8  # emblems of a badge
AT_ONCE = 12  # pictures that are looked at together
FAINT = 0.2  # chance below which nothing is found
MOST = 12  # things of one picture
SAME = 0.6  # of the larger radius: two findings nearer than this are one thing
TRAITS = {axis: AXES[axis] for axis in ("object", "colour", "surface", "material")}
# x, y and logarithm of the radius: what the finder's guess lacks, in radii; there and badge are logits; cosine and sine
# are of the turn times FOLDS; stretch is a logarithm; way is positive where a thing looks right.
MEASURES = ("there", "x", "y", "radius", "way", "cosine", "sine", "stretch", "mouth", "badge")
FOLDS = {"ball": 2, "star": 5, "ring": 4}  # things that look the same after a part of a turn
ANSWERS = sum(map(len, TRAITS.values())) + len(MEASURES) + PATTERNS + 6
PARTS = [*map(len, TRAITS.values()), len(MEASURES), PATTERNS, 6]


@dataclass(frozen=True)
class SpotterConfig:
    """Widths of the finder at strides 2 to 32, of its joined map, and of the eye at strides 2 to 16."""

    finder: tuple[int, ...] = (24, 48, 80, 128, 128)
    joined: int = 48
    eye: tuple[int, ...] = (32, 64, 128, 144)
    look: int = 192


def conv(width: int, out: int, stride: int = 1) -> nn.Sequential:
    """A convolution with its norm, without a bend."""
    return nn.Sequential(nn.Conv2d(width, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out))


class Block(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one, self.two = conv(width, width), conv(width, width)
        nn.init.zeros_(self.two.get_parameter("1.weight"))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.two(F.relu(self.one(x))))


class Down(nn.Module):
    """Half the size, then blocks."""

    def __init__(self, width: int, out: int, blocks: int) -> None:
        super().__init__()
        self.enter = conv(width, out, 2)
        self.blocks = nn.Sequential(*(Block(out) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(F.relu(self.enter(x)))


@dataclass(frozen=True, eq=False)
class Field:
    """Shapes: heat (b, h / 4, w / 4) logits of a centre; shift (b, 2, h / 4, w / 4) from a corner to the centre, in
    places; radius (b, h / 4, w / 4), logarithm of pixels; signs by axis of the stage (b, values) logits.
    """

    heat: Tensor
    shift: Tensor
    radius: Tensor
    signs: dict[str, Tensor]


class Finder(nn.Module):
    """Pictures, each with the one before it, to a field.

    Shapes: in (b, 6, h, w) in [-1, 1], the picture first; h and w multiples of 16.
    """

    def __init__(self, config: SpotterConfig) -> None:
        super().__init__()
        first, fine, middle, coarse, far = config.finder
        self.first, self.fine = conv(6, first, 2), Down(first, fine, 1)
        self.middle, self.coarse, self.far = Down(fine, middle, 1), Down(middle, coarse, 1), Down(coarse, far, 1)
        wide = config.joined
        self.sides = nn.ModuleList(nn.Conv2d(width, wide, 1) for width in config.finder[1:])
        self.smooth, self.join, self.spots = conv(wide, wide), conv(wide, wide), nn.Conv2d(wide, 4, 1)
        seen = 2 * (fine + middle + coarse + far)
        self.signs = nn.ModuleDict({axis: nn.Linear(seen, len(values)) for axis, values in STAGE.items()})
        nn.init.normal_(self.spots.weight, std=0.01)
        self.spots.bias = nn.Parameter(torch.tensor([-4.0, 0.5, 0.5, 2.7]))  # almost every place is empty

    def forward(self, looks: Tensor) -> Field:
        fine = self.fine(F.relu(self.first(looks)))
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        far = self.far(coarse)
        scales = (fine, middle, coarse, far)
        joined = self.sides[3](far)
        for number in (2, 1, 0):
            joined = joined if number else F.relu(self.smooth(joined))
            joined = self.sides[number](scales[number]) + F.interpolate(joined, scales[number].shape[2:])
        spots = self.spots(F.relu(self.join(F.relu(joined)))).float()
        seen = torch.cat([each for x in scales for each in (x.mean((2, 3)), x.amax((2, 3)))], dim=1)
        return Field(
            spots[:, 0], spots[:, 1:3], spots[:, 3], {axis: put(seen).float() for axis, put in self.signs.items()}
        )


@dataclass(frozen=True, eq=False)
class Answers:
    """Logits by axis (n, values), measures (n, 10), a badge's emblem (n, PATTERNS) and two colours (n, 6) in [0, 1].

    The last two only teach the eye what a badge is: what it shows is read by laying emblems on it (`badges`).
    """

    traits: dict[str, Tensor]
    measures: Tensor
    pattern: Tensor
    inks: Tensor

    def measure(self, name: str) -> Tensor:
        return self.measures[:, MEASURES.index(name)]


class Eye(nn.Module):
    """Squares (n, 3, SIDE, SIDE) in [-1, 1] to answers."""

    def __init__(self, config: SpotterConfig) -> None:
        super().__init__()
        first, fine, middle, coarse = config.eye
        self.first = conv(3, first, 2)
        self.body = nn.Sequential(Down(first, fine, 1), Down(fine, middle, 1))
        self.last = conv(middle, coarse, 2)
        self.look = nn.Linear(coarse * (SIDE // 16) ** 2, config.look)
        self.answer = nn.Linear(config.look, ANSWERS)

    def forward(self, squares: Tensor) -> Answers:
        x = F.relu(self.last(self.body(F.relu(self.first(squares)))))
        parts = self.answer(F.relu(self.look(x.flatten(1)))).float().split(PARTS, dim=1)
        traits = dict(zip(TRAITS, parts, strict=False))
        return Answers(traits, *parts[len(TRAITS) :])


class Spotter(nn.Module):
    """Finder and eye."""

    def __init__(self, config: SpotterConfig) -> None:
        super().__init__()
        self.finder, self.eye = Finder(config), Eye(config)


def squares(pictures: Tensor, which: Tensor, spots: Tensor) -> Tensor:
    """Cut the square around each spot out of its picture, all to one size.

    Shapes: pictures (b, 3, h, w); which (n,) ascending numbers of pictures; spots (n, 3) x, y and radius in pixels; out
    (n, 3, SIDE, SIDE).
    """
    high, wide = pictures.shape[2:]
    ticks = (torch.arange(2 * SIDE) + 0.5) / SIDE - 1  # twice as fine, then averaged: large things do not alias
    reach = REACH * spots[:, 2]
    across = (spots[:, :1] + reach[:, None] * ticks) * (2 / wide) - 1
    down = (spots[:, 1:2] + reach[:, None] * ticks) * (2 / high) - 1
    shape = (-1, 2 * SIDE, 2 * SIDE)
    grid = torch.stack([across[:, None, :].expand(shape), down[:, :, None].expand(shape)], dim=-1)
    counts = torch.bincount(which, minlength=len(pictures)).tolist()
    cut = [
        F.grid_sample(picture[None], part.reshape(1, -1, 2 * SIDE, 2), padding_mode="border", align_corners=False)
        for picture, part in zip(pictures, grid.split(counts), strict=True)
        if len(part)
    ]
    if not cut:
        return pictures.new_zeros((0, 3, SIDE, SIDE))
    rows = torch.cat(cut, dim=2)[0].unflatten(1, (-1, 2 * SIDE)).transpose(0, 1)
    return F.avg_pool2d(rows, 2)


@dataclass(frozen=True, eq=False)
class Findings:
    """Things found in pictures, in the order of the pictures.

    Shapes: picture (n,) its number; place (n, 2) x and y and radius (n,), in pixels; score (n,) 0 to 1; chances by axis
    (n, values); way (n,), chance to look right; turn (n, 2), cosine and sine of the turn times FOLDS; stretch (n,),
    height factor; mouth (n,) 0 to 1; badge (n,), chance of one.
    """

    picture: Tensor
    place: Tensor
    radius: Tensor
    score: Tensor
    chances: dict[str, Tensor]
    way: Tensor
    turn: Tensor
    stretch: Tensor
    mouth: Tensor
    badge: Tensor


def load_spotter(path: Path, numerics: Numerics) -> Spotter:
    """A spotter from its file, with its norms folded into its convolutions.

    Raises: WeightsError.
    """
    held: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in read_config(path).items()}
    config = SpotterConfig(**held)
    exact = Numerics(numerics.device, torch.float32)
    spotter = load_strictly(Spotter(config), path, exact)
    for module in list(spotter.modules()):
        for name, part in module.named_children():
            pair = list(part.children()) if isinstance(part, nn.Sequential) else []
            if len(pair) == 2 and isinstance(pair[0], nn.Conv2d) and isinstance(pair[1], nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(pair[0], pair[1]))
    return spotter.to(numerics.dtype).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


@torch.inference_mode()
def spot(spotter: Spotter, pictures: Tensor, cuts: Tensor | None = None) -> tuple[Findings, dict[str, Tensor]]:
    """Look at the pictures of a clip, each beside the one before it.

    Shapes: pictures (t, h, w, 3) uint8; cuts (t,) true where a picture has nothing to do with the one before; chances
    of the stage's signs by axis (t, values) out.
    """
    weight = next(spotter.parameters())
    seen = pictures.permute(0, 3, 1, 2).to(weight.device).float().div_(127.5).sub_(1)
    seen = seen.contiguous(memory_format=torch.channels_last)
    found, signs = [], []
    for start in range(0, len(seen), AT_ONCE):
        now = torch.arange(start, min(start + AT_ONCE, len(seen)))
        before = (now - 1).clamp(min=0)
        if cuts is not None:
            before = torch.where(cuts[now], now, before)
        field = spotter.finder(torch.cat([seen[now], seen[before]], dim=1).to(weight.dtype))
        which, spots, heat = peaks(field)
        said = spotter.eye(squares(seen[now], which, spots).to(weight.dtype))
        found.append(_findings(which + start, spots, heat, said))
        signs.append({axis: logits.softmax(-1) for axis, logits in field.signs.items()})
    every = Findings(**{name: _joined([vars(part)[name] for part in found]) for name in vars(found[0])})
    return every, {axis: torch.cat([part[axis] for part in signs]) for axis in STAGE}


def peaks(field: Field) -> tuple[Tensor, Tensor, Tensor]:
    """Places where the finder sees a thing: which picture (n,), x, y and radius (n, 3) in pixels, chance (n,)."""
    chance = field.heat.sigmoid()
    top = (chance == F.max_pool2d(chance[:, None], 3, 1, 1)[:, 0]) & (chance > FAINT)
    least = chance.masked_fill(~top, 0).flatten(1).topk(MOST)[0][:, -1]
    which, row, column = torch.nonzero(top & (chance > least[:, None, None]), as_tuple=True)
    place = torch.stack([column, row], dim=1) + field.shift[which, :, row, column]
    radius = field.radius[which, row, column].exp().clamp(3, 90)
    return which, torch.cat([place * STRIDE, radius[:, None]], dim=1), chance[which, row, column]


def _findings(which: Tensor, spots: Tensor, heat: Tensor, said: Answers) -> Findings:
    size = spots[:, 2]
    place = spots[:, :2] + size[:, None] * torch.stack([said.measure("x"), said.measure("y")], dim=1)
    radius = size * said.measure("radius").clamp(-0.5, 0.5).exp()
    score = (heat * said.measure("there").sigmoid()).sqrt()
    kept = alone(which, place, radius, score)
    chances = {axis: logits.softmax(-1)[kept] for axis, logits in said.traits.items()}
    turn = torch.stack([said.measure("cosine"), said.measure("sine")], dim=1)
    return Findings(
        which[kept],
        place[kept],
        radius[kept],
        score[kept],
        chances,
        said.measure("way").sigmoid()[kept],
        turn[kept],
        said.measure("stretch").exp()[kept],
        said.measure("mouth").clamp(0, 1)[kept],
        said.measure("badge").sigmoid()[kept],
    )


def alone(which: Tensor, place: Tensor, radius: Tensor, score: Tensor) -> Tensor:
    """True where no surer finding of the same picture has the same place."""
    gap = torch.cdist(place, place) / torch.maximum(radius[:, None], radius[None])
    same = (gap < SAME) & (which[:, None] == which[None])
    return (score > FAINT) & ~(same & (score[None] > score[:, None])).any(1)


def _joined(parts: list) -> Any:
    if isinstance(parts[0], dict):
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    return torch.cat(parts)
