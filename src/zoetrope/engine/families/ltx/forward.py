"""The forward pass of LTX-Video 0.9.x over diffusers' own modules, arranged so that nothing is computed twice.

Per request: the text, and what each block reads of it. Per canvas: rotary tables. Per step: the modulation, once for
each distinct noise level. All branches go in one batch, and part only where they first read the text. Knows no
schedule, no guidance and no prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from zoetrope.engine.attention import attend
from zoetrope.engine.products import fed, through
from zoetrope.engine.tokenwise import added, modulated, normed, turned


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the network reads again in each step of one request.

    Shapes: context (b, k, d); bias (b, 1, 1, k), or None where all prompts are equally long; turn (n, 1, d / 2)
    complex.
    `read` holds keys and values of each block that came by, b rows each.
    """

    context: Tensor
    bias: Tensor | None
    turn: Tensor
    read: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)


def prepare(network: Any, prompts: Sequence[Tensor], place: Tensor, dtype: torch.dtype) -> Prepared:
    """Project the text once, without its padding: the reference attends to it with a weight of exp(-10000), 0.

    Shapes: prompts (k, c) each; place (n, 3).
    """
    device, longest = place.device, max(map(len, prompts))
    rows = torch.zeros(len(prompts), longest, prompts[0].shape[-1], device=device, dtype=dtype)
    bias = torch.zeros(len(prompts), 1, 1, longest, device=device, dtype=dtype)
    for row, blocked, prompt in zip(rows, bias, prompts, strict=True):
        row[: len(prompt)] = prompt.to(device, dtype)
        blocked[..., len(prompt) :] = -torch.inf
    cosine, sine = network.rope(place[None], video_coords=place.T[None])
    return Prepared(
        context=network.caption_projection(rows),
        bias=bias if any(len(prompt) < longest for prompt in prompts) else None,
        turn=torch.complex(cosine[0, :, None, 0::2].float(), sine[0, :, None, 1::2].float()),
    )


def forward(network: Any, prepared: Prepared, latent: Tensor, levels: Tensor, rows: Sequence[int]) -> Tensor:
    """Velocities of some branches, `rows` of the prepared prompts, at one latent.

    Shapes: latent (n, c) in the network's type; levels (n,), what the network is told of each token; out (b, n, c).
    """
    tokens = network.proj_in(latent[None])
    told, which = levels.unique(return_inverse=True)
    modulation, time = network.time_embed(told, batch_size=len(told), hidden_dtype=tokens.dtype)
    modulation = modulation.unflatten(-1, (6, -1))

    def of_tokens(rows_of_levels: Tensor) -> Tensor:
        """A row for all tokens alike, or for each its own. Shapes: (k, d) -> (1, d) or (n, d)."""
        return rows_of_levels if len(told) == 1 else rows_of_levels[which]

    for number, block in enumerate(network.transformer_blocks):
        if number not in prepared.read:
            prepared.read[number] = _read(block.attn2, prepared.context)
        shifts = [of_tokens(each) for each in (block.scale_shift_table + modulation).unbind(1)]
        tokens = _block(block, tokens, shifts, prepared, prepared.read[number], rows)
    shift, scale = (of_tokens(each) for each in (network.scale_shift_table + time[:, None]).unbind(1))
    return network.proj_out(network.norm_out(tokens) * (1 + scale) + shift)


def _read(attention: Any, context: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values of the text. Shapes: each (b, heads, k, e)."""
    key, value = attention.norm_k(through(attention.to_k, context)), through(attention.to_v, context)
    return _heads(attention, key).contiguous(), _heads(attention, value).contiguous()


def _block(
    block: Any,
    tokens: Tensor,
    shifts: Sequence[Tensor],
    prepared: Prepared,
    read: tuple[Tensor, Tensor],
    rows: Sequence[int],
) -> Tensor:
    shift, scale, gate, shift2, scale2, gate2 = shifts
    seen = modulated(tokens, block.norm1, scale, shift)
    tokens = added(tokens, _attend_itself(block.attn1, seen, prepared.turn), gate)
    tokens = tokens + _attend_text(block.attn2, tokens, prepared, read, rows)
    return added(tokens, fed(block.ff, modulated(tokens, block.norm2, scale2, shift2)), gate2)


def _attend_itself(attention: Any, tokens: Tensor, turn: Tensor) -> Tensor:
    scale = (tokens.shape[-1] // attention.heads) ** -0.5
    query = turned(through(attention.to_q, tokens), attention.norm_q, turn, scale=scale)
    key = turned(through(attention.to_k, tokens), attention.norm_k, turn)
    query, key, value = (_heads(attention, each) for each in (query, key, through(attention.to_v, tokens)))
    return through(attention.to_out[0], rearrange(attend(query, key, value), "b h n e -> b n (h e)"))


def _attend_text(
    attention: Any, tokens: Tensor, prepared: Prepared, read: tuple[Tensor, Tensor], rows: Sequence[int]
) -> Tensor:
    """Shapes: tokens (1 or b, n, d), the same for all branches before the first text is read; out (b, n, d)."""
    query = _heads(attention, normed(through(attention.to_q, tokens), attention.norm_q)).expand(len(rows), -1, -1, -1)
    key, value = (each[list(rows)] for each in read)
    mask = None if prepared.bias is None else prepared.bias[list(rows)].expand(-1, 1, query.shape[2], -1)
    seen = scaled_dot_product_attention(query, key, value, attn_mask=mask)
    return through(attention.to_out[0], rearrange(seen, "b h n e -> b n (h e)"))


def _heads(attention: Any, tokens: Tensor) -> Tensor:
    return rearrange(tokens, "b n (h e) -> b h n e", h=attention.heads)
