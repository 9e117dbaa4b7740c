"""How Animate's network reads a face: motion of each picture, and attention to it after some of the blocks.

Per request: the face's motion, and what each adapter reads of it. Knows no canvas and no prompt.
Source: WanAnimateTransformer3DModel of diffusers 0.42.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

BLANK = -1.0  # every pixel of the face that the negative prompt goes with


def motion_of(network: Any, face: Tensor, rows: int) -> Tensor:
    """What is told of the face in each latent frame; the first row by the clip, later ones by a blank.

    Shapes: face (t, 3, s, s) in -1..1; out (rows, 1 + f, k, d), nothing for the frame before the shot.
    """
    encoder = network.motion_encoder
    device, dtype = network.patch_embedding.weight.device, network.patch_embedding.weight.dtype
    batches = face.split(network.config.motion_encoder_batch_size)
    motions = [torch.cat([encoder(batch.to(device, dtype)) for batch in batches])]
    if rows > 1:
        blank = encoder(torch.full_like(face[:1], BLANK, device=device, dtype=dtype))
        motions += [blank.expand(len(face), -1)] * (rows - 1)
    told = network.face_encoder(torch.stack(motions))
    return torch.cat([torch.zeros_like(told[:, :1]), told], 1)


def keys_and_values(attention: Any, motion: Tensor) -> tuple[Tensor, Tensor]:
    """What an adapter reads. Shapes: motion (b, f, k, d); each out (b, f, heads, k, e)."""
    seen = attention.pre_norm_kv(motion)
    key, value = (
        rearrange(project(seen), "b f k (h e) -> b f h k e", h=attention.heads)
        for project in (attention.to_k, attention.to_v)
    )
    return attention.norm_k(key), value


def attend_face(attention: Any, tokens: Tensor, read: tuple[Tensor, ...], rows: Sequence[int]) -> Tensor:
    """Each latent frame sees the motion of its own pictures. Shapes: tokens and out (b, n, d)."""
    key, value = (each[list(rows)].flatten(0, 1) for each in read)
    frames = read[0].shape[1]
    query = rearrange(
        attention.to_q(attention.pre_norm_q(tokens)), "b (f n) (h e) -> (b f) h n e", f=frames, h=attention.heads
    )
    seen = scaled_dot_product_attention(attention.norm_q(query), key, value)
    return attention.to_out(rearrange(seen, "(b f) h n e -> b (f n) (h e)", f=frames))
