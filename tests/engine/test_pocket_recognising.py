"""Who references show: kinds, colours and badges of the world's pictures, by the shipped weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.plan import AXES
from zoetrope.engine.families.pocket.recognising import recognised
from zoetrope.engine.families.pocket.relooking import Glimpses, likely_looks
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

SHOWN = {"style": "plain", "weather": "clear", "light": "day", "camera": "static", "cut": False, "badge": True}
CAST = {"size": "large", "second_object": None, "action": "spins", "then": None}


@pytest.fixture(scope="module")
def pocket():
    return loaded(POCKET, choose_numerics())


def scene(seed: int, **fixed: str) -> Scene:
    return write_scene(np.random.default_rng(seed), frames=2, fixed=SHOWN | CAST | fixed)


@pytest.mark.parametrize(
    ("kind", "colour"), [("star", "black"), ("cube", "black"), ("star", "white"), ("robot", "pink"), ("ring", "yellow")]
)
def test_things_are_known_with_their_badges(pocket, kind: str, colour: str) -> None:
    shown = scene(5, object=kind, colour=colour)
    badge = shown.things[0].badge
    assert badge is not None
    looks = recognised(pocket.spotter, pocket.sketcher, [draw(shown)[0]])
    assert looks is not None
    assert (looks.value("object"), looks.value("colour")) == (kind, colour)
    assert looks.badge[0] == 1
    assert int(looks.badge[1:-6].argmax()) == badge.pattern


def test_a_larger_picture_shows_the_same(pocket) -> None:
    import cv2

    small = draw(scene(7, object="car", colour="red"))[0]
    large = cv2.resize(small, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    one, other = (recognised(pocket.spotter, pocket.sketcher, [each]) for each in (small, large))
    assert one is not None
    assert other is not None
    assert torch.equal(one.badge[:-6], other.badge[:-6])
    torch.testing.assert_close(one.badge[-6:], other.badge[-6:], atol=0.1, rtol=0)


def test_pictures_of_one_thing_have_a_say_together(pocket) -> None:
    shown = scene(9, object="boat", colour="green")
    several = [draw(replace(shown, setting=each))[0] for each in ("beach", "city")]
    looks = recognised(pocket.spotter, pocket.sketcher, [*several, np.full((90, 160, 3), 128, np.uint8)])
    assert looks is not None
    assert looks.value("object") == "boat"
    badge = shown.things[0].badge
    assert badge is not None
    assert int(looks.badge[1:-6].argmax()) == badge.pattern


@pytest.mark.parametrize("shape", [(7, 5), (64, 900), (500, 30)])
def test_where_no_thing_is_none_is_known(pocket, shape: tuple[int, int]) -> None:
    ramp = np.linspace(0, 255, shape[0] * shape[1]).reshape(shape)[..., None].repeat(3, axis=2).astype(np.uint8)
    assert recognised(pocket.spotter, pocket.sketcher, [ramp]) is None


def glimpses(kind: str, colour: str, weight: float) -> Glimpses:
    def sure(axis: str, value: str) -> torch.Tensor:
        return torch.tensor([[float(each == value) for each in AXES[axis]]])

    one = torch.ones(1)
    chances = {"object": sure("object", kind), "colour": sure("colour", colour)}
    return Glimpses(chances, torch.zeros(1, 2), one, torch.zeros(1, 2), one * 0, one * weight)


def test_the_likeliest_look_comes_first_and_unlikely_ones_are_left_out() -> None:
    seen = [glimpses("star", "black", 0.9), glimpses("cube", "black", 0.8), glimpses("fish", "red", 0.1)]
    told = likely_looks(seen)
    assert [each[:2] for each in told] == [("star", "black"), ("cube", "black")]
    assert told[0][2] == 1.0
    assert 0.85 < told[1][2] < 0.93
