"""Teach the motion network on scenes that are written and measured in thought, not drawn: `python -m` this module.

Every lesson is new when it is first seen; a pool of them is gone through a few times. Knows no pictures.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.weights import save_weights
from zoetrope.evaluation import truth
from zoetrope.evaluation.axes import AXES, MOTION_AXES
from zoetrope.evaluation.motion import FEATURES, MotionConfig, MotionNet, features
from zoetrope.evaluation.simulate import simulate
from zoetrope.training.world.script import write_scene

LENGTHS = (24, 36, 48, 60, 60, 60, 61)  # frames of a lesson
SIZES = ((256, 144), (256, 144), (256, 144), (192, 192), (144, 256))
LONGEST = max(LENGTHS)
UNKNOWN = -100  # a label that is not asked for
WRITE_EVERY = 200
AHEAD = 40  # steps whose lessons are made ahead


@dataclass(frozen=True)
class MotionRecipe:
    """fresh lessons join the pool at each step, and a batch is drawn from it."""

    config: MotionConfig = field(default_factory=MotionConfig)
    steps: int = 1500
    fresh: int = 24
    batch: int = 72
    pool: int = 30_000
    rate: float = 1.5e-3
    seed: int = 30_000


@dataclass(frozen=True, eq=False)
class Lesson:
    """Shapes: features (LONGEST, FEATURES); seen (LONGEST,); touch (LONGEST, 2); labels by axis, and of the lead."""

    features: np.ndarray
    seen: np.ndarray
    touch: np.ndarray
    labels: dict[str, int]


def lesson(rng: np.random.Generator) -> Lesson:
    """One scene as it would be measured."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    frames = int(rng.choice(LENGTHS))
    scene = write_scene(rng, width=width, height=height, frames=frames, held_out=rng.random() < 0.1)
    measured = simulate(scene, rng)
    known = np.zeros((LONGEST, FEATURES), np.float32)
    known[:frames] = features(measured.things, measured.camera, measured.cuts, (height, width))
    touch = np.zeros((LONGEST, 2), np.float32)
    touch[:frames] = truth.touch_frames(scene)
    told = truth.values(scene)
    labels = {axis: AXES[axis].index(told[axis]) for axis in MOTION_AXES}
    labels["lead"] = UNKNOWN if measured.lead is None or len(measured.things) < 2 else measured.lead
    if measured.lead is None:
        labels = dict.fromkeys(labels, UNKNOWN)
    return Lesson(known.astype(np.float16), np.arange(LONGEST) < frames, touch.astype(np.float16), labels)


def make_lessons(seed: int, number: int, count: int) -> list[Lesson]:
    """The lessons of one step; pure in its number."""
    torch.set_num_threads(1)
    rng = np.random.default_rng([seed, number])
    return [lesson(rng) for _ in range(count)]


def fresh_lessons(recipe: MotionRecipe) -> Iterator[list[Lesson]]:
    """The lessons of every step, made ahead by another process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as maker:
        ahead = deque(maker.submit(make_lessons, recipe.seed, n, recipe.fresh) for n in range(AHEAD))
        for number in range(recipe.steps):
            if number + AHEAD < recipe.steps:
                ahead.append(maker.submit(make_lessons, recipe.seed, number + AHEAD, recipe.fresh))
            yield ahead.popleft().result()


def losses(network: MotionNet, lessons: list[Lesson]) -> tuple[Tensor, dict[str, float]]:
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


def fit(target: Path, recipe: MotionRecipe | None = None, say: Callable[[str], None] = print) -> MotionNet:
    """Teach the network and write its weights."""
    recipe = recipe or MotionRecipe()
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network, mean = MotionNet(recipe.config), {}
    pool: list[Lesson] = []
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.02, fused=True)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, recipe.steps, pct_start=0.1)
    begun = time.monotonic()
    for step, new in enumerate(fresh_lessons(recipe)):
        pool = (pool + new)[-recipe.pool :]
        old = [pool[int(i)] for i in rng.integers(len(pool), size=recipe.batch - recipe.fresh)]
        loss, right = losses(network, new + old)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        plan.step()
        mean = {axis: 0.98 * mean.get(axis, share) + 0.02 * share for axis, share in right.items()}
        if step % 100 == 99:
            shares = ", ".join(f"{axis} {share:.3f}" for axis, share in mean.items())
            say(f"step {step + 1}: loss {loss.item():.3f}, {shares}; {time.monotonic() - begun:.0f} s")
        if step % WRITE_EVERY == WRITE_EVERY - 1:
            save_weights(network, target, recipe.config)
    save_weights(network, target, recipe.config)
    return network


if __name__ == "__main__":
    torch.set_num_threads(1)
    fit(Path(sys.argv[1]), say=lambda line: print(line, flush=True))
