"""Train the pocket video codec on the toy stage.

The encoder is the principal components of patches and stays so; the decoder starts as their inverse, and its tower
learns what lines cannot say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.video_codec import GROUP, PATCH, STILL, VideoCodec, VideoCodecConfig
from zoetrope.training.rounds import Round
from zoetrope.training.run import Ema, trapezoid
from zoetrope.training.trainer import RoundTrainer
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

CLIP = 1 + 10 * GROUP
WHITENED = 0.6  # a component of deviation d becomes a latent of d ** (1 - WHITENED), all on average of unit variance


@dataclass(frozen=True)
class VideoCodecRecipe:
    """Everything that decides a run; crops are (batch, latent frames, rows, columns).

    patches are how many of the first round's the components are taken from.
    """

    config: VideoCodecConfig = field(default_factory=VideoCodecConfig)
    seed: int = 1
    steps: int = 2000
    warmup: int = 40
    cooldown: int = 700
    rate: float = 1e-3
    outward_rate: float = 2e-4
    decay: float = 0.998
    latent_noise: float = 0.05
    clips: int = 30
    sizes: tuple[tuple[int, int], ...] = ((256, 144), (256, 144), (144, 256), (192, 192), (128, 80), (96, 96))
    crops: tuple[tuple[int, int, int, int], ...] = ((12, 3, 5, 5), (2, 3, 9, 16))
    steps_per_round: int = 60
    patches: int = 60_000
    save_every: int = 200


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


def picture_loss(made: Tensor, true: Tensor) -> Tensor:
    """Charbonnier distance of pixels and of their differences along rows, columns and time: (b, 3, t, h, w) -> ()."""
    error = made - true
    loss = _charbonnier(error)
    for axis in (2, 3, 4):
        loss = loss + 0.5 * _charbonnier(error.diff(dim=axis))
    return loss


def _charbonnier(error: Tensor, knee: float = 0.03) -> Tensor:
    """Quadratic below the knee and linear above. Source: Charbonnier et al. 1994."""
    return (error.square() + knee**2).sqrt().mean() - knee


def to_signed(frames: Tensor) -> Tensor:
    """uint8 (b, t, h, w, 3) -> float (b, 3, t, h, w) in [-1, 1]."""
    return rearrange(frames.float() / 127.5 - 1, "b t h w c -> b c t h w")


@torch.no_grad()
def start_from_components(codec: VideoCodec, batches: list[Tensor], most: int) -> None:
    """Set the encoder to the principal components of patches, the direct maps to their inverse, the tower to nothing.

    Latents are whitened in part: what carries most of a picture still stands out of the noise longest, but not so far
    that it shows through almost any noise.
    """
    cut = "b c (f t) (r p) (w q) -> (b f r w) (t c p q)"
    groups = torch.cat([rearrange(to_signed(x)[:, :, 1:], cut, t=GROUP, p=PATCH, q=PATCH) for x in batches])
    groups = groups[torch.randperm(len(groups))[:most]]
    mean = groups.mean(0)
    _, values, vectors = torch.svd_lowrank(groups - mean, q=codec.config.channels + 24, niter=3)
    channels = codec.config.channels
    set_components(codec, mean, vectors[:, :channels], values[:channels] / len(groups) ** 0.5)


@torch.no_grad()
def set_components(codec: VideoCodec, mean: Tensor, vectors: Tensor, deviation: Tensor) -> None:
    """Shapes: mean (p,) of patches, vectors (p, c) orthonormal, deviation (c,) of each component."""
    codec.encoder.weight.copy_(vectors.T)
    codec.encoder.bias.copy_(-(mean @ vectors))
    codec.decoder_direct.group.weight.copy_(vectors)
    codec.decoder_direct.group.bias.copy_(mean)
    codec.decoder_direct.still.weight.copy_(vectors.unflatten(0, (GROUP, STILL)).mean(0))
    codec.decoder_direct.still.bias.copy_(mean.unflatten(0, (GROUP, STILL)).mean(0))
    for out in (codec.decoder_out.still, codec.decoder_out.group) if codec.config.decoder_layers else ():
        torch.nn.init.zeros_(out.weight)
        torch.nn.init.zeros_(out.bias)
    spread = deviation.clamp_min(1e-3) ** (2 * (1 - WHITENED))
    codec.mean.zero_()
    codec.deviation.copy_(deviation.clamp_min(1e-3) ** WHITENED * spread.mean().sqrt())


def make_optimiser(codec: VideoCodec, recipe: VideoCodecRecipe) -> torch.optim.Optimizer:
    """AdamW with a rate of its own for the maps to patches; the encoder stays."""
    codec.encoder.requires_grad_(False)
    outward = [*codec.decoder_out.parameters(), *codec.decoder_direct.parameters()]
    others = [codec.decoder_in.weight, codec.decoder_in.bias, *codec.decoder.parameters()]
    return torch.optim.AdamW(
        [{"params": outward, "lr": recipe.outward_rate}, {"params": others, "lr": recipe.rate}],
        betas=(0.9, 0.97),
        weight_decay=0.0,
        fused=True,
    )


class VideoCodecTrainer(RoundTrainer[VideoCodecRecipe, VideoCodec]):
    file = "video_codec.safetensors"

    def __init__(self, recipe: VideoCodecRecipe, compiled: bool = True) -> None:
        torch.manual_seed(recipe.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        codec = VideoCodec(recipe.config).to(self.device)
        self._loss = torch.compile(self._plain_loss, dynamic=False) if compiled else self._plain_loss
        super().__init__(recipe, codec, make_optimiser(codec, recipe), make=MakeClips(recipe))

    def order(self, number: int) -> range:
        del number
        return range(self.recipe.steps_per_round)

    def start(self, made: Round) -> None:
        """Begin from the components of the first round."""
        batches = [made[str(batch)].to(self.device) for batch in self.order(0)]
        start_from_components(self.network, batches, self.recipe.patches)
        self.average = Ema(self.network, self.recipe.decay)

    def learn(self, made: Round, batch: int) -> dict[str, float]:
        recipe, frames = self.recipe, made[str(batch)]
        loss, error = self._loss(frames.to(self.device), _noise(recipe, self.step, frames).to(self.device))
        loss.backward()
        norm = self.take_step(trapezoid(self.step, recipe.steps, warmup=recipe.warmup, cooldown=recipe.cooldown))
        return {"loss": loss.item(), "psnr": -10 * math.log10(error.item()), "norm": norm}

    def _plain_loss(self, frames: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        true = to_signed(frames)
        with torch.autocast(self.device.type, torch.bfloat16):
            latent = self.network.encode(true)
            made, _ = self.network.decode_stream(latent + noise * self.recipe.latent_noise)
        made = made.float()
        return picture_loss(made, true), (made.clamp(-1, 1) - true).square().mean() / 4


def _noise(recipe: VideoCodecRecipe, step: int, frames: Tensor) -> Tensor:
    b, t, h, w, _ = frames.shape
    shape = (b, 1 + t // GROUP, h // PATCH, w // PATCH, recipe.config.channels)
    return torch.randn(shape, generator=torch.Generator().manual_seed(recipe.seed * 1_000_003 + step))
