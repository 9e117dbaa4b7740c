"""Bodies of things as the sketcher paints them, without badges: what is laid on pictures to find how a thing stands.

Knows the sketcher and its plans; knows no pictures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.emblems import PLACES
from zoetrope.engine.families.pocket.plan import (
    AXES,
    MARKS,
    METRE,
    PATCH,
    RADII,
    SLOTS,
    STAGE,
    TRACK,
    TRAITS,
    Plan,
    no_badges,
    project,
)
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.families.pocket.standing import Bodies
from zoetrope.engine.families.pocket.views import View, look_at

GRID = (9, 16)  # tokens of a frame in which things are painted; their size there is told by the camera
ALOFT = 3.0  # metres above the ground, where no shadow reaches
LIKELY = 0.25  # of the likeliest surface and material together, from which others are painted too


class Phase(NamedTuple):
    """What moves in a body: the number of a picture, the speed in the air, how far the mouth is open."""

    picture: int = 0
    air: float = 0.0
    mouth: float = 0.0


PHASES = {
    "bird": (Phase(), Phase(0, air=1.0), Phase(1, air=1.0)),
    "fish": (Phase(0), Phase(2), Phase(6)),
    "robot": (Phase(mouth=0.0), Phase(mouth=0.7)),
}


@dataclass(frozen=True, eq=False)
class Painted:
    """One kind in one colour, in some surfaces, materials and phases. Shapes: cast (m, CAST)."""

    sketcher: Sketcher
    kind: str
    cast: Tensor
    phases: Sequence[Phase]

    def bodies(self, radius: float) -> Bodies:
        """Units: pixels."""
        return Bodies.drawn(self.kind, PLACES[self.kind], self, radius)

    def only(self, which: int) -> Painted:
        """One of its bodies."""
        return replace(self, cast=self.cast[which : which + 1], phases=self.phases[which : which + 1])

    @torch.inference_mode()
    def __call__(self, points: Tensor, radius: float) -> Tensor:
        """What is painted at places (p, 2): (m, p, 4), see `standing.Draw`."""
        view = self._view(radius)
        middle = project(view.track(0)[..., :2], view.camera, GRID)
        spots = middle + points * radius * torch.tensor([1.0, -1.0])
        return 255 * self.sketcher.thing_at(view, 0, spots, GRID)

    def _view(self, radius: float) -> View:
        """One thing each, upright and aloft, in the middle of a camera that sees it at a radius in pixels."""
        count = len(self.cast)
        tracks, camera = torch.zeros(count, SLOTS, 1, len(TRACK)), torch.zeros(count, 1, 4)
        tracks[..., TRACK.index("y")], tracks[..., TRACK.index("way")] = ALOFT, 1.0
        pictures, *moved = torch.tensor(self.phases).T
        tracks[:, 0, 0, TRACK.index("air_speed")], tracks[:, 0, 0, TRACK.index("mouth")] = moved
        camera[..., 1], camera[..., 2] = ALOFT, math.log(radius / (RADII[1] * METRE * GRID[0] * PATCH))
        view = look_at(Plan(tracks, camera, self.cast, no_badges(count)), torch.zeros(count, 1, dtype=torch.long))
        return replace(view, picture=pictures.long()[:, None])


def painted(
    sketcher: Sketcher, look: tuple[str, str], chances: Mapping[str, Tensor], stage: Mapping[str, str]
) -> Painted:
    """What a kind in a colour may look like: in the likely ones of surfaces and materials, on a stage as seen.

    Shapes: chances by axis (values,).
    """
    kind, colour = look
    phases = PHASES.get(kind, (Phase(),))
    every = [(surface, material, phase) for surface, material in _likely(chances) for phase in phases]
    signs = [float(value == stage[axis]) for axis, values in STAGE.items() for value in values]
    cast = [
        [*_traits(kind, colour, surface, material), *[0.0] * TRAITS * (SLOTS - 1), *signs, *[0.0] * MARKS]
        for surface, material, _ in every
    ]
    return Painted(sketcher, kind, torch.tensor(cast), [phase for *_, phase in every])


def _traits(kind: str, colour: str, surface: str, material: str) -> Iterable[float]:
    said = {"object": kind, "colour": colour, "size": "large", "surface": surface, "material": material}
    return [1.0, *(float(value == said[axis]) for axis, values in AXES.items() for value in values)]


def _likely(chances: Mapping[str, Tensor]) -> list[tuple[str, str]]:
    """Surfaces with materials, of which one is most likely the thing's."""
    both = chances["surface"][:, None] * chances["material"]
    some = (both > LIKELY * both.max()).nonzero().tolist()
    return [(AXES["surface"][surface], AXES["material"][material]) for surface, material in some]
