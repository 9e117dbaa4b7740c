"""The emblems of badges as shapes: where on a thing a badge is inner colour and where outer.

The plan names an emblem exactly, so it is drawn and not learned: a field that saw few of them made discs of all. Knows
no pictures and no networks.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.plan import AXES, EMBLEMS

# Middle and radius of the badge on each kind of thing, in the thing's radii, x to where it looks.
PLACES = {
    "ball": (0.0, 0.0, 0.44),
    "cube": (-0.19, -0.19, 0.46),
    "star": (0.0, -0.06, 0.38),
    "ring": (0.0, 0.715, 0.20),
    "car": (0.0, -0.15, 0.30),
    "boat": (0.0, -0.70, 0.24),
    "bird": (0.22, -0.30, 0.26),
    "fish": (-0.20, 0.08, 0.30),
    "lantern": (0.0, 0.0, 0.34),
    "robot": (0.0, -0.48, 0.22),
}
DOTS = tuple(
    (0.42 * math.cos(turn), 0.42 * math.sin(turn)) for turn in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6)
)


def inner_share(places: tuple[Tensor, Tensor], kinds: Tensor, badge: Tensor, size: Tensor) -> Tensor:
    """How much of a badge's colour at places on things is its inner one: (b, n, 1), 0 to 1.

    Shapes: places x and y (b, n) in radii, as the thing itself is turned; kinds (b, kinds) one-hot; badge (b, BADGE).
    Units: size (b, n or 1), the thing's radius in pixels: edges are as soft as a pixel is wide.
    """
    x, y, radius = (kinds @ torch.tensor([PLACES[kind] for kind in AXES["object"]]).to(kinds)).T[..., None]
    radius = radius.clamp_min(0.1)  # of a slot that is empty
    depth = depths((places[0] - x) / radius, (places[1] - y) / radius)
    depth = (depth * badge[:, None, 1 : 1 + EMBLEMS]).sum(-1)
    return (depth * radius * size + 0.5).clamp(0, 1)[..., None]


def depths(x: Tensor, y: Tensor) -> Tensor:
    """How deep places (b, n) lie inside the inner shape of every emblem, in radii of the badge: (b, n, EMBLEMS)."""
    across, up = x.abs(), y.abs()
    middle = (x * x + y * y).sqrt()
    dots = torch.stack([((x - a) ** 2 + (y - b) ** 2).sqrt() for a, b in DOTS]).amin(0)
    bar, beam = _box(across, up, 0.24, 0.8), _box(across, up, 0.8, 0.24)
    slope = (1.28 * (0.74 - across) - 0.74 * (y + 0.46)) / math.hypot(1.28, 0.74)
    return torch.stack(
        [
            0.55 - middle,
            y,
            torch.maximum(torch.minimum(x, y), torch.minimum(-x, -y)),
            torch.minimum(0.72 - middle, middle - 0.38),
            torch.maximum(bar, beam),
            torch.minimum(y + 0.46, slope),
            _box((across - 0.48).abs(), up, 0.20, 0.6),
            0.28 - dots,
        ],
        dim=-1,
    )


def _box(across: Tensor, up: Tensor, wide: float, high: float) -> Tensor:
    return torch.minimum(wide - across, high - up)
