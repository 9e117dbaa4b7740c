"""Teach the eye for drops on fresh drawings: `zoetrope train pocket --part drops`.

Drops fall in drawn pictures, in spoiled ones, and crisp over spoiled ones, as the pocket family draws them over what it
decodes. Knows no clips of a generator.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import torch
from torch import nn

from zoetrope.engine.families.pocket.falling import Drops, Look, lay_drops
from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.drops import REACH, DropsConfig, DropsNet, moment
from zoetrope.training.rounds import Pool
from zoetrope.training.run import one_cycle
from zoetrope.training.trainer import Trainer, begin_with
from zoetrope.training.world.crowd import excerpt
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.spoil import spoil
from zoetrope.training.world.styles import THINGS_BLOCK

SIZES = ((256, 144), (256, 144), (256, 144), (192, 192), (144, 256))
SIDE = 144  # pixels of a side of the squares that are learned from: the least side of a format
WINDOW = 2 * REACH + 1
WAYS = ("drawn", "spoiled", "laid over")
SHARES = (0.45, 0.2, 0.35)


@dataclass(frozen=True)
class DropsRecipe:
    """A scene joins the pool every few steps with some windows, and a batch is drawn from the pool at each."""

    config: DropsConfig = field(default_factory=DropsConfig)
    steps: int = 800
    every: int = 2
    windows: int = 5
    batch: int = 24
    pool: int = 3_000
    rate: float = 2e-3
    decay: float = 0.0  # the last weights are kept, as they are
    seed: int = 50_000
    save_every: int = 100
    start: str = ""  # weights to begin with


def lesson(rng: np.random.Generator, windows: int) -> tuple[list[np.ndarray], int]:
    """Short windows of one clip, each uint8 (WINDOW, h, w, 3), and the number of its weather."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    pins = {axis: str(rng.choice(AXES[axis])) for axis in ("weather", "style", "light")}
    scene = write_scene(rng, width=width, height=height, frames=61, fixed=pins)
    starts = np.sort(rng.integers(61 - WINDOW, size=windows))
    part = excerpt(scene, (starts[:, None] + np.arange(WINDOW)).ravel())
    way = str(rng.choice(WAYS, p=SHARES))
    frames = draw(part) if way != "laid over" else draw(replace(part, weather="clear"))
    if way != "drawn":
        frames = spoil(frames, rng)
    if way == "laid over":
        fall(frames, part)
    return [frames[n * WINDOW : (n + 1) * WINDOW] for n in range(windows)], AXES["weather"].index(scene.weather)


def fall(frames: np.ndarray, scene: Scene) -> None:
    """Lay the drops of a scene over pictures of it. Shapes: frames uint8 (t, h, w, 3), changed."""
    cell = THINGS_BLOCK if scene.style == "pixel art" else 1
    look, size = Look(scene.weather, scene.style, scene.light), (scene.width // cell, scene.height // cell)
    drops = Drops(look, size, np.random.default_rng(scene.seed))
    for at, frame in enumerate(frames):
        if len(drops):
            drawn = drops.drawn(at, (float(scene.motion.camera[at, 0]), float(scene.motion.camera[at, 1])))
            lay_drops(frame, cv2.resize(drawn, (scene.width, scene.height), interpolation=cv2.INTER_NEAREST))


def square(window: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A square of a window as the network reads it. Shapes: (WINDOW, h, w, 3) in, (channels, SIDE, SIDE) out."""
    top, left = (int(rng.integers(size - SIDE + 1)) for size in window.shape[1:3])
    return moment(window[:, top : top + SIDE, left : left + SIDE].copy(), REACH)


class DropsTrainer(Trainer[DropsRecipe, DropsNet]):
    file = "drops.safetensors"

    def __init__(self, recipe: DropsRecipe) -> None:
        torch.manual_seed(recipe.seed)
        network = begin_with(DropsNet(recipe.config), recipe.start)
        network = network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.01)
        super().__init__(recipe, network, optimiser)
        self.pool = Pool(self._scene, recipe.pool // recipe.windows)

    def _scene(self, number: int) -> tuple[list[np.ndarray], int]:
        cv2.setNumThreads(1)
        return lesson(np.random.default_rng([self.recipe.seed, number]), self.recipe.windows)

    def advance(self) -> dict[str, float]:
        recipe = self.recipe
        scenes = self.pool.first(recipe.batch + self.step // recipe.every)
        pool = [(window, kind) for windows, kind in scenes for window in windows]
        rng = np.random.default_rng([recipe.seed, self.step, 0])
        chosen = [pool[int(i)] for i in rng.integers(len(pool), size=recipe.batch)]
        read = torch.from_numpy(np.stack([square(window, rng) for window, _ in chosen]))
        goal = torch.tensor([kind for _, kind in chosen])
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(read.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(logits.float(), goal, label_smoothing=0.02)
        loss.backward()
        factor, momentum = one_cycle(self.step, recipe.steps)
        self.take_step(factor, momentum=momentum)
        return {"loss": loss.item(), "right": (logits.argmax(1) == goal).float().mean().item()}
