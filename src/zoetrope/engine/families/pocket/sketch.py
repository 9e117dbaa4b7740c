"""The sketch of a shot: what the plan already decides of every picture, painted by two learned fields.

One field tells the colour of the empty stage at a place, one the colour and the cover of a thing at a place on it. Both
are means: clouds, flakes and whatever else no plan knows are missing. The network starts from the sketch and makes what
it lacks. Knows no words, codecs or noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.families.pocket.backdrop import HORIZON, LAG, SHRINK, SWEEP, Anchor, carry
from zoetrope.engine.families.pocket.emblems import inner_share
from zoetrope.engine.families.pocket.fields import Field, Layers, side_by_side, waves
from zoetrope.engine.families.pocket.plan import AXES, BADGE, METRE, PATCH, SIGNS, SLOTS, TRAITS, Plan, project
from zoetrope.engine.families.pocket.views import (
    CELLS,
    FLAT,
    NEON,
    SHADE,
    View,
    blocky,
    foot_of,
    look_through,
    pixels,
    reach,
    rope,
    shade,
    shadow_size,
    thing_places,
)

WHEEL = 0.40  # radius of a wheel by its thing's
BEATS = (3.0, 6.0, 8.0)  # pictures after which things that wave, row or flicker look the same
COARSE = (2, 4)  # rows and columns of pixels that the stage is painted in, enlarged afterwards
LARGE = 14  # pixels of radius beyond which a thing without a badge is painted at half its size, enlarged afterwards
TOGETHER = 16  # pictures whose things are painted at once


@dataclass(frozen=True)
class SketcherConfig:
    thing_width: int = 128
    stage_width: int = 96
    layers: int = 3
    thing_octaves: int = 6
    upright_octaves: int = 3
    stage_octaves: int = 5


class Sketcher(nn.Module):
    """Plans -> pictures in [-1, 1], as far as plans tell."""

    def __init__(self, config: SketcherConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SketcherConfig()
        on_thing = 2 * 2 * (config.thing_octaves + config.upright_octaves) + 2 * len(BEATS) + 9
        on_stage = 4 * 2 * config.stage_octaves + 2 * 2 * 3 + 8
        self.things = Field(on_thing, TRAITS + SIGNS + BADGE, config.thing_width, config.layers, 6)
        self.stage = Field(on_stage, SIGNS, config.stage_width, config.layers, 3)

    def stage_at(self, view: View, spots: Tensor, grid: tuple[int, int]) -> Tensor:
        """Colours (b, n, 3) of the empty stage at spots (b, n, 2), pixels from the upper left."""
        zoom = view.camera[..., 2].exp() - 1
        told = [*self._across_and_down(view, spots, grid), *_rope_told(view, spots, grid), zoom]
        return self.stage(told, view.under(view.plan.signs[:, :SIGNS])).float()

    def _across_and_down(self, view: View, spots: Tensor, grid: tuple[int, int]) -> list[Tensor]:
        """What the stage is told of spots (b, n, 2), each by its column or by its row alone: see `_by_column`."""
        spots = blocky(spots, view.plan, CELLS[0])
        high, wide = grid[0] * PATCH, grid[1] * PATCH
        marks = view.plan.marks[:, None]
        x, y, zoom, turn = view.camera.unbind(-1)
        zoom = zoom.exp()
        rest = METRE * high
        across, down = spots[..., 0] - wide / 2, spots[..., 1]
        near = across / (rest * zoom) + x, (high / 2 - down) / (rest * zoom) + y - marks[..., 0]
        here = rest * zoom ** (1 - SHRINK)
        horizon = high / 2 - (marks[..., 0] + HORIZON - y) * rest * zoom
        far = across / here - SWEEP * turn.sin() + x * (1 - LAG), (horizon - down) / here
        behind = ((near[0] - marks[..., 2]) * marks[..., 3]).clamp(-0.6, 0.6)
        wall = behind, (behind * 12).tanh(), (near[1] - 1.6).clamp(-0.4, 0.4), near[1].clamp(-0.3, 0.3)
        return [
            *waves((*near, *far), self.config.stage_octaves, 8.0),
            *waves((across / high, down / high), 3, 4.0),
            *(each * marks[..., 1] for each in wall),
        ]

    @property
    def _by_column(self) -> Tensor:
        """Which of what `_across_and_down` tells depends on a spot's column, the others on its row: bool (c,)."""
        return torch.tensor([True, False] * (4 * self.config.stage_octaves + 6) + [True, True, False, False])

    def thing_at(
        self, view: View, slot: int, spots: Tensor, grid: tuple[int, int], layers: Layers | None = None
    ) -> Tensor:
        """Colour, multiplied by its cover, and cover (b, n, 4) of one slot's thing; see `stage_at`.

        layers are the field's under the view's one condition, where they are known; see `_told_of_thing`.
        """
        x, y = thing_places(view, slot, spots, grid)
        track, angle = view.track(slot), view.angle(slot)
        cos, sin = angle.cos(), angle.sin()
        turned = (x * cos + y * sin) * track[..., 3], y * cos - x * sin
        shadow, height = shade(view, slot, spots, grid)
        beats = [view.picture * (2 * math.pi / beat) for beat in BEATS]
        wheel = 3 / WHEEL * view.rolled(slot)
        told = [
            *waves(turned, self.config.thing_octaves, 4.0),
            *waves((x, y), self.config.upright_octaves, 4.0),
            *(beat.sin() for beat in beats),
            *(beat.cos() for beat in beats),
            wheel.sin(),
            wheel.cos(),
            (view.size(slot, grid) / 16).log(),
            track[..., 5],
            (track[..., 7] > 0).float(),
            (1 - shadow).clamp(-1, 1),
            height.clamp(0, 2),
            (x * x + y * y).sqrt().clamp(max=2.5) - 1,
            (track[..., 4].abs() * 4).tanh(),
        ]
        traits, badge = view.plan.traits[:, slot], view.plan.badges[:, slot]
        made = self.things(told, _told_of_thing(view, slot), layers).float()
        colour, cover = F.softplus(made[..., :3], beta=4.0), made[..., 3:4].sigmoid()
        if badge[:, 0].any():
            emblem = inner_share(turned, traits[:, 1 : 1 + len(AXES["object"])], badge, view.size(slot, grid))
            colour = _worn(colour, cover, _shares(made[..., 4:], badge, emblem), badge)
        return torch.cat([colour, cover], dim=-1) * traits[:, None, :1]

    @torch.no_grad()
    def sketch(
        self,
        plan: Plan,
        pictures: Tensor,
        grid: tuple[int, int],
        anchor: Anchor | None = None,
    ) -> Tensor:
        """Whole pictures (3, t, h, w) in [-1, 1] of one shot; pictures (t,) are numbers.

        The stage has what an anchor knows of it beyond its mean.
        """
        camera = plan.camera[0, pictures]
        changed = F.pad((camera[1:] != camera[:-1]).any(1) | (plan.marks[0, 4] > 0), (1, 0), value=True)
        if anchor is not None and anchor.later:
            changed[:] = True
        frames = self._stages(plan, pictures[changed], grid)
        if anchor is not None:
            frames += carry(anchor, plan, pictures[changed], grid)
        if not changed.all():
            frames = frames[changed.cumsum(0) - 1]
        for slot in range(SLOTS):
            if plan.traits[0, slot, 0]:
                self._lay_thing(frames, plan, slot, pictures, grid)
        return frames.transpose(0, 1)

    def _stages(self, plan: Plan, pictures: Tensor, grid: tuple[int, int]) -> Tensor:
        """Empty stages (t, 3, h, w).

        Nearly all that is told of a place belongs to its column or its row, and the first layer is a sum: columns and
        rows go through it by themselves.
        """
        high, wide = grid[0] * PATCH // COARSE[0], grid[1] * PATCH // COARSE[1]
        spots, view = pixels(high, wide, COARSE, pictures.device), look_through(plan, pictures)
        layers = self.stage.under(plan.signs[0, :SIGNS])
        across, down = self._first_of_stages(view, spots[None, :wide], spots[None, ::wide], grid)
        small = across.new_empty(len(pictures), high, wide, 3)
        for number, made in enumerate(small):
            begun = (across[number] + down[number, :, None]).flatten(0, 1)
            if plan.marks[0, 4]:
                begun += self._first_of_rope(look_through(plan, pictures[number : number + 1]), spots[None], grid)
            made.copy_(self.stage.through(begun, layers).unflatten(0, (high, wide)))
        return enlarged(small.float().permute(0, 3, 1, 2), COARSE)

    def _first_of_stages(
        self, view: View, columns: Tensor, rows: Tensor, grid: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """What the first layer makes of columns (1, w, 2) and of rows (1, h, 2): (t, 1, w, d) and (t, h, d)."""
        weight, bias = self.stage.first.weight.float(), self.stage.first.bias.float()
        by_column, count = self._by_column.to(weight), len(self._by_column)
        across = side_by_side(self._across_and_down(view, columns, grid)) @ (weight[:, :count] * by_column).T
        down = side_by_side(self._across_and_down(view, rows, grid)) @ (weight[:, :count] * (1 - by_column)).T
        down = down + bias + (view.camera[..., 2:3].exp() - 1) * weight[:, -1]
        dtype = self.stage.last.weight.dtype
        return across[:, None].to(dtype), down.to(dtype)

    def _first_of_rope(self, view: View, spots: Tensor, grid: tuple[int, int]) -> Tensor:
        """What the first layer makes of the rope at spots (1, n, 2): (n, d)."""
        weight = self.stage.first.weight
        told = side_by_side(_rope_told(view, spots, grid), weight.dtype)
        return (told @ weight[:, len(self._by_column) : -1].T)[0]

    def _lay_thing(self, frames: Tensor, plan: Plan, slot: int, pictures: Tensor, grid: tuple[int, int]) -> None:
        """Lay a thing on frames (t, 3, h, w) in boxes as large as it needs, pictures of like size together."""
        whole = look_through(plan, pictures)
        laid = Laid(slot, grid, self.things.under(_told_of_thing(whole, slot)[0]))
        for some in whole.size(slot, grid)[:, 0].argsort().split(TOGETHER):
            view = look_through(plan, pictures[some])
            size = view.size(slot, grid)
            far = reach(view.plan, slot)[:, None] * size
            middle = project(view.track(slot)[..., :2], view.camera, grid)[:, 0]
            half = (far * view.track(slot)[..., 4].abs().exp()).max()
            self._lay_box(frames, some, view, laid, Box(middle, half, half))
            if not plan.cast[0, NEON]:
                wide = SHADE * shadow_size(view, slot, grid).max()
                foot = foot_of(view, slot, grid)[:, 0]
                self._lay_box(frames, some, view, laid, Box(foot, wide, FLAT * wide), Box(middle, half, half))

    def _lay_box(
        self, frames: Tensor, which: Tensor, view: View, laid: Laid, box: Box, beyond: Box | None = None
    ) -> None:
        """Lay what a thing shows in boxes of some frames, except in those that were laid before."""
        slot, grid = laid.slot, laid.grid
        badged = bool(view.plan.badges[:, slot, 0].any())
        step = 2 if float(view.size(slot, grid).max()) > LARGE and not badged else 1
        high, wide = box.cells(frames.shape[2:], step)
        corner = (box.middle - torch.tensor([wide * step, high * step]).to(box.middle) / 2).round()
        spots = pixels(high * step, wide * step, (1, 1), frames.device) + corner[:, None]
        inside = ((spots > 0) & (spots < torch.tensor([frames.shape[3], frames.shape[2]]).to(spots))).all(-1)
        if beyond is not None:
            inside &= beyond.outside(spots)
        seen = inside.any(1)
        if not seen.any():
            return
        which, view, inside, corner = which[seen], view.rows_of(seen), inside[seen], corner[seen]
        coarse = pixels(high, wide, (step, step), frames.device) + corner[:, None]
        above = self.thing_at(view, slot, coarse, grid, laid.layers).unflatten(1, (high, wide)).permute(0, 3, 1, 2)
        above = enlarged(above, (step, step)) if step > 1 else above
        above = above * inside.unflatten(1, (high * step, wide * step))[:, None]
        for number, (x, y), made in zip(which.tolist(), corner.long().tolist(), above, strict=True):
            left, top = max(-x, 0), max(-y, 0)
            frame = frames[number, :, y + top : y + high * step, x + left : x + wide * step]
            made = made[:, top : top + frame.shape[1], left : left + frame.shape[2]]
            torch.addcmul(2 * made[:3] - made[3], frame, 1 - made[3], out=frame)


@dataclass(frozen=True, eq=False)
class Laid:
    """A thing that is being laid: whose it is, on how many rows and columns of tokens, and its field's layers."""

    slot: int
    grid: tuple[int, int]
    layers: Layers


@dataclass(frozen=True, eq=False)
class Box:
    """Rectangles of one size in some pictures: middles (t, 2) and half of width and height, in pixels."""

    middle: Tensor
    wide: Tensor
    high: Tensor

    def cells(self, most: Sequence[int], step: int) -> tuple[int, int]:
        """Rows and columns of squares of `step` pixels that cover a box, or a picture of `most` rows and columns."""
        high, wide = (
            math.ceil(min(2 * float(each) + 1, limit) / step)
            for each, limit in zip((self.high, self.wide), most, strict=True)
        )
        return high, wide

    def outside(self, spots: Tensor) -> Tensor:
        """Which spots (t, n, 2) lie in none of their picture."""
        return ((spots - self.middle[:, None]).abs() > torch.stack([self.wide, self.high])).any(-1)


def _told_of_thing(view: View, slot: int) -> Tensor:
    """What the field of things is told of one, (b, k), or (1, k) where all pictures are of one shot."""
    return view.under(view.plan.traits[:, slot], view.plan.signs[:, :SIGNS], view.plan.badges[:, slot])


def enlarged(maps: Tensor, factor: tuple[int, int]) -> Tensor:
    """Maps (b, c, h, w) with so many times as many rows and columns."""
    return F.interpolate(maps.contiguous(), scale_factor=factor, mode="bilinear", align_corners=False)


def _shares(logits: Tensor, badge: Tensor, emblem: Tensor) -> Tensor:
    """What is thing, inner and outer ink of a badge (b, BADGE): (b, n, 3); all is thing where there is no badge.

    Where the badge lies is learned; how its emblem (b, n, 1) parts its inks is known.
    """
    worn = F.pad(logits + (badge[:, None, :1] - 1) * 1e4, (1, 0)).softmax(-1)
    inks = worn[..., 1:].sum(-1, keepdim=True)
    return torch.cat([worn[..., :1], inks * emblem, inks * (1 - emblem)], dim=-1)


def _worn(colour: Tensor, cover: Tensor, shares: Tensor, badge: Tensor) -> Tensor:
    """Colour (b, n, 3), multiplied by its cover, under a badge (b, BADGE) with shares (b, n, 3)."""
    inner, outer = badge[:, None, -6:-3], badge[:, None, -3:]
    return colour * shares[..., :1] + cover * (shares[..., 1:2] * inner + shares[..., 2:] * outer)


def lay(below: Tensor, above: Tensor) -> Tensor:
    """Lay (..., 4) over colours (..., 3) in [-1, 1]."""
    return (below + 1) * (1 - above[..., 3:]) + 2 * above[..., :3] - 1


def _rope_told(view: View, spots: Tensor, grid: tuple[int, int]) -> list[Tensor]:
    """What the stage is told of the rope at spots (b, n, 2)."""
    gap, along = rope(view, spots, grid)
    return [each * view.plan.marks[:, 4:5] for each in ((1 - gap / 2).clamp(-1, 1), (1 - gap / 6).clamp(-1, 1), along)]
