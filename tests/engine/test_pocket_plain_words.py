"""Colours beside the names of things are what they say, in both languages."""

import pytest

from zoetrope.engine.families.pocket.axes import ASKED
from zoetrope.engine.families.pocket.naming import (
    COLOURS,
    THINGS,
    coloured_things,
    say_too_many,
    things_named,
    things_seen,
)
from zoetrope.engine.families.pocket.plain_words import as_meant, named, with_plain_words
from zoetrope.engine.families.pocket.plan import AXES
from zoetrope.engine.families.pocket.signs import SIGNS


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a yellow robot talks in a room", [("robot", "yellow")]),
        ("A small Violet striped glass ball, then it jumps", [("ball", "purple")]),
        ("a red ball hits a blue cube", [("ball", "red"), ("cube", "blue")]),
        ("a ball on a green meadow", []),
        ("white clouds and a lantern", []),
        ("一只红色的球撞上蓝方块", [("ball", "red"), ("cube", "blue")]),
        ("黄色的小机器人，白云", [("robot", "yellow")]),
    ],
)
def test_a_thing_has_the_colour_that_stands_before_it(prompt, things):
    assert coloured_things(prompt) == things


def read(prompt, **answers):
    return with_plain_words(answers, prompt)


def test_what_was_read_stays_and_what_was_missed_is_put_in():
    assert read("a red star", object="star") == {"object": "star", "colour": "red"}
    assert read("a red star", object="star", colour="pink") == {"object": "star", "colour": "red"}
    assert read("red, a star, blue", object="star", colour="blue") == {"object": "star", "colour": "blue"}
    assert read("a red star") == {"object": "star", "colour": "red"}
    two = {"object": "ball", "second_object": "ball"}
    assert read("a red ball hits a blue ball", **two) == two | {
        **{"colour": "red", "second_colour": "blue", "action": "collides"}
    }
    assert read("a star", object="star") == {"object": "star"}


def test_how_fast_the_second_thing_goes_is_not_how_the_first_does():
    both = {"object": "ball", "second_object": "car", "action": "rolls"}
    assert read("a ball rolls and a car slides fast", **both, pace="fast") == both
    assert read("a ball rolls slowly and a car slides fast", **both, pace="fast")["pace"] == "slowly"
    assert read("a ball rolls slowly and a car slides", **both, pace="slowly")["pace"] == "slowly"
    assert read("slowly, a ball rolls and a car slides", **both, pace="slowly")["pace"] == "slowly"


def test_a_colour_that_only_the_second_thing_has_is_not_the_firsts():
    both = {"object": "robot", "second_object": "star"}
    assert read("a robot and a yellow star", **both, colour="yellow") == both | {"second_colour": "yellow"}
    assert read("机器人和黄色的星星", **both, colour="yellow") == both | {"second_colour": "yellow"}
    assert read("a yellow robot and a yellow star", **both)["colour"] == "yellow"
    assert read("a robot and a yellow star, all yellow", **both, colour="yellow")["colour"] == "yellow"
    alike = {"object": "robot", "second_object": "robot", "second_colour": "blue"}
    assert read("a robot and a blue robot", **alike, colour="blue") == alike


def test_the_one_place_that_is_named_is_the_setting():
    assert read("a lantern among desert dunes", object="lantern", setting="beach")["setting"] == "desert"
    assert read("沙漠里的灯笼", setting="beach")["setting"] == "desert"
    assert read("from the room to the beach", setting="room")["setting"] == "room"
    assert read("by the sea", setting="sea")["setting"] == "sea"


