"""What Animate is told of a request: somebody's picture, clips of a pose and of a face, and what of a clip is kept.

The picture is a latent frame of its own before the shot, which is walked and never decoded; on the canvas it follows
the tokens of the grid. Beside each token lie a mask of given frames, the latent of what is given, and that of the
pose. The face stays pixels until the network reads it. Knows the codec's latents, not the network.
Source: WanAnimatePipeline of diffusers 0.42.1; a region's inside is black, as the authors' preprocessing leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.conditions import Control, Extend, Region
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.families.wan.codec import encode, encode_pieces, pieces_of, pixels_of
from zoetrope.engine.families.wan.facts import MASK
from zoetrope.engine.families.wan.placing import tokens_of, whole
from zoetrope.engine.families.wan.vace import references_of

BLACK = -1.0


def put_acted(canvas: Canvas, codec: Any, request: Request, clock: Clock) -> Canvas:
    """Lay what Animate is told beside the tokens, those of the shot first, then those of the picture.

    Shapes: beside (n, 4 + c + c): mask, what is given, pose.
    """
    device, (count, rows, columns) = canvas.video.latent.device, canvas.grid
    given, mask = _given(codec, request, clock, device)
    mask = mask[:, :: mask.shape[1] // rows, :: mask.shape[2] // columns]  # as nearest neighbours
    mask = torch.cat([mask[:1].expand(MASK, -1, -1), mask[1:]])  # the first latent frame holds one frame
    mask = rearrange(mask, "(f m) r w -> f r w m", f=count, m=MASK)
    pose = whole(_control(request, "pose"), clock)
    led = encode_pieces(codec, (pixels_of(pose[piece], device) for piece in pieces_of(len(pose))))
    picture = filled(references_of(request)[0], request.size.height, request.size.width)
    seen = encode(codec, pixels_of(picture[None], device))
    looked = torch.cat([seen.new_ones(*seen.shape[:3], MASK), seen, torch.zeros_like(seen)], -1)
    return replace(canvas, beside=torch.cat([tokens_of(torch.cat([mask, given, led], -1)), tokens_of(looked)]))


def face_of(request: Request, clock: Clock, side: int) -> Tensor:
    """The clip of the face as the network's motion encoder sees it. Shapes: out (t, 3, side, side) in -1..1."""
    from PIL import Image

    frames = whole(_control(request, "face"), clock)
    size = (side, side)
    fitted = np.stack([np.array(Image.fromarray(each).resize(size, Image.Resampling.LANCZOS)) for each in frames])
    return rearrange(pixels_of(fitted, torch.device("cpu")), "t h w c -> t c h w")


def filled(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """A picture in the middle of a black frame, as large as fits. Shapes: uint8 (h, w, 3)."""
    from PIL import Image

    h, w = picture.shape[:2]
    wide = width * h < w * height
    sides = (width, max(h * width // w, 1)) if wide else (max(w * height // h, 1), height)
    frame = Image.new("RGB", (width, height))
    place = (width // 2 - sides[0] // 2, height // 2 - sides[1] // 2)
    # the pipeline asks for bilinear scaling, which its processor's config loses again: what runs is Lanczos
    frame.paste(Image.fromarray(picture).resize(sides, Image.Resampling.LANCZOS), place)
    return np.array(frame)


def _given(codec: Any, request: Request, clock: Clock, device: torch.device) -> tuple[Tensor, Tensor]:
    """The latents of what is given, grey where nothing is; and which pixels are. Shapes: (f, r, w, c), (t, h, w)."""
    count = clock.grid_frames(clock.frames(request.seconds))
    mask = np.zeros((count, request.size.height, request.size.width), bool)
    frames, outside = np.zeros((0, *mask.shape[1:], 3), np.uint8), 0.0
    for condition in request.conditions:
        match condition:
            case Region(frames=clip, mask=new):
                frames, outside = whole(clip, clock), BLACK
                mask[:] = ~whole(np.broadcast_to(new, clip.shape[:3]), clock)
            case Extend(frames=clip):
                frames, mask[: len(clip)] = clip, True

    def pieces() -> Iterator[Tensor]:
        for piece in pieces_of(count):
            held = torch.from_numpy(mask[piece]).to(device)[..., None].float()
            pixels = torch.zeros(*held.shape[:3], 3, device=device)
            if len(frames[piece]):
                pixels[: len(frames[piece])] = pixels_of(frames[piece], device)
            yield held * pixels + (1 - held) * outside

    return encode_pieces(codec, pieces()), torch.from_numpy(mask).to(device).float()


def _control(request: Request, kind: str) -> np.ndarray:
    return next(each.frames for each in request.conditions if isinstance(each, Control) and each.kind == kind)
