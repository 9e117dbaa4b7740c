"""Where a request's pictures go: into channels beside the canvas, onto the canvas itself, or under its noise.

Knows the codec's latents, not the network; what VACE is told lies in `vace`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.conditions import Keyframe, Restyle
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas, give
from zoetrope.engine.families.wan.checking import keyframe_moments
from zoetrope.engine.families.wan.codec import encode, pixels_of
from zoetrope.engine.families.wan.facts import MASK


def pictures_of(request: Request, clock: Clock) -> dict[int, np.ndarray]:
    """Given pictures by the frame that shows them, in order."""
    pictures = [condition.picture for condition in request.conditions if isinstance(condition, Keyframe)]
    return dict(sorted(zip(keyframe_moments(request, clock), pictures, strict=True)))


def put_beside(canvas: Canvas, codec: Any, request: Request, clock: Clock) -> Canvas:
    """Lay the given pictures beside the tokens: a mask of given frames, and the latents of a clip that is grey between.

    Shapes: beside (n, 4 + c).
    """
    device, pictures = canvas.video.latent.device, pictures_of(request, clock)
    count = clock.grid_frames(clock.frames(request.seconds))
    clip = torch.zeros(count, request.size.height, request.size.width, 3, device=device)
    given = torch.zeros(count, device=device)
    for moment, picture in pictures.items():
        clip[moment], given[moment] = pixels_of(picture, device), 1.0
    latent = encode(codec, clip)
    # the first latent frame holds one frame, which counts for all four of its mask
    mask = torch.cat([given[:1].expand(MASK), given[1:]]).view(-1, 1, 1, MASK).expand(*latent.shape[:3], -1)
    return replace(canvas, beside=tokens_of(torch.cat([mask, latent], -1)))


def put_first(canvas: Canvas, codec: Any, request: Request, clock: Clock) -> Canvas:
    """Give the first latent frame, clean, where a first picture was given."""
    picture = pictures_of(request, clock).get(0)
    if picture is None:
        return canvas
    latent = tokens_of(encode(codec, pixels_of(picture[None], canvas.video.latent.device)))
    where = torch.arange(len(canvas.video.latent), device=latent.device) < len(latent)
    return replace(canvas, video=give(canvas.video, where, latent))


def put_under(canvas: Canvas, codec: Any, request: Request, clock: Clock, sigma: float) -> Canvas:
    """Lay a clip under the noise, at the noise level where the walk begins; references lie under it as they are."""
    for condition in request.conditions:
        if isinstance(condition, Restyle):
            frames = whole(condition.frames, clock)
            latent = tokens_of(encode(codec, pixels_of(frames, canvas.video.latent.device)))
            if canvas.beside is not None:
                latent = torch.cat([latent, canvas.beside[len(latent) :, : latent.shape[-1]]])
            mixed = (1 - sigma) * latent + sigma * canvas.video.latent
            canvas = replace(canvas, video=replace(canvas.video, latent=mixed))
    return canvas


def whole(frames: np.ndarray, clock: Clock) -> np.ndarray:
    """As many frames as the codec takes; the last one stands. Shapes: (t, ...), of pictures or of their masks."""
    return np.concatenate([frames, frames[-1:].repeat(clock.grid_frames(len(frames)) - len(frames), 0)])


def tokens_of(latent: Tensor) -> Tensor:
    return rearrange(latent, "f r w c -> (f r w) c")
