"""What happens in a shot before it is painted: who is there, how things and camera move, what is heard when.

A plan is a few hundred numbers. The planner writes it from words, strokes and camera moves may pin parts of it, and
the network paints to it: `stamp` turns it into channels beside the video and sound tokens. Knows no network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.axes import AXES, STAGE
from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP, SOUND_RATE

PATCH = 16  # pixels of a side of one video token
METRE = 0.45  # of the frame's height, at the resting camera
SLOTS = 2  # things of one shot
CELLS = 4  # cells of a side of one video token
RADII = (0.17, 0.32)  # metres, by size
TRAITS = 1 + sum(map(len, AXES.values()))  # whether the slot is filled, then the axes
SIGNS = sum(map(len, STAGE.values()))
EMBLEMS = 8  # patterns of badges
BADGE = 1 + EMBLEMS + 6  # whether there is one, its pattern, then its inner and outer colour
MARKS = 7  # ground; wall there, its x and side; pivot there, its x (the thing's start) and y
PIVOT = 4  # of these
CAST = SLOTS * TRAITS + SIGNS + MARKS
TRACK = ("x", "y", "spin", "way", "stretch", "mouth", "ground_speed", "air_speed", "contact", "offset")
CAMERA = ("x", "y", "zoom", "turn")
THING_CELLS = 4 * GROUP * CELLS * CELLS
OCTAVES = 5
STAGE_CELLS = 2 * GROUP * CELLS * CELLS + 2 * 2 * 2 * OCTAVES + GROUP * len(CAMERA)
TICK = 7  # of one thing at one sound latent


@dataclass(frozen=True, eq=False)
class Plan:
    """Plans of a batch of shots.

    Shapes: tracks (b, SLOTS, t, 10) named by TRACK, one row a picture; camera (b, t, 4) named by CAMERA; cast
    (b, CAST): one-hot traits of every slot, signs of the stage, marks; badges (b, SLOTS, BADGE), zeros where a slot's
    thing has none: no word tells of them, only a reference does.
    Units: metres and seconds; spin is radians since the picture before (at first, since upright), way is 1 where a
    thing looks right and -1 where it looks left, stretch and zoom are logarithms, contact is the impact speed in m/s
    and offset when in the picture's twelfth of a second it falls, 0 to 1; colours of badges lie in 0 to 1.
    """

    tracks: Tensor
    camera: Tensor
    cast: Tensor
    badges: Tensor

    def shots(self, which: Tensor) -> Plan:
        """Some shots of the batch, by number or by mask."""
        return Plan(*(getattr(self, each.name)[which] for each in fields(self)))

    @property
    def traits(self) -> Tensor:
        """(b, SLOTS, TRAITS)."""
        return self.cast[:, : SLOTS * TRAITS].unflatten(1, (SLOTS, TRAITS))

    @property
    def signs(self) -> Tensor:
        """Signs and marks (b, SIGNS + MARKS)."""
        return self.cast[:, SLOTS * TRAITS :]

    @property
    def marks(self) -> Tensor:
        """(b, MARKS)."""
        return self.cast[:, -MARKS:]

    def radii(self) -> Tensor:
        """(b, SLOTS) in metres, 0 where the slot is empty."""
        start = 1 + len(AXES["object"]) + len(AXES["colour"])
        return self.traits[..., start : start + 2] @ torch.tensor(RADII, device=self.cast.device)


@dataclass(frozen=True, eq=False)
class Stamps:
    """A plan as channels beside tokens; zeros say nothing.

    Shapes: things (b, v, SLOTS, THING_CELLS); stage (b, v, STAGE_CELLS); ticks (b, s, SLOTS, TICK); traits
    (b, SLOTS, TRAITS); signs (b, SIGNS + MARKS); sketch (b, v, c), the latents of the sketched pictures; known (b,), 1
    where there is a plan and 0 where there is none.
    """

    things: Tensor
    stage: Tensor
    ticks: Tensor
    traits: Tensor
    signs: Tensor
    sketch: Tensor
    known: Tensor

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> Stamps:
        return Stamps(*(getattr(self, each.name).to(device, dtype) for each in fields(self)))


def bare(plan: Plan) -> Plan:
    """The same plan without things."""
    cast = plan.cast.clone()
    cast[:, : SLOTS * TRAITS] = 0
    return Plan(plan.tracks, plan.camera, cast, plan.badges)


def still_stage(plan: Plan) -> Plan:
    """One picture of a plan's empty stage, as a resting camera sees it; no rope hangs there."""
    whole = bare(plan)
    whole.cast[:, -MARKS + PIVOT :] = 0
    return Plan(whole.tracks[:, :, :1], torch.zeros_like(plan.camera[:, :1]), whole.cast, plan.badges)


