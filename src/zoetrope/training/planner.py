"""Train the planner on written scenes: plans and what a caption would state, a thousand times cheaper than pictures.

Knows no words, pictures, sound or latents.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.layers import preconditioning
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import CAMERA, SLOTS, TRACK, TRAITS, joined
from zoetrope.engine.families.pocket.planner import KINDS, ROW, Planner, PlannerConfig, pinned, to_tokens
from zoetrope.engine.families.pocket.reader import ASKED, facts_of, nothing_said, number_answers
from zoetrope.training.levels import draw_sigma
from zoetrope.training.muon import muon_beside_adam
from zoetrope.training.plans import plan_of
from zoetrope.training.rounds import Round, reused
from zoetrope.training.run import Ema, trapezoid
from zoetrope.training.trainer import RoundTrainer
from zoetrope.training.world.captions import choose, truth
from zoetrope.training.world.script import write_scene

NEAREST = 0.02  # spread below which the error is weighed no more
SECOND, EMPTY = 4.0, 0.1  # weights of a second thing's track and of an empty slot's
LEAST = 1e-3  # of a number's deviation, so that what hardly varies is not blown up


@dataclass(frozen=True)
class PlannerRecipe:
    """Everything that decides a run; lengths are (latent frames, shots a round)."""

    config: PlannerConfig = field(default_factory=PlannerConfig)
    seed: int = 1
    steps: int = 6000
    batch: int = 256
    lengths: tuple[tuple[int, int], ...] = ((11, 3072), (6, 512), (1, 512))
    reuse: int = 4
    warmup: int = 100
    cooldown: float = 0.3
    rate: float = 2e-3
    weight_decay: float = 0.01
    decay: float = 0.998
    silent: float = 0.1  # share of shots of which nothing is stated
    whole: float = 0.6  # share of shots of which nothing is given
    save_every: int = 250


@dataclass(frozen=True)
class MakePlans:
    """Make the plans and facts of one round; pure in its number."""

    recipe: PlannerRecipe

    def __call__(self, number: int) -> Round:
        rng = np.random.default_rng([self.recipe.seed, 11, number])
        made: Round = {}
        for latents, count in self.recipe.lengths:
            shots = [write_scene(rng, frames=1 + GROUP * (latents - 1)) for _ in range(count)]
            plans = [plan_of(shot) for shot in shots]
            both = joined(plans)
            made[f"{latents}.tokens"] = to_tokens(both)
            answers = [number_answers(choose(truth(shot), rng)) for shot in shots]
            made[f"{latents}.facts"] = facts_of({axis: torch.tensor([a[axis] for a in answers]) for axis in ASKED})
        return made


def weigh(cast: Tensor, groups: int) -> Tensor:
    """How much every number of a shot's pictures counts, (b, groups, WIDE), by who is there.

    What an empty slot does is hardly anybody's business; the second thing is rarer than the first and counts more.
    """
    weight = torch.ones(len(cast), ROW, device=cast.device)
    for slot in range(1, SLOTS):
        there = cast[:, slot * TRAITS, None] > 0.5
        weight[:, slot * len(TRACK) : (slot + 1) * len(TRACK)] = torch.where(there, SECOND, EMPTY)
    return weight[:, None, None].expand(-1, groups, GROUP, -1).flatten(2)


def measure(tokens: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean and deviation (KINDS, WIDE) of the numbers of cast, first pictures and groups, over the things there are."""
    cast = torch.cat([each[:, 0] for each in tokens])
    kinds = [(cast, torch.ones_like(cast))]
    for picked in (slice(1, 2), slice(2, None)):
        parts = [each[:, picked] for each in tokens]
        counted = [(weigh(each[:, 0], part.shape[1]) >= 1).float() for each, part in zip(tokens, parts, strict=True)]
        kinds.append((torch.cat([part.flatten(0, 1) for part in parts]), torch.cat([c.flatten(0, 1) for c in counted])))
    mean = torch.stack([(values * there).sum(0) / there.sum(0).clamp_min(1) for values, there in kinds])
    spread = [(values - at).square() * there for (values, there), at in zip(kinds, mean, strict=True)]
    deviation = [
        (each.sum(0) / there.sum(0).clamp_min(1)).sqrt() for each, (_, there) in zip(spread, kinds, strict=True)
    ]
    return mean, torch.stack([torch.where(each < LEAST, 1.0, each) for each in deviation])


