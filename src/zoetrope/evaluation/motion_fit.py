"""Teach the motion network on scenes that are measured in thought, and on some that are drawn.

`zoetrope train pocket --part motion` does it. Every lesson of the first kind is new when it is first seen; a pool of
them is gone through a few times. The others cost two hundred times as much and are seen again and again: they show what
really looking gets wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.evaluation.detect import Detectors, beginners
from zoetrope.evaluation.motion import MotionConfig, MotionNet
from zoetrope.evaluation.motion_lessons import UNKNOWN, Lesson, lesson, looked_at, packed, unpacked
from zoetrope.training.rounds import Pool, Round, kept
from zoetrope.training.run import one_cycle
from zoetrope.training.trainer import Trainer, begin_with
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

FRAMES = 60  # of a drawn scene
AT_ONCE = 10  # drawn scenes of one file


@dataclass(frozen=True)
class MotionRecipe:
    """fresh lessons join the pool at each step, and a batch is drawn from it, with some of the drawn ones.

    parts is the folder with the weights of the spotter.
    """

    parts: str
    config: MotionConfig = field(default_factory=MotionConfig)
    steps: int = 3000
    fresh: int = 24
    batch: int = 72
    pool: int = 30_000
    drawn: int = 1000  # scenes
    of_drawn: int = 20  # lessons of a batch
    rate: float = 1.5e-3
    seed: int = 30_000
    drawn_seed: int = 700_000
    decay: float = 0.0  # the last weights are kept, as they are
    save_every: int = 200
    start: str = ""  # weights to begin with


def fresh_lessons(recipe: MotionRecipe, step: int) -> list[Lesson]:
    """The new lessons of one step; pure in its number."""
    rng = np.random.default_rng([recipe.seed, step])
    return [lesson(rng) for _ in range(recipe.fresh)]


def drawn_lessons(recipe: MotionRecipe, eyes: Detectors, index: int) -> list[Lesson]:
    """Lessons of one scene that is drawn and looked at: about 0.65 s of one core."""
    scene = write_scene(np.random.default_rng(recipe.drawn_seed + index), frames=FRAMES, held_out=index % 5 == 0)
    seen = eyes.glance(draw(scene))
    return looked_at(scene, seen.things, seen.camera, seen.cuts)


def losses(network: MotionNet, lessons: Sequence[Lesson]) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, and the share of right answers by axis."""
    read, seen, touch = (
        torch.from_numpy(np.stack([getattr(each, name) for each in lessons])) for name in ("features", "seen", "touch")
    )
    touch = touch.float()
    logits, said = network(read.float(), seen)
    total, right = torch.zeros(()), {}
    for axis, answer in logits.items():
        goal = torch.tensor([each.labels[axis] for each in lessons])
        known = goal != UNKNOWN
        if known.any():
            total = total + nn.functional.cross_entropy(answer[known], goal[known], label_smoothing=0.02)
            right[axis] = (answer[known].argmax(1) == goal[known]).float().mean().item()
    there = nn.functional.binary_cross_entropy_with_logits(said[..., 0], touch[..., 0], reduction="none")
    struck = touch[..., 0] * seen
    late = ((said[..., 1] - touch[..., 1]).abs() * struck).sum() / struck.sum().clamp(min=1)
    return total + 4 * (there * seen).sum() / seen.sum() + late, right


class MotionTrainer(Trainer[MotionRecipe, MotionNet]):
    file = "motion.safetensors"

    def __init__(self, recipe: MotionRecipe) -> None:
        torch.manual_seed(recipe.seed)
        network = begin_with(MotionNet(recipe.config), recipe.start)
        optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.02, fused=True)
        super().__init__(recipe, network, optimiser)
        self.pool = Pool(partial(fresh_lessons, recipe), recipe.pool // recipe.fresh)
        self.drawn: list[Lesson] = []

    def prepare(self, folder: Path) -> Iterator[dict[str, str]]:
        """Look at the drawn scenes."""
        cv2.setNumThreads(1)
        recipe = self.recipe
        eyes = beginners(Path(recipe.parts) / "spotter.safetensors")

        def look(number: int) -> Round:
            scenes = range(number * AT_ONCE, min((number + 1) * AT_ONCE, recipe.drawn))
            return packed([lesson for index in scenes for lesson in drawn_lessons(recipe, eyes, index)])

        for number, made in enumerate(kept(folder, -(-recipe.drawn // AT_ONCE), look), 1):
            self.drawn += unpacked(made)
            yield {"looked at": f"{min(number * AT_ONCE, recipe.drawn)} of {recipe.drawn} scenes"}

    def advance(self) -> dict[str, float]:
        recipe = self.recipe
        share = recipe.of_drawn if self.drawn else 0
        rng = np.random.default_rng([recipe.seed, self.step, 0])
        rows = self.pool.first(self.step + 1)
        pool = [lesson for row in rows for lesson in row]
        old = [pool[int(i)] for i in rng.integers(len(pool), size=recipe.batch - recipe.fresh - share)]
        real = [self.drawn[int(i)] for i in rng.integers(len(self.drawn), size=share)]
        loss, right = losses(self.network, rows[-1] + old + real)
        loss.backward()
        factor, momentum = one_cycle(self.step, recipe.steps)
        self.take_step(factor, momentum=momentum)
        return {"loss": loss.item()} | right
