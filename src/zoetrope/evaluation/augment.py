"""More lessons on motion from the same features: mirrored clips, things in another order, noise. Knows no pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.networks import CELLS, PLACE

MIRRORED = {"pan left": "pan right", "pan right": "pan left", "orbit left": "orbit right", "orbit right": "orbit left"}
TWIN = torch.tensor([AXES["camera"].index(MIRRORED.get(name, name)) for name in AXES["camera"]])
GRID = CELLS[0] * CELLS[1]
WIDE = 256 / 144  # width of a lesson in heights


def augment(features: Tensor, camera: Tensor) -> tuple[Tensor, Tensor]:
    """Mirror half of a batch, change the order of the two things in half of it, and add noise.

    Shapes: features (b, t, FEATURES), camera (b,) labels; the same out.
    """
    flip, swap = torch.rand(2, len(features), 1, 1) < 0.5
    out = torch.where(flip, mirror(features), features)
    out = torch.where(swap, swapped(out), out)
    return out + 0.05 * torch.randn_like(out) * out.abs(), torch.where(flip[:, 0, 0], TWIN[camera], camera)


def mirror(features: Tensor) -> Tensor:
    """What the same clip would give if left were right. Shapes: (b, t, FEATURES) in and out."""
    texture, near, far, jump, one, other = features.split([GRID, 2 * GRID, 2 * GRID, 1, PLACE, PLACE], -1)
    texture = texture.unflatten(-1, CELLS).flip(-1).flatten(-2)
    near, far = (_mirror_flow(flow) for flow in (near, far))
    one, other = (_mirror_place(place) for place in (one, other))
    return torch.cat((texture, near, far, jump, one, other), -1)


def swapped(features: Tensor) -> Tensor:
    """The same clip with its things told in the other order. Shapes: (b, t, FEATURES) in and out."""
    picture, one, other = features.split([5 * GRID + 1, PLACE, PLACE], -1)
    return torch.cat((picture, other, one), -1)


def _mirror_flow(flow: Tensor) -> Tensor:
    grid = flow.unflatten(-1, (*CELLS, 2)).flip(-2)
    return (grid * torch.tensor([-1.0, 1.0])).flatten(-3)


def _mirror_place(place: Tensor) -> Tensor:
    seen, x, rest, turn = place.split((1, 1, PLACE - 3, 1), -1)
    return torch.cat((seen, seen * (WIDE - 1) - x, rest, -turn), -1)
