"""The video codec of the pocket family: pictures in [-1, 1] <-> latents, six frames of 16x16 pixels to one token.

The first latent frame holds the first picture alone (a still is one latent frame, as if six alike); every later one
holds six pictures. Both ways are one linear map of a token's patch, the principal components of patches: latents change
as smoothly as pictures do, any piece of a clip decodes by itself, and what a latent changes is added to a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.products import linear, through

PATCH = 16
GROUP = 6
STILL = 3 * PATCH * PATCH  # values of one picture's patch


@dataclass(frozen=True)
class VideoCodecConfig:
    channels: int = 160


class Patches(nn.Module):
    """One linear map to the picture that stands alone and one to groups of six."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.still = nn.Linear(width, STILL)
        self.group = nn.Linear(width, STILL * GROUP)


class VideoCodec(nn.Module):
    """Encode and decode pictures; see the module's docstring.

    Shapes: frames (b, 3, 1 + 6 k, 16 r, 16 c) in [-1, 1]; latent (b, 1 + k, r, c, channels), strong
    channels normalised more than weak ones.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: VideoCodecConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or VideoCodecConfig()
        self.encoder = nn.Linear(STILL * GROUP, config.channels)
        self.decoder_direct = Patches(config.channels)
        self.register_buffer("mean", torch.zeros(config.channels))
        self.register_buffer("deviation", torch.ones(config.channels))

    def encode(self, frames: Tensor) -> Tensor:
        """Pictures -> latents. A single picture gives the latent of a still."""
        cut = "b c (f t) (r p) (w q) -> b f r w (t c p q)"
        groups = rearrange(frames[:, :, 1:], cut, t=GROUP, p=PATCH, q=PATCH)
        still = rearrange(frames[:, :, :1], cut, t=1, p=PATCH, q=PATCH)
        folded = self.encoder.weight.unflatten(1, (GROUP, STILL)).sum(1)
        raw = torch.cat([linear(still, folded, self.encoder.bias), through(self.encoder, groups)], dim=1)
        return (raw.float() - self.mean) / self.deviation

    def decode(self, latent: Tensor, *, begun: bool = False) -> Tensor:
        """Latents -> pictures; the first latent is that of a still, unless the clip has begun before it."""
        return self._pictures(latent * self.deviation + self.mean, begun, with_bias=True)

    def change(self, difference: Tensor, *, begun: bool = False) -> Tensor:
        """What a difference of latents adds to pictures. Shapes: as `decode`."""
        return self._pictures(difference * self.deviation, begun, with_bias=False)

    def _pictures(self, raw: Tensor, begun: bool, *, with_bias: bool) -> Tensor:
        direct, first = self.decoder_direct, 0 if begun else 1
        raw, parts = raw.to(direct.still.weight.dtype), []
        for layer, some in ((direct.still, raw[:, :first]), (direct.group, raw[:, first:])):
            if some.shape[1]:
                patches = linear(some, layer.weight, layer.bias if with_bias else None)
                parts.append(rearrange(patches, "b f r w (t c p q) -> b c (f t) (r p) (w q)", c=3, p=PATCH, q=PATCH))
        return torch.cat(parts, dim=2)


def to_pixels(pictures: Tensor) -> np.ndarray:
    """Pictures (3, t, h, w) in [-1, 1] as uint8 (t, h, w, 3)."""
    levels = torch.empty(pictures.shape, dtype=torch.float32, device=pictures.device)
    torch.add(pictures, 1, out=levels).mul_(127.5).round_().clamp_(0, 255)
    return rearrange(levels.to(torch.uint8), "c t h w -> t h w c").contiguous().cpu().numpy()


def codec_config(fields: dict[str, Any]) -> VideoCodecConfig:
    """Build the config from what a file says of itself; shipped weights name sizes of a tower that they do not have."""
    return VideoCodecConfig(channels=fields["channels"])
