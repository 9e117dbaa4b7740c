"""Emblems: what the sketch lays on a thing is what the world stamps on it."""

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.emblems import PLACES, inner_share
from zoetrope.engine.families.pocket.plan import AXES, BADGE, EMBLEMS
from zoetrope.training.world import surfaces
from zoetrope.training.world.brush import Board
from zoetrope.training.world.scene import Badge

UNIT = 120.0  # pixels to a radius


@pytest.mark.parametrize("kind", ["cube", "ring", "bird"])
@pytest.mark.parametrize("emblem", range(EMBLEMS))
def test_an_emblem_lies_where_the_world_stamps_it(kind: str, emblem: int) -> None:
    board = Board(-1.2, 1.2, 1.2, -1.2, UNIT)
    x, y, radius = PLACES[kind]
    surfaces.stamp(board, Badge(emblem, (255, 0, 0), (0, 0, 255)), x, y, radius)
    across, up = (
        torch.from_numpy(np.broadcast_to(each, board.pixels.shape[:2]).copy()).float() for each in board.grid()
    )
    badge = torch.zeros(1, BADGE)
    badge[0, [0, 1 + emblem]] = 1
    kinds = torch.zeros(1, len(AXES["object"]))
    kinds[0, AXES["object"].index(kind)] = 1
    share = inner_share((across.reshape(1, -1), up.reshape(1, -1)), kinds, badge, torch.full((1, 1), UNIT))
    inside = torch.hypot(across - x, up - y) < 0.97 * radius
    red = torch.from_numpy(board.pixels[:, :, 0].copy()).float() / 255
    assert ((share.view_as(red) - red).abs() > 0.6)[inside].float().mean() < 0.05  # the stamp's lines are a pixel wide
