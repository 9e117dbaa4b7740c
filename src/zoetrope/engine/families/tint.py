"""A cheap look at latents: a linear map from latent channels to colours, measured from the codec itself.

Knows no codec; whoever makes a tint decodes for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

LEVELS = (-1.0, 1.0)  # normalised latents have a spread of 1, so the map is measured where latents lie
MOST_SIDE = 256


@dataclass(frozen=True, eq=False)
class Tint:
    """Colour of a latent. Shapes: slope (c, 3), level (3,); colours in -1..1."""

    slope: Tensor
    level: Tensor

    def picture(self, latent: Tensor, most: int = MOST_SIDE) -> np.ndarray:
        """Draw one latent frame, its longer side at most so many pixels.

        Shapes: latent (r, w, c); out uint8 (h, w, 3).
        """
        colours = latent.float() @ self.slope.to(latent.device) + self.level.to(latent.device)
        scale = max(1, most // max(latent.shape[:2]))
        large = interpolate(colours.permute(2, 0, 1)[None], scale_factor=scale, mode="bilinear")[0]
        pixels = large.permute(1, 2, 0).add(1).mul(127.5).round().clamp(0, 255)
        return pixels.to(torch.uint8).cpu().numpy()


def tint_of(decode: Callable[[Tensor], Tensor], channels: int) -> Tint:
    """Measure a tint on constant latents, one channel at a time, and fit a line through what comes out.

    Shapes: decode takes latents (k, channels) and gives the colours (k, 3), -1..1, that constant pictures of them have.
    """
    probes = torch.cat([torch.zeros(1, channels), *(level * torch.eye(channels) for level in LEVELS)])
    colours = decode(probes).float().cpu()
    low, high = colours[1 : 1 + channels], colours[1 + channels :]
    return Tint((high - low) / (LEVELS[1] - LEVELS[0]), colours[0])
