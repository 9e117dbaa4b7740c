"""What a request says reaches its plan: plain words and what is unwanted, with the weights that ship."""

import numpy as np
import pytest
import torch

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.engine.families import find_family
from zoetrope.engine.families.pocket.family import LoadedPocket
from zoetrope.engine.families.pocket.plan import AXES, PATCH, PIVOT, SLOTS, STAGE, TRACK, TRAITS, Plan
from zoetrope.engine.families.pocket.views import look_through, pixels, rope
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene


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


def test_a_thing_goes_the_way_that_is_said_and_does_what_it_is_for(pocket: LoadedPocket) -> None:
    for seed in range(3):
        for way, sign in (("from left to right", 1), ("从右边到左边", -1)):
            path = planned(pocket, f"a red car on the street, {way}", seed=seed).tracks[0, 0, :, TRACK.index("x")]
            assert sign * (path[-1] - path[0]) > 0.2
    plan = planned(pocket, "a boat")
    assert shown(plan, "setting") == "sea"
    spot = plan.tracks[0, 0, :, TRACK.index("y")] - plan.marks[0, 0]
    assert (spot - 0.65 * plan.radii()[0, 0]).abs().max() < 0.061  # on the water line, as the stage has it


def test_what_is_unwanted_does_not_come(pocket: LoadedPocket) -> None:
    for seed in range(3):
        plan = planned(pocket, "a ball bounces on a meadow", "day, plain style", seed)
        assert shown(plan, "light") != "day"
        assert shown(plan, "setting") == "meadow"


def test_a_plan_is_written_once_for_a_request(pocket: LoadedPocket) -> None:
    assert planned(pocket, "a red ball rolls") is planned(pocket, "a red ball rolls")
    assert planned(pocket, "a red ball rolls") is not planned(pocket, "a red ball rolls", seed=2)


@torch.inference_mode()
def test_a_prompt_is_read_once(pocket: LoadedPocket, monkeypatch: pytest.MonkeyPatch) -> None:
    read, asked = pocket.reader.said, []
    monkeypatch.setattr(pocket.reader, "said", lambda numbers: (asked.append(len(asked)), read(numbers))[1])
    planned(pocket, "a purple ring rolls on the beach and then stops", seed=11)
    assert asked == [0]
    said = pocket.stager.said("a purple ring rolls on the beach and then stops")
    said.clear()
    assert pocket.stager.said("a purple ring rolls on the beach and then stops")["object"] == "ring"
    for number in range(40):
        pocket.stager.said(f"ball {number}")
    assert len(pocket.readings) < 40


@torch.inference_mode()
def test_what_happens_second_follows_what_happens_first(pocket: LoadedPocket) -> None:
    for seed in range(3):
        request = Request("a red robot slides and then spins, static camera", seconds=5, seed=seed)
        track = pocket.plan(request, 11).tracks[0, 0]
        x, spin = track[:, TRACK.index("x")], track[:, TRACK.index("spin")]
        assert x[:31].max() - x[:31].min() > 5 * (x[34:].max() - x[34:].min())
        assert spin[34:].abs().mean() > 0.05 > 5 * spin[1:28].abs().mean()


@torch.inference_mode()
def test_a_thing_goes_on_from_where_a_given_picture_shows_it(pocket: LoadedPocket) -> None:
    fixed = {"object": "bird", "action": "flies", "camera": "static", "second_object": None, "weather": "clear"}
    for seed in range(3):
        scene = write_scene(np.random.default_rng(seed), frames=7, fixed={**fixed, "cut": False, "then": None})
        request = Request(
            f"a {scene.things[0].colour} bird flies",
            seconds=3,
            seed=seed,
            conditions=(Keyframe("first", draw(scene)[0]),),
        )
        plan, true = pocket.plan(request, 7), plan_of(scene)
        places = plan.tracks[0, 0, :, :2]
        assert (places[0] - true.tracks[0, 0, 0, :2]).norm() < 0.1
        assert (places[1] - places[0]).norm() < 0.2
        assert (plan.tracks[0, 0, :2, TRACK.index("way")] == true.tracks[0, 0, 0, TRACK.index("way")]).all()


@torch.inference_mode()
def test_what_comes_after_a_hop_begins_on_the_ground(pocket: LoadedPocket) -> None:
    for seed in range(3):
        plan = pocket.plan(Request("a white ball first jumps, then spins on a beach", seconds=5, seed=seed), 11)
        track, stands = plan.tracks[0, 0], float(plan.marks[0, 0] + plan.radii()[0, 0])
        last = int((track[:, TRACK.index("contact")] > 0).nonzero()[-1, 0])
        assert last > 15
        assert float((track[last + 1 :, TRACK.index("y")] - stands).abs().max()) < 0.16


@pytest.mark.parametrize("seed", range(3))
@torch.inference_mode()
def test_no_rope_hangs_in_the_scenery(pocket: LoadedPocket, seed: int) -> None:
    grid, request = (9, 16), Request("a lantern swings in the city", seconds=1, seed=seed)
    plan = pocket.plan(request, 3)
    assert plan.marks[0, PIVOT] > 0
    gap = rope(
        look_through(plan, torch.tensor([0])),
        pixels(*(side * PATCH for side in grid), (1, 1), plan.cast.device)[None],
        grid,
    )[0]
    beyond = pocket._scenery(request, plan, grid).beyond.flatten(1)
    along, beside = (beyond[:, where[0]].mean() for where in (gap < 1, (gap > 4) & (gap < 10)))
    assert abs(float(along - beside)) < 0.15  # 0.26 to 0.51 where the empty stage had a rope that was painted away


@torch.inference_mode()
def test_who_finds_no_room_in_a_given_picture_is_told(pocket: LoadedPocket) -> None:
    fixed = {"object": "ball", "action": "rolls", "second_object": "cube", "weather": "clear", "camera": "static"}
    told = 0
    for seed in range(6):
        scene = write_scene(np.random.default_rng(seed), frames=7, fixed={**fixed, "then": None, "cut": False})
        first = Keyframe("first", draw(scene)[3])
        notices = pocket.notices(Request("a robot talks", seconds=1, conditions=(first,)))
        told += any("the robot will not be seen" in each.text for each in notices)
        assert not pocket.notices(Request("a ball rolls past a cube", seconds=1, conditions=(first,)))
    assert told >= 4
    with pytest.raises(InvalidRequest, match="robot will not be seen"):
        pocket.notices(Request("a robot talks", seconds=1, conditions=(first,), strict=True))
