"""Training the spotter: lessons tell the truth, heat stands where things are, a stopped run goes on the same."""

from __future__ import annotations

import numpy as np
import torch

from zoetrope.engine.families.pocket.spotter import SpotterConfig
from zoetrope.training.run import Run
from zoetrope.training.spotter import SpotterRecipe, SpotterTrainer, fact, heat_of
from zoetrope.training.spotter_lessons import INKS, MOST, Lessons, lesson

TINY = SpotterConfig(finder=(4, 8, 8, 8, 8), joined=8, eye=(4, 8, 8, 8), look=8)
LESSONS = Lessons(scenes=5, pairs=2)


def test_lessons_tell_where_things_are_drawn():
    made = lesson(np.random.default_rng(4), Lessons(pairs=3, crowded=1.0, spoiled=0.0), 256, 144)
    things = made["things"]
    assert made["looks"].shape == (3, 2, 144, 256, 3)
    assert things.shape[:2] == (3, MOST)
    there = fact(things, "there") > 0
    assert there.any(1).all()
    assert (fact(things, "x")[there] <= 256).all()
    assert (fact(things, "y")[there] <= 144).all()
    assert (things[..., -INKS:] <= 1).all()
    heat = heat_of(things, torch.Size((3, 36, 64)))
    assert heat.max() == 1.0
    assert ((heat > 0.999).sum((1, 2)) <= there.sum(1)).all()


def test_a_stopped_run_goes_on_as_if_it_had_not(tmp_path):
    made = {"tall": lesson(np.random.default_rng(1), LESSONS, 144, 256)}
    recipe = SpotterRecipe(config=TINY, lessons=LESSONS, batch=2, steps=4)
    batch = ("tall", torch.arange(2))
    whole, half, run = SpotterTrainer(recipe), SpotterTrainer(recipe), Run(tmp_path)
    for _ in range(2):
        whole.learn(made, batch)
    half.learn(made, batch)
    half.save(run)
    other = SpotterTrainer(recipe)
    saved = run.load()
    assert saved is not None
    other.load(saved)
    assert other.step == 1
    other.learn(made, batch)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, other.network.state_dict()[name]), name
