"""Train the pocket network on latents of the toy stage: flow matching over random tasks, with an exponential average.

The working network computes in bfloat16, as it does when it generates; the optimiser keeps float32 masters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.training.batches import Batch, cut_batch, to_device
from zoetrope.training.latents import Bucket, MakeLatents, tokeniser, world_lexicon
from zoetrope.training.levels import draw_sigmas
from zoetrope.training.muon import NEWTON_SCHULZ, Muon
from zoetrope.training.rounds import Round
from zoetrope.training.run import Run, trapezoid, write_atomically
from zoetrope.training.trainer import RoundTrainer, Working

LEVELS = 12  # noise levels where there are several: as many chunks as a clip can have, so that shapes stay the same
LEXICON = "lexicon.json"


@dataclass(frozen=True)
class Phase:
    """Rounds of one mixture of buckets."""

    rounds: int
    buckets: tuple[Bucket, ...]


STILL = Bucket(256, 144, latents=1, kept=1, batch=16, clips=144)
CLOSE_UP = Bucket(256, 144, latents=1, kept=1, batch=64, clips=160, reuse=6, shift=5.0, window=(5, 6))
GLIMPSE = Bucket(256, 144, latents=11, kept=1, batch=16, clips=20, reuse=8)
CLOSE_GLIMPSE = Bucket(256, 144, latents=11, kept=1, batch=64, clips=24, reuse=16, shift=5.0, window=(5, 6))
ACTION = Bucket(256, 144, latents=11, kept=11, batch=4, clips=32, window=(5, 8))
CLIP = Bucket(256, 144, latents=11, kept=11, batch=2, clips=8, shift=12.0)

LOOKS = (replace(STILL, clips=48), replace(CLOSE_UP, clips=96), CLOSE_GLIMPSE, replace(GLIMPSE, clips=16))
MOTIONS = (
    replace(CLOSE_UP, clips=48, reuse=4),
    replace(CLOSE_GLIMPSE, clips=12),
    replace(ACTION, clips=16),
    replace(CLIP, clips=4),
    replace(GLIMPSE, clips=8),
)
WHOLES = (
    replace(CLOSE_UP, clips=48, reuse=3),
    replace(CLOSE_GLIMPSE, clips=8),
    replace(ACTION, clips=12),
    CLIP,
    replace(GLIMPSE, clips=8),
)


@dataclass(frozen=True)
class NetworkRecipe:
    """Everything that decides a run. parts is the folder with the weights of codecs, sketcher and reader."""

    parts: str
    config: NetworkConfig = field(default_factory=lambda: NetworkConfig(text=TextConfig(entries=tokeniser().entries)))
    phases: tuple[Phase, ...] = (Phase(400, LOOKS), Phase(300, MOTIONS), Phase(200, WHOLES))
    seed: int = 1
    warmup: int = 60
    cooldown: float = 0.28
    rate: float = 2e-3
    weight_decay: float = 0.02
    decay: float = 0.997
    no_text: float = 0.15
    no_plan: float = 0.1
    anchored: float = 0.7  # of clips, whose sketch has their scenery
    sound_weight: float = 0.4
    structure: float = 1.0  # a channel's error weighs deviation ** structure: 0 all alike, 2 as much as it is seen
    focus: float = 5.0  # how much more a token that things fill weighs where little noise hides it
    text_rate: float = 0.0  # of the common rate; 0 keeps the words as the reader reads them
    save_every: int = 200
    workers: int = 1  # processes that draw: one keeps two cores busy, a GPU wants as many as there are cores

    def plan(self) -> tuple[tuple[int, tuple[Bucket, ...]], ...]:
        """(first round after the phase, its buckets) for every phase."""
        ends = np.cumsum([phase.rounds for phase in self.phases])
        return tuple((int(end), phase.buckets) for end, phase in zip(ends, self.phases, strict=True))

    @property
    def steps(self) -> int:
        return sum(phase.rounds * sum(bucket.steps for bucket in phase.buckets) for phase in self.phases)


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
    focus: float,
) -> tuple[Tensor, Tensor]:
    """Mean squared error of the velocity over the tokens that are made: (video, sound).

    Shapes: sigmas (b, levels), level 0 is what is given, where anything is; weights (c,) of each stream's channels.
    A token that things fill weighs up to 1 + focus times as much, the less noise the more: where noise still hides what
    is there, the weight itself would tell, and things would be seen where none are.
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
        prepared=network.prepare(batch.layout, masked=task.levels > 1),
        sigmas=sigmas,
        level=task.level,
        context=network.text(batch.words),
        sight=network.see(batch.stamps),
    )
    stress = 1 + focus * batch.cover * (1 - sigma[:, :split, 0] ** 4)
    stresses = (stress * ~task.given[:split], (~task.given[split:]).float().expand(len(sigma), -1))
    losses = []
    for velocity, clean, wild, weight, channels in zip(
        made, (batch.video, batch.sound), noise, stresses, weights, strict=True
    ):
        error = ((velocity.float() - (wild - clean)).square() * channels).mean(2)
        losses.append((error * weight).sum() / weight.sum().clamp_min(1))
    return losses[0], losses[1]


