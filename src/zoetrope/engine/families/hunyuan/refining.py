"""The second pass of HunyuanVideo 1.5: from noise at half as many pixels again a side, told what the first pass made.

What it is told are the first one's latents, drawn larger, sharpened and put under noise; it lies beside the tokens.
Knows no network of the loop and no prompt.

Source: hyvideo/pipelines/hunyuan_video_sr_pipeline.py of github.com/Tencent-Hunyuan/HunyuanVideo-1.5.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import interpolate

from zoetrope.engine.canvas import Canvas

TOLD = 0.7  # the noise that the first pass's latents are told under, and the level below which they are told no more
SHIFT = 2.0  # of the second pass's schedule
SCHEDULER = "FlowMatchEulerDiscreteScheduler"


@torch.no_grad()
def enlarged(upsampler: Any, done: Canvas, grid: tuple[int, int, int]) -> Tensor:
    """The latents of a finished canvas on a larger grid. Shapes: out (n, c), float32."""
    count, rows, columns = done.grid
    latent = rearrange(done.video.latent, "(f r w) c -> f c r w", f=count, r=rows, w=columns)
    larger = interpolate(latent, size=grid[1:], mode="bilinear", align_corners=False)
    sharp = upsampler(rearrange(larger, "f c r w -> 1 c f r w").float())
    return rearrange(sharp, "1 c f r w -> (f r w) c")


def told(latent: Tensor, noise: Tensor) -> Tensor:
    """What lies beside the second pass's tokens: latents under noise, and a mask of ones.

    Shapes: latent and noise (n, c); out (n, c + 1).
    """
    mixed = (1 - TOLD) * latent + TOLD * noise
    return torch.cat([mixed, torch.ones_like(mixed[:, :1])], 1)


def heard(beside: Tensor, sigma: float, channels: int) -> Tensor:
    """What the network sees of all that lies beside the tokens: below a level nothing of the first pass.

    Shapes: beside (n, 2 * (channels + 1)); the same out.
    """
    if sigma >= TOLD:
        return beside
    return torch.cat([beside[:, : channels + 1], torch.zeros_like(beside[:, channels + 1 :])], 1)


def covering(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """A picture drawn so large that it covers a size, and cut to it around its middle. Shapes: uint8 (h, w, 3)."""
    from PIL import Image

    if picture.shape[:2] == (height, width):
        return picture
    scale = max(height / picture.shape[0], width / picture.shape[1])
    rows, columns = (round(side * scale) for side in picture.shape[:2])
    drawn = np.asarray(Image.fromarray(picture).resize((columns, rows), Image.Resampling.LANCZOS))
    top, left = round((rows - height) / 2), round((columns - width) / 2)
    return drawn[top : top + height, left : left + width]
