"""A negative prompt changes what the prompt leaves open, and nothing else."""

import pytest

from zoetrope.engine.families.pocket.reader import ASKED, facts_of, number_answers, stated
from zoetrope.engine.families.pocket.unwanted import without

NAMES = {value: axis for axis in ("object", "colour", "setting", "light", "weather", "camera") for value in ASKED[axis]}
NAMES |= {"夜晚": "light", "雨": "weather"}
CHINESE = {"夜晚": "night", "雨": "rain"}


def say(text):
    return {axis: CHINESE.get(name, name) for name, axis in NAMES.items() if name in text}


def meant(prompt, negative, seed=0, **usual):
    import torch

    answers = {"light": "day", "weather": "clear", "camera": "static"} | usual | say(prompt)
    facts = facts_of({axis: torch.tensor([number]) for axis, number in number_answers(answers).items()})
    return stated(without(facts, prompt, negative, say, seed)[0])


@pytest.mark.parametrize("negative", ["rain, night", "rain and snow; night", "雨、夜晚", "no rain. no night"])
def test_what_is_not_unwanted_stays_as_it_was(negative):
    assert meant("red ball", negative) == meant("red ball", "")


def test_what_is_usual_and_unwanted_becomes_something_else():
    for seed in range(9):
        assert meant("ball", "day", seed)["light"] in ("sunset", "night")
        assert meant("ball", "red, blue", seed)["colour"] not in ("red", "blue")
    assert len({meant("ball", "red", seed)["colour"] for seed in range(20)}) > 4


def test_a_second_things_colour_is_unwanted_too():
    usual = {"second_object": "boat", "second_colour": "red"}
    assert meant("ball", "red", **usual)["second_colour"] != "red"
    assert "second_colour" not in meant("ball", "red")


def test_what_the_prompt_asks_for_wins_and_nothing_can_be_unwanted_whole():
    assert meant("red ball in the rain", "rain, red")["weather"] == "rain"
    assert meant("ball", "day, sunset, night")["light"] == "day"
