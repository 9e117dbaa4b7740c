"""The second of two passes: the first one's latents, made twice as wide and high, under some noise again.

Knows the upsampler and the codec's mean and spread, not the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from einops import rearrange, reduce
from torch import Tensor

from zoetrope.engine.canvas import Canvas, Stream

SCALE = 2  # how much wider and higher the second pass is


def upsampled(upsampler: Any, codec: Any, canvas: Canvas) -> Tensor:
    """The latents of a finished canvas, twice as wide and high.

    The upsampler works on latents with the codec's mean and spread.
    Source: LTX2LatentUpsamplePipeline of diffusers.
    Shapes: out (n, c), normalised, float32, of the larger grid.
    """
    count, rows, columns = canvas.grid
    tokens = canvas.video.latent[: count * rows * columns]
    mean, spread = (each.view(1, -1, 1, 1, 1).to(tokens) for each in (codec.latents_mean, codec.latents_std))
    spread = spread / codec.config.scaling_factor
    latent = rearrange(tokens, "(f r w) c -> 1 c f r w", f=count, r=rows, w=columns) * spread + mean
    larger = upsampler(latent.to(upsampler.dtype)).float()
    return rearrange((larger - mean) / spread, "1 c f r w -> (f r w) c")


def begin_again(blank: Canvas, video: Tensor, sound: Tensor, sigma: float) -> Canvas:
    """Put latents under the noise of a blank canvas. Units: sigma is where the second pass begins."""

    def mixed(stream: Stream, latent: Tensor) -> Stream:
        return replace(stream, latent=(1 - sigma) * latent + sigma * stream.latent)

    return replace(blank, video=mixed(blank.video, video), sound=mixed(blank.sound, sound))


def reduced(frames: np.ndarray, by: int) -> np.ndarray:
    """Frames so many times narrower and lower. Shapes: uint8 (t, h, w, c) to (t, h / by, w / by, c)."""
    if by == 1:
        return frames
    means = reduce(frames.astype(np.float32), "t (h p) (w q) c -> t h w c", "mean", p=by, q=by)
    return means.round().astype(np.uint8)


def levels_of(sigmas: Sequence[float]) -> Tensor:
    """A walk along published levels. Shapes: out (steps + 1,)."""
    return torch.tensor([*sigmas, 0.0])