def make_optimisers(network: PocketNetwork, recipe: NetworkRecipe) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices of the blocks, AdamW for all else; words that are kept have none.

    Source: Jordan et al. 2024; updates scaled to AdamW's as by Liu et al. 2025, so that both share one rate.
    """
    text = list(network.text.parameters())
    matrices = [p for p in network.blocks.parameters() if p.ndim == 2]
    chosen = {id(p) for p in (*text, *matrices)}
    others = [p for p in network.parameters() if id(p) not in chosen]
    groups = [
        {"params": [p for p in others if p.ndim == 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in others if p.ndim != 2], "weight_decay": 0.0},
    ]
    if recipe.text_rate:
        groups.append({"params": text, "weight_decay": 0.0, "lr": recipe.rate * recipe.text_rate})
    return (
        torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True),
        Muon(
            [{"params": matrices}],
            lr=recipe.rate,
            weight_decay=recipe.weight_decay,
            iterations=NEWTON_SCHULZ,
        ),
    )


class NetworkTrainer(RoundTrainer[NetworkRecipe, PocketNetwork]):
    working: Working[PocketNetwork]
    file = "network.safetensors"

    def __init__(self, recipe: NetworkRecipe, compiled: bool = True) -> None:
        torch.manual_seed(recipe.seed)
        self.device, parts = torch.device("cuda" if torch.cuda.is_available() else "cpu"), Path(recipe.parts)
        master = PocketNetwork(recipe.config).to(self.device)
        read = load_file(parts / "reader.safetensors")
        master.text.load_state_dict({key[5:]: value for key, value in read.items() if key.startswith("text.")})
        master.text.requires_grad_(recipe.text_rate > 0)
        self.working = Working(master)
        self.weights = (
            channel_weights(parts / "video_codec.safetensors", recipe.structure).to(self.device),
            torch.ones(recipe.config.sound_channels, device=self.device),
        )
        if compiled:
            torch._dynamo.config.recompile_limit = 64  # one graph for each shape of the recipe's buckets
            for block in self.working.network.blocks:
                block.compile(dynamic=False)
        make = MakeLatents(recipe.seed, parts, recipe.config.text.length, recipe.plan(), recipe.anchored)
        super().__init__(recipe, master, *make_optimisers(master, recipe), make=make, workers=recipe.workers)

    def find_place(self, step: int) -> tuple[int, int]:
        return find_place(self.recipe, step)

    def order(self, number: int) -> list[tuple[int, Bucket, np.ndarray]]:
        return walk(self.recipe, number)

    def learn(self, made: Round, batch: tuple[int, Bucket, np.ndarray]) -> dict[str, Any]:
        (index, bucket, which), recipe = batch, self.recipe
        rng = np.random.default_rng([recipe.seed, 7, self.step])
        cut = cut_batch(made, index, bucket, which, no_text=recipe.no_text, no_plan=recipe.no_plan, rng=rng)
        numbers = self._denoise(cut, bucket.shift)
        if cut.task.name == "free":
            numbers[f"free_{index}"] = numbers["video"]
        return numbers | {"bucket": str(index), "task": cut.task.name}

    def _denoise(self, batch: Batch, shift: float) -> dict[str, float]:
        """One step on one batch whose noise levels are moved towards 1 by shift."""
        recipe, task = self.recipe, batch.task
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        sigmas = draw_sigmas(len(batch.video), 1 if task.levels == 1 else LEVELS, shift, generator)
        if task.given.any():
            faint = 0.15 * torch.rand(len(sigmas), generator=generator)
            sigmas[:, 0] = torch.where(torch.rand(len(sigmas), generator=generator) < 0.3, faint, torch.zeros(()))
        noise = (
            torch.randn(batch.video.shape, generator=generator),
            torch.randn(batch.sound.shape, generator=generator),
        )
        # Keyframes lie beside the grid in few tasks: their shapes are not worth a graph each.
        with torch.compiler.set_stance("force_eager" if task.stills else "default"):
            batch, device = to_device(batch, self.device), self.device
            wild = (noise[0].to(device), noise[1].to(device))
            video, sound = flow_loss(self.working.network, batch, wild, sigmas.to(device), self.weights, recipe.focus)
            (video + recipe.sound_weight * sound).backward()
        cooldown = int(recipe.cooldown * recipe.steps)
        norm = self.take_step(trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=cooldown))
        return {"video": video.item(), "sound": sound.item(), "norm": norm}

    def save(self, run: Run) -> None:
        super().save(run)
        write_atomically(run.folder / LEXICON, write_lexicon)


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


def write_lexicon(path: Path) -> None:
    """Write what captions can say, which is what the text encoder can read."""
    lexicon = {key: sorted(value) for key, value in vars(world_lexicon()).items()}
    path.write_text(json.dumps(lexicon, ensure_ascii=False), encoding="utf-8")
