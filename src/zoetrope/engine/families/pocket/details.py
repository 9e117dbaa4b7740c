"""Details: latents become pictures with what is known of them and no latent can hold.

The codec keeps a third of a moving thing's edges, nothing of a badge, and smears what falls. What it loses of the
sketched pictures is known to the pixel, and since the codec is a projection, a picture with it has the latent that it
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
from zoetrope.engine.families.pocket.video_codec import VideoCodec, to_pixels
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
    """How the latents of one shot become pictures. Shapes: kept bool (f, r, c), tokens that are decoded and no more."""

    codec: VideoCodec
    plan: Plan
    sketched: Sketched
    kept: Tensor
    sky: Sky

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
    def __call__(self, latent: Tensor, first: int) -> np.ndarray:
        """Pictures with their details.

        Both ways of the codec are lines, so that the sketch, changed by what latents differ by from its own, has all
        that the codec would lose of it.
        Shapes: latent (f, r, c, channels), the first of it number `first` of the shot; out uint8 (t, h, w, 3).
        """
        begun, made = first > 0, ~self.kept[first : first + len(latent)]
        if not made.any():
            return to_pixels(self.codec.decode(latent[None], begun=begun)[0])
        numbers = torch.arange(_first(first), _first(first + len(latent)))
        at = numbers.clamp(max=self.sketched.pictures.shape[1] - 1)
        sketch, given = self.sketched.pictures[:, at], self.sketched.given[at]
        change = self.codec.change(latent[None] - self.sketched.latent[first : first + len(latent)], begun=begun)[0]
        whole = to_pixels(sketch + self._led_in(change.to(sketch), numbers))
        for number, frame, picture, is_given in zip(at.tolist(), whole, sketch.unbind(1), given.tolist(), strict=True):
            if is_given:
                frame[:] = to_pixels(picture[:, None])[0]
                continue
            self._put_in_cells(frame)
            if len(self._drops):
                lay_drops(frame, self._drawn(number))
        if made.all():
            return whole
        groups = torch.tensor([1 if each == 0 else GROUP for each in range(first, first + len(latent))])
        made = made.repeat_interleave(groups, 0).repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)[..., None]
        return np.where(made, whole, to_pixels(self.codec.decode(latent[None], begun=begun)[0]))

    def _led_in(self, change: Tensor, numbers: Tensor) -> Tensor:
        """What the network changes of pictures (3, t, h, w) of some numbers (t,), coming in evenly.

        The latents around a picture that is given are the sketch's, and the next ones the network's: its grain and its
        shades began from one picture to the next, which looked like a cut.
        """
        given = self.sketched.given.nonzero()[:, 0]
        if not len(given):
            return change
        last = (given + GROUP - 1) // GROUP * GROUP
        first = (last - GROUP + 1).clamp_min(0)
        gap = torch.maximum(first - numbers[:, None], numbers[:, None] - last).clamp_min(0).amin(1)
        return change * (gap / LED).clamp(max=1).to(change)[:, None, None]

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
