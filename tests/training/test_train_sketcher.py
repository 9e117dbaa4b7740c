from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.sketch import SketcherConfig
from zoetrope.training.run import Run
from zoetrope.training.sketcher import SketcherRecipe, SketcherTrainer
from zoetrope.training.trainer import train

RECIPE = SketcherRecipe(
    SketcherConfig(thing_width=16, stage_width=16, layers=1),
    steps=8,
    batch=2,
    scenes=4,
    reuse=2,
    frames=7,
    pictures=2,
    spots=20,
    warmup=1,
)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(tmp_path: Path) -> None:
    whole = load_file(train(SketcherTrainer(RECIPE, compiled=False), tmp_path / "whole"))
    train(SketcherTrainer(RECIPE, compiled=False), tmp_path / "parts", steps=5)
    parts = load_file(train(SketcherTrainer(RECIPE, compiled=False), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_colours_are_learned(tmp_path: Path) -> None:
    train(SketcherTrainer(replace(RECIPE, steps=32, reuse=16), compiled=False), tmp_path)
    errors = [row["anywhere"] for row in Run(tmp_path).history()]
    assert sum(errors[-8:]) < sum(errors[:8])
