"""Teach the reader to read: from a caption, say what it states on every axis.

Captions cost thousands of times less than pictures: whoever learns from words later starts from words that already
mean something. Knows no pictures and no noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.reader import ASKED, Reader, number_answers
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.training.latents import tokeniser
from zoetrope.training.run import cosine
from zoetrope.training.trainer import Trainer
from zoetrope.training.world.captions import captions, truth
from zoetrope.training.world.script import write_scene


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


class ReaderTrainer(Trainer[ReaderRecipe, Reader]):
    file = "reader.safetensors"

    def __init__(self, recipe: ReaderRecipe) -> None:
        torch.manual_seed(recipe.seed)
        reader = Reader(recipe.config)
        optimiser = torch.optim.AdamW(
            reader.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True
        )
        super().__init__(recipe, reader, optimiser)

    def advance(self) -> dict[str, float]:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, self.step])
        numbers, answers = draw_captions(rng, recipe.batch, recipe.config.length)
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.network(numbers)
        losses = {axis: F.cross_entropy(scores[axis].float(), answers[axis]) for axis in ASKED}
        loss = torch.stack(list(losses.values())).sum()
        loss.backward()
        self.take_step(cosine(self.step, recipe.steps, warmup=recipe.warmup, floor=0.02))
        right = [(scores[axis].argmax(1) == answers[axis]).float().mean().item() for axis in ASKED]
        return {"loss": loss.item(), "right": math.fsum(right) / len(right), "least": min(right)}
