"""Teach the network that weighs what falls: `python -m` this module with the file to write.

It learns from drawn clips that were looked at, and from such clips spoiled, with crisp drops laid over. Knows no clips
of a generator.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from zoetrope.engine.weights import save_weights
from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.detect import Detectors, Glance, shipped
from zoetrope.evaluation.drops_fit import fall
from zoetrope.evaluation.weather import WeatherConfig, WeatherNet, numbers
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.spoil import spoil

FRAMES = 60


@dataclass(frozen=True)
class WeighRecipe:
    """Of so many drawn clips every few are learned spoiled as well; noise is a share of each number's spread."""

    config: WeatherConfig = field(default_factory=WeatherConfig)
    clips: int = 500
    spoiled_of: int = 5
    steps: int = 300
    rate: float = 3e-3
    weight_decay: float = 0.3
    noise: float = 0.5
    seed: int = 700_000


def lessons(recipe: WeighRecipe, eyes: Detectors) -> list[tuple[np.ndarray, int]]:
    """Numbers of clips and the number of their weather: about 0.9 s of one core each."""
    out = []
    for index in range(recipe.clips):
        scene = write_scene(np.random.default_rng(recipe.seed + index), frames=FRAMES, held_out=index % 5 == 0)
        frames = draw(scene)
        glance = eyes.glance(frames)
        out.append(_lesson(scene, frames, glance))
        if index % recipe.spoiled_of == 2:
            over = spoil(draw(replace(scene, weather="clear")), np.random.default_rng(index))
            fall(over, scene)
            out.append(_lesson(scene, over, glance))
    return out


def _lesson(scene: Scene, frames: np.ndarray, glance: Glance) -> tuple[np.ndarray, int]:
    """The spotter's word is that of the clip as it was drawn."""
    told = numbers(frames, glance.hidden, glance.camera.path, glance.cuts, glance.spotted)
    return told, AXES["weather"].index(scene.weather)


def fit(target: Path, known: Sequence[tuple[np.ndarray, int]], recipe: WeighRecipe | None = None) -> WeatherNet:
    """Teach the network all clips at once, again and again under noise, and write its weights."""
    recipe = recipe or WeighRecipe()
    torch.manual_seed(recipe.seed)
    read, goal = torch.from_numpy(np.stack([each for each, _ in known])), torch.tensor([kind for _, kind in known])
    network = WeatherNet(recipe.config)
    network.get_buffer("mean").copy_(read.mean(0))
    network.get_buffer("spread").copy_(read.std(0) + 0.01)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
    for _ in range(recipe.steps):
        noise = recipe.noise * network.get_buffer("spread") * torch.randn_like(read)
        loss = nn.functional.cross_entropy(network(read + noise), goal, label_smoothing=0.02)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    save_weights(network, target, recipe.config)
    return network


if __name__ == "__main__":
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    fit(Path(sys.argv[1]), lessons(WeighRecipe(), shipped()))
