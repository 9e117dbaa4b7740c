"""Details: what the plan's sketch shows of things and no latent can hold, added to decoded pictures.

The codec keeps a third of a moving thing's edges and nothing of a badge. What it loses of the sketch is known to the
pixel, and since the codec is a projection, a picture with it has the latent that it had without. Knows no network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import Plan
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.families.pocket.video_codec import VideoCodec

BEHIND = (8, 16)  # rows and columns of pixels of the stage behind things: only their contrast to it is lost in latents


@dataclass(frozen=True, eq=False)
class Details:
    """What is added to the pictures of one shot. Shapes: given (f,) bool, latent frames that were given whole."""

    sketcher: Sketcher
    codec: VideoCodec
    plan: Plan
    grid: tuple[int, int]
    given: Tensor

    @torch.inference_mode()
    def __call__(self, frames: np.ndarray, start: int) -> np.ndarray:
        """Decoded pictures with their details; those of given latents stay as they are.

        Shapes: frames uint8 (t, h, w, 3), the first of them number `start` of the shot; the same out.
        """
        numbers = torch.arange(start, start + len(frames))
        latents = (numbers + GROUP - 1) // GROUP
        made = ~self.given[latents]
        if not made.any() or not self.plan.traits[0, :, 0].any():
            return frames
        lost = self._lost(int(latents[0]), int(latents[-1]))[:, start - _first(int(latents[0])) :][:, : len(frames)]
        added = (lost * made[:, None, None]).permute(1, 2, 3, 0) * 127.5
        whole = torch.from_numpy(frames).to(added.device) + added
        return whole.round_().clamp_(0, 255).to(torch.uint8).cpu().numpy()

    def _lost(self, first: int, last: int) -> Tensor:
        """What the codec loses of the sketch in some latent frames, (3, t, h, w)."""
        numbers = torch.arange(_first(first), _first(last + 1))
        if first > 0:  # a group is encoded after a picture that stands alone
            numbers = torch.cat([numbers[:1], numbers])
        numbers = numbers.clamp(max=self.plan.camera.shape[1] - 1).to(self.plan.camera.device)
        sketch = self.sketcher.sketch(self.plan, numbers, self.grid, coarse=BEHIND)
        latent = self.codec.encode(sketch[None].to(self.codec.encoder.weight.dtype))
        lost = sketch - self.codec.decode(latent)[0].float()
        return lost[:, 1:] if first > 0 else lost


def _first(latent: int) -> int:
    """The first picture of a latent frame."""
    return 0 if latent == 0 else 1 + GROUP * (latent - 1)
