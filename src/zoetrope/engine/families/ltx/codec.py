"""Between pixels and LTX's latents. The codec is diffusers' AutoencoderKLLTX2Video or AutoencoderKLLTXVideo.

It sees ahead in time, so that a whole shot is given; its pictures come piece by piece, and from tiles where even a
piece takes more memory than there is. Knows no canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.ltx.decoding import Decoding
from zoetrope.engine.memory.tiling import decode_tiled, tiles_for

# What a decoder that still removes noise is told, and how much it gets. Source: the examples of LTXPipeline.
DECODE_LEVEL, DECODE_NOISE = 0.05, 0.025
PROBES = 32  # latents that a preview's colours are measured from at once


def pictures(codec: Any, latent: Tensor, codec_bytes: int = 0) -> Iterator[np.ndarray]:
    """Decode a whole shot, and hand its pictures out as they come; all at once where it goes in tiles.

    Shapes: latent (f, r, w, c), normalised, float32; frames uint8 (t, h, w, 3).
    Units: codec_bytes at most at once, 0 for no limit.
    """
    mean, spread = _spread(codec, latent)
    given = rearrange(latent, "f r w c -> 1 c f r w") * spread + mean
    given = given[0].to(codec.dtype)
    if codec.config.timestep_conditioning:
        generator = torch.Generator().manual_seed(0)  # one noise for all shots, so that a decode can be repeated
        noise = torch.randn((1, *given.shape), generator=generator, dtype=given.dtype)[0].to(given.device)
        given = (1 - DECODE_NOISE) * given + DECODE_NOISE * noise
    scale = codec.temporal_compression_ratio, codec.spatial_compression_ratio
    shape = (int(given.shape[1]), int(given.shape[2]), int(given.shape[3]))
    tiles = tiles_for(shape, type(codec).__name__, dict(codec.config), codec_bytes, scale=scale)
    if tiles is not None:
        given = decode_tiled(lambda tile: torch.cat(list(_decode(codec, tile[None])), 2)[0], given, tiles, scale)
        yield _to_uint8(given)
        return
    for piece in _decode(codec, given[None]):
        yield _to_uint8(piece[0])


def _to_uint8(pixels: Tensor) -> np.ndarray:
    frames = rearrange(pixels, "c t h w -> t h w c").float()
    return frames.div(2).add_(0.5).clamp_(0, 1).mul_(255).round_().to(torch.uint8).cpu().numpy()


def _decode(codec: Any, latent: Tensor) -> Iterator[Tensor]:
    """Shapes: latent (b, c, f, r, w), with the codec's mean and spread; pixels (b, 3, t, h, w), piece by piece."""
    level = None
    if codec.config.timestep_conditioning:
        level = torch.full((len(latent),), DECODE_LEVEL, device=latent.device, dtype=latent.dtype)
    return Decoding(codec.decoder, level).pictures(latent)


def encode(codec: Any, frames: np.ndarray) -> Tensor:
    """Encode a whole clip; the mean of what the codec believes.

    Shapes: frames uint8 (t, h, w, 3), t = 1, 9, 17 and so on; out (f, r, w, c), normalised, float32.
    """
    device = codec.latents_mean.device
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).to(device).float() / 127.5 - 1.0
    seen = codec.encode(rearrange(pixels, "t h w c -> 1 c t h w").to(codec.dtype)).latent_dist.mode()
    mean, spread = _spread(codec, seen)
    return rearrange((seen - mean) / spread, "1 c f r w -> f r w c").float()


def colours_of(codec: Any) -> Callable[[Tensor], Tensor]:
    """The colours that pictures of one latent alone have, for `tint`. Shapes: (k, c) -> (k, 3)."""

    def colours(latents: Tensor) -> Tensor:
        still = latents.to(codec.latents_mean.device, codec.dtype)[:, :, None, None, None].expand(-1, -1, 1, 2, 2)
        mean, spread = _spread(codec, still)
        means = [next(_decode(codec, each)).float().mean((2, 3, 4)) for each in (still * spread + mean).split(PROBES)]
        return torch.cat(means).clamp(-1, 1)

    return colours


def _spread(codec: Any, like: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each channel, (1, c, 1, 1, 1)."""
    channels = (1, -1, 1, 1, 1)
    spread = codec.latents_std.view(channels) / codec.config.scaling_factor
    return codec.latents_mean.view(channels).to(like), spread.to(like)
