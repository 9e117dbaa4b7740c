"""Train the sketcher: pixels of drawn scenes against what their plans tell.

Knows no words, sound or latents.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.plan import PATCH, SLOTS, Plan
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig, lay
from zoetrope.engine.families.pocket.views import look_at, near_thing
from zoetrope.training.plans import plan_of
from zoetrope.training.rounds import Round, reused
from zoetrope.training.run import trapezoid
from zoetrope.training.trainer import RoundTrainer
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

GRID = (9, 16)


@dataclass(frozen=True)
class SketcherRecipe:
    """Everything that decides a run. Of every scene `pictures` pictures are taken, and of each `spots` places anywhere
    and as many again on each thing.
    """

    config: SketcherConfig = field(default_factory=SketcherConfig)
    seed: int = 1
    steps: int = 2000
    batch: int = 32
    scenes: int = 640
    reuse: int = 6
    frames: int = 25
    pictures: int = 6
    spots: int = 100
    badged: float = 0.5  # of the scenes; a badge is small, and rare in the world
    warmup: int = 100
    cooldown: float = 0.4
    rate: float = 4e-3
    decay: float = 0.998
    save_every: int = 250


@dataclass(frozen=True)
class MakePixels:
    """Make the pixels and plans of one round; pure in its number."""

    recipe: SketcherRecipe

    def __call__(self, number: int) -> Round:
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self.recipe.seed, 23, number])
        made = [self._scene(rng) for _ in range(self.recipe.scenes)]
        return {name: torch.cat([each[name] for each in made]) for name in made[0]}

    def _scene(self, rng: np.random.Generator) -> dict[str, Tensor]:
        recipe = self.recipe
        scene = write_scene(rng, frames=recipe.frames, fixed={"badge": bool(rng.random() < recipe.badged)})
        plan = plan_of(scene)
        frames = torch.from_numpy(draw(scene))
        picture = torch.from_numpy(rng.integers(recipe.frames, size=recipe.pictures)).repeat_interleave(recipe.spots)
        high, wide = frames.shape[1:3]
        anywhere = torch.from_numpy(rng.random((len(picture), 2))) * torch.tensor([wide, high])
        parts = [anywhere, *(self._on_thing(plan, slot, picture, rng) for slot in range(SLOTS))]
        spots = torch.cat(parts).floor().clamp(torch.zeros(2), torch.tensor([wide - 1.0, high - 1.0]))
        pictures = picture.repeat(1 + SLOTS)
        colours = frames[pictures, spots[:, 1].long(), spots[:, 0].long()]
        return {
            "spots": spots.short()[None],
            "pictures": pictures.short()[None],
            "colours": colours[None],
            **vars(plan),
        }

    def _on_thing(self, plan: Plan, slot: int, picture: Tensor, rng: np.random.Generator) -> Tensor:
        """Places near a thing, some of them in its shadow; anywhere where the slot is empty."""
        many = torch.from_numpy(rng.random((12 * len(picture), 2))).float()
        spots = many * torch.tensor([GRID[1] * PATCH, GRID[0] * PATCH])
        if not plan.traits[0, slot, 0]:
            return spots[: len(picture)]
        near = near_thing(look_at(plan, picture.repeat(12)[None]), slot, spots[None], GRID)[0].unflatten(0, (12, -1))
        first = near.int().argmax(0)
        return spots.unflatten(0, (12, -1))[first, torch.arange(len(picture))]


class SketcherTrainer(RoundTrainer[SketcherRecipe, Sketcher]):
    file = "sketcher.safetensors"

    def __init__(self, recipe: SketcherRecipe, compiled: bool = True) -> None:
        torch.manual_seed(recipe.seed)
        sketcher = Sketcher(recipe.config)
        if compiled:
            sketcher.things.compile(dynamic=True)
            sketcher.stage.compile(dynamic=True)
        optimiser = torch.optim.AdamW(
            sketcher.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        super().__init__(recipe, sketcher, optimiser, make=MakePixels(recipe))

    def order(self, number: int) -> list[np.ndarray]:
        """The scenes of every batch."""
        recipe, batches = self.recipe, []
        for use in range(recipe.reuse):
            rng = np.random.default_rng([recipe.seed, 29, number, use])
            batches += reused(recipe.scenes, recipe.batch, 1, rng)
        return [scenes for scenes in batches if len(scenes) == recipe.batch]

    def learn(self, made: Round, batch: np.ndarray) -> dict[str, float]:
        which = torch.from_numpy(batch)
        plan = Plan(*(made[each.name][which] for each in fields(Plan)))
        picture, spots = made["pictures"][which].long(), made["spots"][which].float() + 0.5
        truth = made["colours"][which].float() / 127.5 - 1
        error = (self._seen(plan, picture, spots) - truth).square().mean(-1)
        error.mean().backward()
        recipe, count = self.recipe, picture.shape[1] // (1 + SLOTS)
        cooldown = int(recipe.cooldown * recipe.steps)
        norm = self.take_step(trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=cooldown))
        anywhere, things = (error[:, part].mean().item() for part in (slice(count), slice(count, 2 * count)))
        return {"anywhere": anywhere, "things": things, "norm": norm}

    def _seen(self, plan: Plan, picture: Tensor, spots: Tensor) -> Tensor:
        """What the sketch shows of a plan's pictures (b, n) at spots (b, n, 2): colours (b, n, 3)."""
        with torch.autocast("cpu", torch.bfloat16):
            seen = self.network.stage_at(look_at(plan, picture), spots, GRID)
            for slot in range(SLOTS):
                there = plan.traits[:, slot, 0] > 0
                view = look_at(plan.shots(there), picture[there])
                near = near_thing(view, slot, spots[there], GRID)
                above = self.network.thing_at(view, slot, spots[there], GRID)
                seen = seen.index_put((there,), lay(seen[there], above * near[..., None]))
        return seen