def sign_of(plan: Plan, axis: str) -> str:
    """What the stage of a plan's first shot is on one axis of STAGE."""
    start = 0
    for name, values in STAGE.items():
        if name == axis:
            return values[int(plan.signs[0, start : start + len(values)].argmax())]
        start += len(values)
    raise KeyError(axis)


def trait_of(plan: Plan, slot: int, axis: str) -> str:
    """What a slot's thing is on one axis of AXES."""
    at = 1
    for name, values in AXES.items():
        if name == axis:
            return values[int(plan.traits[0, slot, at : at + len(values)].argmax())]
        at += len(values)
    raise KeyError(axis)


def no_badges(batch: int) -> Tensor:
    """Nobody wears a badge: (b, SLOTS, BADGE)."""
    return torch.zeros(batch, SLOTS, BADGE)


def joined(plans: Sequence[Plan]) -> Plan:
    """Plans of shots of one length as one batch."""
    return Plan(*(torch.cat([getattr(plan, each.name) for plan in plans]) for each in fields(Plan)))


def pictures_of(latents: Tensor) -> Tensor:
    """Numbers of latent frames (f,) -> numbers of their pictures (f, GROUP); the first latent frame repeats its one."""
    within = torch.arange(GROUP, device=latents.device)
    return torch.where(latents[:, None] > 0, GROUP * (latents[:, None] - 1) + 1 + within, 0)


def stamp(
    plan: Plan,
    sketch: Tensor,
    latents: Tensor,
    sounds: Tensor,
    grid: tuple[int, int],
    window: tuple[int, int, Tensor],
) -> Stamps:
    """Lay a plan and its sketch on the tokens of some latent frames and sound latents.

    Shapes: sketch (b, v, c) for just those tokens; latents (f,) and sounds (s,) are numbers; grid is rows and columns
    of the whole frame; window is rows, columns and upper left tokens (b, 2) of what is laid out of it.
    """
    last = plan.camera.shape[1] - 1
    pictures = pictures_of(latents).clamp(max=last)
    things, stage = _cells(plan, pictures, grid, window)
    return Stamps(
        things, stage, _ticks(plan, sounds), plan.traits, plan.signs, sketch, torch.ones_like(plan.cast[:, 0])
    )


def project(points: Tensor, camera: Tensor, grid: tuple[int, int]) -> Tensor:
    """Metres in the things' plane (..., 2) to pixels, as the camera (..., 4) sees them."""
    unit = METRE * grid[0] * PATCH * camera[..., 2].exp()
    x = grid[1] * PATCH / 2 + (points[..., 0] - camera[..., 0]) * camera[..., 3].cos() * unit
    y = grid[0] * PATCH / 2 - (points[..., 1] - camera[..., 1]) * unit
    return torch.stack([x, y], dim=-1)


