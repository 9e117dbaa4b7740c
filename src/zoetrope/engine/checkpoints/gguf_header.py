"""What a GGUF file says of itself. Knows no torch, no network and how no kind is unpacked.

Source: the format description of GGUF in github.com/ggml-org/ggml, docs/gguf.md.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from zoetrope.core.errors import Unsupported, WeightsError
from zoetrope.engine.checkpoints.headers import Entry

PLAIN = {0: ("F32", 4), 1: ("F16", 2), 24: ("I8", 1), 25: ("I16", 2), 26: ("I32", 4), 27: ("I64", 8), 30: ("BF16", 2)}
BLOCKS: Mapping[str, tuple[int, int]] = {
    **{"Q4_0": (32, 18), "Q4_1": (32, 20), "Q5_0": (32, 22), "Q5_1": (32, 24), "Q8_0": (32, 34)},
    **{"Q2_K": (256, 84), "Q3_K": (256, 110), "Q4_K": (256, 144), "Q5_K": (256, 176), "Q6_K": (256, 210)},
    **{"IQ4_NL": (32, 18), "IQ4_XS": (256, 136)},
}
"""Numbers and bytes of one block of each packed kind that is unpacked here."""

_PACKED = {
    **{2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K"},
    **{14: "Q6_K", 20: "IQ4_NL", 23: "IQ4_XS"},
}
_OTHERS = {
    **{9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S", 22: "IQ2_S"},
    **{28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4"},
}
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_SHAPES = "comfy.gguf.orig_shape."  # where tensors of more axes than GGUF has keep their shape
_MOST = 1 << 24  # entries or bytes of one value; any file of ours has thousands


@dataclass(frozen=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


def read_gguf(path: Path) -> Mapping[str, Entry]:
    """Every tensor of a GGUF file; the weights themselves are not read.

    Raises: WeightsError for damaged files, Unsupported for a kind of packing that is not unpacked here.
    """
    with path.open("rb") as file:
        try:
            facts, tensors = _read(file)
        except (struct.error, ValueError, OverflowError, MemoryError) as error:
            raise WeightsError(f"{path} is not a GGUF file, or is truncated in its header ({error}).") from error
        base = file.tell()
    alignment = facts.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= _MOST:
        raise WeightsError(f"{path} is not a GGUF file; it aligns to {alignment!r} bytes.")
    base += -base % alignment
    entries = {tensor.name: _entry(path, tensor, base, facts) for tensor in tensors}
    size, end = path.stat().st_size, max((entry.start + entry.nbytes for entry in entries.values()), default=0)
    if end > size:
        raise WeightsError(
            f"{path} is truncated: it has {size} bytes and its header speaks of {end}; pull or copy the file again."
        )
    return entries


def _read(file: BinaryIO) -> tuple[dict[str, Any], list[_Tensor]]:
    magic, version, tensors, facts = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF" or version not in (2, 3):
        raise ValueError(f"it begins with {magic!r}, version {version}")
    if max(tensors, facts) > _MOST:
        raise ValueError(f"{tensors} tensors and {facts} facts")
    found = {}
    for _ in range(facts):
        key = _string(file)
        found[key] = _value(file, _number(file, "I"))
    return found, [_tensor(file) for _ in range(tensors)]


def _tensor(file: BinaryIO) -> _Tensor:
    name, axes = _string(file), _number(file, "I")
    if axes > 8:
        raise ValueError(f"{name} has {axes} axes")
    shape = tuple(_number(file, "Q") for _ in range(axes))
    return _Tensor(name, shape[::-1], _number(file, "I"), _number(file, "Q"))


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        inner, count = _number(file, "I"), _number(file, "Q")
        if count > _MOST or inner == _ARRAY:
            raise ValueError(f"a list of {count} values")
        return [_value(file, inner) for _ in range(count)]
    if kind not in _NUMBERS:
        raise ValueError(f"a value of kind {kind}")
    return _number(file, _NUMBERS[kind])


def _number(file: BinaryIO, code: str) -> Any:
    return struct.unpack(f"<{code}", file.read(struct.calcsize(f"<{code}")))[0]


def _string(file: BinaryIO) -> str:
    length = _number(file, "Q")
    if length > _MOST:
        raise ValueError(f"a text of {length} bytes")
    text = file.read(length)
    if len(text) < length:
        raise ValueError("the file ends within a text")
    return text.decode("utf-8")


def _entry(path: Path, tensor: _Tensor, base: int, facts: Mapping[str, Any]) -> Entry:
    count, start = math.prod(tensor.shape), base + tensor.offset
    shape = tuple(facts.get(f"{_SHAPES}{tensor.name}", tensor.shape))
    if math.prod(shape) != count:
        raise WeightsError(f"{path} says two shapes of {tensor.name}, {shape} and {tensor.shape}.")
    if tensor.kind in PLAIN:
        dtype, width = PLAIN[tensor.kind]
        return Entry(shape, dtype, path, start, count * width)
    if tensor.kind not in _PACKED:
        kind = _OTHERS.get(tensor.kind, f"number {tensor.kind}")
        can = ", ".join(("F32", "F16", "BF16", *BLOCKS))
        raise Unsupported(f"{path} packs {tensor.name} as {kind}, which is not read here; take a file in one of {can}.")
    kind = _PACKED[tensor.kind]
    numbers, width = BLOCKS[kind]
    if not tensor.shape or tensor.shape[-1] % numbers:
        raise WeightsError(
            f"{path} packs {tensor.name} of shape {tensor.shape} as {kind}, whose blocks have {numbers}."
        )
    return Entry(shape, "BF16", path, start, count // numbers * width, kind)
