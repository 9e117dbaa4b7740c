"""Bodies of things as the stage draws them, without badges: what the judge of badges lays on pictures.

Every surface and material is drawn; the search is the package's (`pocket.standing`). Knows no badges' emblems.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.standing import Bodies, Standing
from zoetrope.training.world.scene import Badge
from zoetrope.training.world.sprites import HALF_HEIGHT, HALF_WIDTH, POSES, UNIT, Look, texture
from zoetrope.training.world.vocabulary import MATERIALS, SURFACES

FOLDED = ("star",)  # kinds whose bodies look the same after a part of a turn, wherever their badge is
BEATING = ("bird", "fish", "robot", "car")  # kinds whose poses move what lies around the badge
BLUR = 0.5  # pixels by which a drawn edge is soft
RIM, SOFT = 1.14, 3.6  # a badge's rim in its radii, and pixels of a texture by which soft edges widen it


def blur_at(radius: float) -> float:
    """Pixels of a texture that are as wide as soft edges at a radius in pixels, in halves."""
    return round(2 * BLUR * UNIT / radius) / 2


def on_board(pixels: np.ndarray, points: Tensor, blur: float) -> Tensor:
    """A texture (h, w, 4) at points (p, 2) of the thing, as soft as a picture shows it: (p, 4)."""
    soft = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), blur)
    across = (points[:, 0].numpy() + HALF_WIDTH) * UNIT - 0.5
    down = (HALF_HEIGHT - points[:, 1].numpy()) * UNIT - 0.5
    return torch.from_numpy(cv2.remap(soft, across[None], down[None], cv2.INTER_LINEAR)[0])


def bodies(look: tuple[str, str]) -> Callable[[float], Bodies]:
    """All bodies of a kind in a colour, by their radius in pixels."""
    return lambda radius: _bodies(look, blur_at(radius))


@cache
def _bodies(look: tuple[str, str], blur: float) -> Bodies:
    def draw(points: Tensor, _: float) -> Tensor:
        return torch.stack([on_board(each, points, blur) for each in _drawn(look)])

    return Bodies.drawn(look[0], badge_of(look[0]), draw, UNIT)


def _drawn(look: tuple[str, str]) -> list[np.ndarray]:
    """Every bare texture of a kind in a colour."""
    kind, colour = look
    poses = range(POSES[kind] if kind in BEATING else 1)
    looks = [Look(kind, colour, surface, material, None) for surface in SURFACES for material in MATERIALS]
    return [texture(each, pose) for each in looks for pose in poses]


def body_under(points: Tensor, look: tuple[str, str], seen: Standing) -> Tensor:
    """What a thing that stands so would show at points (p, 2) without its badge, (p, 3)."""
    drawn = on_board(_drawn(look)[seen.body], points, blur_at(float(seen.pose.radius)))
    return drawn[:, :3] + (1 - drawn[:, 3:] / 255) * seen.behind


@cache
def badge_of(kind: str) -> tuple[float, float, float]:
    """Middle and radius of a kind's badge in the thing's radii, as it is drawn: a badge changes just those pixels."""
    bare, worn = (
        texture(Look(kind, "blue", "plain", "wood", badge)) for badge in (None, Badge(0, (255, 0, 0), (0, 255, 0)))
    )
    changed = np.abs(bare.astype(int) - worn).sum(2) > 0
    rows, columns = np.nonzero(changed)
    x, y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    radius = (columns.max() - columns.min() + 1 - SOFT) / 2 / RIM
    high, wide = changed.shape
    return float(x - wide / 2) / UNIT, float(high / 2 - y) / UNIT, float(radius) / UNIT
