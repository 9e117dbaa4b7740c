"""Attention by ranks: runs of tokens, each of which sees itself, the runs before it and the text. Knows no layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.layers import attention


def attend_by_ranks(query: Tensor, key: Tensor, value: Tensor, ends: Sequence[int], mask: Tensor | None) -> Tensor:
    """Attention of runs of queries that stop at `ends`.

    Shapes: query (b, heads, n, c); key, value (b, heads, m + n, c), of which the first m are text; mask (n, n), true
    where a token sees another, where one run stands for all ranks; out (b, n, heads * c).
    """
    words, start, parts = key.shape[2] - query.shape[2], 0, []
    mask = None if mask is None else F.pad(mask, (words, 0), value=True)
    for end in ends:
        seen = words + end
        parts.append(attention(query[:, :, start:end], key[:, :, :seen], value[:, :, :seen], mask))
        start = end
    attended = torch.cat(parts, dim=2) if len(parts) > 1 else parts[0]
    return rearrange(attended, "b e n c -> b n (e c)")


@torch.library.custom_op("zoetrope::attend_by_ranks", mutates_args=())
def attend_whole(query: Tensor, key: Tensor, value: Tensor, ends: Tensor) -> Tensor:
    """The same as one step of a compiled graph, which need not know how many ranks there are. Shapes: ends (ranks,)."""
    return attend_by_ranks(query, key, value, ends.tolist(), None).contiguous()


@attend_whole.register_fake
def _(query: Tensor, key: Tensor, value: Tensor, ends: Tensor) -> Tensor:
    b, heads, n, c = query.shape
    return query.new_empty(b, n, heads * c)