def _cells(
    plan: Plan, pictures: Tensor, grid: tuple[int, int], window: tuple[int, int, Tensor]
) -> tuple[Tensor, Tensor]:
    rows, columns, corners = window
    step = PATCH / CELLS
    camera = plan.camera[:, pictures]  # b f g 4
    at = corners.to(camera)[:, :, None] * PATCH
    high = (at[:, 0] + step * (torch.arange(rows * CELLS) + 0.5).to(camera))[:, None, None, :, None]
    wide = (at[:, 1] + step * (torch.arange(columns * CELLS) + 0.5).to(camera))[:, None, None, None, :]
    angle = plan.tracks[..., 2].cumsum(2)[:, :, pictures]
    tracks = plan.tracks[:, :, pictures]  # b s f g 10
    unit = METRE * grid[0] * PATCH * camera[..., 2].exp()
    radius = plan.radii()
    layers = []
    for slot in range(SLOTS):
        track = tracks[:, slot]
        filled = (radius[:, slot] > 0).to(camera)[:, None, None, None, None]
        size = (radius[:, slot, None, None] * unit).clamp_min(1.0)[..., None, None]
        spot = project(track[..., :2], camera, grid)[..., None, None]
        across, up = (wide - spot[..., 0, :, :]) / size, (spot[..., 1, :, :] - high) / size
        stretch, turned, way = (each[..., None, None] for each in (track[..., 4].exp(), angle[:, slot], track[..., 3]))
        across, up = across * stretch, up / stretch
        u = (across * turned.cos() + up * turned.sin()) * way
        v = up * turned.cos() - across * turned.sin()
        distance = (u * u + v * v).sqrt()
        near = torch.sigmoid(4 * (1.9 - distance)) * filled
        foot = torch.stack([track[..., 0], plan.marks[:, 0, None, None].expand_as(track[..., 0])], dim=-1)
        foot = project(foot, camera, grid)[..., None, None]
        shade = ((wide - foot[..., 0, :, :]) / size) ** 2 + ((high - foot[..., 1, :, :]) / (0.24 * size)) ** 2
        solid = torch.sigmoid(6 * (1.05 - distance)) * filled
        layers.append(torch.stack([solid, u * near, v * near, torch.exp(-shade) * filled], dim=-1))
    things = torch.stack(layers, dim=1)  # b s f g R C 4
    things = _tokens(things.permute(0, 2, 1, 3, 4, 5, 6), rows, columns)
    stage = torch.stack([_wall(plan, camera, grid, high, wide), _rope(plan, camera, tracks, grid, high, wide)], dim=-1)
    stage = _tokens(stage[:, :, None], rows, columns)[:, :, 0]
    places = _world(camera, grid, window)
    view = camera.flatten(2)[:, :, None].expand(-1, -1, rows * columns, -1).flatten(1, 2)
    return things, torch.cat([stage, places, view], dim=-1)


def _tokens(cells: Tensor, rows: int, columns: int) -> Tensor:
    """(b, f, s, g, R, C, k) -> (b, f * rows * columns, s, g * CELLS * CELLS * k)."""
    split = cells.unflatten(5, (columns, CELLS)).unflatten(4, (rows, CELLS))  # b f s g r i c j k
    return split.permute(0, 1, 4, 6, 2, 3, 5, 7, 8).flatten(5).flatten(1, 3)


def _wall(plan: Plan, camera: Tensor, grid: tuple[int, int], high: Tensor, wide: Tensor) -> Tensor:
    """How much of a cell lies behind the wall's face, (b, f, g, R, C)."""
    there, x, side = (plan.marks[:, number, None, None] for number in (1, 2, 3))
    ground = plan.marks[:, 0, None, None].expand_as(camera[..., 0])
    spot = project(torch.stack([x.expand_as(ground), ground], dim=-1), camera, grid)[..., None, None]
    behind = torch.sigmoid((wide - spot[..., 0, :, :]) * side[..., None, None] / 3)
    return behind * torch.sigmoid((spot[..., 1, :, :] - high) / 3) * there[..., None, None]


