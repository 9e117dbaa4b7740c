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
from zoetrope.engine.families.pocket.plan import (
    AXES,
    BADGE,
    METRE,
    PATCH,
    SIGNS,
    SLOTS,
    STAGE,
    TRACK,
    TRAITS,
    Plan,
    project,
)

REACH = {"car": 1.8, "boat": 1.65, "bird": 1.65, "fish": 1.65, "lantern": 2.5}  # radii; a lantern's glow is seen so far
NEAR = 1.3  # the same of all other things
ROPE = 4.0  # pixels off its middle that a rope covers at most
SHADE = 1.2  # shadows' half widths within which they are painted
FLAT = 0.24  # height of a shadow by its width
LEAN = 0.30  # horizontal skew of a thing per sine of the camera's turn
WHEEL = 0.40  # radius of a wheel by its thing's
BEATS = (3.0, 6.0, 8.0)  # pictures after which things that wave, row or flicker look the same
COARSE = (2, 4)  # rows and columns of pixels that the stage is painted in, enlarged afterwards
CELLS = (4, 2)  # pixels of a side of the cells of pixel art: the stage's and the things'
NEON, BLOCKY = (
    SLOTS * TRAITS + sum(map(len, list(STAGE.values())[:3])) + STAGE["style"].index(style)
    for style in ("neon", "pixel art")
)
LARGE = 14  # pixels of radius beyond which a thing without a badge is painted at half its size, enlarged afterwards
TOGETHER = 16  # pictures painted at once
CACHED = 4608  # places painted at once


@dataclass(frozen=True)
class SketcherConfig:
    thing_width: int = 128
    stage_width: int = 96
    layers: int = 3
    thing_octaves: int = 6
    upright_octaves: int = 3
    stage_octaves: int = 5


class Field(nn.Module):
    """Numbers of places (b, n, c) -> (b, n, out), by one condition (b, k) for all places of a row.

    Source: Perez et al. 2018 (FiLM) over Fourier features, Tancik et al. 2020.
    """

    def __init__(self, places: int, condition: int, width: int, layers: int, out: int) -> None:
        super().__init__()
        self.first = nn.Linear(places, width)
        self.inner = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.last = nn.Linear(width, out)
        self.told = nn.Sequential(
            nn.Linear(condition, 2 * width), nn.GELU("tanh"), nn.Linear(2 * width, 2 * width * layers)
        )

    def forward(self, places: Tensor, condition: Tensor) -> Tensor:
        tables = self.told(condition)[:, None].chunk(2 * len(self.inner), dim=-1)
        if torch.is_grad_enabled():
            return self._of(places, tables)
        out = places.new_empty(*places.shape[:2], self.last.out_features)
        for row, place in enumerate(places):  # a few at a time: what lies between the layers stays in the cache
            layers = [
                (layer.weight * (1 + scale[row]).T, shift[row, 0] + layer.bias * (1 + scale[row, 0]))
                for layer, scale, shift in zip(self.inner, tables[::2], tables[1::2], strict=True)
            ]
            for some, made in zip(place.split(CACHED), out[row].split(CACHED), strict=True):
                x = self.first(some).relu_()
                for weight, bias in layers:
                    x.add_(F.linear(x, weight, bias).relu_())
                made.copy_(self.last(x))
        return out

    def _of(self, places: Tensor, tables: Sequence[Tensor]) -> Tensor:
        x = F.relu(self.first(places))
        for layer, scale, shift in zip(self.inner, tables[::2], tables[1::2], strict=True):
            x = x + F.relu(torch.addcmul(shift, layer(x), 1 + scale))
        return self.last(x)


def waves(values: tuple[Tensor, ...], octaves: int, longest: float) -> list[Tensor]:
    """Sines and then cosines of all values, octave by octave, the slowest as long as `longest`."""
    sines, cosines = [], []
    for value in values:
        angle = value * (2 * math.pi / longest)
        sines.append([angle.sin()])
        cosines.append([angle.cos()])
        for _ in range(octaves - 1):  # of twice the angle: far cheaper than a sine
            s, c = sines[-1][-1], cosines[-1][-1]
            sines[-1].append(2 * s * c)
            cosines[-1].append(1 - 2 * s * s)
    return [row[octave] for rows in (sines, cosines) for octave in range(octaves) for row in rows]


