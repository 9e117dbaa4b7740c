"""Measure the pocket video codec on the toy stage: the principal components of patches, which are both its ways.

Nothing is learned by gradients: steps add up what patches have in common, and the weights follow from the sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.video_codec import GROUP, PATCH, STILL, VideoCodec, VideoCodecConfig
from zoetrope.training.rounds import Round
from zoetrope.training.run import Run
from zoetrope.training.trainer import Numbers, RoundTrainer
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

CLIP = 1 + 10 * GROUP
WHITENED = 0.6  # a component of deviation d becomes a latent of d ** (1 - WHITENED), all on average of unit variance
LEAST = 1e-3  # a deviation below it counts as it
SPARE = 24  # components more than are kept, so that the last ones kept are exact


@dataclass(frozen=True)
class VideoCodecRecipe:
    """Everything that decides a run; crops are (batch, latent frames, rows, columns)."""

    config: VideoCodecConfig = field(default_factory=VideoCodecConfig)
    seed: int = 1
    steps: int = 240
    decay: float = 0.0  # sums are not averaged
    clips: int = 30
    sizes: tuple[tuple[int, int], ...] = ((256, 144), (256, 144), (144, 256), (192, 192), (128, 80), (96, 96))
    crops: tuple[tuple[int, int, int, int], ...] = ((12, 3, 5, 5), (2, 3, 9, 16))
    steps_per_round: int = 60
    save_every: int = 60


@dataclass(frozen=True)
class MakeClips:
    """Draw the clips of one round and cut the crops of all its steps out of them."""

    recipe: VideoCodecRecipe

    def __call__(self, number: int) -> Round:
        cv2.setNumThreads(1)
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, number])
        clips = [_draw(rng, *recipe.sizes[i % len(recipe.sizes)]) for i in range(recipe.clips)]
        return {
            str(step): torch.from_numpy(_crops(rng, clips, recipe.crops[step % len(recipe.crops)]))
            for step in range(recipe.steps_per_round)
        }


def _draw(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    return draw(write_scene(rng, width=width, height=height, frames=CLIP))


def _crops(rng: np.random.Generator, clips: list[np.ndarray], shape: tuple[int, int, int, int]) -> np.ndarray:
    """uint8 (b, t, h, w, 3); a clip smaller than the crop is not used for it, a tall crop is as good as a wide one."""
    batch, latents, rows, columns = shape
    frames, height, width = 1 + (latents - 1) * GROUP, rows * PATCH, columns * PATCH
    fitting = [clip for clip in clips if clip.shape[1] >= height and clip.shape[2] >= width]
    out = np.empty((batch, frames, height, width, 3), np.uint8)
    for row in out:
        clip = fitting[rng.integers(len(fitting))]
        t, y, x = (rng.integers(size - part + 1) for size, part in zip(clip.shape, row.shape[:3], strict=False))
        row[:] = clip[t : t + frames, y : y + height, x : x + width]
    return out


def to_signed(frames: Tensor) -> Tensor:
    """uint8 (b, t, h, w, 3) -> float (b, 3, t, h, w) in [-1, 1]."""
    return rearrange(frames.float() / 127.5 - 1, "b t h w c -> b c t h w")


class Sums:
    """What patches (n, p) have in common: how many there were, their sum, and the sum of their products."""

    def __init__(self, values: int = STILL * GROUP) -> None:
        self.count, self.total, self.products = 0, torch.zeros(values), torch.zeros(values, values)

    def add(self, patches: Tensor) -> None:
        """Take in some more. Shapes: (n, p)."""
        self.count += len(patches)
        self.total += patches.sum(0)
        self.products.addmm_(patches.T, patches)

    def components(self, most: int) -> tuple[Tensor, Tensor, Tensor]:
        """Mean (p,), the strongest components (p, most), orthonormal, and the deviation of each (most,).

        Source: Halko et al. 2011; all 4,608 of them would take a minute.
        """
        mean = self.total / self.count
        spread = self.products / self.count - torch.outer(mean, mean)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            vectors, values, _ = torch.svd_lowrank(spread, q=min(most + SPARE, len(mean)), niter=4)
        return mean, vectors[:, :most], values[:most].sqrt()


@torch.no_grad()
def set_components(codec: VideoCodec, mean: Tensor, vectors: Tensor, deviation: Tensor) -> None:
    """Make components the encoder, and their inverse the decoder.

    Latents are whitened in part: what carries most of a picture still stands out of the noise longest, but not so far
    that it shows through almost any noise.
    Shapes: mean (p,) of patches, vectors (p, c) orthonormal, deviation (c,) of each component.
    """
    codec.encoder.weight.copy_(vectors.T)
    codec.encoder.bias.copy_(-(mean @ vectors))
    codec.decoder_direct.group.weight.copy_(vectors)
    codec.decoder_direct.group.bias.copy_(mean)
    codec.decoder_direct.still.weight.copy_(vectors.unflatten(0, (GROUP, STILL)).mean(0))
    codec.decoder_direct.still.bias.copy_(mean.unflatten(0, (GROUP, STILL)).mean(0))
    spread = deviation.clamp_min(LEAST) ** (2 * (1 - WHITENED))
    codec.mean.zero_()
    codec.deviation.copy_(deviation.clamp_min(LEAST) ** WHITENED * spread.mean().sqrt())


class VideoCodecTrainer(RoundTrainer[VideoCodecRecipe, VideoCodec]):
    """Adds up patches step by step, and turns the sums into weights whenever they are written."""

    file = "video_codec.safetensors"

    def __init__(self, recipe: VideoCodecRecipe, compiled: bool = True) -> None:
        del compiled  # one product a step: nothing to compile
        super().__init__(recipe, VideoCodec(recipe.config), make=MakeClips(recipe))
        self.sums = Sums()

    def order(self, number: int) -> range:
        del number
        return range(self.recipe.steps_per_round)

    @torch.no_grad()
    def learn(self, made: Round, batch: int) -> Numbers:
        cut = "b c (f t) (r p) (w q) -> (b f r w) (t c p q)"
        self.sums.add(rearrange(to_signed(made[str(batch)])[:, :, 1:], cut, t=GROUP, p=PATCH, q=PATCH))
        self.step += 1
        return {"patches": self.sums.count, "variance": float(self._variance())}

    def _variance(self) -> Tensor:
        """The mean variance of a patch's values so far."""
        return (self.sums.products.diagonal() / self.sums.count - (self.sums.total / self.sums.count).square()).mean()

    def save(self, run: Run) -> None:
        set_components(self.network, *self.sums.components(self.recipe.config.channels))
        self.average.update(self.network)
        super().save(run)

    def state(self) -> dict[str, Any]:
        return super().state() | {"sums": vars(self.sums)}

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        vars(self.sums).update(saved["sums"])
