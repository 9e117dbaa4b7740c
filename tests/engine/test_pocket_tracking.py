"""How near a camera is follows from what a thing measures, since things have one of two sizes."""

import math

import pytest
import torch

from zoetrope.engine.families.pocket.plan import BADGE, METRE, RADII
from zoetrope.engine.families.pocket.tracking import Looks, Seen, nearness

GRID = (9, 16)
UNIT = METRE * 144  # pixels of a metre before a resting camera


def seen(radius: float) -> Seen:
    looks = Looks({}, torch.zeros(BADGE), radius, 0.9)
    return Seen([0, 1], torch.zeros(2, 2), looks, torch.zeros(2, 2), torch.full((2,), radius), 0.0)


@pytest.mark.parametrize(("radius", "zoom"), [(0.6, math.log(0.6 / RADII[1])), (0.1, math.log(0.1 / RADII[0]))])
def test_what_is_larger_or_smaller_than_all_things_is_near_or_far(radius: float, zoom: float) -> None:
    camera = torch.zeros(2, 4)
    assert nearness([seen(radius * UNIT)], camera, GRID) == pytest.approx(zoom, abs=1e-4)
    camera[:, 2] = zoom  # known already
    assert nearness([seen(radius * UNIT)], camera, GRID) == 0


def test_a_thing_of_its_own_size_says_nothing() -> None:
    for radius in RADII:
        assert nearness([seen(1.05 * radius * UNIT)], torch.zeros(2, 4), GRID) == 0
    assert nearness([], torch.zeros(2, 4), GRID) == 0
