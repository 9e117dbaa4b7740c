"""What given pictures show beyond their sketch, lent to the pictures around them.

A thing in a given picture is sharper than sketched and may be of another shade; from one picture to the next it was the
sketch again, which looked like a cut. What a picture has beyond its sketch goes along with the things on which it lies,
else with the stage, and fades evenly. Knows no network and no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.backdrop import way_back
from zoetrope.engine.families.pocket.plan import PATCH, SLOTS, Plan, project
from zoetrope.engine.families.pocket.sketch import Sketcher, enlarged
from zoetrope.engine.families.pocket.views import (
    FLAT,
    LEAN,
    SHADE,
    View,
    foot_of,
    look_through,
    pixels,
    reach,
    shadow_places,
    shadow_size,
    thing_places,
)

FADES = 24  # pictures before the first and after the last given one in which what is lent is gone
COARSE = 2  # pixels of a side of the squares in which it is told where a thing is
RIM = 2  # of those squares that lie around a thing and are taken for its own: edges are sharper than sketched
EDGE = 0.2  # half widths of a shadow in which it passes into the ground
SOLID = 0.4  # of a place that a thing covers, from which on it is a thing's and no glow


def lend(sketcher: Sketcher, sketch: Tensor, given: Mapping[int, Tensor], plan: Plan, grid: tuple[int, int]) -> None:
    """Lend the pictures of a shot what some given ones have beyond their own sketch; these become as they are given.

    Shapes: sketch (3, t, h, w) in [-1, 1], changed in place; given by number, (3, h, w).
    """
    numbers = sorted(given)
    beyond = {number: given[number].to(sketch) - sketch[:, number] for number in numbers}
    for place, number in enumerate(numbers):
        shares = _shares(numbers, place, sketch.shape[1])
        near = (shares > 0).nonzero()[:, 0]
        told = _told(beyond[number], solid_in(sketcher, plan, number, grid), number, near, plan, grid)
        sketch[:, near] += (told * shares[near, None, None, None].to(told)).transpose(0, 1)
    sketch.clamp_(-1, 1)
    for number in numbers:
        sketch[:, number] = given[number].to(sketch)


def _shares(numbers: Sequence[int], place: int, count: int) -> Tensor:
    """How much of one of the given pictures' is lent to each of so many pictures, (count,): all to itself."""
    at, here = torch.arange(count), numbers[place]
    before = numbers[place - 1] if place else here - FADES
    after = numbers[place + 1] if place + 1 < len(numbers) else here + FADES
    return torch.minimum((at - before) / (here - before), (after - at) / (after - here)).clamp(0, 1)


def _told(beyond: Tensor, solid: Tensor, number: int, pictures: Tensor, plan: Plan, grid: tuple[int, int]) -> Tensor:
    """What one picture has beyond its sketch (3, h, w), as other pictures see it: (t, 3, h, w).

    Shapes: solid (SLOTS, h, w), how far its places belong to each thing.
    """
    high, wide = beyond.shape[1:]
    spots = pixels(high, wide, (1, 1), beyond.device)[None]
    here, there = look_through(plan, pictures), look_through(plan, torch.tensor([number]))
    bare, camera = beyond, plan.camera[0, [number]].expand(len(pictures), -1)
    told = beyond.new_zeros(len(pictures), *beyond.shape)
    for slot in range(SLOTS):
        if plan.traits[0, slot, 0]:
            source = _same_place(here, there, slot, spots, grid).view(len(pictures), high, wide, 2)
            told += _sampled(bare * solid[slot], source)
            bare = bare * (1 - solid[slot])
            x, y = shadow_places(there, slot, spots, grid)
            shadow = ((SHADE - torch.hypot(x, y)) / EDGE).clamp(0, 1).view(high, wide)
            told += _sampled(bare * shadow, _same_shadow(here, there, slot, spots, grid).view_as(source))
            bare = bare * (1 - shadow)
    return told + _sampled(bare, way_back(plan.camera[0, pictures], camera, plan.marks[0, 0], grid))


def _sampled(picture: Tensor, at: Tensor) -> Tensor:
    return F.grid_sample(picture.expand(len(at), -1, -1, -1), at.to(picture), align_corners=False)


@torch.no_grad()
def solid_in(sketcher: Sketcher, plan: Plan, number: int, grid: tuple[int, int]) -> Tensor:
    """How far the places of one picture of a plan belong to each thing, (SLOTS, h, w)."""
    high, wide = grid[0] * PATCH // COARSE, grid[1] * PATCH // COARSE
    spots, view = (
        pixels(high, wide, (COARSE, COARSE), plan.cast.device)[None],
        look_through(plan, torch.tensor([number])),
    )
    solid = spots.new_zeros(SLOTS, high * wide)
    for slot in range(SLOTS):
        if plan.traits[0, slot, 0]:
            x, y = thing_places(view, slot, spots, grid)
            near = (x * x + y * y)[0] < reach(plan, slot).square()
            if near.any():
                solid[slot, near] = sketcher.thing_at(view, slot, spots[:, near], grid)[0, :, 3]
    thing = F.max_pool2d((solid.view(SLOTS, 1, high, wide) > SOLID).float(), 2 * RIM + 1, 1, RIM)
    return enlarged(F.avg_pool2d(thing, 3, 1, 1), (COARSE, COARSE))[:, 0]


def _same_place(here: View, there: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> Tensor:
    """Where the places of a thing that some pictures show at spots (1, n, 2) lie in another one, (t, n, 2) in [-1, 1].

    The inverse of `views.thing_places`, after the thing has turned.
    """
    x, y = thing_places(here, slot, spots, grid)
    way = here.track(slot)[..., 3] * there.track(slot)[..., 3]
    x, y = _turned(x, y, -here.angle(slot))
    x, y = _turned(x * way, y, there.angle(slot))
    track, size, turn = there.track(slot), there.size(slot, grid), there.camera[..., 3]
    stretch = track[..., 4].exp()
    up = y * stretch
    across = x * turn.cos() / stretch + LEAN * turn.sin() * up
    middle = project(track[..., :2], there.camera, grid)
    found = torch.stack([middle[..., 0] + across * size, middle[..., 1] - up * size], dim=-1)
    return found / found.new_tensor([grid[1], grid[0]]) / 8 - 1


def _same_shadow(here: View, there: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> Tensor:
    """The same for places of a thing's shadow."""
    across, up = shadow_places(here, slot, spots, grid)
    foot, size = foot_of(there, slot, grid), shadow_size(there, slot, grid)
    found = torch.stack([foot[..., 0] + across * size, foot[..., 1] + up * FLAT * size], dim=-1)
    return found / found.new_tensor([grid[1], grid[0]]) / 8 - 1


def _turned(x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Places turned anticlockwise."""
    cos, sin = angle.cos(), angle.sin()
    return x * cos - y * sin, x * sin + y * cos