@dataclass(frozen=True, eq=False)
class View:
    """Pictures of some shots, one for every place (b, n, ...) or one for all places of a row (b, 1, ...)."""

    plan: Plan
    picture: Tensor
    rows: Tensor

    @property
    def camera(self) -> Tensor:
        return self.rows[..., :4]

    def track(self, slot: int) -> Tensor:
        return self.rows[..., 4 + slot * len(TRACK) : 4 + (slot + 1) * len(TRACK)]

    def angle(self, slot: int) -> Tensor:
        return self.rows[..., 4 + SLOTS * len(TRACK) + slot]

    def rolled(self, slot: int) -> Tensor:
        """How far a thing has gone the way it looks, in its radii."""
        return self.rows[..., 4 + SLOTS * len(TRACK) + SLOTS + slot]

    def size(self, slot: int, grid: tuple[int, int]) -> Tensor:
        """A thing's radius in pixels."""
        unit = METRE * grid[0] * PATCH * self.camera[..., 2].exp()
        return (self.plan.radii()[:, slot, None] * unit).clamp_min(1.0)


def look_at(plan: Plan, picture: Tensor) -> View:
    """Every place in a picture of its own: numbers (b, n)."""
    rows = _rows(plan)
    return View(plan, picture, torch.gather(rows, 1, picture[..., None].expand(-1, -1, rows.shape[-1])))


def _look_through(plan: Plan, pictures: Tensor) -> View:
    """Pictures (t,) of one shot, each a row of its own."""
    whole = Plan(
        plan.tracks, plan.camera, plan.cast.expand(len(pictures), -1), plan.badges.expand(len(pictures), -1, -1)
    )
    return View(whole, pictures[:, None], _rows(plan)[0, pictures][:, None])


