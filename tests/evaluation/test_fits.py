"""The detectors are learned by command: each recipe leads to weights that a detector loads strictly, and learns."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from zoetrope.cli.app import run as zoetrope
from zoetrope.engine.families.pocket.facts import WEIGHTS
from zoetrope.evaluation.detect import DETECTORS, load
from zoetrope.evaluation.drops import DropsConfig
from zoetrope.evaluation.drops_fit import DropsRecipe, DropsTrainer
from zoetrope.evaluation.motion import MotionConfig
from zoetrope.evaluation.motion_fit import MotionRecipe, MotionTrainer
from zoetrope.evaluation.weather_fit import WeatherRecipe, WeatherTrainer
from zoetrope.training.run import Run
from zoetrope.training.trainer import train as learn

# Enough for each to learn something, small enough for a test: tens of seconds of one core in all.
SMALL = {
    "drops": ("steps=60", "batch=8", "windows=4", "every=12", "config.fine=8", "config.coarse=8", "rate=1e-2"),
    "motion": ("steps=60", "fresh=4", "batch=16", "drawn=2", "of_drawn=2", "config.width=32", "config.depth=1"),
    "weather": ("steps=60", "clips=3", "spoiled_of=3", "noise=0.1"),
}


def train(part: str, folder: Path, *more: str) -> int:
    """The verb as it is typed."""
    settings = [word for value in SMALL[part] for word in ("--set", value)]
    return zoetrope(["train", "pocket", "--part", part, "--folder", str(folder), *settings, *more])


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


@pytest.mark.parametrize("part", list(SMALL))
def test_a_command_leads_to_weights_that_load_and_know_more_than_before(part: str, tmp_path: Path) -> None:
    assert train(part, tmp_path) == 0
    detectors = shutil.copytree(DETECTORS, tmp_path / "all")
    shutil.copyfile(tmp_path / "detectors" / f"{part}.safetensors", detectors / f"{part}.safetensors")
    eyes = load(detectors)
    made = {"motion": eyes.motion, "drops": eyes.sky.drops, "weather": eyes.sky.weather}[part].state_dict()
    written = load_file(tmp_path / "detectors" / f"{part}.safetensors")
    assert all(torch.equal(made[name], written[name].to(made[name].dtype)) for name in written)
    loss = [row["loss"] for row in Run(tmp_path / part).history()]
    assert mean(loss[-10:]) < 0.9 * mean(loss[:10])


TRAINERS = {
    "drops": lambda: DropsTrainer(DropsRecipe(DropsConfig(4, 4), steps=6, every=2, windows=2, batch=3, pool=6)),
    "motion": lambda: MotionTrainer(
        MotionRecipe(str(WEIGHTS), MotionConfig(16, 1), steps=6, fresh=2, batch=6, pool=6, drawn=1, of_drawn=1)
    ),
    "weather": lambda: WeatherTrainer(WeatherRecipe(str(WEIGHTS), steps=6, clips=2)),
}


@pytest.mark.parametrize("part", list(TRAINERS))
def test_a_fit_that_stops_goes_on_exactly(part: str, tmp_path: Path) -> None:
    whole = load_file(learn(TRAINERS[part](), tmp_path / "whole"))
    learn(TRAINERS[part](), tmp_path / "parts", steps=4)
    parts = load_file(learn(TRAINERS[part](), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_fit_begins_with_the_weights_that_are_named() -> None:
    begun = MotionTrainer(MotionRecipe(str(WEIGHTS), start=str(DETECTORS / "motion.safetensors")))
    shipped = load().motion.state_dict()
    assert all(torch.equal(value, shipped[name]) for name, value in begun.network.state_dict().items())
    assert all(parameter.requires_grad for parameter in begun.network.parameters())
