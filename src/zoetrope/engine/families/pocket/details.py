"""Details: what the plan tells of pictures and no latent can hold, added to decoded pictures.

The codec keeps a third of a moving thing's edges, nothing of a badge, and smears what falls. What it loses of the
sketched things is known to the pixel, and since the codec is a projection, a picture with it has the latent that it
had without; what falls is drawn. Knows no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.falling import Drops, Look, lay_drops
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import PATCH, Plan, sign_of
from zoetrope.engine.families.pocket.sketch import CELLS, Sketcher
from zoetrope.engine.families.pocket.video_codec import VideoCodec

BEHIND = (8, 16)  # rows and columns of pixels of the stage behind things: only their contrast to it is lost in latents


@dataclass(frozen=True)
class Sky:
    """Which drops fall, and for how many pictures they have before the shot."""

    seed: int
    since: int = 0


@dataclass(frozen=True, eq=False)
class Details:
    """What is added to the pictures of one shot. Shapes: given bool (f, r, c), tokens that were given."""

    sketcher: Sketcher
    codec: VideoCodec
    plan: Plan
    grid: tuple[int, int]
    given: Tensor
    sky: Sky

    @cached_property
    def _drops(self) -> Drops:
        light, weather, style = (sign_of(self.plan, axis) for axis in ("light", "weather", "style"))
        cell = CELLS[1] if style == "pixel art" else 1
        size = self.grid[1] * PATCH // cell, self.grid[0] * PATCH // cell
        return Drops(Look(weather, style, light), size, np.random.default_rng(self.sky.seed))

    @torch.inference_mode()
    def __call__(self, frames: np.ndarray, start: int) -> np.ndarray:
        """Decoded pictures with their details; what was given stays as it is.

        Shapes: frames uint8 (t, h, w, 3), the first of them number `start` of the shot; the same out.
        """
        numbers = torch.arange(start, start + len(frames))
        latents = (numbers + GROUP - 1) // GROUP
        made = ~self.given[latents]
        if not made.any():
            return frames
        made = made.repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)[..., None]
        whole = torch.from_numpy(frames)
        if self.plan.traits[0, :, 0].any():
            lost = self._lost(int(latents[0]), int(latents[-1]))[:, start - _first(int(latents[0])) :][:, : len(frames)]
            whole = (whole + lost.permute(1, 2, 3, 0).cpu() * 127.5 * made).round_().clamp_(0, 255).to(torch.uint8)
        if not len(self._drops):
            return whole.numpy()
        fallen = whole.numpy().copy()
        for frame, at in zip(fallen, numbers.clamp(max=self.plan.camera.shape[1] - 1).tolist(), strict=True):
            lay_drops(frame, self._drawn(at))
        return np.where(made.numpy(), fallen, whole.numpy())

    def _drawn(self, at: int) -> np.ndarray:
        x, y = self.plan.camera[0, at, :2].tolist()
        drops = self._drops.drawn(self.sky.since + at, (x, y))
        return cv2.resize(drops, (self.grid[1] * PATCH, self.grid[0] * PATCH), interpolation=cv2.INTER_NEAREST)

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
