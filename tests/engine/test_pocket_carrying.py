"""What a later prompt leaves open stays as it was, by the words that are read."""

import numpy as np
import pytest

from zoetrope.engine.families.pocket.axes import ACTIONS, AXES, STAGE
from zoetrope.engine.families.pocket.carrying import LOOKS, carried, shown_in
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.reader import USUAL
from zoetrope.engine.families.pocket.staging import Stager
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.world.script import write_scene

LINES = {  # and what they say
    "faster": {"pace": "fast"},
    "it jumps": {"action": "jumps"},
    "它跳起来": {"action": "jumps"},
    "rain starts to fall": {"weather": "rain"},
    "it has stopped raining": {"weather": "clear"},
    "雪停了": {"weather": "clear"},
    "now it is night": {"light": "night"},
    "晚上": {"light": "night"},
    "on the beach": {"setting": "beach"},
    "in ink wash style": {"style": "ink wash"},
    "the camera pans left": {"camera": "pan left"},
}


@pytest.fixture(scope="module")
def stager() -> Stager:
    return loaded(POCKET, choose_numerics()).stager  # type: ignore[attr-defined]


def without_usual(said: dict[str, str]) -> dict[str, str]:
    return {axis: value for axis, value in said.items() if USUAL.get(axis) != value}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_with_all_that_it_leaves_open(stager: Stager, line: str) -> None:
    says, chance, right = LINES[line], np.random.default_rng(len(line)), 0
    assert stager.said(line) == says
    for _ in range(20):
        was = {axis: str(chance.choice(values)) for axis, values in {**AXES, **STAGE}.items()}
        was["action"] = str(chance.choice(ACTIONS[:9]))
        moved = was["setting"] != says.get("setting", was["setting"])
        stays = {axis: value for axis, value in was.items() if not (moved and axis in ("light", "weather"))}
        right += without_usual(stager.said(carried(line, says, was))) == without_usual(stays | says)
    assert right >= 19


def test_another_thing_brings_its_own_looks() -> None:
    was = {axis: values[0] for axis, values in {**AXES, **STAGE}.items()} | {"action": "rolls", "style": "neon"}
    said = carried("a blue robot talks.", {"object": "robot", "colour": "blue", "action": "talks"}, was)
    assert said == "a blue robot talks, on a meadow, neon style"
    assert carried("a robot in a room", {"object": "robot", "setting": "room"}, was) == "a robot in a room, neon style"


def test_two_things_stay_and_who_goes_goes_on(stager: Stager) -> None:
    fixed = {"object": "ball", "second_object": "bird", "action": "rolls", "then": None}
    plan = plan_of(write_scene(np.random.default_rng(2), frames=13, fixed=fixed))
    shown = shown_in(plan)
    before = f"a {shown['colour']} ball rolls to the left and a {shown['second_colour']} bird flies on a meadow, fast"
    said = stager.carried(before, "in the rain", plan)
    assert f"ball rolls fast to the left, and a {shown['second_colour']} bird flies" in said
    assert all(shown[axis] in said or shown[axis] in ("plain", "wood") for axis in LOOKS)
    assert "left" not in stager.carried(before, "the ball rolls to the right", plan)
    assert stager.goes_on(f"the {shown['colour']} ball jumps", plan)
    assert stager.goes_on("faster, the camera pushes in", plan)
    other = next(each for each in AXES["colour"] if each != shown["colour"])
    assert not stager.goes_on(f"the {other} ball jumps", plan)
    assert not stager.goes_on("a robot talks", plan)


def test_what_has_happened_does_not_happen_again(stager: Stager) -> None:
    fixed = {"object": "ball", "second_object": None, "action": "rolls", "then": None}
    plan = plan_of(write_scene(np.random.default_rng(2), frames=13, fixed=fixed))
    shown = shown_in(plan)
    said = stager.said(stager.later("a ball rolls and then jumps", plan))
    assert (said["action"], said["object"], said["setting"]) == ("jumps", "ball", shown["setting"])
    assert "then" not in said
    assert "ball stands still" in stager.later("a ball rolls and then stops", plan)
    assert stager.later("a ball rolls", plan) == "a ball rolls"
