"""More lessons on motion from the same features: mirrored clips, forgotten looks, small noise. Knows no pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.networks import CELLS, LOOKS, PLACE

MIRRORED = {"pan left": "pan right", "pan right": "pan left", "orbit left": "orbit right", "orbit right": "orbit left"}
TWIN = torch.tensor([AXES["camera"].index(MIRRORED.get(name, name)) for name in AXES["camera"]])
GRID = CELLS[0] * CELLS[1]
WIDE = 256 / 144  # width of a lesson in heights
FORGET = 0.3  # share of lessons without looks, so that paths and flow are learned for themselves


def augment(features: Tensor, camera: Tensor) -> tuple[Tensor, Tensor]:
    """Mirror half of a batch, forget looks in a part of it, and add noise.

    Shapes: features (b, t, FEATURES), camera (b,) labels; the same out. A mirrored clip forgets its looks: they are
    of things that face the other way.
    """
    flip = torch.rand(len(features)) < 0.5
    blind = flip | (torch.rand(len(features)) < FORGET)
    out = torch.where(flip[:, None, None], mirror(features), features)
    out = torch.where(blind[:, None, None], without_looks(out), out)
    return out + 0.05 * torch.randn_like(out) * out.abs(), torch.where(flip, TWIN[camera], camera)


def mirror(features: Tensor) -> Tensor:
    """What the same clip would give if left were right, looks aside. Shapes: (b, t, FEATURES) in and out."""
    sizes = [GRID, 2 * GRID, 2 * GRID, 1, PLACE, LOOKS, PLACE, LOOKS]
    texture, near, far, jump, one, first, other, second = features.split(sizes, -1)
    texture = texture.unflatten(-1, CELLS).flip(-1).flatten(-2)
    near, far = (_mirror_flow(flow) for flow in (near, far))
    one, other = (_mirror_place(place) for place in (one, other))
    return torch.cat((texture, near, far, jump, one, first, other, second), -1)


def without_looks(features: Tensor) -> Tensor:
    """The same features as if no look of any thing were known. Shapes: (b, t, FEATURES) in and out."""
    keep = torch.ones(features.shape[-1])
    keep[-LOOKS:] = 0
    keep[-2 * LOOKS - PLACE : -LOOKS - PLACE] = 0
    return features * keep


def _mirror_flow(flow: Tensor) -> Tensor:
    grid = flow.unflatten(-1, (*CELLS, 2)).flip(-2)
    return (grid * torch.tensor([-1.0, 1.0])).flatten(-3)


def _mirror_place(place: Tensor) -> Tensor:
    seen, x, rest = place.split((1, 1, PLACE - 2), -1)
    return torch.cat((seen, seen * (WIDE - 1) - x, rest), -1)
