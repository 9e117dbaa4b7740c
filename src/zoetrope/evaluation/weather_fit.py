"""Teach the network that weighs what falls: `zoetrope train pocket --part weather`.

It learns from drawn clips that were looked at, and from such clips spoiled, with crisp drops laid over. Knows no clips
of a generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.detect import Detectors, Glance, beginners
from zoetrope.evaluation.drops_fit import fall
from zoetrope.evaluation.weather import WeatherConfig, WeatherNet, numbers
from zoetrope.training.rounds import Round, kept
from zoetrope.training.trainer import Trainer
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.spoil import spoil

FRAMES = 60
AT_ONCE = 10  # clips of one file


@dataclass(frozen=True)
class WeatherRecipe:
    """Of so many drawn clips every few are learned spoiled as well; noise is a share of each number's spread.

    parts is the folder with the weights of the spotter.
    """

    parts: str
    config: WeatherConfig = field(default_factory=WeatherConfig)
    clips: int = 500
    spoiled_of: int = 5
    steps: int = 300
    rate: float = 3e-3
    weight_decay: float = 0.3
    noise: float = 0.5
    decay: float = 0.0  # the last weights are kept, as they are
    seed: int = 700_000
    save_every: int = 100


def lessons(recipe: WeatherRecipe, eyes: Detectors, index: int) -> list[tuple[np.ndarray, int]]:
    """Numbers of one drawn clip, or of two, and the number of its weather: about 0.9 s of one core."""
    scene = write_scene(np.random.default_rng(recipe.seed + index), frames=FRAMES, held_out=index % 5 == 0)
    frames = draw(scene)
    glance = eyes.glance(frames)
    out = [_lesson(scene, frames, glance)]
    if index % recipe.spoiled_of == 2:
        over = spoil(draw(replace(scene, weather="clear")), np.random.default_rng(index))
        fall(over, scene)
        out.append(_lesson(scene, over, glance))
    return out


def _lesson(scene: Scene, frames: np.ndarray, glance: Glance) -> tuple[np.ndarray, int]:
    """The spotter's word is that of the clip as it was drawn."""
    told = numbers(frames, glance.hidden, glance.camera.path, glance.cuts, glance.spotted)
    return told, AXES["weather"].index(scene.weather)


class WeatherTrainer(Trainer[WeatherRecipe, WeatherNet]):
    """All clips are learned at once, again and again under noise."""

    file = "weather.safetensors"

    def __init__(self, recipe: WeatherRecipe) -> None:
        torch.manual_seed(recipe.seed)
        network = WeatherNet(recipe.config)
        optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
        super().__init__(recipe, network, optimiser)

    def prepare(self, folder: Path) -> Iterator[dict[str, str]]:
        """Look at the clips."""
        cv2.setNumThreads(1)
        eyes, rounds = beginners(Path(self.recipe.parts) / "spotter.safetensors"), []

        def look(number: int) -> Round:
            clips = range(number * AT_ONCE, min((number + 1) * AT_ONCE, self.recipe.clips))
            known = [lesson for index in clips for lesson in lessons(self.recipe, eyes, index)]
            return {
                "read": torch.from_numpy(np.stack([read for read, _ in known])),
                "goal": torch.tensor([kind for _, kind in known]),
            }

        for made in kept(folder, -(-self.recipe.clips // AT_ONCE), look):
            rounds.append(made)
            yield {"looked at": f"{min(len(rounds) * AT_ONCE, self.recipe.clips)} of {self.recipe.clips} clips"}
        self.read, self.goal = (torch.cat([made[name] for made in rounds]) for name in ("read", "goal"))

    def advance(self) -> dict[str, float]:
        recipe, spread = self.recipe, self.network.get_buffer("spread")
        if self.step == 0:
            self.network.get_buffer("mean").copy_(self.read.mean(0))
            spread.copy_(self.read.std(0) + 0.01)
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        noise = recipe.noise * spread * torch.randn(self.read.shape, generator=generator)
        logits = self.network(self.read + noise)
        loss = nn.functional.cross_entropy(logits, self.goal, label_smoothing=0.02)
        loss.backward()
        self.take_step(1.0, clip=float("inf"))
        return {"loss": loss.item(), "right": (logits.argmax(1) == self.goal).float().mean().item()}