def _rope(plan: Plan, camera: Tensor, tracks: Tensor, grid: tuple[int, int], high: Tensor, wide: Tensor) -> Tensor:
    """Nearness of a cell to the rope on which the first thing hangs, (b, f, g, R, C)."""
    there, x, y = (plan.marks[:, number, None, None].expand_as(camera[..., 0]) for number in (4, 5, 6))
    top = project(torch.stack([x, y], dim=-1), camera, grid)[..., None, None]
    end = project(tracks[:, 0, ..., :2], camera, grid)[..., None, None]
    along = end - top
    px, py = wide - top[..., 0, :, :], high - top[..., 1, :, :]
    dx, dy = along[..., 0, :, :], along[..., 1, :, :]
    share = ((px * dx + py * dy) / (dx * dx + dy * dy).clamp_min(1.0)).clamp(0, 1)
    gap = (px - share * dx) ** 2 + (py - share * dy) ** 2
    return torch.exp(-gap / 8.0) * there[..., None, None]


def _world(camera: Tensor, grid: tuple[int, int], window: tuple[int, int, Tensor]) -> Tensor:
    """Where a token's middle lies in the world at the first and last picture, in octaves: (b, v, 4 * 2 * OCTAVES)."""
    rows, columns, corners = window
    ends = camera[:, :, [0, -1]]  # b f 2 4
    unit = METRE * grid[0] * PATCH * ends[..., 2].exp()
    at = (corners[:, :, None].to(camera) + 0.5) * PATCH
    high = at[:, 0] + PATCH * torch.arange(rows).to(camera)
    wide = at[:, 1] + PATCH * torch.arange(columns).to(camera)
    x = (wide - grid[1] * PATCH / 2)[:, None, None] / unit[..., None] + ends[..., 0, None]  # b f 2 c
    y = (grid[0] * PATCH / 2 - high)[:, None, None] / unit[..., None] + ends[..., 1, None]  # b f 2 r
    both = torch.stack(
        [
            x[:, :, :, None].expand(-1, -1, -1, rows, -1),
            y[:, :, :, :, None].expand(-1, -1, -1, -1, columns),
        ],
        dim=-1,
    )  # b f 2 r c 2
    angle = both[..., None] * (math.pi / 4 * 2.0 ** torch.arange(OCTAVES)).to(camera)
    waves = torch.cat([angle.cos(), angle.sin()], dim=-1)  # b f 2 r c 2 2o
    return waves.permute(0, 1, 3, 4, 2, 5, 6).flatten(4).flatten(1, 3)


def _ticks(plan: Plan, sounds: Tensor) -> Tensor:
    """What every thing does at each sound latent: (b, s, SLOTS, TICK).

    Contact since when and how hard, balance, mouth, speed on the ground and in the air.
    """
    last = plan.camera.shape[1] - 1
    middle = (sounds.to(plan.cast) + 0.5) / SOUND_RATE
    frame = (middle * FRAME_RATE).clamp(max=float(last))
    low = frame.floor().long()
    high, share = (low + 1).clamp(max=last), (frame - low)[:, None]
    between = plan.tracks[:, :, low] * (1 - share) + plan.tracks[:, :, high] * share  # b s t 10
    camera = plan.camera[:, low] * (1 - share) + plan.camera[:, high] * share
    balance = (between[..., 0] - camera[:, None, :, 0]) * camera[:, None, :, 2].exp()
    struck = plan.tracks[..., 8]  # b s t
    moments = (torch.arange(last + 1).to(plan.cast) + plan.tracks[..., 9]) / FRAME_RATE  # b s t
    since = middle[:, None] - moments[:, :, None, :]  # b s n t
    width = 0.5 / SOUND_RATE
    now = (torch.exp(-((since / width) ** 2)) * struck[:, :, None]).amax(-1)
    later = (torch.exp(-since.clamp_min(0) / 0.25) * (since > -width) * struck[:, :, None]).amax(-1)
    soon = ((since > -3 * width) & (since <= -width)).to(struck) * struck[:, :, None]
    found = torch.stack([now, later, soon.amax(-1), balance, between[..., 5], between[..., 6], between[..., 7]], dim=-1)
    return found.transpose(1, 2)
