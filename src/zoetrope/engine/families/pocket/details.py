"""Details: what is known of pictures and no latent can hold, added to decoded pictures.

The codec keeps a third of a moving thing's edges, nothing of a badge, and smears what falls. What it loses of the
sketched pictures is known to the pixel, and since the codec is a projection, a picture with it has the latent that it
had without; what falls is drawn. Knows no network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.falling import Drops, Look, lay_drops
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import PATCH, Plan, sign_of
from zoetrope.engine.families.pocket.video_codec import State, VideoCodec
from zoetrope.engine.families.pocket.views import CELLS

LED = 2 * GROUP  # pictures over which what the network changes of a sketch comes in beside a given picture


@dataclass(frozen=True, eq=False)
class Sketched:
    """The sketch of one shot with the pictures that are given in it, and its latents.

    Shapes: pictures (3, t, h, w) in [-1, 1]; latent (f, r, c, channels); given bool (t,), which pictures are given.
    """

    pictures: Tensor
    latent: Tensor
    given: Tensor


@dataclass(frozen=True)
class Sky:
    """Which drops fall, and for how many pictures they have before the shot."""

    seed: int
    since: int = 0


@dataclass(frozen=True, eq=False)
class Details:
    """What is added to the pictures of one shot. Shapes: kept bool (f, r, c), tokens whose pixels stay as they are."""

    codec: VideoCodec
    plan: Plan
    sketched: Sketched
    kept: Tensor
    sky: Sky
    _after: dict[int, State] = field(default_factory=dict)  # the decoder's state by the latent frame that comes next

    @cached_property
    def _cells(self) -> tuple[int, int]:
        """How many cells a picture is wide and high, where the style has cells; else how many pixels."""
        cell = CELLS[1] if sign_of(self.plan, "style") == "pixel art" else 1
        high, wide = self.sketched.pictures.shape[2:]
        return wide // cell, high // cell

    @cached_property
    def _drops(self) -> Drops:
        light, weather, style = (sign_of(self.plan, axis) for axis in ("light", "weather", "style"))
        return Drops(Look(weather, style, light), self._cells, np.random.default_rng(self.sky.seed))

    @torch.inference_mode()
    def __call__(self, frames: np.ndarray, start: int) -> np.ndarray:
        """Decoded pictures with their details.

        Shapes: frames uint8 (t, h, w, 3), the first of them number `start` of the shot; the same out.
        """
        numbers = torch.arange(start, start + len(frames))
        latents = (numbers + GROUP - 1) // GROUP
        made = ~self.kept[latents]
        if not made.any():
            return frames
        first = int(latents[0])
        lost = self._lost(first, int(latents[-1]))[:, start - _first(first) :][:, : len(frames)]
        whole = self._led_in(lost.mul_(127.5).permute(1, 2, 3, 0).cpu() + torch.from_numpy(frames), numbers)
        whole = whole.round_().clamp_(0, 255).to(torch.uint8).contiguous().numpy()
        last = self.plan.camera.shape[1] - 1
        for number, frame in zip(numbers.tolist(), whole, strict=True):
            at = min(number, last)
            if self.sketched.given[at]:
                frame[:] = _pixels(self.sketched.pictures[:, at])
                continue
            self._put_in_cells(frame)
            if len(self._drops):
                lay_drops(frame, self._drawn(at))
        if made.all():
            return whole
        made = made.repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)[..., None]
        return np.where(made, whole, frames)

    def _led_in(self, whole: Tensor, numbers: Tensor) -> Tensor:
        """Pictures (t, h, w, 3) of some numbers (t,) in which what the network changes comes in evenly.

        The latents around a picture that is given are the sketch's, and the next ones the network's: its grain and its
        shades began from one picture to the next, which looked like a cut.
        """
        given = self.sketched.given.nonzero()[:, 0]
        if not len(given):
            return whole
        last = (given + GROUP - 1) // GROUP * GROUP
        first = (last - GROUP + 1).clamp_min(0)
        gap = torch.maximum(first - numbers[:, None], numbers[:, None] - last).clamp_min(0).amin(1)
        near = (gap < LED).nonzero()[:, 0]
        at = numbers[near].clamp(max=self.sketched.pictures.shape[1] - 1)
        sketch = self.sketched.pictures[:, at].permute(1, 2, 3, 0).float().cpu().add_(1).mul_(127.5)
        whole[near] = torch.lerp(sketch, whole[near], (gap[near] / LED)[:, None, None, None])
        return whole

    def _lost(self, first: int, last: int) -> Tensor:
        """What the codec loses of the sketch in some latent frames, (3, t, h, w)."""
        known = max((each for each in self._after if each <= first), default=0)
        made, state = self.codec.decode_stream(self.sketched.latent[None, known : last + 1], self._after.get(known))
        self._after.clear()
        self._after[last + 1] = state
        whole = self.sketched.pictures[:, _first(first) : _first(last + 1)]
        return whole - made[0, :, _first(first) - _first(known) :].float()[:, : whole.shape[1]]

    def _put_in_cells(self, frame: np.ndarray) -> None:
        """Make a picture one of whole cells, where the style has cells."""
        high, wide = frame.shape[:2]
        if self._cells != (wide, high):
            small = cv2.resize(frame, self._cells, interpolation=cv2.INTER_AREA)
            frame[:] = cv2.resize(small, (wide, high), interpolation=cv2.INTER_NEAREST)

    def _drawn(self, at: int) -> np.ndarray:
        x, y = self.plan.camera[0, at, :2].tolist()
        high, wide = self.sketched.pictures.shape[2:]
        return cv2.resize(self._drops.drawn(self.sky.since + at, (x, y)), (wide, high), interpolation=cv2.INTER_NEAREST)


def _first(latent: int) -> int:
    """The first picture of a latent frame."""
    return 0 if latent == 0 else 1 + GROUP * (latent - 1)


def _pixels(picture: Tensor) -> np.ndarray:
    """A picture (3, h, w) in [-1, 1] as uint8 (h, w, 3)."""
    return picture.permute(1, 2, 0).float().add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
