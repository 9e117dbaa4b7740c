"""The forward pass of HunyuanVideo 1.5's network over diffusers' own modules, without any padding of the text.

The reference pads text, quoted words and picture to 1985 tokens and masks them again, with a mask of all pairs of
tokens in every block. Padding changes nothing that is kept, so here there is none, and no mask. Per request: quoted
words and picture. Per canvas: rotary tables. Knows no schedule, no guidance and no prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.attention import attend
from zoetrope.engine.tokenwise import added, turned


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the network reads again in each step of one request, for one branch.

    Shapes: text (1, k, c), as its encoder said it; fixed (1, m, d), picture and quoted words; turn (n, 1, e / 2),
    complex.
    """

    text: Tensor
    fixed: Tensor
    turn: Tensor


def prepare(
    network: Any, text: Tensor, glyphs: Tensor, sight: Tensor | None, grid: tuple[int, int, int], dtype: torch.dtype
) -> Prepared:
    """Project what does not change from step to step.

    Shapes: text (k, c), glyphs (m, c'), sight (s, c'') or None.
    """
    device = network.proj_out.weight.device
    kinds = network.cond_type_embed.weight
    fixed = [] if sight is None else [network.image_embedder(sight[None].to(device, dtype)) + kinds[2]]
    if len(glyphs):
        fixed.append(network.context_embedder_2(glyphs[None].to(device, dtype)) + kinds[1])
    empty = torch.zeros(1, 0, kinds.shape[1], device=device, dtype=dtype)
    cosine, sine = network.rope(torch.empty(1, 1, *grid, device=device))
    turn = torch.complex(cosine[:, 0::2].float(), sine[:, 0::2].float())[:, None]
    return Prepared(text[None].to(device, dtype), torch.cat([*fixed, empty], 1), turn)


def forward(network: Any, prepared: Prepared, latent: Tensor, told: Tensor, end: Tensor | None) -> Tensor:
    """The velocity of one branch.

    Shapes: latent (1, c, f, r, w) in the network's type; told (1,), what the network is told; end (1,), of where the
    step ends, or None; out (1, c', f, r, w).
    """
    _, _, f, r, w = latent.shape
    time = network.time_embed(told, timestep_r=end)
    tokens = network.x_embedder(latent)
    text = network.context_embedder(prepared.text, told) + network.cond_type_embed.weight[0]
    context = torch.cat([prepared.fixed, text], 1)
    for block in network.transformer_blocks:
        tokens, context = _block(block, tokens, context, time, prepared.turn)
    made = network.proj_out(network.norm_out(tokens, time))
    p, q = network.config.patch_size_t, network.config.patch_size
    return rearrange(made, "b (f r w) (c p q s) -> b c (f p) (r q) (w s)", f=f // p, r=r // q, w=w // q, p=p, q=q, s=q)


def _block(block: Any, tokens: Tensor, context: Tensor, time: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
    seen, gate, shift, scale, gate2 = block.norm1(tokens, emb=time)
    read, read_gate, read_shift, read_scale, read_gate2 = block.norm1_context(context, emb=time)
    seen, read = _attend(block.attn, seen, read, turn)
    tokens, context = added(tokens, seen, gate), added(context, read, read_gate)
    seen = block.norm2(tokens) * (1 + scale[:, None]) + shift[:, None]
    read = block.norm2_context(context) * (1 + read_scale[:, None]) + read_shift[:, None]
    return added(tokens, block.ff(seen), gate2), added(context, block.ff_context(read), read_gate2)


def _attend(attention: Any, tokens: Tensor, context: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
    def heads(each: Tensor) -> Tensor:
        return rearrange(each, "b n (h e) -> b n h e", h=attention.heads)

    scale = (tokens.shape[-1] // attention.heads) ** -0.5
    query = heads(turned(attention.to_q(tokens), attention.norm_q, turn, scale=scale))
    key = heads(turned(attention.to_k(tokens), attention.norm_k, turn))
    read_query = attention.norm_added_q(heads(attention.add_q_proj(context))) * scale
    read_key = attention.norm_added_k(heads(attention.add_k_proj(context)))
    value, read_value = heads(attention.to_v(tokens)), heads(attention.add_v_proj(context))
    pairs = ((query, read_query), (key, read_key), (value, read_value))
    query, key, value = (torch.cat(pair, 1).transpose(1, 2) for pair in pairs)
    seen = rearrange(attend(query, key, value), "b h n e -> b n (h e)")
    seen, read = seen.split([tokens.shape[1], context.shape[1]], 1)
    return attention.to_out[0](seen), attention.to_add_out(read)
