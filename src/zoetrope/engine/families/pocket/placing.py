"""Conditions onto a pocket canvas: which tokens they give, and with which latents.

Knows both codecs by what they take and make; knows no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from einops import rearrange, reduce
from torch import Tensor

from zoetrope.core.conditions import Condition, Extend, Footage, Keyframe, Region, Soundtrack
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas, give
from zoetrope.engine.families.pocket.facts import PATCH
from zoetrope.engine.families.pocket.sound_codec import SoundCodec
from zoetrope.engine.families.pocket.video_codec import VideoCodec


def still_moments(request: Request, clock: Clock) -> tuple[float, ...]:
    """When the keyframes lie that have no latent frame of their own, in the order of the request.

    Units: seconds of the frame that shows each.
    """
    return tuple(float(clock.seconds_of(number)) for number in keyed(request, clock) if number > 0)


def keyed(request: Request, clock: Clock) -> dict[int, np.ndarray]:
    """The pictures that a request gives one by one, in its order, by the number of the frame that shows each."""
    frames = clock.frames(request.seconds)
    stills = (each for each in request.conditions if isinstance(each, Keyframe))
    return {_frame_of(each, frames, clock): each.picture for each in stills}


def _frame_of(keyframe: Keyframe, frames: int, clock: Clock) -> int:
    if isinstance(keyframe.at, str):
        return 0 if keyframe.at == "first" else frames - 1
    return clock.frame_at(keyframe.at)


@dataclass(frozen=True)
class Placer:
    """Puts conditions on a canvas."""

    video_codec: VideoCodec
    sound_codec: SoundCodec
    clock: Clock

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        """Give the canvas what every condition of the request holds, in their order."""
        frames = self.clock.frames(request.seconds)
        stills = 0
        for condition in request.conditions:
            if isinstance(condition, Keyframe) and _frame_of(condition, frames, self.clock) > 0:
                canvas = self._place_still(canvas, condition.picture, stills)
                stills += 1
            else:
                canvas = self._place(canvas, condition)
        return canvas

    def _place(self, canvas: Canvas, condition: Condition) -> Canvas:
        match condition:
            case Keyframe(picture=picture):
                return self._place_frames(canvas, picture[None])
            case Extend(frames=frames, sound=sound):
                return self._place_sound(self._place_frames(canvas, frames), sound, whole=False)
            case Region(frames=frames, mask=mask, sound=sound, sound_mask=anew):
                kept = ~self._touched(np.broadcast_to(mask, frames.shape[:3]))
                return self._place_sound(self._place_frames(canvas, frames, kept), sound, whole=True, anew=anew)
            case Soundtrack(sound=sound):
                return self._place_sound(canvas, sound, whole=True)
            case Footage(frames=frames):
                return self._place_frames(canvas, frames)
            case _:
                return canvas  # it is told by the plan

    def _place_frames(self, canvas: Canvas, frames: np.ndarray, kept: Tensor | None = None) -> Canvas:
        """Give the first latent frames the pictures they hold, or those of their tokens that are kept."""
        latent = self._encode(frames)
        kept = torch.ones(len(latent), dtype=torch.bool) if kept is None else kept
        where = torch.zeros(len(canvas.video.latent), dtype=torch.bool)
        where[: len(latent)] = kept
        device = canvas.video.latent.device
        return replace(canvas, video=give(canvas.video, where.to(device), latent[kept.to(device)]))

    def _place_still(self, canvas: Canvas, picture: np.ndarray, number: int) -> Canvas:
        """Give the reference tokens of one keyframe; they were laid out in the order of the request."""
        latent = self._encode(picture[None])
        where = torch.zeros(len(canvas.reference.latent), dtype=torch.bool, device=latent.device)
        where[number * len(latent) : (number + 1) * len(latent)] = True
        return replace(canvas, reference=give(canvas.reference, where, latent))

    def _place_sound(
        self, canvas: Canvas, sound: np.ndarray | None, *, whole: bool, anew: np.ndarray | None = None
    ) -> Canvas:
        """Give the sound that is there: all of it, or only latents that it fills, since the rest is to be made.

        Latents in which any sample is made `anew` are not given.
        """
        if sound is None:
            return canvas
        each = self.clock.samples_per_latent
        if whole:
            padded = np.pad(sound, ((0, 0), (0, -sound.shape[1] % each)))
        else:
            padded = sound[:, : sound.shape[1] // each * each]
        if padded.shape[1] == 0:
            return canvas
        device = canvas.sound.latent.device
        latent = self.sound_codec.encode(torch.from_numpy(np.ascontiguousarray(padded))[None].to(device))[0].float()
        latent = latent[: len(canvas.sound.latent)]
        kept = torch.ones(len(latent), dtype=torch.bool, device=device)
        if anew is not None:
            padded = np.pad(anew, (0, len(latent) * each - len(anew)))
            kept = ~torch.from_numpy(padded.reshape(-1, each).any(1)).to(device)
        where = torch.zeros(len(canvas.sound.latent), dtype=torch.bool, device=device)
        where[: len(kept)] = kept
        return replace(canvas, sound=give(canvas.sound, where, latent[kept]))

    def _encode(self, frames: np.ndarray) -> Tensor:
        """Frames uint8 (t, h, w, 3) -> latents (n, c); the last frame stands for those that the grid has beyond it."""
        weight = self.video_codec.encoder.weight
        pixels = torch.from_numpy(self._on_grid(frames)).to(weight.device).to(weight.dtype)
        pixels = rearrange(pixels / 127.5 - 1, "t h w c -> 1 c t h w")
        return rearrange(self.video_codec.encode(pixels)[0], "f r w c -> (f r w) c").float()

    def _touched(self, mask: np.ndarray) -> Tensor:
        """Mask (t, h, w) of pixels -> (n,) of the tokens that hold any of them."""
        cells = reduce(torch.from_numpy(self._on_grid(mask)), "t (r p) (w q) -> t r w", "max", p=PATCH, q=PATCH)
        groups = reduce(cells[1:], "(f t) r w -> f r w", "max", t=self.clock.frames_per_latent)
        return torch.cat([cells[:1], groups]).flatten()

    def _on_grid(self, frames: np.ndarray) -> np.ndarray:
        beyond = self.clock.grid_frames(len(frames)) - len(frames)
        return np.ascontiguousarray(np.pad(frames, ((0, beyond), *((0, 0),) * (frames.ndim - 1)), mode="edge"))
