"""Train the sketcher: pixels of drawn scenes against what their plans tell.

Knows no words, sound or latents.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.families.pocket.plan import PATCH, SLOTS, Plan
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig, lay
from zoetrope.engine.families.pocket.views import look_at, near_thing
from zoetrope.engine.weights import save_weights
from zoetrope.training.plans import plan_of
from zoetrope.training.rounds import Round, Rounds
from zoetrope.training.run import Ema, Listener, Run, go_on, take_up, trapezoid
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

WEIGHTS = "sketcher.safetensors"
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

    @property
    def round_steps(self) -> int:
        return self.scenes // self.batch * self.reuse


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


class Trainer:
    """The moving parts of a run."""

    def __init__(self, recipe: SketcherRecipe, compiled: bool) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.step = recipe, 0
        self.sketcher = Sketcher(recipe.config)
        if compiled:
            self.sketcher.things.compile(dynamic=True)
            self.sketcher.stage.compile(dynamic=True)
        self.ema = Ema(self.sketcher, recipe.decay)
        self.optimiser = torch.optim.AdamW(
            self.sketcher.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )

    def advance(self, made: Round, which: Tensor) -> dict[str, float]:
        plan = Plan(*(made[each.name][which] for each in fields(Plan)))
        picture, spots = made["pictures"][which].long(), made["spots"][which].float() + 0.5
        truth = made["colours"][which].float() / 127.5 - 1
        count = picture.shape[1] // (1 + SLOTS)
        with torch.autocast("cpu", torch.bfloat16):
            seen = self.sketcher.stage_at(look_at(plan, picture), spots, GRID)
            for slot in range(SLOTS):
                there = plan.traits[:, slot, 0] > 0
                some = plan.shots(there)
                view = look_at(some, picture[there])
                near = near_thing(view, slot, spots[there], GRID)
                above = self.sketcher.thing_at(view, slot, spots[there], GRID)
                seen = seen.index_put((there,), lay(seen[there], above * near[..., None]))
        error = (seen - truth).square().mean(-1)
        loss = error.mean()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.sketcher.parameters(), 1.0).item()
        recipe = self.recipe
        factor = trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=int(recipe.cooldown * recipe.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.rate * factor
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.ema.update(self.sketcher)
        self.step += 1
        return {
            "anywhere": error[:, :count].mean().item(),
            "things": error[:, count : 2 * count].mean().item(),
            "norm": norm,
        }

    def save(self, run: Run) -> None:
        run.save(
            {
                "step": self.step,
                "sketcher": self.sketcher.state_dict(),
                "ema": self.ema.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            }
        )
        averaged = Sketcher(self.recipe.config)
        self.ema.copy_to(averaged)
        save_weights(averaged, run.folder / WEIGHTS, self.recipe.config)
        run.plot()

    def load(self, saved: dict) -> None:
        self.step = saved["step"]
        self.sketcher.load_state_dict(saved["sketcher"])
        self.ema.load_state_dict(saved["ema"])
        self.optimiser.load_state_dict(saved["optimiser"])


def train(
    recipe: SketcherRecipe,
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
    held: tuple[int, Round] = (-1, {})
    with Rounds(run.folder / "rounds", MakePixels(recipe)) as rounds:

        def advance() -> dict[str, float]:
            nonlocal held
            number, place = divmod(trainer.step, recipe.round_steps)
            if held[0] != number:
                held = (number, rounds.get(number))
            use, at = divmod(place, recipe.scenes // recipe.batch)
            order = np.random.default_rng([recipe.seed, 29, number, use]).permutation(recipe.scenes)
            return trainer.advance(held[1], torch.from_numpy(order[at * recipe.batch : (at + 1) * recipe.batch]))

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