def _rows(plan: Plan) -> Tensor:
    """What is known of every picture, (b, t, ...)."""
    steps = F.pad(plan.tracks[:, :, 1:, 0] - plan.tracks[:, :, :-1, 0], (1, 0)) * plan.tracks[..., 3]
    rolled = steps.cumsum(2) / plan.radii()[..., None].clamp_min(1e-3)
    tracks = plan.tracks.transpose(1, 2).flatten(2)
    angle = plan.tracks[..., 2].cumsum(2)
    return torch.cat([plan.camera, tracks, angle.transpose(1, 2), rolled.transpose(1, 2)], dim=-1)


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
        spots = _blocky(spots, view.plan, CELLS[0])
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
        gap, along = _rope(view, spots, grid)
        rope = (1 - gap / 2).clamp(-1, 1), (1 - gap / 6).clamp(-1, 1), along
        told = [
            *waves((*near, *far), self.config.stage_octaves, 8.0),
            *waves((across / high, down / high), 3, 4.0),
            *(each * marks[..., 1] for each in wall),
            *(each * marks[..., 4] for each in rope),
            zoom - 1,
        ]
        dtype = self.stage.last.weight.dtype
        return self.stage(_stacked(told, spots, dtype), view.plan.signs[:, :SIGNS].to(dtype)).float()

    def _thing(self, view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
        """Colour (b, n, 3), multiplied by its cover, cover (b, n, 1) and what of it is thing, inner and outer ink."""
        x, y = thing_places(view, slot, spots, grid)
        track, angle = view.track(slot), view.angle(slot)
        cos, sin = angle.cos(), angle.sin()
        turned = (x * cos + y * sin) * track[..., 3], y * cos - x * sin
        shade, lift = _shade(view, slot, spots, grid)
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
            (1 - shade).clamp(-1, 1),
            lift.clamp(0, 2),
            (x * x + y * y).sqrt().clamp(max=2.5) - 1,
            (track[..., 4].abs() * 4).tanh(),
        ]
        traits = view.plan.traits[:, slot]
        dtype = self.things.last.weight.dtype
        badge = view.plan.badges[:, slot]
        condition = torch.cat([traits, view.plan.signs[:, :SIGNS], badge], dim=-1).to(dtype)
        made = self.things(_stacked(told, spots, dtype), condition).float()
        colour, cover = F.softplus(made[..., :3], beta=4.0), made[..., 3:4].sigmoid()
        emblem = inner_share(turned, traits[:, 1 : 1 + len(AXES["object"])], badge, view.size(slot, grid))
        shares = _shares(made[..., 4:], badge, emblem)
        return colour, cover, shares

    def thing_at(self, view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> Tensor:
        """Colour, multiplied by its cover, and cover (b, n, 4) of one slot's thing; see `stage_at`."""
        colour, cover, shares = self._thing(view, slot, spots, grid)
        worn = _worn(colour, cover, shares, view.plan.badges[:, slot])
        return torch.cat([worn, cover], dim=-1) * view.plan.traits[:, slot, None, :1]

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
            frames += carry(anchor, plan, pictures[changed], grid).permute(0, 2, 3, 1)
        frames = frames[changed.cumsum(0) - 1]
        for slot in range(SLOTS):
            if plan.traits[0, slot, 0]:
                self._lay_thing(frames, plan, slot, pictures, grid)
        return frames.permute(3, 0, 1, 2)

    def _stages(self, plan: Plan, pictures: Tensor, grid: tuple[int, int]) -> Tensor:
        """Empty stages (t, h, w, 3)."""
        high, wide = grid[0] * PATCH // COARSE[0], grid[1] * PATCH // COARSE[1]
        spots = _pixels(high, wide, COARSE, pictures.device)[None]
        parts = [self.stage_at(_look_through(plan, some), spots, grid) for some in pictures.split(TOGETHER)]
        small = torch.cat(parts).unflatten(1, (high, wide)).permute(0, 3, 1, 2)
        big = F.interpolate(small, scale_factor=COARSE, mode="bilinear", align_corners=False)
        return big.permute(0, 2, 3, 1).contiguous()

    def _lay_thing(self, frames: Tensor, plan: Plan, slot: int, pictures: Tensor, grid: tuple[int, int]) -> None:
        """Lay a thing on frames (t, h, w, 3) in boxes as large as it needs, pictures of like size together."""
        order = _look_through(plan, pictures).size(slot, grid)[:, 0].argsort()
        for some in order.split(TOGETHER):
            view = _look_through(plan, pictures[some])
            size = view.size(slot, grid)
            reach = _reach(view.plan, slot)[:, None] * size
            middle = project(view.track(slot)[..., :2], view.camera, grid)[:, 0]
            stretched = view.track(slot)[..., 4].abs().exp()
            half = (reach * stretched).max()
            self._lay_box(frames, some, view, slot, middle, (half, half), grid)
            if not plan.cast[0, NEON]:
                lift, wide = _lift(view, slot), view.size(slot, grid)
                wide = SHADE * (wide * (1 + 0.35 * lift)).max()
                foot = torch.stack([view.track(slot)[..., 0], view.plan.marks[:, :1].expand_as(lift)], dim=-1)
                foot = project(foot, view.camera, grid)[:, 0]
                self._lay_box(frames, some, view, slot, foot, (wide, FLAT * wide), grid, beyond=(middle, half))

    def _lay_box(
        self,
        frames: Tensor,
        which: Tensor,
        view: View,
        slot: int,
        middle: Tensor,
        half: tuple[Tensor, Tensor],
        grid: tuple[int, int],
        beyond: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Lay what a thing shows in boxes around middles (t, 2), except in those that were laid before."""
        high, wide = frames.shape[1:3]
        fine = bool(view.plan.badges[:, slot, 0].any())
        step = 2 if float(view.size(slot, grid).max()) > LARGE and not fine else 1
        count = [
            math.ceil(min(2 * float(each) + 1, limit) / step) for each, limit in zip(half, (wide, high), strict=True)
        ]
        size = torch.tensor([step * each for each in count])
        corner = (middle - (size / 2).to(middle)).round()
        coarse = _pixels(count[1], count[0], (step, step), frames.device) + corner[:, None]
        spots = _pixels(int(size[1]), int(size[0]), (1, 1), frames.device) + corner[:, None]
        inside = ((spots > 0) & (spots < torch.tensor([wide, high]).to(spots))).all(-1)
        if beyond is not None:
            inside &= ((spots - beyond[0][:, None]).abs() > beyond[1]).any(-1)
        if not inside.any():
            return
        above = self.thing_at(view, slot, coarse, grid)
        if step > 1:
            maps = above.unflatten(1, (count[1], count[0])).permute(0, 3, 1, 2)
            maps = F.interpolate(maps, scale_factor=step, mode="bilinear", align_corners=False)
            above = maps.permute(0, 2, 3, 1).flatten(1, 2)
        row, place = inside.nonzero(as_tuple=True)
        x, y = spots[row, place].long().unbind(-1)
        at = which[row], y, x
        frames[at] = lay(frames[at], above[row, place])


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


def near_thing(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> Tensor:
    """Whether places (b, n) lie on a thing, in its glow or in its shadow."""
    x, y = thing_places(view, slot, spots, grid)
    shade, _ = _shade(view, slot, spots, grid)
    return (x * x + y * y < _reach(view.plan, slot)[:, None].square()) | (shade < SHADE)


def on_rope(view: View, spots: Tensor, grid: tuple[int, int]) -> Tensor:
    """Whether places (b, n) lie on the rope on which the first thing hangs."""
    return (_rope(view, spots, grid)[0] < ROPE) & (view.plan.marks[:, 4:5] > 0)


def _reach(plan: Plan, slot: int) -> Tensor:
    """How far things (b,) reach, in radii."""
    by_kind = torch.tensor([REACH.get(kind, NEAR) for kind in AXES["object"]], device=plan.cast.device)
    return plan.traits[:, slot, 1 : 1 + len(by_kind)] @ by_kind


def thing_places(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Spots (b, n, 2) as places on a thing that stands upright, in radii: x and y, (b, n) each."""
    spots = _blocky(spots, view.plan, CELLS[1])
    track, size = view.track(slot), view.size(slot, grid)
    middle = project(track[..., :2], view.camera, grid)
    across, up = (spots[..., 0] - middle[..., 0]) / size, (middle[..., 1] - spots[..., 1]) / size
    stretch, turn = track[..., 4].exp(), view.camera[..., 3]
    return (across - LEAN * turn.sin() * up) * (stretch / turn.cos()), up / stretch


def _lift(view: View, slot: int) -> Tensor:
    """How high a thing is above the ground, in metres."""
    return (view.track(slot)[..., 1] - view.plan.radii()[:, slot, None] - view.plan.marks[:, :1]).clamp_min(0)


def _shade(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """How far off the middle of a thing's shadow a spot lies, in half widths of it, and how high the thing is."""
    lift = _lift(view, slot)
    size = view.size(slot, grid) * (1 + 0.35 * lift)
    ground = view.plan.marks[:, :1].expand_as(lift)
    foot = project(torch.stack([view.track(slot)[..., 0], ground], dim=-1), view.camera, grid)
    across, up = (spots[..., 0] - foot[..., 0]) / size, (spots[..., 1] - foot[..., 1]) / (FLAT * size)
    return (across * across + up * up).sqrt(), lift


def _rope(view: View, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Distance in pixels to the rope on which the first thing hangs, and where along it (0 to 1)."""
    top = project(view.plan.marks[:, None, 5:7], view.camera, grid)
    along = project(view.track(0)[..., :2], view.camera, grid) - top
    x, y = spots[..., 0] - top[..., 0], spots[..., 1] - top[..., 1]
    dx, dy = along[..., 0], along[..., 1]
    share = ((x * dx + y * dy) / (dx * dx + dy * dy).clamp_min(1.0)).clamp(0, 1)
    return ((x - share * dx).square() + (y - share * dy).square()).sqrt(), share


def _stacked(told: list[Tensor], spots: Tensor, dtype: torch.dtype) -> Tensor:
    """Numbers of places, (b, n) or (b, 1) each, side by side: (b, n, c)."""
    shape = torch.broadcast_shapes(*(each.shape for each in told))
    out = torch.empty(*shape, len(told), dtype=dtype, device=spots.device)
    for number, each in enumerate(told):
        out[..., number] = each
    return out


def _blocky(spots: Tensor, plan: Plan, cell: int) -> Tensor:
    """The middles of the cells in which spots lie, where the style has cells."""
    cells = plan.cast[:, BLOCKY, None, None] > 0
    if not cells.any():
        return spots
    return torch.where(cells, (spots / cell).floor() * cell + cell / 2, spots)


def _pixels(high: int, wide: int, step: tuple[int, int], device: torch.device) -> Tensor:
    """Middles of blocks of pixels (h * w, 2), x first."""
    y, x = torch.meshgrid((torch.arange(high) + 0.5) * step[0], (torch.arange(wide) + 0.5) * step[1], indexing="ij")
    return torch.stack([x, y], dim=-1).flatten(0, 1).to(device)
