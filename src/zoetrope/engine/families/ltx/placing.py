"""Where LTX's tokens lie in time and space, and which of them a request gives.

A picture at the first frame, and a clip that begins there, lie on the canvas itself. Any other picture is appended: its
tokens follow those of the grid in the video stream, given and clean, with the time of their one frame. Knows the
codec's latents, not the network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from einops import rearrange, reduce
from torch import Tensor

from zoetrope.core.conditions import Extend, Footage, Region
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas, Stream, give
from zoetrope.engine.families.ltx.facts import keyframes

Encode = Callable[[np.ndarray], Tensor]
"""Frames (t, h, w, 3) to latents (f, r, w, c)."""


def grid_places(grid: tuple[int, int, int], scale: tuple[int, int], rate: float, first: int = 1) -> Tensor:
    """The middle of each token in seconds, pixel rows and pixel columns; the first latent frame holds `first` frames.

    Source: prepare_video_coords of LTX2AudioVideoRotaryPosEmbed in diffusers.
    Shapes: out (n, 3).
    """
    frames, rows, columns = (torch.arange(side, dtype=torch.float32) for side in grid)
    stride, side = scale
    begin, end = ((frames + k) * stride + first - stride for k in (0, 1))
    time = (begin.clamp(min=0) / rate + end.clamp(min=0) / rate) / 2
    middles = [(each * side + (each + 1) * side) / 2 for each in (rows, columns)]
    return torch.cartesian_prod(time, *middles)


def frame_places(grid: tuple[int, int, int], side: int, rate: float, frame: int) -> Tensor:
    """The middle of each token of a picture that stands for one frame alone.

    Source: VideoConditionByKeyframeIndex, as _prepare_keyframe_coords of LTX2ConditionPipeline has it.
    Shapes: out (r * w, 3).
    """
    place = grid_places((1, *grid[1:]), (1, side), rate)
    place[:, 0] = (frame / rate + (frame + 1) / rate) / 2
    return place


def starts(grid: tuple[int, int, int], scale: tuple[int, int], rate: float, first: int, frame: int = 0) -> Tensor:
    """Where each token begins, in seconds, pixel rows and columns, as LTX-Video 0.9.x counts; `frame` moves all.

    Shapes: out (n, 3).
    """
    frames, rows, columns = (torch.arange(count, dtype=torch.float32) for count in grid)
    time = ((frames * scale[0] + first - scale[0]).clamp(min=0) + frame) * (1.0 / rate)
    return torch.cartesian_prod(time, rows * scale[1], columns * scale[1])


def sound_places(count: int, spectra: int, rate: float, first: int = 1) -> Tensor:
    """The middle of each sound token in seconds; `rate` spectra a second. Shapes: out (m, 3)."""
    number = torch.arange(count, dtype=torch.float32)
    begin, end = ((number + k) * spectra + first - spectra for k in (0, 1))
    time = (begin.clamp(min=0) / rate + end.clamp(min=0) / rate) / 2
    return torch.stack([time, torch.zeros(count), torch.zeros(count)], 1)


def give_pictures(
    canvas: Canvas, request: Request, clock: Clock, side: int, encode: Encode, place_of: Callable[[int], Tensor]
) -> Canvas:
    """Lay everything that a request gives of the picture on the canvas; `place_of` a frame is where its tokens lie."""
    for condition in request.conditions:
        match condition:
            case Extend(frames=frames):
                canvas = _give_from_start(canvas, encode(frames))
            case Footage(frames=frames):
                canvas = _give_from_start(canvas, encode(whole(frames, clock)))
            case Region(frames=frames, mask=mask):
                canvas = _give_rest(canvas, encode(whole(frames, clock)), _cells(mask, len(frames), clock, side))
    for moment, keyframe in keyframes(request, clock):
        latent = encode(keyframe.picture[None])
        canvas = _give_from_start(canvas, latent) if moment == 0 else append(canvas, latent, place_of(moment))
    return canvas


def whole(frames: np.ndarray, clock: Clock) -> np.ndarray:
    """As many frames as the codec takes; the last one stands."""
    return np.concatenate([frames, frames[-1:].repeat(clock.grid_frames(len(frames)) - len(frames), 0)])


def _give_from_start(canvas: Canvas, latent: Tensor) -> Canvas:
    tokens = rearrange(latent, "f r w c -> (f r w) c")
    where = torch.arange(len(canvas.video.latent), device=tokens.device) < len(tokens)
    return replace(canvas, video=give(canvas.video, where, tokens))


def _give_rest(canvas: Canvas, latent: Tensor, new: Tensor) -> Canvas:
    """Give every token in which nothing is made anew. Shapes: new (f, r, w) bool."""
    where, tokens = ~new.flatten().to(latent.device), rearrange(latent, "f r w c -> (f r w) c")
    return replace(canvas, video=give(canvas.video, where, tokens[where]))


def _cells(mask: np.ndarray, count: int, clock: Clock, side: int) -> Tensor:
    """Latent places that hold a pixel to be made anew. Shapes: mask (h, w) or (t, h, w); out (f, r, w)."""
    new = torch.from_numpy(mask if mask.ndim == 3 else mask[None].repeat(count, 0)).float()
    spare = new[-1:].expand(clock.grid_frames(count) - count, -1, -1)
    cells = reduce(torch.cat([new, spare]), "t (r p) (w q) -> t r w", "max", p=side, q=side)
    stride = clock.frames_per_latent
    later = reduce(cells[1:], "(f s) r w -> f r w", "max", s=stride) if len(cells) > 1 else cells[1:]
    return torch.cat([cells[:1], later]) > 0


def append(canvas: Canvas, latent: Tensor, place: Tensor) -> Canvas:
    """Let given tokens follow those of the grid. Shapes: latent (f, r, w, c), place (f * r * w, 3)."""
    tokens = rearrange(latent, "f r w c -> (f r w) c")
    ones = torch.ones(len(tokens), dtype=torch.bool)
    more = Stream(tokens, place, ones, torch.zeros(len(tokens)), torch.zeros(len(tokens), dtype=torch.long))
    return replace(canvas, video=_joined(canvas.video, more))


def _joined(first: Stream, more: Stream) -> Stream:
    def cat(name: str) -> Tensor:
        there: Tensor = getattr(first, name)
        return torch.cat([there, getattr(more, name).to(there.device)])

    return Stream(cat("latent"), cat("place"), cat("given"), cat("given_sigma"), cat("chunk"))
