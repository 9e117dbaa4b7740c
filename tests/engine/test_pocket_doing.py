"""Who of two things does what, by the words."""

import pytest

from zoetrope.engine.families.pocket.doing import second_act
from zoetrope.engine.families.pocket.naming import things_named


def said(text: str) -> dict[str, str]:
    first, second = things_named(text)
    return {"object": first.kind, "second_object": second.kind}


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("a red ball bounces and a blue bird flies over the meadow", "flies"),
        ("a robot talks while a yellow star spins", "spins"),
        ("a green car slides past and a white bird flies above it", "flies"),
        ("two ball bounces on the beach", "bounces"),
        ("a red ball and a blue cube rolls across the room", "rolls"),
        ("the ball and the cube both are rolling", "rolls"),
        ("a boat floats on the sea, a fish jumps out of the water", "jumps"),
        ("a ball bounces next to a spinning ring", "spins"),
        ("a ball rolls past a cube that spins", "spins"),
        ("a red ball bounces and a blue ball rolls", "rolls"),
        ("a robot talks and a blue robot jumps", "jumps"),
        ("a robot talks and another robot jumps", "jumps"),
        ("一个红球在弹跳，一只蓝色的鸟飞过", "flies"),
        ("机器人在说话，而小车滑行", "slides"),
        ("红色的球和蓝色的球在草地上滚动", "rolls"),
        ("小球从旋转的圆环旁边滚过", "spins"),
        # nothing is said of the second
        ("a red ball rolls into a blue cube and jumps", None),
        ("a red ball rolls past a blue cube", None),
        ("a ball near a cube bounces", None),
        ("a robot talks to another robot", None),
        ("the bird flies over the boat", None),
        ("a ball rolls beside a cube, snow is falling", None),
        ("a ball bounces and a cube stands there, the camera spins around", None),
        ("红球滚过蓝色的方块", None),
        # two that meet do so as one
        ("a red ball rolls and a blue cube slides and they collide", None),
        ("红球和蓝球相撞", None),
    ],
)
def test_what_the_second_does(text, act):
    doing = second_act(text, said(text))
    assert (doing and doing.act) == act


def test_who_is_second_is_as_it_was_read():
    text = "a bird flies and a ball bounces"
    assert second_act(text, {"object": "ball", "second_object": "bird"}) == ("flies", "a bird flies ", None)
    assert second_act(text, {"object": "ball"}) is None
    assert second_act(text, {"object": "ball", "second_object": "car"}) is None


@pytest.mark.parametrize(
    ("text", "pace"),
    [
        ("a ball rolls slowly and a car slides fast", "fast"),
        ("a ball rolls slowly and a car slides", None),
        ("slowly, a ball rolls and a car slides", "slowly"),
        ("球慢慢地滚，车飞快地滑行", "fast"),
    ],
)
def test_how_fast_the_second_does_it(text, pace):
    doing = second_act(text, said(text))
    assert doing is not None
    assert doing.pace == pace
