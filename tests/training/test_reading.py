from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.training.latents import tokeniser
from zoetrope.training.reading import ANSWERS, UNSAID, ReadingRecipe, draw_captions, train_reading
from zoetrope.training.run import Run

CONFIG = TextConfig(entries=tokeniser().entries, width=64, layers=1, length=40)


def test_answers_are_what_the_captions_state() -> None:
    _, answers = draw_captions(np.random.default_rng(0), 200, 40)
    assert set(answers) == set(ANSWERS)
    assert all((answers[axis] >= 0).all() and (answers[axis] <= len(ANSWERS[axis])).all() for axis in ANSWERS)
    assert (answers["object"] != UNSAID).float().mean() > 0.9
    assert (answers["then"] == UNSAID).float().mean() > 0.5


def test_words_are_learned_from_captions_alone(tmp_path: Path) -> None:
    train_reading(ReadingRecipe(steps=80, batch=64, rate=3e-3, warmup=5), CONFIG, tmp_path)
    rows = Run(tmp_path).history()
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]


def test_a_stopped_run_goes_on_exactly(tmp_path: Path) -> None:
    recipe = ReadingRecipe(steps=6, batch=4, save_every=2)
    whole = load_file(train_reading(recipe, CONFIG, tmp_path / "whole"))

    def stop(step: int, _: dict[str, float]) -> None:
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_reading(recipe, CONFIG, tmp_path / "parts", on_step=stop)
    parts = load_file(train_reading(recipe, CONFIG, tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
