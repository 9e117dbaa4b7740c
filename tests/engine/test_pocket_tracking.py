"""How near a camera is follows from what a thing measures; who is who follows from kinds and colours."""

import math

import pytest
import torch
import torch.nn.functional as F

from zoetrope.engine.families.pocket.plan import AXES, BADGE, METRE, RADII
from zoetrope.engine.families.pocket.tracking import Looks, Seen, cast_of, nearness

GRID = (9, 16)
UNIT = METRE * 144  # pixels of a metre before a resting camera


def seen(radius: float) -> Seen:
    looks = Looks({}, torch.zeros(BADGE), radius, 0.9)
    return Seen([0, 1], torch.zeros(2, 2), looks, torch.zeros(2, 2), torch.full((2,), radius), torch.ones(2), 0.0)


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


def of_kind(kind: str, colour: str, score: float = 0.9, pictures: int = 1) -> Seen:
    chances = {
        axis: F.one_hot(torch.tensor(AXES[axis].index(value)), len(AXES[axis])).float()
        for axis, value in {"object": kind, "colour": colour}.items()
    }
    looks, spots = Looks(chances, torch.zeros(BADGE), 20.0, score), torch.zeros(pictures, 2)
    return Seen(list(range(pictures)), spots, looks, spots, spots[:, 0], spots[:, 0], 0.0)


def test_what_a_prompt_does_not_name_is_there_beside_what_it_names() -> None:
    ball, car = of_kind("ball", "red"), of_kind("car", "blue")
    assert cast_of([ball], {"object": "bird"}) == [None, ball]
    assert cast_of([ball, car], {"object": "car"}) == [car, ball]
    tree = of_kind("ball", "red", score=0.65)
    assert cast_of([tree, car], {"object": "car"}) == [car, None]  # seen once, it may be a tree
    assert cast_of([of_kind("ball", "red", score=0.65, pictures=2), car], {"object": "car"})[1] is not None
    assert cast_of([ball], {"object": "bird", "second_object": "ball"}) == [None, ball]
    assert cast_of([ball], {"object": "bird", "second_object": "fish"}) == [None, None]
    assert cast_of([ball], {"colour": "red"}) == cast_of([ball], {}) == [ball, None]


def test_two_that_are_seen_leave_no_room_for_another() -> None:
    ball, bird = of_kind("ball", "red"), of_kind("bird", "blue")
    assert None not in cast_of([ball, bird], {"object": "car", "second_object": "boat"})
    assert cast_of([ball, bird], {"object": "bird", "second_object": "car"}) == [bird, ball]
    assert cast_of([ball, bird], {"object": "car"})[0] is not None


def test_what_is_doubtful_and_not_named_is_nobody() -> None:
    wall = of_kind("cube", "red", score=0.52)
    assert cast_of([wall], {"object": "bird"}) == [None, None]
    assert cast_of([wall], {"object": "cube"}) == [wall, None]
