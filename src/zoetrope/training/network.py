"""Train the pocket network on latents of the toy stage: flow matching over random tasks, with an exponential average.

The working network computes in bfloat16, as it does when it generates; the optimiser keeps float32 masters.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.engine.weights import save_weights
from zoetrope.training.batches import Batch, cut_batch
from zoetrope.training.latents import Bucket, MakeLatents, tokeniser, world_lexicon
from zoetrope.training.rounds import Round, Rounds
from zoetrope.training.run import Ema, Run, trapezoid, write_atomically

WEIGHTS = "network.safetensors"
LEXICON = "lexicon.json"


@dataclass(frozen=True)
class Phase:
    """Rounds of one mixture of buckets."""

    rounds: int
    buckets: tuple[Bucket, ...]


STILL = Bucket(256, 144, latents=1, kept=1, batch=18, clips=54)
MOMENTS = (
    STILL,
    Bucket(256, 144, latents=11, kept=1, batch=16, clips=24, reuse=8),
    Bucket(256, 144, latents=11, kept=3, batch=6, clips=24, reuse=6),
)
GLIMPSES = (
    replace(STILL, clips=108),
    Bucket(256, 144, latents=11, kept=1, batch=16, clips=24, reuse=8),
)
WHOLE = (
    replace(STILL, clips=108),
    Bucket(256, 144, latents=11, kept=11, batch=2, clips=8),
)


@dataclass(frozen=True)
class NetworkRecipe:
    """Everything that decides a run. codecs is the folder with both codecs' weights."""

    codecs: str
    config: NetworkConfig = field(default_factory=lambda: NetworkConfig(text=TextConfig(entries=tokeniser().entries)))
    phases: tuple[Phase, ...] = (Phase(18, MOMENTS), Phase(30, GLIMPSES), Phase(26, WHOLE))
    seed: int = 1
    warmup: int = 60
    cooldown: float = 0.28
    rate: float = 2e-3
    weight_decay: float = 0.02
    decay: float = 0.997
    no_text: float = 0.1
    shift: float = 4.0  # for latents of unit deviation
    sound_weight: float = 0.4
    structure: float = 1.0  # a channel's error weighs deviation ** structure: 0 all alike, 2 as much as it is seen
    save_every: int = 200

    def plan(self) -> tuple[tuple[int, tuple[Bucket, ...]], ...]:
        """(first round after the phase, its buckets) for every phase."""
        ends = np.cumsum([phase.rounds for phase in self.phases])
        return tuple((int(end), phase.buckets) for end, phase in zip(ends, self.phases, strict=True))

    @property
    def steps(self) -> int:
        return sum(phase.rounds * sum(bucket.steps for bucket in phase.buckets) for phase in self.phases)


