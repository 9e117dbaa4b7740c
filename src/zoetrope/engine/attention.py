"""Attention over the published networks' heads, by the way that is fastest for its shapes. Knows no network.

PyTorch's own kernels are taken everywhere but on a CPU without matrix tiles in bfloat16: there its flash kernel
multiplies at 0.4 of the rate of plain matrix products (0.08 against 0.20 TFLOP/s on one Zen 4 core), so that products
around a softmax win. With tiles (AMX) the kernel uses them, and its softmax is the faster one.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad, scaled_dot_product_attention

from zoetrope.engine.tokenwise import is_cached

PART = 256  # queries at a time: their scores stay in the cache, and the products are long enough
FEW = 128  # with fewer queries or keys there is nothing to win
PROBES = 64  # keys that tell about where a query's scores lie
FULL = 16  # columns of a product come in such groups; a group that is not full costs as much
EVEN = 32  # keys: products and softmax like rows of scores that are whole registers long


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Let every query look over all keys.

    Shapes: query (b, heads, n, e), divided by the root of e where it was last rounded; key, value (b, heads, m, e);
    bias, added to the scores of each key, (b or 1, 1, 1, m); out like query.
    """
    if is_cached(query) and min(query.shape[2], key.shape[2]) > FEW and not has_tiles():
        return _in_parts(query, key, value, bias)
    mask = None if bias is None else bias.expand(-1, 1, query.shape[2], -1)
    return scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=1.0)


def has_tiles() -> bool:
    """Whether this CPU multiplies matrices of bfloat16 in tiles: Intel's AMX."""
    return torch.cpu._is_amx_tile_supported()


def _in_parts(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """A few heads and queries at a time, each a product, a softmax and a product.

    Scores are rounded to bfloat16 between product and softmax, where the flash kernel keeps float32. The product
    therefore subtracts from each query's scores about the largest of them, so that those that count are near zero and
    hardly rounded: a softmax does not see what is subtracted. Two more columns of the product do that and add the bias.
    """
    out, threads = torch.empty_like(query, memory_format=torch.contiguous_format), torch.get_num_threads()
    more = -key.shape[2] % EVEN
    for row in range(len(query)):
        added = None if bias is None else bias[row if len(bias) > 1 else 0, 0, 0]
        for heads in torch.arange(query.shape[1]).split(threads):
            few = slice(int(heads[0]), int(heads[-1]) + 1)
            keys = _with_columns(key[row, few], added, more)
            values = pad(value[row, few], (0, 0, 0, more)) if more else value[row, few].contiguous()
            asking = _shifted(query[row, few], keys)
            for start in range(0, query.shape[2], PART):
                scores = torch.bmm(asking[:, start : start + PART], keys.transpose(1, 2))
                out[row, few, start : start + PART] = torch.bmm(torch.softmax(scores, -1), values)
    return out


def _with_columns(key: Tensor, bias: Tensor | None, more: int) -> Tensor:
    """Keys with what each adds to its scores, and a one that takes the shift; `more` that nobody sees follow.

    Shapes: (h, m, e) -> (h, m + more, e').
    """
    count, width = key.shape[1:]
    wide = pad(key, (0, -(-(width + 2) // FULL) * FULL - width, 0, more))
    wide[..., width] = 1
    wide[:, count:, width + 1] = -torch.inf
    if bias is not None:
        wide[:, :count, width + 1] = bias
    return wide


def _shifted(query: Tensor, keys: Tensor) -> Tensor:
    """Queries, and how far their scores are moved. Shapes: query (h, n, e), keys (h, m, e'); out (h, n, e')."""
    width = query.shape[-1]
    wide = pad(query, (0, keys.shape[-1] - width))
    wide[..., width + 1] = 1
    probes = keys[:, :: -(-keys.shape[1] // PROBES)]
    # the largest along an outer axis, since the kernel takes one number at a time along the last
    wide[..., width] = -torch.bmm(probes, wide.transpose(1, 2)).amax(1)
    return wide
