"""Teach the text encoder to read before it sees a picture: from a caption, say what it states on every axis.

Captions cost thousands of times less than pictures, so the network starts from words that already mean something.
Knows no latents and no noise.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.families.pocket.text import TextConfig, TextEncoder
from zoetrope.engine.weights import save_weights
from zoetrope.training.latents import tokeniser
from zoetrope.training.run import Ema, Run, cosine
from zoetrope.training.world.captions import captions, truth
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import NAMES

WEIGHTS = "text.safetensors"
UNSAID = 0
ANSWERS: dict[str, tuple[str, ...]] = {axis: tuple(values) for axis, values in NAMES.items()} | {
    "then": tuple(NAMES["action"]),
    "second_object": tuple(NAMES["object"]),
    "second_colour": tuple(NAMES["colour"]),
    "cut": ("closer", "wider"),
}


@dataclass(frozen=True)
class ReadingRecipe:
    """Everything that decides a run; every scene is captioned twice, a third of the scenes are stills."""

    seed: int = 1
    steps: int = 600
    batch: int = 128
    warmup: int = 50
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    decay: float = 0.99
    save_every: int = 200


class Examiner(nn.Module):
    """Asks a text encoder what a caption states: one linear question an axis on the summary alone."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.text = TextEncoder(config)
        self.questions = nn.ModuleDict(
            {axis: nn.Linear(config.width, 1 + len(values)) for axis, values in ANSWERS.items()}
        )

    def forward(self, numbers: Tensor) -> dict[str, Tensor]:
        """Shapes: numbers (b, m); scores (b, 1 + values) for each axis, the first says that it is not stated."""
        summary = self.text(numbers).summary
        return {axis: question(summary) for axis, question in self.questions.items()}


def draw_captions(rng: np.random.Generator, count: int, length: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Numbers of words (count, length) and, by axis, what each caption states, (count,)."""
    texts, stated = [], []
    while len(texts) < count:
        scene = write_scene(rng, frames=1 if rng.random() < 1 / 3 else 61)
        facts = truth(scene)
        for _ in range(min(2, count - len(texts))):
            caption = captions(scene, rng)
            texts.append(caption.text)
            stated.append({axis: facts[axis] for axis in caption.mentioned})
    answers = {
        axis: torch.tensor([1 + values.index(said[axis]) if axis in said else UNSAID for said in stated])
        for axis, values in ANSWERS.items()
    }
    return tokeniser()(texts, length), answers


def train_reading(
    recipe: ReadingRecipe,
    config: TextConfig,
    folder: Path,
    *,
    on_step: Callable[[int, dict[str, float]], None] | None = None,
) -> Path:
    """Train to the last step, going on from the folder's checkpoint; returns the path of the averaged text encoder."""
    run = Run(folder)
    torch.manual_seed(recipe.seed)
    examiner = Examiner(config)
    average = Ema(examiner, recipe.decay)
    optimiser = torch.optim.AdamW(
        examiner.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True
    )
    saved, step = run.load(), 0
    if saved is not None:
        step = saved["step"]
        examiner.load_state_dict(saved["examiner"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        run.rewind(step)
    while step < recipe.steps:
        begun = time.monotonic()
        numbers, answers = draw_captions(np.random.default_rng([recipe.seed, step]), recipe.batch, config.length)
        with torch.autocast("cpu", torch.bfloat16):
            scores = examiner(numbers)
        losses = {axis: F.cross_entropy(scores[axis].float(), answers[axis]) for axis in ANSWERS}
        loss = torch.stack(list(losses.values())).sum()
        loss.backward()
        nn.utils.clip_grad_norm_(examiner.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * cosine(step, recipe.steps, warmup=recipe.warmup, floor=0.02)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        average.update(examiner)
        step += 1
        right = [(scores[axis].argmax(1) == answers[axis]).float().mean().item() for axis in ANSWERS]
        run_numbers = {"loss": loss.item(), "right": math.fsum(right) / len(right), "least": min(right)}
        run.log(step, **run_numbers, seconds=time.monotonic() - begun)
        if on_step is not None:
            on_step(step, run_numbers)
        if step % recipe.save_every == 0 or step == recipe.steps:
            run.save(
                {
                    "step": step,
                    "examiner": examiner.state_dict(),
                    "average": average.state_dict(),
                    "optimiser": optimiser.state_dict(),
                }
            )
    average.copy_to(examiner)
    save_weights(examiner.text, run.folder / WEIGHTS, config)
    run.plot()
    return run.folder / WEIGHTS
