"""Linear layers that multiply in int8, for CPUs that do so faster than in bfloat16. Knows no network and no file.

Weights have a scale for each row, inputs one for each token, found as they come: nothing is calibrated.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import pack

PART = 512  # tokens at a time, so that what lies between two layers stays in the cache: rounding it takes a third
MOST = 255  # of a byte
MIDDLE = 128  # stands for 0 where inputs have both signs
LOW, LEAST = 16, -0.17  # LOW stands for 0 after a GELU, whose least value is LEAST: positive ones get the other levels
SMALLEST = torch.finfo(torch.float32).tiny * 2**20

Rounded = tuple[Tensor, Tensor, int]
"""Bytes (n, in), the scale of each row (n, 1), and which byte stands for 0."""


def cpu_multiplies_int8() -> bool:
    """Whether this CPU has products of bytes; elsewhere they are slower than plain ones."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_vnni") or able.get("amx_int8"))


class Int8Linear(nn.Module):
    """A linear layer with int8 weights and int8 products, made of a plain one. It cannot be saved or moved.

    Shapes: (b, n, in_features) in, (b, n, out_features) out, of the same type; sums are exact.
    Source: scales per row and per token as in Dettmers et al. 2022 (LLM.int8), section 2.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        weight, scale = pack(linear.weight.float(), Precision.INT8)
        self.packed = torch.ops.onednn.qlinear_prepack(weight, None)
        self.scale, self.zeros = scale.flatten(), torch.zeros(self.out_features, dtype=torch.int64)
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        return self.multiply(rounded(x.flatten(0, 1)), x.dtype).unflatten(0, x.shape[:2])

    def multiply(self, rows: Rounded, dtype: torch.dtype) -> Tensor:
        """Rounded rows -> (n, out_features)."""
        codes, scale, zero = rows
        weights = self.packed, self.scale, self.zeros
        out = torch.ops.onednn.qlinear_pointwise(codes, 1.0, zero, *weights, None, 1.0, 0, dtype, "none", [], "")
        scale = scale.to(dtype)
        return out.mul_(scale) if self.bias is None else torch.addcmul(self.bias, out, scale)

    def extra_repr(self) -> str:
        return f"{self.in_features}, {self.out_features}"


class Int8Mlp(nn.Module):
    """Two such layers around a GELU, a part of the tokens through both before the next. Shapes: (b, n, d), as in.

    Made of a plain one, whose layers are called `inner` and `outer`.
    """

    def __init__(self, mlp: Any) -> None:
        super().__init__()
        self.inner, self.outer = Int8Linear(mlp.inner), Int8Linear(mlp.outer)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self._both(rows) for rows in x.flatten(0, 1).split(PART)]).view(x.shape)

    def _both(self, rows: Tensor) -> Tensor:
        hidden = F.gelu(self.inner.multiply(rounded(rows), rows.dtype))
        return self.outer.multiply(rounded_after_gelu(hidden), rows.dtype)


def rounded(rows: Tensor) -> Rounded:
    """Round numbers of both signs, each row by its largest magnitude."""
    values = rows.float()
    scale = values.abs().amax(1, keepdim=True).clamp_min_(SMALLEST).div_(MOST - MIDDLE)
    return _bytes(values, scale, MIDDLE), scale, MIDDLE


def rounded_after_gelu(rows: Tensor) -> Rounded:
    """Round numbers that are no less than LEAST, each row by its largest: half the error of `rounded`."""
    values = rows.float()
    scale = values.amax(1, keepdim=True).div_(MOST - LOW).clamp_min_(-LEAST / LOW)
    return _bytes(values, scale, LOW), scale, LOW


def _bytes(values: Tensor, scale: Tensor, zero: int) -> Tensor:
    """By way of int16: PyTorch converts float32 to uint8 itself at a quarter of the speed."""
    return values.mul_(scale.reciprocal()).add_(zero + 0.5).to(torch.int16).to(torch.uint8)
