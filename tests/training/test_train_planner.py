from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.planner import WIDE, Planner, PlannerConfig
from zoetrope.engine.families.pocket.planning import write_plan
from zoetrope.engine.families.pocket.reader import ASKED, facts_of
from zoetrope.training.planner import PlannerRecipe, draw_given, train

TINY = PlannerConfig(width=48, layers=2, head=24)


RECIPE = PlannerRecipe(TINY, steps=6, batch=4, lengths=((3, 8), (1, 4)), reuse=1, warmup=1)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(tmp_path: Path) -> None:
    whole = load_file(train(RECIPE, tmp_path / "whole", compiled=False))
    train(RECIPE, tmp_path / "parts", steps=4, compiled=False)
    parts = load_file(train(RECIPE, tmp_path / "parts", compiled=False))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_what_is_given_stays_as_it_is() -> None:
    torch.manual_seed(0)
    planner = Planner(TINY).eval()
    facts = facts_of({axis: torch.ones(1, dtype=torch.long) for axis in ASKED})
    values, where = torch.randn(12, WIDE), torch.zeros(12, WIDE)
    where[1:, -4:] = 1  # the camera of every last picture
    with torch.inference_mode():
        free = write_plan(planner, facts, 11, 1, steps=2)
        bound = write_plan(planner, facts, 11, 1, given=(values, where), steps=2)
    assert not torch.equal(free.camera, bound.camera)
    assert free.camera.shape == bound.camera.shape == (1, 61, 4)


def test_some_shots_are_given_something_and_most_are_not() -> None:
    given = draw_given(400, 12, 0.6, np.random.default_rng(0))
    some = (given.flatten(1).amax(1) > 0).float().mean().item()
    assert 0.3 < some < 0.5
    assert (given.flatten(1).amin(1) == 0).all()
