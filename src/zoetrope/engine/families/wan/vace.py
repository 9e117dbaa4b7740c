"""What VACE's branches are told of a request: a clip, a mask of what is made of it, and pictures to refer to.

All of it lies in channels beside the canvas: the latent of what is kept, that of what leads (a control clip), and the
mask, folded. References come as latent frames of their own, before the shot, which are walked and never decoded; on
the canvas they follow the tokens of the grid. Knows the codec's latents, not the network.
Source: WanVACEPipeline of diffusers 0.42.1, and vace/models/wan/wan_vace.py of github.com/ali-vilab/VACE.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import interpolate, pad

from zoetrope.core.conditions import Control, Extend, Reference, Region
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.families.wan.codec import encode, encode_pieces, pieces_of, pixels_of
from zoetrope.engine.families.wan.placing import pictures_of, tokens_of, whole

WHITE = 1.0  # around a reference that has another shape than the shot
ROUND = 8  # pixels: the reference pipeline makes sides of references multiples of this


@dataclass(frozen=True, eq=False)
class Told:
    """A request as VACE reads it.

    Shapes: new (t, h, w) bool, True where the shot is made; kept and leading uint8 (t, h, w, 3), or None for nothing.
    What is kept counts outside `new`, what leads inside; t as the codec takes it.
    """

    new: np.ndarray
    kept: np.ndarray | None
    leading: np.ndarray | None


def references_of(request: Request) -> list[np.ndarray]:
    """Pictures that are referred to, in the order of the conditions."""
    return [condition.picture for condition in request.conditions if isinstance(condition, Reference)]


def tell(request: Request, clock: Clock) -> Told:
    """Lay what a request gives over each other: a clip that is edited or extended, and pictures at moments."""
    shape = (clock.frames(request.seconds), request.size.height, request.size.width)
    new, kept, leading = np.ones(shape, bool), np.zeros((*shape, 3), np.uint8), None
    for condition in request.conditions:
        match condition:
            case Region(frames=frames, mask=mask):
                kept[:], new[:] = frames, mask
            case Extend(frames=frames):
                kept[: len(frames)], new[: len(frames)] = frames, False
            case Control(frames=frames):
                leading = whole(frames, clock)
    for moment, picture in pictures_of(request, clock).items():
        kept[moment], new[moment] = picture, False
    return Told(whole(new, clock), None if new.all() else whole(kept, clock), leading)


def put_told(canvas: Canvas, codec: Any, request: Request, clock: Clock) -> Canvas:
    """Lay what VACE is told beside the tokens, those of the shot first, then those of each reference.

    Shapes: beside (n, 2 c + p * p), p pixels a side of a latent.
    """
    device, (_, rows, columns) = canvas.video.latent.device, canvas.grid
    told = tell(request, clock)
    kept = _encoded(codec, told.kept, ~told.new, device)
    leading = kept  # the same grey clip where nothing is given
    if told.kept is not None or told.leading is not None:
        leading = _encoded(codec, told.leading, told.new, device)
    mask = folded(torch.from_numpy(told.new), (len(kept), rows, columns)).to(kept)
    beside = [tokens_of(torch.cat([kept, leading, mask], -1))]
    for picture in references_of(request):
        latent = tokens_of(encode(codec, fitted(picture, request.size.height, request.size.width).to(device)))
        beside.append(pad(latent, (0, beside[0].shape[-1] - latent.shape[-1])))
    return replace(canvas, beside=torch.cat(beside))


def _encoded(codec: Any, frames: np.ndarray | None, where: np.ndarray, device: torch.device) -> Tensor:
    """The latents of a clip that is grey wherever it does not count. Shapes: out (f, r, w, c)."""

    def pieces() -> Iterator[Tensor]:
        for piece in pieces_of(len(where)):
            counts = torch.from_numpy(where[piece]).to(device)[..., None].float()
            yield counts * pixels_of(frames[piece], device) if frames is not None else 0 * counts.expand(-1, -1, -1, 3)

    return encode_pieces(codec, pieces())


def folded(new: Tensor, grid: tuple[int, int, int]) -> Tensor:
    """A mask as channels of latents: all pixels of a latent's place, at one frame of those that it holds.

    That frame is the nearest to the middle, as in the training: a single given frame may be told by its picture alone.
    Shapes: new (t, h, w) bool; out (f, r, w, p * p).
    """
    count, rows, columns = grid
    told = (2 * torch.arange(count) + 1) * len(new) // (2 * count)
    return rearrange(new[told], "f (r p) (w q) -> f r w (p q)", r=rows, w=columns)


def fitted(picture: np.ndarray, height: int, width: int) -> Tensor:
    """A reference in the middle of a white frame, as large as fits.

    Shapes: picture uint8 (h, w, 3); out (1, height, width, 3) in -1..1.
    """
    from PIL import Image

    sides = [max(side // ROUND * ROUND, ROUND) for side in picture.shape[:2]]
    rounded = np.array(Image.fromarray(picture).resize(sides[::-1], Image.Resampling.LANCZOS))
    scale = min(height / sides[0], width / sides[1])
    h, w = (max(int(side * scale), 1) for side in sides)
    pixels = rearrange(pixels_of(rounded, torch.device("cpu")), "h w c -> 1 c h w")
    pixels = rearrange(interpolate(pixels, (h, w), mode="bilinear", align_corners=False), "1 c h w -> 1 h w c")
    top, left = (height - h) // 2, (width - w) // 2
    return pad(pixels, (0, 0, left, width - w - left, top, height - h - top), value=WHITE)
