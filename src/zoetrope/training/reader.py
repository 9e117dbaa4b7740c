"""Teach the reader to read: from a caption, say what it states on every axis.

Captions cost thousands of times less than pictures: whoever learns from words later starts from words that already
mean something. Knows no pictures and no noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.families.pocket.reader import ASKED, Reader, number_answers
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.engine.weights import save_weights
from zoetrope.training.latents import tokeniser
from zoetrope.training.run import Ema, Listener, Run, cosine, go_on, take_up
from zoetrope.training.world.captions import captions, truth
from zoetrope.training.world.script import write_scene

WEIGHTS = "reader.safetensors"


@dataclass(frozen=True)
class ReaderRecipe:
    """Everything that decides a run; every scene is captioned twice, a third of the scenes are stills."""

    config: TextConfig = field(default_factory=lambda: TextConfig(entries=tokeniser().entries))
    seed: int = 1
    steps: int = 2500
    batch: int = 128
    warmup: int = 50
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    decay: float = 0.99
    save_every: int = 200


def draw_captions(rng: np.random.Generator, count: int, length: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Numbers of words (count, length) and, by axis, what each caption states, (count,)."""
    texts, stated = [], []
    while len(texts) < count:
        scene = write_scene(rng, frames=1 if rng.random() < 1 / 3 else 61)
        facts = truth(scene)
        for _ in range(min(2, count - len(texts))):
            caption = captions(scene, rng)
            texts.append(caption.text)
            stated.append(number_answers({axis: facts[axis] for axis in caption.mentioned}))
    answers = {axis: torch.tensor([each[axis] for each in stated]) for axis in ASKED}
    return tokeniser()(texts, length), answers


class Trainer:
    """The moving parts of a run."""

    def __init__(self, recipe: ReaderRecipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.step = recipe, 0
        self.reader = Reader(recipe.config)
        self.average = Ema(self.reader, recipe.decay)
        self.optimiser = torch.optim.AdamW(
            self.reader.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True
        )

    def advance(self) -> dict[str, float]:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, self.step])
        numbers, answers = draw_captions(rng, recipe.batch, recipe.config.length)
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.reader(numbers)
        losses = {axis: F.cross_entropy(scores[axis].float(), answers[axis]) for axis in ASKED}
        loss = torch.stack(list(losses.values())).sum()
        loss.backward()
        nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.rate * cosine(self.step, recipe.steps, warmup=recipe.warmup, floor=0.02)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.average.update(self.reader)
        self.step += 1
        right = [(scores[axis].argmax(1) == answers[axis]).float().mean().item() for axis in ASKED]
        return {"loss": loss.item(), "right": math.fsum(right) / len(right), "least": min(right)}

    def save(self, run: Run) -> None:
        parts = {"reader": self.reader, "average": self.average, "optimiser": self.optimiser}
        run.save({"step": self.step} | {name: part.state_dict() for name, part in parts.items()})
        averaged = Reader(self.recipe.config)
        self.average.copy_to(averaged)
        save_weights(averaged, run.folder / WEIGHTS, self.recipe.config)
        run.plot()

    def load(self, saved: dict) -> None:
        self.step = saved["step"]
        self.reader.load_state_dict(saved["reader"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])


def train(
    recipe: ReaderRecipe,
    folder: Path,
    *,
    steps: int | None = None,
    minutes: float | None = None,
    resume: bool = True,
    on_step: Listener | None = None,
) -> Path:
    """Train to the recipe's last step, or stop earlier after `steps` or `minutes`; returns the averaged weights' path.

    A later call goes on exactly there.
    """
    run = Run(folder)
    trainer = Trainer(recipe)
    take_up(run, trainer, resume)
    go_on(
        run,
        trainer,
        trainer.advance,
        until=recipe.steps,
        save_every=recipe.save_every,
        steps=steps,
        minutes=minutes,
        on_step=on_step,
    )
    return run.folder / WEIGHTS
