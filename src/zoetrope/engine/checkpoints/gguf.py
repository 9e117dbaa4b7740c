"""Blocks of GGUF's packed kinds back to numbers, on any device. Knows no file.

Source: the layouts of blocks in github.com/ggml-org/ggml, src/ggml-common.h. Sums are float32, as the reference's are,
so they agree to the bit. In shapes, n is blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from zoetrope.core.errors import Unsupported
from zoetrope.engine.checkpoints.gguf_header import BLOCKS

# The sixteen levels of IQ4: kvalues_iq4nl of ggml-common.h.
_LEVELS = (-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)


def unpack(packed: Tensor, kind: str, dtype: torch.dtype) -> Tensor:
    """The numbers of packed rows.

    Shapes: packed uint8 (rows, bytes); out (rows, columns).
    Raises: Unsupported for a kind that is not among `BLOCKS`.
    """
    plain = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    if kind in plain:
        return packed.contiguous().view(plain[kind]).to(dtype)
    if kind not in _UNPACK:
        raise Unsupported(f"GGUF's kind {kind} is not unpacked here; these are: {', '.join(_UNPACK)}.")
    blocks = packed.reshape(-1, BLOCKS[kind][1])
    return _UNPACK[kind](blocks).reshape(packed.shape[0], -1).to(dtype)


def _half(block: Tensor, start: int) -> Tensor:
    """A float16 of each block. Shapes: (n, bytes) -> (n, 1) float32."""
    return block[:, start : start + 2].contiguous().view(torch.float16).float()


def _bits(data: Tensor, shifts: tuple[int, ...], mask: int) -> Tensor:
    """Small numbers out of bytes, all of one shift before those of the next. Shapes: (..., k) -> (..., shifts, k)."""
    by = torch.tensor(shifts, dtype=torch.uint8, device=data.device)[:, None]
    return (data[..., None, :] >> by) & mask


def _nibbles(data: Tensor, width: int) -> Tensor:
    """Shapes: (n, k) -> (n, 2 k), low halves of `width` bytes before their high halves."""
    return _bits(data.unflatten(1, (-1, width)), (0, 4), 15).flatten(1)


def _q4_0(block: Tensor) -> Tensor:
    return _half(block, 0) * (_nibbles(block[:, 2:], 16).float() - 8)


def _q4_1(block: Tensor) -> Tensor:
    return _half(block, 0) * _nibbles(block[:, 4:], 16).float() + _half(block, 2)


def _fifth_bits(data: Tensor) -> Tensor:
    """Bit j of four bytes belongs to number j. Shapes: (n, 4) -> (n, 32)."""
    return _bits(data, tuple(range(8)), 1).transpose(1, 2).flatten(1)


def _q5_0(block: Tensor) -> Tensor:
    codes = _nibbles(block[:, 6:], 16) | (_fifth_bits(block[:, 2:6]) << 4)
    return _half(block, 0) * (codes.float() - 16)


def _q5_1(block: Tensor) -> Tensor:
    codes = _nibbles(block[:, 8:], 16) | (_fifth_bits(block[:, 4:8]) << 4)
    return _half(block, 0) * codes.float() + _half(block, 2)


def _q8_0(block: Tensor) -> Tensor:
    return _half(block, 0) * block[:, 2:].contiguous().view(torch.int8).float()


def _pairs_of_bits(data: Tensor) -> Tensor:
    """Shapes: (n, 64) -> (n, 256)."""
    return _bits(data.unflatten(1, (-1, 32)), (0, 2, 4, 6), 3).flatten(1)


def _spread(scales: Tensor, width: int) -> Tensor:
    """One scale for `width` numbers. Shapes: (n, k) -> (n, width k)."""
    return scales.repeat_interleave(width, dim=1)


def _q2_k(block: Tensor) -> Tensor:
    scales, codes = block[:, :16], _pairs_of_bits(block[:, 16:80]).float()
    scale, least = _half(block, 80) * (scales & 15).float(), _half(block, 82) * (scales >> 4).float()
    return _spread(scale, 16) * codes - _spread(least, 16)


def _q3_k(block: Tensor) -> Tensor:
    low, high = _pairs_of_bits(block[:, 32:96]), _bits(block[:, :32], tuple(range(8)), 1).flatten(1)
    packed = block[:, 96:108]
    scale = _bits(packed[:, :8], (0, 4), 15).flatten(1) | (_bits(packed[:, 8:], (0, 2, 4, 6), 3).flatten(1) << 4)
    codes = low.float() - 4 * (1 - high.float())
    return _spread(_half(block, 108) * (scale.float() - 32), 16) * codes


def _scales_and_least(packed: Tensor) -> tuple[Tensor, Tensor]:
    """Eight pairs of six-bit numbers. Shapes: (n, 12) -> (n, 8) and (n, 8), float32."""
    first, second, both = packed.unflatten(1, (3, 4)).unbind(1)
    scale = torch.cat([first & 63, (both & 15) | ((first >> 2) & 48)], dim=1)
    least = torch.cat([second & 63, (both >> 4) | ((second >> 2) & 48)], dim=1)
    return scale.float(), least.float()


def _q4_k(block: Tensor) -> Tensor:
    scale, least = _scales_and_least(block[:, 4:16])
    codes = _nibbles(block[:, 16:], 32).float()
    return _spread(_half(block, 0) * scale, 32) * codes - _spread(_half(block, 2) * least, 32)


def _q5_k(block: Tensor) -> Tensor:
    scale, least = _scales_and_least(block[:, 4:16])
    high = _bits(block[:, 16:48], tuple(range(8)), 1).flatten(1)
    codes = (_nibbles(block[:, 48:], 32) | (high << 4)).float()
    return _spread(_half(block, 0) * scale, 32) * codes - _spread(_half(block, 2) * least, 32)


def _q6_k(block: Tensor) -> Tensor:
    low, high = _nibbles(block[:, :128], 64), _pairs_of_bits(block[:, 128:192])
    scale = _half(block, 208) * block[:, 192:208].contiguous().view(torch.int8).float()
    return _spread(scale, 16) * ((low | (high << 4)).float() - 32)


def _levels(codes: Tensor) -> Tensor:
    return torch.tensor(_LEVELS, dtype=torch.float32, device=codes.device)[codes.int()]


def _iq4_nl(block: Tensor) -> Tensor:
    return _half(block, 0) * _levels(_nibbles(block[:, 2:], 16))


def _iq4_xs(block: Tensor) -> Tensor:
    low = _bits(block[:, 4:8, None], (0, 4), 15).flatten(1)
    high = _bits(block[:, 2:4, None], (0, 2, 4, 6), 3).flatten(1)
    scale = _half(block, 0) * ((low | (high << 4)).float() - 32)
    return _spread(scale, 32) * _levels(_nibbles(block[:, 8:], 16))


_UNPACK: Mapping[str, Callable[[Tensor], Tensor]] = {
    **{"Q4_0": _q4_0, "Q4_1": _q4_1, "Q5_0": _q5_0, "Q5_1": _q5_1, "Q8_0": _q8_0, "Q2_K": _q2_k, "Q3_K": _q3_k},
    **{"Q4_K": _q4_k, "Q5_K": _q5_k, "Q6_K": _q6_k, "IQ4_NL": _iq4_nl, "IQ4_XS": _iq4_xs},
}
