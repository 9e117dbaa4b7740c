"""Teach the motion network on scenes that are measured in thought, and on some that are drawn: `python -m` this module.

Every lesson of the first kind is new when it is first seen; a pool of them is gone through a few times. The others cost
two hundred times as much and are seen again and again: they show what really looking gets wrong.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.families.pocket.facts import WEIGHTS
from zoetrope.engine.families.pocket.spotter import load_spotter
from zoetrope.engine.numerics import Numerics, choose_numerics
from zoetrope.engine.weights import load_strictly, save_weights
from zoetrope.evaluation.detect import Detectors, Sky
from zoetrope.evaluation.drops import DropsConfig, DropsNet
from zoetrope.evaluation.motion import MotionConfig, MotionNet
from zoetrope.evaluation.motion_lessons import UNKNOWN, Lesson, lesson, looked_at
from zoetrope.evaluation.weather import WeatherConfig, WeatherNet
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

WRITE_EVERY = 200
FRAMES = 60  # of a drawn scene


@dataclass(frozen=True)
class MotionRecipe:
    """fresh lessons join the pool at each step, and a batch is drawn from it, with some of the drawn ones."""

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


def fresh_lessons(recipe: MotionRecipe, step: int) -> list[Lesson]:
    """The new lessons of one step; pure in its number."""
    rng = np.random.default_rng([recipe.seed, step])
    return [lesson(rng) for _ in range(recipe.fresh)]


def drawn_lessons(recipe: MotionRecipe) -> list[Lesson]:
    """Lessons of scenes that are drawn and looked at with the shipped spotter: about 0.65 s of one core each."""
    spotter = load_spotter(WEIGHTS / "spotter.safetensors", choose_numerics("cpu"))
    sky = Sky(DropsNet(DropsConfig()), WeatherNet(WeatherConfig()))  # what it says of weather is not used
    eyes, out = Detectors(spotter, MotionNet(recipe.config), sky), []
    for index in range(recipe.drawn):
        scene = write_scene(np.random.default_rng(recipe.drawn_seed + index), frames=FRAMES, held_out=index % 5 == 0)
        seen = eyes.glance(draw(scene))
        out += looked_at(scene, seen.things, seen.camera, seen.cuts)
    return out


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


def fit(
    target: Path,
    recipe: MotionRecipe | None = None,
    drawn: Sequence[Lesson] | None = None,
    start: Path | None = None,
    say: Callable[[str], None] = print,
) -> MotionNet:
    """Teach the network, from weights to start from if there are any, and write its weights.

    Drawn lessons are made first where none are given.
    """
    recipe = recipe or MotionRecipe()
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network, mean = MotionNet(recipe.config), {}
    if start is not None:
        load_strictly(network, start, Numerics("cpu", torch.float32)).train().requires_grad_(True)
    drawn = drawn_lessons(recipe) if drawn is None else drawn
    share = recipe.of_drawn if drawn else 0
    pool: list[Lesson] = []
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.02, fused=True)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, recipe.steps, pct_start=0.1)
    begun = time.monotonic()
    for step in range(recipe.steps):
        new = fresh_lessons(recipe, step)
        pool = (pool + new)[-recipe.pool :]
        old = [pool[int(i)] for i in rng.integers(len(pool), size=recipe.batch - recipe.fresh - share)]
        real = [drawn[int(i)] for i in rng.integers(len(drawn), size=share)]
        loss, right = losses(network, new + old + real)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        plan.step()
        mean = {axis: 0.98 * mean.get(axis, now) + 0.02 * now for axis, now in right.items()}
        if step % 100 == 99:
            shares = ", ".join(f"{axis} {now:.3f}" for axis, now in mean.items())
            say(f"step {step + 1}: loss {loss.item():.3f}, {shares}; {time.monotonic() - begun:.0f} s")
        if step % WRITE_EVERY == WRITE_EVERY - 1:
            save_weights(network, target, recipe.config)
    save_weights(network, target, recipe.config)
    return network


if __name__ == "__main__":
    torch.set_num_threads(1)
    fit(Path(sys.argv[1]), say=lambda line: print(line, flush=True))
