"""Train the detectors on true renders: first what single frames and things look like, then what motion means.

The motion network learns from the paths that a sharp eye would see, not from the other two networks: so each can be
trained again without the others. Knows nothing of generation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from zoetrope.evaluation import fit_data
from zoetrope.evaluation.augment import augment
from zoetrope.evaluation.axes import FRAME_AXES, MOTION_AXES, THING_AXES
from zoetrope.evaluation.detect import Detectors, to_network, weights_path
from zoetrope.evaluation.fit_data import WINDOWS
from zoetrope.evaluation.networks import MEASURES, FrameNet, MotionNet, ThingNet

Say = Callable[[str], None]


@dataclass(frozen=True)
class Fit:
    """How long to learn. looks and motions are scenes; the rest are walks over them."""

    looks: int = 3000
    motions: int = 2500
    frame_epochs: int = 8
    thing_epochs: int = 6
    motion_epochs: int = 60
    batch: int = 64
    rate: float = 2e-3
    seed: int = 20_000


def fit(target: Path, recipe: Fit | None = None, say: Say = print) -> Detectors:
    """Train all three networks and write their weights to one file (float16, safetensors)."""
    recipe = recipe or Fit()
    torch.manual_seed(recipe.seed)
    looks = fit_data.looks(recipe.looks, recipe.seed, say)
    frame, thing = fit_frame(looks, recipe, say), fit_thing(looks, recipe, say)
    motions = fit_data.motions(recipe.motions, recipe.seed + 1, say)
    detectors = Detectors(frame, thing, fit_motion(motions, recipe, say))
    save(detectors, target)
    return detectors


def save(detectors: Detectors, target: Path) -> None:
    """Write the weights as float16."""
    weights = {}
    for prefix in ("frame", "thing", "motion"):
        for name, tensor in getattr(detectors, prefix).state_dict().items():
            weights[f"{prefix}.{name}"] = tensor.detach().to(torch.float16).contiguous()
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, target)


def fit_frame(looks: fit_data.Looks, recipe: Fit, say: Say) -> FrameNet:
    """Learn where things are and what the whole picture says."""
    network = FrameNet()
    labels = {axis: torch.from_numpy(looks.frame_labels[axis]) for axis in FRAME_AXES}

    def loss(rows: np.ndarray) -> Tensor:
        scenes, window = rows // WINDOWS, rows % WINDOWS
        triple = np.stack([looks.small[i, 3 * w : 3 * w + 3] for i, w in zip(scenes, window, strict=True)])
        x = to_network(triple.transpose(0, 1, 4, 2, 3).reshape(len(rows), 9, *triple.shape[2:4]))
        goal = torch.from_numpy(looks.heat[scenes, window].astype(np.float32))
        flip = torch.rand(len(rows)) < 0.5
        x, goal = (torch.where(flip.view(-1, *[1] * (y.ndim - 1)), y.flip(-1), y) for y in (x, goal))
        with torch.autocast("cpu", torch.bfloat16):
            heat, heads = network(x)
        total = heat_loss(heat, goal)
        for axis in FRAME_AXES:
            total = total + nn.functional.cross_entropy(heads[axis], labels[axis][scenes], label_smoothing=0.02)
        return total

    _learn(network, loss, len(looks.small) * WINDOWS, recipe.frame_epochs, recipe, say, "frames")
    return network


def heat_loss(heat: Tensor, goal: Tensor) -> Tensor:
    """Penalty-reduced focal loss of a heat map, per thing. Source: Law and Deng 2018 (CornerNet), eq. 1."""
    chance = heat.sigmoid().clamp(1e-4, 1 - 1e-4)
    top = goal > 0.99
    hit = -((1 - chance) ** 2 * chance.log())[top].sum()
    miss = -((1 - goal) ** 4 * chance**2 * (1 - chance).log())[~top].sum()
    return (hit + miss) / top.sum().clamp(min=1)


def fit_thing(looks: fit_data.Looks, recipe: Fit, say: Say) -> ThingNet:
    """Learn what one thing is and how it sits in its square."""
    network = ThingNet()
    labels = {axis: torch.from_numpy(looks.thing_labels[axis]) for axis in THING_AXES}
    measures = torch.from_numpy(looks.measures)
    mirrored = torch.tensor([-1.0 if name in ("x", "turn") else 1.0 for name in MEASURES])
    # presence is a logit; the others are compared in their own units, weighed to errors that matter alike
    weight = torch.tensor([4.0, 4.0, 4.0, 2.0, 2.0, 1.0])

    def loss(rows: np.ndarray) -> Tensor:
        x, goal = to_network(looks.squares[rows]), measures[rows]
        flip = torch.rand(len(rows)) < 0.5
        x = torch.where(flip[:, None, None, None], x.flip(-1), x)
        goal = torch.where(flip[:, None], goal * mirrored, goal)
        with torch.autocast("cpu", torch.bfloat16):
            logits, measured = network(x)
        there = goal[:, 0]
        total = nn.functional.binary_cross_entropy_with_logits(measured[:, 0], there)
        miss = nn.functional.smooth_l1_loss(measured[:, 1:], goal[:, 1:], reduction="none", beta=0.1)
        total = total + (miss * weight * there[:, None]).sum() / there.sum().clamp(min=1)
        for axis in THING_AXES:
            each = nn.functional.cross_entropy(logits[axis], labels[axis][rows], reduction="none", label_smoothing=0.02)
            total = total + (each * there).sum() / there.sum().clamp(min=1)
        return total

    _learn(network, loss, len(looks.squares), recipe.thing_epochs, recipe, say, "things")
    return network


def fit_motion(motions: fit_data.Motions, recipe: Fit, say: Say) -> MotionNet:
    """Learn actions, order, pace, camera and touches from what the other two networks see."""
    network = MotionNet()
    features, seen = torch.from_numpy(motions.features), torch.from_numpy(motions.seen)
    network.set_scale(features[seen].float().std(0))
    touch = torch.from_numpy(motions.touch)
    labels = {axis: torch.from_numpy(motions.labels[axis]) for axis in MOTION_AXES}

    def loss(rows: np.ndarray) -> Tensor:
        longest = int(seen[rows].sum(1).max())
        mask = seen[rows, :longest]
        x, camera = augment(features[rows, :longest].float(), labels["camera"][rows])
        goals = {axis: labels[axis][rows] for axis in MOTION_AXES} | {"camera": camera}
        logits, touched = network(x, mask)
        goal = touch[rows, :longest].float()
        each = nn.functional.binary_cross_entropy_with_logits(
            touched[..., 0], goal[..., 0], reduction="none", pos_weight=torch.tensor(3.0)
        )
        total = 2 * each[mask].mean()
        hits = goal[..., 0] > 0
        if hits.any():
            total = total + (touched[..., 1] - goal[..., 1])[hits].abs().mean()
        for axis in MOTION_AXES:
            total = total + nn.functional.cross_entropy(logits[axis], goals[axis], label_smoothing=0.02)
        return total

    _learn(network, loss, len(features), recipe.motion_epochs, recipe, say, "motion")
    return network


def _learn(
    network: nn.Module, loss: Callable[[np.ndarray], Tensor], count: int, epochs: int, recipe: Fit, say: Say, name: str
) -> None:
    """AdamW with a warm-up and a cosine to zero."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.02)
    steps = epochs * (count // recipe.batch)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=steps + 1, pct_start=0.1)
    network.train()
    start, running = time.perf_counter(), None
    for step, rows in enumerate(_batches(count, epochs, recipe)):
        value = loss(rows)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        pace.step()
        running = value.item() if running is None else 0.98 * running + 0.02 * value.item()
        if step % 50 == 49 or step == steps - 1:
            say(f"{name}: step {step + 1}/{steps}, loss {running:.3f}, {time.perf_counter() - start:.0f} s")
    network.eval()


def _batches(count: int, epochs: int, recipe: Fit) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(recipe.seed)
    for _ in range(epochs):
        order = rng.permutation(count)
        for start in range(0, count - recipe.batch + 1, recipe.batch):
            yield order[start : start + recipe.batch]


if __name__ == "__main__":
    torch.set_num_threads(1)
    fit(weights_path(), say=lambda line: print(line, flush=True))
