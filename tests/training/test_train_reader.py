from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.reader import ASKED, FACTS, UNSAID, Reader, nothing_said
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.training.latents import tokeniser
from zoetrope.training.reader import ReaderRecipe, ReaderTrainer, draw_captions
from zoetrope.training.run import Run
from zoetrope.training.trainer import train
from zoetrope.training.world.vocabulary import NAMES

CONFIG = TextConfig(entries=tokeniser().entries, width=64, layers=1, length=40)


def test_answers_are_what_the_captions_state() -> None:
    _, answers = draw_captions(np.random.default_rng(0), 200, 40)
    assert set(answers) == set(ASKED)
    assert all((answers[axis] >= 0).all() and (answers[axis] <= len(ASKED[axis])).all() for axis in ASKED)
    assert (answers["object"] != UNSAID).float().mean() > 0.9
    assert (answers["then"] == UNSAID).float().mean() > 0.5


def test_the_stage_and_the_reader_speak_of_the_same_things() -> None:
    assert all(ASKED[axis] == tuple(values) for axis, values in NAMES.items())


def test_every_prompt_gives_one_answer_to_every_question() -> None:
    facts = Reader(CONFIG).said(tokeniser()(["a red ball", "一只鸟"], 40))
    assert facts.shape == (2, FACTS)
    assert (facts.sum(1) == len(ASKED)).all()
    assert nothing_said(facts)[:, 0].all()


def test_words_are_learned_from_captions_alone(tmp_path: Path) -> None:
    train(ReaderTrainer(ReaderRecipe(CONFIG, steps=40, batch=32, rate=3e-3, warmup=5)), tmp_path)
    rows = Run(tmp_path).history()
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]


def test_a_stopped_run_goes_on_exactly(tmp_path: Path) -> None:
    recipe = ReaderRecipe(CONFIG, steps=6, batch=4, save_every=2)
    whole = load_file(train(ReaderTrainer(recipe), tmp_path / "whole"))

    def stop(step: int, _: dict[str, float]) -> None:
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(ReaderTrainer(recipe), tmp_path / "parts", on_step=stop)
    parts = load_file(train(ReaderTrainer(recipe), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