@pytest.mark.parametrize(
    ("prompt", "axis", "value"),
    [
        ("一只橘色的鸟在室内滚动，下雪了，水墨风格", "weather", {"snow"}),
        ("a bird rolls indoors while it snows, ink wash", "weather", {"snow"}),
        ("a red ball on a snowfield, on white snow", "weather", set()),
        ("a star falls onto the snow", "setting", {"snowfield"}),
        ("雨停了，天空放晴", "weather", {"clear"}),
        ("a boat in a shower of petals, 花瓣雨中", "weather", {"petals"}),
        ("a boat on the terrain, no rain", "weather", set()),
        ("没有雨的夜晚", "weather", set()),
        ("没有雨的夜晚", "light", {"night"}),
        ("it is raining at dusk", "light", {"sunset"}),
        ("太阳落山时，一只小船", "light", {"sunset"}),
        ("太阳落山时，一只小船", "action", set()),
        ("a ball on the beach and waves come in", "camera", set()),
        ("the camera comes in on a ball", "camera", {"push in"}),
        ("two star float over the city", "action", {"floats"}),
        ("neon rain", "style", {"neon"}),
        ("复古像素", "style", {"pixel art"}),
        ("painted in ink and pencil", "style", {"ink wash", "pencil sketch"}),
    ],
)
def test_weather_style_and_light_are_named(prompt: str, axis: str, value: set[str]) -> None:
    assert set(named(axis, as_meant(prompt))) == value


def test_what_is_named_is_taken_where_the_reader_knows_other_company():
    assert read("鸟，下雪了，水墨风格", object="bird") == {"object": "bird", "weather": "snow", "style": "ink wash"}
    assert read("painted in ink and pencil", style="neon") == {"style": "ink wash"}


def test_a_sentence_has_the_things_that_it_names() -> None:
    read_wrong = {"object": "car", "colour": "green", "second_object": "car", "second_colour": "green"}
    assert read("a bird flies over a green car", action="flies", **read_wrong) == {
        **{"object": "bird", "second_object": "car", "second_colour": "green", "action": "flies"}
    }
    swapped = {"object": "cube", "colour": "blue", "second_object": "ball", "second_colour": "red"}
    told = {"object": "ball", "colour": "red", "second_object": "cube", "second_colour": "blue"}
    assert read("a red ball rolls past a blue cube", action="rolls", **swapped) == told | {"action": "rolls"}
    assert read("ball, blue, rolling, a cube, red", **swapped) == swapped | {"action": "rolls"}  # a list has no order
    big = {"object": "ball", "second_object": "cube", "size": "large"}
    assert "size" not in read("a ball past a large cube", **big)
    assert read("a large ball past a cube", **big)["size"] == "large"
    assert read("two green fish in the sea", object="fish")["second_colour"] == "green"
    assert read("a robot and a ball on the stage", object="ball")["second_object"] == "ball"


def test_who_hits_another_collides_with_it() -> None:
    two = {"object": "cube", "colour": "red", "second_object": "star", "second_colour": "blue"}
    assert read("a red cube slides and hits a blue star", action="slides", **two)["action"] == "collides"
    assert read("a red cube hits the wall beside a blue star", action="rebounds", **two)["action"] == "rebounds"
    assert read("a red cube bounces, then hits a blue star", action="bounces", then="collides", **two) == {
        **{"action": "bounces", "then": "collides"},
        **two,
    }


def test_an_action_that_was_missed_is_put_in() -> None:
    assert read("a ball bounces", object="ball")["action"] == "bounces"
    assert "action" not in read("a ball while snow falls", object="ball")
    assert read("a ball bounces and spins", object="ball")["action"] == "bounces"
    assert read("the ball first spins, then bounces", object="ball") == {
        **{"object": "ball", "action": "spins", "then": "bounces"}
    }
    assert read("before it bounces, the ball spins", object="ball")["action"] == "spins"
    assert read("a ball hits the wall, bouncing off", object="ball")["action"] == "rebounds"