def shift_noise(sigma: Tensor, shift: float) -> Tensor:
    """Move noise levels towards 1. Source: Esser et al. 2024, eq. 23."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def draw_sigmas(batch: int, levels: int, shift: float, generator: torch.Generator) -> Tensor:
    """Noise levels (b, levels): logit-normal, stratified over the batch, then shifted."""
    strata = (torch.arange(batch) + torch.rand(batch, generator=generator)) / batch
    picked = torch.stack([strata[torch.randperm(batch, generator=generator)] for _ in range(levels)], dim=1)
    return shift_noise(torch.special.ndtri(picked.clamp(1e-4, 1 - 1e-4)).sigmoid(), shift)


def channel_weights(codec: Path, structure: float) -> Tensor:
    """Weights (c,) of the video channels, 1 on average, from how far each one reached before it was normalised."""
    weights = load_file(codec)["deviation"].float() ** structure
    return weights / weights.mean()


def flow_loss(
    network: PocketNetwork,
    batch: Batch,
    noise: tuple[Tensor, Tensor],
    sigmas: Tensor,
    weights: tuple[Tensor, Tensor],
) -> tuple[Tensor, Tensor]:
    """Mean squared error of the velocity over the tokens that are made: (video, sound).

    Shapes: sigmas (b, levels), level 0 is what is given, where anything is; weights (c,) of each stream's channels.
    """
    task, split = batch.task, batch.video.shape[1]
    sigma = sigmas[:, task.level, None]
    noisy = [
        (1 - part) * clean + part * wild
        for clean, wild, part in zip(
            (batch.video, batch.sound), noise, (sigma[:, :split], sigma[:, split:]), strict=True
        )
    ]
    made = network(
        *noisy,
        prepared=network.prepare(batch.layout),
        sigmas=sigmas,
        level=task.level,
        context=network.text(batch.words),
    )
    losses = []
    for velocity, clean, wild, given, channels in zip(
        made, (batch.video, batch.sound), noise, (task.given[:split], task.given[split:]), weights, strict=True
    ):
        error = ((velocity.float() - (wild - clean)).square().mean(0) * channels).mean(1)
        weight = (~given).float()
        losses.append((error * weight).sum() / weight.sum().clamp_min(1))
    return losses[0], losses[1]


class Trainer:
    """The moving parts of a run: master and working network, average, optimiser, step."""

    def __init__(self, recipe: NetworkRecipe, device: torch.device, compiled: bool) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.step, self.compiled = recipe, device, 0, compiled
        self.master = PocketNetwork(recipe.config).to(device)
        self.working = copy.deepcopy(self.master).to(torch.bfloat16)
        self.ema = Ema(self.master, recipe.decay)
        self.weights = (
            channel_weights(Path(recipe.codecs) / "video_codec.safetensors", recipe.structure),
            torch.ones(recipe.config.sound_channels),
        )
        if compiled:
            torch._dynamo.config.recompile_limit = 64  # one graph for each shape of the recipe's buckets
            for block in self.working.blocks:
                block.compile(dynamic=False)
        matrices = [p for p in self.master.parameters() if p.ndim == 2]
        vectors = [p for p in self.master.parameters() if p.ndim != 2]
        self.optimiser = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
            lr=recipe.rate,
            betas=(0.9, 0.98),
            fused=True,
        )

    def advance(self, batch: Batch) -> dict[str, float]:
        """One step on one batch."""
        recipe, task = self.recipe, batch.task
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        sigmas = draw_sigmas(len(batch.video), task.levels, recipe.shift, generator)
        if task.given.any():
            faint = 0.15 * torch.rand(len(sigmas), generator=generator)
            sigmas[:, 0] = torch.where(torch.rand(len(sigmas), generator=generator) < 0.3, faint, torch.zeros(()))
        noise = (
            torch.randn(batch.video.shape, generator=generator),
            torch.randn(batch.sound.shape, generator=generator),
        )
        one_rank = task.levels == 1
        with torch.compiler.set_stance("default" if one_rank else "force_eager"):
            video, sound = flow_loss(self.working, batch, noise, sigmas, self.weights)
            (video + recipe.sound_weight * sound).backward()
        norm = self._update()
        self.step += 1
        return {"video": video.item(), "sound": sound.item(), "norm": norm}

    def _update(self) -> float:
        masters, workers = list(self.master.parameters()), list(self.working.parameters())
        for master, worker in zip(masters, workers, strict=True):
            master.grad = None if worker.grad is None else worker.grad.float()
            worker.grad = None
        norm = nn.utils.clip_grad_norm_(masters, 1.0).item()
        factor = trapezoid(
            self.step,
            self.recipe.steps,
            warmup=self.recipe.warmup,
            cooldown=int(self.recipe.cooldown * self.recipe.steps),
        )
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * factor
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self._share()
        self.ema.update(self.master)
        return norm

    @torch.no_grad()
    def _share(self) -> None:
        """Give the working network the master's weights."""
        for worker, master in zip(self.working.parameters(), self.master.parameters(), strict=True):
            worker.copy_(master)

    def save(self, run: Run) -> None:
        run.save(
            {
                "step": self.step,
                "network": self.master.state_dict(),
                "ema": self.ema.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            }
        )
        averaged = PocketNetwork(self.recipe.config)
        self.ema.copy_to(averaged)
        save_weights(averaged, run.folder / WEIGHTS, self.recipe.config)
        run.plot()

    def load(self, saved: dict) -> None:
        self.step = saved["step"]
        self.master.load_state_dict(saved["network"])
        self.ema.load_state_dict(saved["ema"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self._share()


def walk(recipe: NetworkRecipe, number: int) -> list[tuple[int, Bucket, np.ndarray]]:
    """The batches of a round in their order: (index of the bucket, bucket, clips)."""
    rng = np.random.default_rng([recipe.seed, 3, number])
    buckets = MakeLatents(recipe.seed, Path(), 0, recipe.plan()).buckets(number)
    batches = []
    for index, bucket in enumerate(buckets):
        order = np.concatenate([rng.permutation(bucket.clips) for _ in range(bucket.reuse)])
        for place in range(bucket.steps):
            batches.append((index, bucket, order[place * bucket.batch : (place + 1) * bucket.batch]))
    return [batches[place] for place in rng.permutation(len(batches))]


def find_place(recipe: NetworkRecipe, step: int) -> tuple[int, int]:
    """(round, batch within it) of a step."""
    number = 0
    for phase in recipe.phases:
        per_round = sum(bucket.steps for bucket in phase.buckets)
        if step < phase.rounds * per_round:
            return number + step // per_round, step % per_round
        step -= phase.rounds * per_round
        number += phase.rounds
    raise ValueError("the step lies beyond the recipe's last one")


def _write_lexicon(path: Path) -> None:
    lexicon = {key: sorted(value) for key, value in vars(world_lexicon()).items()}
    path.write_text(json.dumps(lexicon, ensure_ascii=False), encoding="utf-8")


def write_lexicon(path: Path) -> None:
    """Write what captions can say, which is what the text encoder can read."""
    lexicon = {key: sorted(value) for key, value in vars(world_lexicon()).items()}
    path.write_text(json.dumps(lexicon, ensure_ascii=False), encoding="utf-8")


def train(
    recipe: NetworkRecipe,
    folder: Path,
    *,
    steps: int | None = None,
    minutes: float | None = None,
    resume: bool = True,
    compiled: bool = True,
    on_step: Callable[[int, dict[str, float]], None] | None = None,
) -> Path:
    """Train to the recipe's last step, or stop earlier after `steps` or `minutes`; returns the weights' path.

    A later call goes on exactly there. Leaves the checkpoint, the averaged weights, the lexicon, the log and the loss
    picture in the folder.
    """
    run = Run(folder)
    trainer = Trainer(recipe, torch.device("cuda" if torch.cuda.is_available() else "cpu"), compiled)
    saved = run.load() if resume else None
    if saved is not None:
        trainer.load(saved)
        run.rewind(trainer.step)
    write_atomically(run.folder / LEXICON, _write_lexicon)
    make = MakeLatents(recipe.seed, Path(recipe.codecs), recipe.config.text.length, recipe.plan())
    started, last = time.monotonic(), recipe.steps if steps is None else min(steps, recipe.steps)
    held: tuple[int, Round, list] = (-1, {}, [])
    with Rounds(run.folder / "rounds", make) as rounds:
        while trainer.step < last and (minutes is None or time.monotonic() - started < 60 * minutes):
            number, place = find_place(recipe, trainer.step)
            begun = time.monotonic()
            if held[0] != number:
                held = (number, rounds.get(number), walk(recipe, number))
            waited = time.monotonic() - begun
            index, bucket, which = held[2][place]
            rng = np.random.default_rng([recipe.seed, 7, trainer.step])
            batch = cut_batch(held[1], index, bucket, which, no_text=recipe.no_text, rng=rng)
            numbers = trainer.advance(batch)
            numbers |= {"seconds": time.monotonic() - begun, "waited": waited}
            if batch.task.name == "free":
                numbers[f"free_{index}"] = numbers["video"]
            run.log(trainer.step, **numbers)
            if on_step is not None:
                on_step(trainer.step, numbers | {"bucket": index, "task": batch.task.name})  # type: ignore[dict-item]
            if trainer.step % recipe.save_every == 0 or trainer.step == last:
                trainer.save(run)
        trainer.save(run)
    return run.folder / WEIGHTS
