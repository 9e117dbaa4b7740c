from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from zoetrope.core.motion import CameraMove, CameraPath
from zoetrope.core.sizes import Size
from zoetrope.engine.families.pocket.directing import cut_plan, know_camera, nothing_known
from zoetrope.engine.families.pocket.planner import Planner, PlannerConfig
from zoetrope.engine.families.pocket.planning import go_on_with, write_plan
from zoetrope.engine.families.pocket.reader import ASKED, facts_of
from zoetrope.training.planner import PlannerRecipe, PlannerTrainer, draw_given
from zoetrope.training.trainer import train

TINY = PlannerConfig(width=48, layers=2, head=24)


RECIPE = PlannerRecipe(TINY, steps=6, batch=4, lengths=((3, 8), (1, 4)), reuse=1, warmup=1)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(tmp_path: Path) -> None:
    whole = load_file(train(PlannerTrainer(RECIPE, compiled=False), tmp_path / "whole"))
    train(PlannerTrainer(RECIPE, compiled=False), tmp_path / "parts", steps=4)
    parts = load_file(train(PlannerTrainer(RECIPE, compiled=False), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_what_is_known_stays_as_it_is() -> None:
    torch.manual_seed(0)
    planner = Planner(TINY).eval()
    facts = facts_of({axis: torch.ones(1, dtype=torch.long) for axis in ASKED})
    known = know_camera(nothing_known(61), CameraPath((CameraMove("pan left", 0.2),)), Size(256, 144))
    with torch.inference_mode():
        free = write_plan(planner, facts, 11, 1, steps=2)
        bound = write_plan(planner, facts, 11, 1, known=known, steps=2)
    assert not torch.equal(free.camera, bound.camera)
    assert torch.equal(bound.camera, known.plan.camera)
    assert free.camera.shape == bound.camera.shape == (1, 61, 4)


def test_a_continuation_begins_with_the_past() -> None:
    torch.manual_seed(0)
    planner = Planner(TINY).eval()
    facts = facts_of({axis: torch.ones(1, dtype=torch.long) for axis in ASKED})
    with torch.inference_mode():
        first = write_plan(planner, facts, 6, 1, steps=2)
        past = cut_plan(first, 20, 27)
        more = go_on_with(planner, facts, past, 20, 2)
    assert more.camera.shape[1] >= 7 + 20
    for name in ("tracks", "camera"):
        axis = 2 if name == "tracks" else 1
        assert torch.equal(getattr(more, name).narrow(axis, 0, 7), getattr(past, name))
    assert torch.equal(more.cast, past.cast)


def test_some_shots_are_given_something_and_most_are_not() -> None:
    given = draw_given(400, 12, 0.6, np.random.default_rng(0))
    some = (given.flatten(1).amax(1) > 0).float().mean().item()
    assert 0.3 < some < 0.5
    assert (given.flatten(1).amin(1) == 0).all()
