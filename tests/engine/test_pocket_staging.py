"""What a request says reaches its plan: plain words and what is unwanted, with the weights that ship."""

import pytest
import torch

from zoetrope.core.request import Request
from zoetrope.engine.families import find_family
from zoetrope.engine.families.pocket.family import LoadedPocket
from zoetrope.engine.families.pocket.plan import AXES, SLOTS, STAGE, TRAITS, Plan
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics


@pytest.fixture(scope="module")
def pocket() -> LoadedPocket:
    checkpoint = loaded(find_family("pocket"), choose_numerics())
    assert isinstance(checkpoint, LoadedPocket)
    return checkpoint


def shown(plan: Plan, axis: str) -> str:
    axes, at = (AXES, 1) if axis in AXES else (STAGE, SLOTS * TRAITS)
    for name, values in axes.items():
        if name == axis:
            return values[int(plan.cast[0, at : at + len(values)].argmax())]
        at += len(values)
    raise KeyError(axis)


@torch.inference_mode()
def planned(pocket: LoadedPocket, prompt: str, negative: str = "", seed: int = 1) -> Plan:
    return pocket.plan(Request(prompt, negative=negative, seconds=1, seed=seed), 3)


def test_words_that_the_reader_misses_are_taken_as_they_stand(pocket: LoadedPocket) -> None:
    plan = planned(pocket, "a yellow robot talks in a room")
    assert (shown(plan, "object"), shown(plan, "colour")) == ("robot", "yellow")
    assert shown(planned(pocket, "a blue lantern rolls in the desert"), "setting") == "desert"


def test_what_is_unwanted_does_not_come(pocket: LoadedPocket) -> None:
    for seed in range(3):
        plan = planned(pocket, "a ball bounces on a meadow", "day, plain style", seed)
        assert shown(plan, "light") != "day"
        assert shown(plan, "setting") == "meadow"


def test_a_plan_is_written_once_for_a_request(pocket: LoadedPocket) -> None:
    assert planned(pocket, "a red ball rolls") is planned(pocket, "a red ball rolls")
    assert planned(pocket, "a red ball rolls") is not planned(pocket, "a red ball rolls", seed=2)
