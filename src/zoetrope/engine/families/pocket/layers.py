"""The few layers that the pocket networks and codecs share. They know nothing of streams, noise or text."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.attention import has_tiles
from zoetrope.engine.products import through

PART = 128  # queries at a time: as fast as 64 and 0.85 of the time of 256, a whole step on two Zen 4 cores


class RmsNorm(nn.Module):
    """Divide by the root mean square over the last axis, then scale. Source: Zhang & Sennrich 2019."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return normed(x, self.weight.to(x.dtype), eps=1e-6)


def normed(x: Tensor, weight: Tensor | None = None, eps: float = torch.finfo(torch.float32).eps) -> Tensor:
    """Divide by the root mean square over the last axis, then scale.

    Without gradients a CPU sums the squares in one walk, where its own kernel takes five: 0.5 to 0.6 of the time.
    """
    if x.device.type != "cpu" or torch.is_grad_enabled() or torch.compiler.is_compiling():
        return F.rms_norm(x, x.shape[-1:], weight, eps)
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
    made = x * length.square_().div_(x.shape[-1]).add_(eps).rsqrt_().to(x.dtype)
    return made if weight is None else made.mul_(weight)


class Mlp(nn.Module):
    """Two linear layers around a GELU, which CPUs compute four times as fast as its tanh approximation."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, hidden)
        self.outer = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return through(self.outer, through(self.inner, x, "gelu"))


def rotary_table(places: Tensor, shares: tuple[int, ...], longest: tuple[float, ...]) -> Tensor:
    """Angles of rotary places with several axes, as a table of cosines and sines, for both numbers of every pair.

    Shapes: places (..., n, a); out (2, ..., n, 1, 2 sum(shares)), float32. shares[i] is how many pairs of channels
    axis i turns.
    Units: longest[i] is the wave length of the slowest pair of axis i, in units of that axis; the fastest is 2.
    Source: Su et al. 2021, with one geometric ladder of wave lengths per axis.
    """
    angles = []
    for axis, (share, slowest) in enumerate(zip(shares, longest, strict=True)):
        ladder = torch.logspace(0, 1, share, base=slowest / 2, dtype=torch.float64) * 2
        angles.append(places[..., axis, None].double() * (2 * torch.pi / ladder))
    angle = torch.cat(angles, dim=-1).unsqueeze(-2)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1)]).float()


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Turn pairs of channels by the table's angles.

    Shapes: x (b, n, heads, 2 p) with pairs (i, i + p); table (2, n, 1, 2 p) or (2, b, n, 1, 2 p).
    """
    cos, sin = table.to(x.dtype)
    return torch.addcmul(x * cos, x.roll(x.shape[-1] // 2, -1), sin)


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attention of every query over all keys, by the way that is fastest here.

    Shapes: query (b, heads, n, c); key, value (b, heads, m, c); mask (n, m), true where a query may look; out like
    query. On a CPU in bfloat16 that has no tiles, matrix products
    around a softmax beat the flash kernel, which multiplies at a fraction of their rate: 0.44 to 0.89 of its time
    under the compiler, forward and backward; in parts, without gradients, a whole step of 1,709 tokens took 0.76.
    """
    if query.device.type == "cpu":
        if torch.compiler.is_compiling():
            scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-1, -2))
            if mask is not None:
                scores = scores.masked_fill(~mask, float("-inf"))
            return torch.matmul(torch.softmax(scores.float(), dim=-1).to(value.dtype), value)
        plain = mask is None and not torch.is_grad_enabled() and not has_tiles()
        if plain and query.dtype == torch.bfloat16 and query.shape[2] > PART:
            return attention_in_parts(query, key, value)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_in_parts(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention for `PART` queries at a time, so that their scores stay in the cache. Shapes: as `attention`."""
    query = (query * query.shape[-1] ** -0.5).contiguous()
    keys, out = key.transpose(-1, -2), torch.empty_like(query)
    for part, made in zip(query.split(PART, dim=2), out.split(PART, dim=2), strict=True):
        made.copy_(torch.matmul(torch.softmax(torch.matmul(part, keys), dim=-1), value))
    return out


def preconditioning(sigma: Tensor, reach: Tensor | float = 1.0) -> tuple[Tensor, Tensor]:
    """How much of what is noisy is kept, and how far the best such guess is off; reach is the clean numbers' deviation.

    Source: Karras et al. 2022, table 1, for a straight flow.
    """
    clean = (1 - sigma) * reach
    power = clean.square() + sigma.square()
    return clean * reach / power, sigma * reach * power.rsqrt()
