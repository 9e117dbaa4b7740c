"""Train the scenery painter: empty stages of the toy stage against their sketches, by denoising.

Knows no things, words or sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import preconditioning
from zoetrope.engine.families.pocket.plan import PATCH, still_stage
from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.engine.weights import save_weights
from zoetrope.training.latents import picture_parts, seen_stage
from zoetrope.training.muon import muon_beside_adam, take_step
from zoetrope.training.network import channel_weights
from zoetrope.training.plans import plan_of
from zoetrope.training.rounds import Round, Rounds
from zoetrope.training.run import Ema, Listener, Run, go_on, take_up, trapezoid
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

WEIGHTS = "scenery.safetensors"
NEAREST = 0.1  # spread below which the error is weighed no more


@dataclass(frozen=True)
class SceneryRecipe:
    """Everything that decides a run. parts is the folder with the weights of the video codec and the sketcher.

    shapes are (width, height, stages of one round, all of that shape).
    """

    parts: str
    config: SceneryConfig = field(default_factory=SceneryConfig)
    seed: int = 1
    steps: int = 6000
    batch: int = 24
    shapes: tuple[tuple[int, int, int], ...] = ((256, 144, 960), (192, 192, 120), (144, 256, 120))
    reuse: int = 4
    shift: float = 2.5
    warmup: int = 100
    cooldown: float = 0.35
    rate: float = 2e-3
    weight_decay: float = 0.01
    decay: float = 0.998
    structure: float = 1.0  # a channel's error weighs deviation ** structure
    save_every: int = 200

    @property
    def round_steps(self) -> int:
        return sum(count // self.batch for *_, count in self.shapes) * self.reuse


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


class Trainer:
    """The moving parts of a run."""

    def __init__(self, recipe: SceneryRecipe, compiled: bool) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.step = recipe, 0
        self.scenery = Scenery(recipe.config)
        if compiled:
            for block in self.scenery.blocks:
                block.compile(dynamic=False)
        self.ema = Ema(self.scenery, recipe.decay)
        self.weights = channel_weights(Path(recipe.parts) / "video_codec.safetensors", recipe.structure)
        self.optimisers = muon_beside_adam(self.scenery, self.scenery.blocks, recipe.rate, recipe.weight_decay)

    def start(self, beyond: Tensor) -> None:
        """Measure the scale of what is made; measured numbers are no weights, and not averaged in."""
        self.scenery.deviation.copy_(beyond.flatten(0, 1).float().std(0).clamp_min(1e-3))
        self.ema = Ema(self.scenery, self.recipe.decay)

    def advance(self, whole: Tensor, sketch: Tensor, signs: Tensor, grid: tuple[int, int]) -> dict[str, float]:
        recipe = self.recipe
        clean = (whole - sketch) / self.scenery.deviation
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        strata = torch.randperm(len(clean), generator=generator) + torch.rand(len(clean), generator=generator)
        sigma = torch.special.ndtri((strata / len(clean)).clamp(1e-4, 1 - 1e-4)).sigmoid()
        sigma = recipe.shift * sigma / (1 + (recipe.shift - 1) * sigma)
        level = sigma[:, None, None]
        noisy = (1 - level) * clean + level * torch.randn(clean.shape, generator=generator)
        with torch.autocast("cpu", torch.bfloat16):
            made = self.scenery(noisy, sigma, sketch, signs, grid)
        error = (made - clean).square() * self.weights
        loss = (error / preconditioning(level)[1].clamp_min(NEAREST).square()).mean()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.scenery.parameters(), 1.0).item()
        factor = trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=int(recipe.cooldown * recipe.steps))
        take_step(self.optimisers, recipe.rate * factor)
        self.ema.update(self.scenery)
        self.step += 1
        return {"loss": loss.item(), "error": error.mean().item(), "norm": norm}

    def save(self, run: Run) -> None:
        run.save(
            {
                "step": self.step,
                "scenery": self.scenery.state_dict(),
                "ema": self.ema.state_dict(),
                "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            }
        )
        averaged = Scenery(self.recipe.config)
        self.ema.copy_to(averaged)
        save_weights(averaged, run.folder / WEIGHTS, self.recipe.config)
        run.plot()

    def load(self, saved: dict) -> None:
        self.step = saved["step"]
        self.scenery.load_state_dict(saved["scenery"])
        self.ema.load_state_dict(saved["ema"])
        for optimiser, state in zip(self.optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)


def walk(recipe: SceneryRecipe, number: int) -> list[tuple[int, np.ndarray]]:
    """The batches of a round in their order: (shape, stages)."""
    rng = np.random.default_rng([recipe.seed, 37, number])
    batches = []
    for index, (*_, count) in enumerate(recipe.shapes):
        for _ in range(recipe.reuse):
            order = rng.permutation(count)
            batches += [(index, order[at : at + recipe.batch]) for at in range(0, count, recipe.batch)]
    return [batches[place] for place in rng.permutation(len(batches))]


def train(
    recipe: SceneryRecipe,
    folder: Path,
    *,
    steps: int | None = None,
    minutes: float | None = None,
    resume: bool = True,
    compiled: bool = True,
    on_step: Listener | None = None,
) -> Path:
    """Train to the recipe's last step, or stop earlier after `steps` or `minutes`; returns the weights' path.

    A later call goes on exactly there.
    """
    run = Run(folder)
    trainer = Trainer(recipe, compiled)
    take_up(run, trainer, resume)
    held: tuple[int, Round, list] = (-1, {}, [])
    with Rounds(run.folder / "rounds", MakeStages(recipe)) as rounds:

        def advance() -> dict[str, float]:
            nonlocal held
            number, place = divmod(trainer.step, recipe.round_steps)
            if held[0] != number:
                held = (number, rounds.get(number), walk(recipe, number))
            if trainer.step == 0:
                trainer.start(held[1]["0.whole"].float() - held[1]["0.sketch"].float())
            index, which = held[2][place]
            width, height, _ = recipe.shapes[index]
            names = (f"{index}.{name}" for name in ("whole", "sketch", "signs"))
            whole, sketch, signs = (held[1][name][torch.from_numpy(which)].float() for name in names)
            return trainer.advance(whole, sketch, signs, (height // PATCH, width // PATCH))

        go_on(
            run,
            trainer,
            advance,
            until=recipe.steps,
            save_every=recipe.save_every,
            steps=steps,
            minutes=minutes,
            on_step=on_step,
        )
    return run.folder / WEIGHTS
