"""Linear layers whose weights lie packed and are unpacked as they are used. Knows no network and no file.

Weights only: inputs, outputs and sums keep their type, so a layer is as exact as its packed weights.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.memory.plan import Precision

# Quantiles of a normal distribution, scaled to -1..1. Source: Dettmers et al. 2023 (QLoRA), appendix E.
_NF4 = (
    *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453),
    *(-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0),
    *(0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
    *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
)
# Values of the type e2m1. Source: OCP microscaling formats 1.0, section 5.3.3.
_E2M1 = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0)
_NF4_BLOCK, _NVFP4_BLOCK = 64, 16  # of the same sources; NVIDIA's nvfp4 takes half a microscaling block
_FP8_MOST, _E2M1_MOST, _INT8_MOST = 448.0, 6.0, 127.0


class QuantisedLinear(nn.Module):
    """A linear layer with packed weights, under the name of the layer it replaces.

    Shapes: (..., in_features) in, (..., out_features) out. Its tensors are `packed` and `scale`, and the plain `bias`.
    """

    packed: Tensor
    scale: Tensor

    def __init__(self, linear: nn.Linear, precision: Precision, dtype: torch.dtype) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.precision, self.dtype, self.bias = precision, dtype, linear.bias
        device = linear.weight.device
        empty = torch.empty(linear.weight.shape, dtype=torch.float32, device="meta")
        for name, tensor in zip(("packed", "scale"), pack(empty, precision), strict=True):
            self.register_buffer(name, torch.empty(tensor.shape, dtype=tensor.dtype, device=device))

    @property
    def weight(self) -> Tensor:
        """Shape and type of the weights for those who ask; they are nowhere as such."""
        return torch.empty(self.out_features, self.in_features, dtype=self.dtype, device="meta")

    def hold(self, weight: Tensor) -> None:
        """Pack plain weights into the buffers' place. Shapes: (out_features, in_features), any float type."""
        self.packed, self.scale = pack(weight.float(), self.precision)

    def forward(self, x: Tensor) -> Tensor:
        weight = unpack(self.packed, self.scale, self.precision, x.dtype)
        return F.linear(x, weight, None if self.bias is None else self.bias.to(x.dtype))

    def extra_repr(self) -> str:
        return f"{self.in_features}, {self.out_features}, {self.precision}"


def quantise(module: nn.Module, precision: Precision, dtype: torch.dtype) -> None:
    """Replace the linear layers inside a module; weights that are there are packed, empty ones stay empty."""
    for owner in list(module.modules()):
        for leaf, child in list(owner.named_children()):
            if type(child) is nn.Linear and can_pack(child.in_features, precision):
                packed = QuantisedLinear(child, precision, dtype)
                if child.weight.device.type != "meta":
                    packed.hold(child.weight)
                setattr(owner, leaf, packed)


def can_pack(in_features: int, precision: Precision) -> bool:
    """Whether rows of that length fill whole blocks."""
    return in_features % {Precision.NF4: _NF4_BLOCK, Precision.NVFP4: _NVFP4_BLOCK}.get(precision, 1) == 0


def pack(weight: Tensor, precision: Precision) -> tuple[Tensor, Tensor]:
    """Round weights to a precision.

    Shapes: weight (out, in) float32; packed and scales out, of shapes that depend on the precision.
    """
    match precision:
        case Precision.INT8:
            scale = _most(weight) / _INT8_MOST
            return (weight / scale).round().to(torch.int8), scale
        case Precision.FP8:
            scale = _most(weight) / _FP8_MOST
            return (weight / scale).to(torch.float8_e4m3fn), scale
        case Precision.NF4:
            blocks = weight.unflatten(1, (-1, _NF4_BLOCK))
            scale = _most(blocks)
            return _nibbles(_nearest(blocks / scale, _NF4).flatten(1)), scale.squeeze(-1)
        case Precision.NVFP4:
            blocks = weight.unflatten(1, (-1, _NVFP4_BLOCK))
            row = _most(weight)[..., None] / (_FP8_MOST * _E2M1_MOST)
            block = (_most(blocks) / _E2M1_MOST / row).to(torch.float8_e4m3fn)
            codes = _nearest(blocks / (block.float() * row), _E2M1)
            return _nibbles(codes.flatten(1)), _join(block.squeeze(-1), row.squeeze(-1))
    raise AssertionError(f"{precision} is not packed")


def unpack(packed: Tensor, scale: Tensor, precision: Precision, dtype: torch.dtype) -> Tensor:
    """The weights again, rounded. Shapes: (out, columns) out."""
    match precision:
        case Precision.INT8 | Precision.FP8:
            return packed.to(dtype) * scale.to(dtype)
        case Precision.NF4:
            blocks = _values(packed, _NF4, dtype).unflatten(1, (-1, _NF4_BLOCK))
            return (blocks * scale[..., None].to(dtype)).flatten(1)
        case Precision.NVFP4:
            block, row = _split(scale)
            blocks = _values(packed, _E2M1, dtype).unflatten(1, (-1, _NVFP4_BLOCK))
            return (blocks * (block.float() * row)[..., None].to(dtype)).flatten(1)
    raise AssertionError(f"{precision} is not packed")


def _most(weight: Tensor) -> Tensor:
    """The largest magnitude along the last axis, never 0."""
    return weight.abs().amax(-1, keepdim=True).clamp_min(torch.finfo(torch.float32).tiny * 2**20)


@cache
def _table(values: tuple[float, ...], device: torch.device, dtype: torch.dtype) -> Tensor:
    with torch.inference_mode(False):
        return torch.tensor(values, dtype=dtype, device=device)


def _nearest(values: Tensor, table: tuple[float, ...]) -> Tensor:
    """Number of the nearest entry of a table. Shapes: the same, uint8 out."""
    order = sorted(range(len(table)), key=lambda index: table[index])
    ascending = [table[index] for index in order]
    middles = [(low + high) / 2 for low, high in pairwise(ascending)]
    numbers = torch.bucketize(values, _table(tuple(middles), values.device, torch.float32))
    return torch.tensor(order, dtype=torch.uint8, device=values.device)[numbers]


def _nibbles(codes: Tensor) -> Tensor:
    """Two codes to a byte, the first in the low half. Shapes: (out, n) uint8 below 16; (out, n / 2) out."""
    return codes[:, 0::2] | (codes[:, 1::2] << 4)


def _values(packed: Tensor, table: tuple[float, ...], dtype: torch.dtype) -> Tensor:
    codes = torch.stack([packed & 15, packed >> 4], dim=-1).flatten(1)
    return _table(table, packed.device, dtype)[codes.int()]


def _join(block: Tensor, row: Tensor) -> Tensor:
    """Scales of blocks and of the row as bytes in one tensor. Shapes: (out, k) e4m3 and (out, 1) float32."""
    return torch.cat([block.view(torch.uint8), row.contiguous().view(torch.uint8)], dim=1)


def _split(scale: Tensor) -> tuple[Tensor, Tensor]:
    block, row = scale[:, :-4], scale[:, -4:]
    return block.contiguous().view(torch.float8_e4m3fn), row.contiguous().view(torch.float32)