def test_what_no_word_says_is_not_meant() -> None:
    """The reader takes words that it hardly knows for what stood beside them in captions."""
    read_wrong = {"object": "cube", "light": "night", "weather": "snow", "camera": "pan left", "action": "falls"}
    assert read("a cube after another thing", **read_wrong) == {"object": "cube"}
    assert read("a ball on a wooden floor", object="ball", material="wood") == {"object": "ball"}
    assert read("a golden ring above green grass", object="ring", colour="green")["colour"] == "yellow"


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [
        ("a ball, no rain", "a ball,  "),
        ("a ball, not in the city", "a ball,  "),
        ("a ball white as snow", "a ball white"),
        ("it does not move", "it does not move"),
        ("不要下雨的夜晚", " 的夜晚"),
        ("像雪一样白的球", "白的球"),
        ("不停地弹跳", "不停地弹跳"),
    ],
)
def test_what_is_not_there_or_only_likened_is_not_meant(prompt: str, meant: str) -> None:
    assert as_meant(prompt) == meant


def test_the_pace_of_the_camera_is_not_the_things() -> None:
    assert named("pace", "a ball rolls slowly") == ["slowly"]
    assert named("pace", "a ball rolls, the camera slowly pushes in") == []
    assert named("pace", "球飞快地滚，镜头缓缓推近") == ["fast"]


def test_signs_are_those_of_what_is_asked() -> None:
    assert all(set(signs) <= set(ASKED[axis]) for axis, signs in SIGNS.items())
    assert all(sign.sure or sign.needs for signs in SIGNS.values() for sign in signs.values())


def test_names_are_those_of_the_stage():
    assert set(THINGS.values()) == set(AXES["object"])
    assert set(COLOURS.values()) == set(AXES["colour"])


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("a red ball, a blue cube and a green star on a meadow", ["red ball", "blue cube", "green star"]),
        ("a red ball rolls, then the ball jumps past a red ball", ["red ball"]),
        ("a red ball, a blue ball and a green ball", ["red ball", "blue ball", "green ball"]),
        ("a bird flies past a boat, no fish, like a star", ["bird", "boat"]),
        ("一只红色的球、一个蓝方块和一颗绿色的星星", ["red ball", "blue cube", "green star"]),
        ("星空下小船漂浮，没鱼", ["boat"]),
        ("two red fish past a ball", ["red fish", "red fish", "ball"]),
        ("三只白色的鸟", ["white bird", "white bird", "white bird"]),
        ("seven boat", ["boat"] * 7),
        ("two ball, one white and the other black", ["white ball", "black ball"]),
        ("a tiny fish and a huge black one", ["fish", "black fish"]),
        ("两个球，一个红一个绿", ["red ball", "green ball"]),
        ("a robot and a blue robot", ["robot", "blue robot"]),
        ("a robot talks to another robot", ["robot", "robot"]),
        ("a red ball rolls, a red ball on grass, the ball", ["red ball"]),
        ("机器人站在车站", ["robot"]),
        ("七条鱼", ["fish"] * 7),
    ],
)
def test_things_are_counted_once(prompt, named):
    assert list(map(str, things_named(prompt))) == named


def test_more_things_than_a_shot_has_are_told_in_one_sentence():
    named = things_named("a bird, a boat and a fish")
    assert say_too_many(named, 2) == "pocket shows 2 things in a shot, and the prompt names 3 (bird, boat, fish)"


def test_of_three_alike_two_are_seen() -> None:
    assert with_plain_words({"object": "bird", "action": "flies"}, "三只小鸟在飞")["second_object"] == "bird"
    said = with_plain_words({"object": "ball", "action": "bounces"}, "five red ball bounces")
    assert (said["second_object"], said["second_colour"]) == ("ball", "red")
    assert [str(each) for each in things_seen("three red ball and a cube")] == ["red ball"] * 3 + ["cube"]


def test_who_is_on_another_is_first() -> None:
    said = with_plain_words({"object": "ball", "second_object": "robot"}, "a robot stands on a large ball in a room")
    assert (said["object"], said["second_object"]) == ("robot", "ball")
