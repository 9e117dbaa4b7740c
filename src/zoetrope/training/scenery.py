"""Train the scenery painter: empty stages of the toy stage against their sketches, by denoising.

Knows no things, words or sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.layers import preconditioning
from zoetrope.engine.families.pocket.plan import PATCH, still_stage
from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.training.latents import picture_parts, seen_stage
from zoetrope.training.levels import draw_sigma, shift_noise
from zoetrope.training.muon import muon_beside_adam
from zoetrope.training.network import channel_weights
from zoetrope.training.plans import plan_of
from zoetrope.training.rounds import Round, reused
from zoetrope.training.run import Ema, trapezoid
from zoetrope.training.trainer import RoundTrainer, Working, begin_with
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

NEAREST = 0.1  # share of its reach below which a channel's spread is weighed no more
FAINTEST = 1e-3  # reach at least


@dataclass(frozen=True)
class SceneryRecipe:
    """Everything that decides a run. parts is the folder with the weights of the video codec and the sketcher.

    start is a file of weights to learn on from; shapes are (width, height, stages of one round, all of that shape).
    """

    parts: str
    config: SceneryConfig = field(default_factory=SceneryConfig)
    start: str = ""
    seed: int = 1
    steps: int = 6000
    batch: int = 24
    shapes: tuple[tuple[int, int, int], ...] = ((256, 144, 960), (192, 192, 120), (144, 256, 120))
    reuse: int = 12
    shift: float = 2.5
    warmup: int = 100
    cooldown: float = 0.35
    rate: float = 2e-3
    weight_decay: float = 0.01
    decay: float = 0.998
    structure: float = 1.0  # a channel's error, by its reach, weighs deviation ** structure
    save_every: int = 200


@dataclass(frozen=True)
class MakeStages:
    """Make the latents of one round of empty stages; pure in its number."""

    recipe: SceneryRecipe

    def __call__(self, number: int) -> Round:
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self.recipe.seed, 31, number])
        made: Round = {}
        for index, (width, height, count) in enumerate(self.recipe.shapes):
            stages = [self._stage(rng, width, height) for _ in range(count)]
            for name in stages[0]:
                made[f"{index}.{name}"] = torch.stack([each[name] for each in stages])
        return made

    @torch.no_grad()
    def _stage(self, rng: np.random.Generator, width: int, height: int) -> dict[str, Tensor]:
        codec, sketcher = picture_parts(Path(self.recipe.parts))
        scene = at_rest(write_scene(rng, width=width, height=height, frames=1))
        plan, grid = plan_of(scene), (height // PATCH, width // PATCH)
        picture = seen_stage(scene, 0)[None, :, None]
        sketch = sketcher.sketch(still_stage(plan), torch.zeros(1, dtype=torch.long), grid)[None]
        both = torch.cat([picture, sketch]).to(torch.bfloat16)
        whole, plain = codec.encode(both).flatten(1, 3).half()
        return {"whole": whole, "sketch": plain, "signs": plan.signs[0]}


def at_rest(scene: Scene) -> Scene:
    """The same scene seen by a resting camera."""
    camera = np.zeros_like(scene.motion.camera)
    camera[:, 2] = 1
    return replace(scene, motion=replace(scene.motion, camera=camera), cut=None)


class SceneryTrainer(RoundTrainer[SceneryRecipe, Scenery]):
    working: Working[Scenery]
    file = "scenery.safetensors"

    def __init__(self, recipe: SceneryRecipe, compiled: bool = True) -> None:
        torch.manual_seed(recipe.seed)
        scenery = begin_with(Scenery(recipe.config), recipe.start)
        self.working = Working(scenery)
        if compiled:
            self.working.network.compile(dynamic=False)
        codec = Path(recipe.parts) / "video_codec.safetensors"
        self.scale = channel_weights(codec, 1.0)
        self.weights = channel_weights(codec, recipe.structure)
        optimisers = muon_beside_adam(scenery, scenery.blocks, recipe.rate, recipe.weight_decay)
        super().__init__(recipe, scenery, *optimisers, make=MakeStages(recipe))

    def order(self, number: int) -> list[tuple[int, np.ndarray]]:
        """(shape, stages) of every batch."""
        recipe, batches = self.recipe, []
        rng = np.random.default_rng([recipe.seed, 37, number])
        for index, (*_, count) in enumerate(recipe.shapes):
            batches += [(index, stages) for stages in reused(count, recipe.batch, recipe.reuse, rng)]
        return [batches[place] for place in rng.permutation(len(batches))]

    def start(self, made: Round) -> None:
        """Measure how far every channel reaches; measured numbers are no weights, and not averaged in.

        What carries the most of what is seen reaches 1.
        """
        beyond = (made["0.whole"].float() - made["0.sketch"].float()).flatten(0, 1) * self.scale
        seen = beyond.std(0)
        unit = (seen.pow(4).sum() / seen.square().sum()).sqrt()
        self.network.reach.copy_((seen / unit).clamp_min(FAINTEST).bfloat16())
        self.network.deviation.copy_((unit / self.scale).bfloat16())
        self.average = Ema(self.network, self.recipe.decay)
        self.working.share()

    def learn(self, made: Round, batch: tuple[int, np.ndarray]) -> dict[str, float]:
        index, which = batch
        width, height, _ = self.recipe.shapes[index]
        names = (f"{index}.{name}" for name in ("whole", "sketch", "signs"))
        whole, sketch, signs = (made[name][torch.from_numpy(which)].float() for name in names)
        return self._denoise(whole, sketch, signs, (height // PATCH, width // PATCH))

    def _denoise(self, whole: Tensor, sketch: Tensor, signs: Tensor, grid: tuple[int, int]) -> dict[str, float]:
        recipe = self.recipe
        clean = (whole - sketch) / self.network.deviation
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        sigma = shift_noise(draw_sigma(len(clean), generator), recipe.shift)
        level = sigma[:, None, None]
        noisy = (1 - level) * clean + level * torch.randn(clean.shape, generator=generator)
        made = self.working.network(noisy, sigma, sketch, signs, grid)
        reach = self.network.reach
        error = ((made - clean) / reach).square() * self.weights
        spread = preconditioning(level, reach)[1] / reach
        loss = (error / spread.clamp_min(NEAREST).square()).mean()
        loss.backward()
        cooldown = int(recipe.cooldown * recipe.steps)
        norm = self.take_step(trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=cooldown))
        return {"loss": loss.item(), "error": error.mean().item(), "norm": norm}
