"""Where places of pictures lie on the stage and on things, as the camera of a plan sees them. Knows no colours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.plan import AXES, METRE, PATCH, SLOTS, STAGE, TRACK, TRAITS, Plan, project

REACH = {"car": 1.8, "boat": 1.65, "bird": 1.65, "fish": 1.65, "lantern": 2.5}  # radii; a lantern's glow is seen so far
NEAR = 1.3  # the same of all other things
ROPE = 4.0  # pixels off its middle that a rope covers at most
SHADE = 1.2  # shadows' half widths within which they are painted
FLAT = 0.24  # height of a shadow by its width
LEAN = 0.30  # horizontal skew of a thing per sine of the camera's turn
CELLS = (4, 2)  # pixels of a side of the cells of pixel art: the stage's and the things'
NEON, BLOCKY = (
    SLOTS * TRAITS + sum(map(len, list(STAGE.values())[:3])) + STAGE["style"].index(style)
    for style in ("neon", "pixel art")
)


@dataclass(frozen=True, eq=False)
class View:
    """Pictures of some shots, one for every place (b, n, ...) or one for all places of a row (b, 1, ...).

    The pictures of one shot have one cast and one stage.
    """

    plan: Plan
    picture: Tensor
    rows: Tensor
    one_shot: bool = False

    def under(self, *told: Tensor) -> Tensor:
        """What is told of shots, (b, k) each, side by side: a row for each of the view's, or one for all."""
        condition = torch.cat(told, dim=-1)
        return condition[:1] if self.one_shot else condition

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

    def rows_of(self, which: Tensor) -> View:
        """Some of the view's rows, by a mask (b,)."""
        return View(self.plan.shots(which), self.picture[which], self.rows[which], self.one_shot)


def look_at(plan: Plan, picture: Tensor) -> View:
    """Every place in a picture of its own: numbers (b, n)."""
    rows = _rows(plan)
    return View(plan, picture, torch.gather(rows, 1, picture[..., None].expand(-1, -1, rows.shape[-1])))


def look_through(plan: Plan, pictures: Tensor) -> View:
    """Pictures (t,) of one shot, each a row of its own."""
    count = len(pictures)
    whole = Plan(*(each.expand(count, *each.shape[1:]) for each in (plan.tracks, plan.camera, plan.cast, plan.badges)))
    return View(whole, pictures[:, None], _rows(plan)[0, pictures][:, None], one_shot=True)


def _rows(plan: Plan) -> Tensor:
    """What is known of every picture, (b, t, ...)."""
    steps = F.pad(plan.tracks[:, :, 1:, 0] - plan.tracks[:, :, :-1, 0], (1, 0)) * plan.tracks[..., 3]
    rolled = steps.cumsum(2) / plan.radii()[..., None].clamp_min(1e-3)
    tracks = plan.tracks.transpose(1, 2).flatten(2)
    angle = plan.tracks[..., 2].cumsum(2)
    return torch.cat([plan.camera, tracks, angle.transpose(1, 2), rolled.transpose(1, 2)], dim=-1)


def near_thing(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> Tensor:
    """Whether places (b, n) lie on a thing, in its glow or in its shadow."""
    x, y = thing_places(view, slot, spots, grid)
    shadow, _ = shade(view, slot, spots, grid)
    return (x * x + y * y < reach(view.plan, slot)[:, None].square()) | (shadow < SHADE)


def on_rope(view: View, spots: Tensor, grid: tuple[int, int]) -> Tensor:
    """Whether places (b, n) lie on the rope on which the first thing hangs."""
    return (rope(view, spots, grid)[0] < ROPE) & (view.plan.marks[:, 4:5] > 0)


def reach(plan: Plan, slot: int) -> Tensor:
    """How far things (b,) reach, in radii."""
    by_kind = torch.tensor([REACH.get(kind, NEAR) for kind in AXES["object"]], device=plan.cast.device)
    return plan.traits[:, slot, 1 : 1 + len(by_kind)] @ by_kind


def thing_places(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Spots (b, n, 2) as places on a thing that stands upright, in radii: x and y, (b, n) each."""
    spots = blocky(spots, view.plan, CELLS[1])
    track, size = view.track(slot), view.size(slot, grid)
    middle = project(track[..., :2], view.camera, grid)
    across, up = (spots[..., 0] - middle[..., 0]) / size, (middle[..., 1] - spots[..., 1]) / size
    stretch, turn = track[..., 4].exp(), view.camera[..., 3]
    return (across - LEAN * turn.sin() * up) * (stretch / turn.cos()), up / stretch


def lift(view: View, slot: int) -> Tensor:
    """How high a thing is above the ground, in metres."""
    return (view.track(slot)[..., 1] - view.plan.radii()[:, slot, None] - view.plan.marks[:, :1]).clamp_min(0)


def shade(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """How far off the middle of a thing's shadow a spot lies, in half widths of it, and how high the thing is."""
    across, up = shadow_places(view, slot, spots, grid)
    return (across * across + up * up).sqrt(), lift(view, slot)


def shadow_places(view: View, slot: int, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Spots (b, n, 2) as places on a thing's shadow, in half widths and half heights of it: (b, n) each."""
    foot, size = foot_of(view, slot, grid), shadow_size(view, slot, grid)
    return (spots[..., 0] - foot[..., 0]) / size, (spots[..., 1] - foot[..., 1]) / (FLAT * size)


def shadow_size(view: View, slot: int, grid: tuple[int, int]) -> Tensor:
    """Half the width of a thing's shadow in pixels."""
    return view.size(slot, grid) * (1 + 0.35 * lift(view, slot))


def foot_of(view: View, slot: int, grid: tuple[int, int]) -> Tensor:
    """Where on the ground a thing's shadow lies, (b, n, 2) in pixels."""
    across = view.track(slot)[..., 0]
    return project(torch.stack([across, view.plan.marks[:, :1].expand_as(across)], dim=-1), view.camera, grid)


def rope(view: View, spots: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Distance in pixels to the rope on which the first thing hangs, and where along it (0 to 1)."""
    top = project(view.plan.marks[:, None, 5:7], view.camera, grid)
    along = project(view.track(0)[..., :2], view.camera, grid) - top
    x, y = spots[..., 0] - top[..., 0], spots[..., 1] - top[..., 1]
    dx, dy = along[..., 0], along[..., 1]
    share = ((x * dx + y * dy) / (dx * dx + dy * dy).clamp_min(1.0)).clamp(0, 1)
    return ((x - share * dx).square() + (y - share * dy).square()).sqrt(), share


def blocky(spots: Tensor, plan: Plan, cell: int) -> Tensor:
    """The middles of the cells in which spots lie, where the style has cells."""
    cells = plan.cast[:, BLOCKY, None, None] > 0
    if not cells.any():
        return spots
    return torch.where(cells, (spots / cell).floor() * cell + cell / 2, spots)


def pixels(high: int, wide: int, step: tuple[int, int], device: torch.device) -> Tensor:
    """Middles of blocks of pixels (h * w, 2), x first."""
    y, x = torch.meshgrid((torch.arange(high) + 0.5) * step[0], (torch.arange(wide) + 0.5) * step[1], indexing="ij")
    return torch.stack([x, y], dim=-1).flatten(0, 1).to(device)