def draw_given(count: int, tokens: int, whole: float, rng: np.random.Generator) -> Tensor:
    """What is given of every shot, (b, tokens, WIDE): nothing, the cast, the camera, paths of things or some frames."""
    given = torch.zeros(count, tokens, GROUP, ROW)
    for row in given:
        if rng.random() < whole:
            continue
        kind = int(rng.integers(5))
        if kind == 0:
            row[0] = 1
        elif kind == 1:
            row[1:, :, -len(CAMERA) :] = 1
        elif kind == 2:
            for slot in range(SLOTS):
                if rng.random() < 0.7:
                    row[1:, :, slot * len(TRACK) : slot * len(TRACK) + 2] = 1
        elif kind == 3:
            row[: 1 + int(rng.integers(tokens - 1))] = 1
        else:
            row[torch.from_numpy(rng.random(tokens) < 0.4)] = 1
    return given.flatten(2)


class PlannerTrainer(RoundTrainer[PlannerRecipe, Planner]):
    file = "planner.safetensors"

    def __init__(self, recipe: PlannerRecipe, compiled: bool = True) -> None:
        torch.manual_seed(recipe.seed)
        planner = Planner(recipe.config)
        if compiled:
            for block in planner.blocks:
                block.compile(dynamic=False)
        optimisers = muon_beside_adam(planner, planner.blocks, recipe.rate, recipe.weight_decay)
        super().__init__(recipe, planner, *optimisers, make=MakePlans(recipe))

    def order(self, number: int) -> list[tuple[int, np.ndarray]]:
        """(latent frames, shots) of every batch."""
        recipe, batches = self.recipe, []
        rng = np.random.default_rng([recipe.seed, 13, number])
        for latents, count in recipe.lengths:
            batches += [(latents, shots) for shots in reused(count, recipe.batch, recipe.reuse, rng)]
        return [batches[place] for place in rng.permutation(len(batches))]

    def start(self, made: Round) -> None:
        """Measure the numbers of plans; measured ones are no weights, and not averaged in."""
        mean, deviation = measure([made[f"{latents}.tokens"] for latents, _ in self.recipe.lengths])
        self.network.mean.copy_(mean)
        self.network.deviation.copy_(deviation)
        self.average = Ema(self.network, self.recipe.decay)

    def learn(self, made: Round, batch: tuple[int, np.ndarray]) -> dict[str, float]:
        latents, which = batch
        rng = np.random.default_rng([self.recipe.seed, 17, self.step])
        shots = torch.from_numpy(which)
        silent = torch.from_numpy(rng.random(len(which)) < self.recipe.silent)[:, None]
        stated = made[f"{latents}.facts"][shots]
        facts = torch.where(silent, nothing_said(stated), stated)
        return self._denoise(self.network.normalise(made[f"{latents}.tokens"][shots]), facts, rng)

    def _denoise(self, clean: Tensor, facts: Tensor, rng: np.random.Generator) -> dict[str, float]:
        recipe = self.recipe
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        sigma = draw_sigma(len(clean), generator, spread=1.2)
        noise = torch.randn(clean.shape, generator=generator)
        given = draw_given(len(clean), clean.shape[1], recipe.whole, rng)
        given[:, 0] = torch.maximum(given[:, 0], pinned(facts)[1])
        level = sigma[:, None, None]
        noisy = torch.where(given > 0, clean, (1 - level) * clean + level * noise)
        with torch.autocast("cpu", torch.bfloat16):
            made = self.network(noisy, given, sigma, facts)
        told = (1 - given) * (self.network.deviation[(torch.arange(clean.shape[1])).clamp(max=KINDS - 1)] != 1)
        told[:, 1:] *= weigh(self.network.restore(clean)[:, 0], clean.shape[1] - 1)
        error = (made.float() - clean).square() * told
        spread = preconditioning(level)[1]
        loss = (error / spread.clamp_min(NEAREST).square()).sum() / told.sum().clamp_min(1)
        loss.backward()
        cooldown = int(recipe.cooldown * recipe.steps)
        norm = self.take_step(trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=cooldown))
        cast = error[:, 0].sum() / told[:, 0].sum().clamp_min(1)
        rows = error[:, 1:].sum() / told[:, 1:].sum().clamp_min(1)
        return {"loss": loss.item(), "cast": cast.item(), "rows": rows.item(), "norm": norm}
