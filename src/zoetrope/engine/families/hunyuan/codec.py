"""Between pixels and HunyuanVideo 1.5's latents. The network of the codec is diffusers' AutoencoderKLHunyuanVideo15.

A shot is decoded whole, or in tiles where memory is short. Knows no canvas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.memory.tiling import decode_tiled, tiles_for


def decode(codec: Any, latent: Tensor, codec_bytes: int = 0) -> np.ndarray:
    """Decode a whole shot.

    Shapes: latent (f, r, w, c), normalised; frames uint8 (t, h, w, 3).
    Units: codec_bytes at most at once, 0 for no limit.
    """
    given = rearrange(latent, "f r w c -> c f r w").to(codec.dtype) / codec.config.scaling_factor
    scale = codec.temporal_compression_ratio, codec.spatial_compression_ratio
    shape = (int(given.shape[1]), int(given.shape[2]), int(given.shape[3]))
    tiles = tiles_for(shape, type(codec).__name__, dict(codec.config), codec_bytes, scale=scale)

    def decode_tile(tile: Tensor) -> Tensor:
        return codec.decode(tile[None], return_dict=False)[0][0]

    pixels = decode_tile(given) if tiles is None else decode_tiled(decode_tile, given, tiles, scale)
    frames = rearrange(pixels, "c t h w -> t h w c").float()
    return frames.div(2).add_(0.5).clamp_(0, 1).mul_(255).round_().to(torch.uint8).cpu().numpy()


def encode(codec: Any, frames: np.ndarray, device: torch.device) -> Tensor:
    """Encode a clip; the mean of what the codec believes.

    Shapes: frames uint8 (t, h, w, 3); out (f, r, w, c), normalised, float32.
    """
    pixels = 2 * (torch.from_numpy(np.ascontiguousarray(frames)).to(device).float() / 255) - 1
    seen = codec.encode(rearrange(pixels, "t h w c -> 1 c t h w").to(codec.dtype)).latent_dist.mode()
    return rearrange(seen * codec.config.scaling_factor, "1 c f r w -> f r w c").float()


def colours_of(codec: Any, device: torch.device) -> Callable[[Tensor], Tensor]:
    """The colours that pictures of one latent alone have, for `tint`. Shapes: (k, c) -> (k, 3)."""

    def colours(latents: Tensor) -> Tensor:
        still = latents.to(device, codec.dtype)[:, :, None, None, None].expand(-1, -1, 1, 2, 2)
        return codec.decode(still / codec.config.scaling_factor, return_dict=False)[0].float().mean((2, 3, 4))

    return colours
