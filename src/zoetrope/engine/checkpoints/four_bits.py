"""4-bit weights of bitsandbytes (nf4 and fp4), as files of diffusers, transformers and ComfyUI have them.

Two codes to a byte, the first in the high half, stand for the 16 numbers of a table that lies in the file; each block
of them is multiplied by its largest magnitude. These magnitudes may be 8-bit codes of a table of their own, with
magnitudes for blocks of them and an offset. All is in tensors beside the packed one, named after it, and in JSON.
Knows no network. Unpacked when they are read, to the type that the file says they had.
Source: QuantState.as_dict of bitsandbytes.functional, and dequantize_4bit of bitsandbytes.backends.default.ops.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.headers import Entry

if TYPE_CHECKING:
    from torch import Tensor

KINDS = ("nf4", "fp4")
_STATE = ".quant_state.bitsandbytes__"
_TYPES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}
_LEVELS = 256  # of a code of 8 bits


@dataclass(frozen=True)
class Nested:
    """What codes of magnitudes stand for: numbers of a table, times one for each block of them, and an offset."""

    table: Entry
    magnitudes: Entry
    block: int
    offset: float


@dataclass(frozen=True, kw_only=True)
class FourBits(Entry):
    """A packed tensor under the shape and type that it stands for; `codes` are its bytes.

    `magnitudes` are one for each `block` of its numbers, or codes of such where they are `nested`.
    """

    codes: Entry
    table: Entry
    magnitudes: Entry
    block: int
    nested: Nested | None


def take_four_bits(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The same tensors, where those that are packed in 4 bits stand for what they are and have taken what lies beside.

    Raises: WeightsError for one that is incomplete, or packed in a way that is not known.
    """
    found = dict(entries)
    for key in entries:
        name, ending, kind = key.rpartition(_STATE)
        if ending:
            beside = {each.removeprefix(f"{name}."): found.pop(each) for each in entries if each.startswith(f"{name}.")}
            found[name] = _packed(name, kind, entries, beside, entries[key])
    return found


def _packed(name: str, kind: str, entries: Mapping[str, Entry], beside: Mapping[str, Entry], state: Entry) -> FourBits:
    said = _said(state)
    try:
        shape, dtype, codes = tuple(map(int, said["shape"])), _TYPES[said["dtype"]], entries[name]
        found = FourBits(
            *(shape, dtype, codes.file, codes.start, codes.nbytes),
            codes=codes,
            table=beside["quant_map"],
            magnitudes=beside["absmax"],
            block=int(said["blocksize"]),
            nested=_nested(said, beside) if "nested_absmax" in beside else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{state.file} does not say the {error} of {name}; the file is incomplete.") from error
    if kind not in KINDS or not _fits(found):
        raise WeightsError(f"{state.file} packs {name} as {kind} of {shape}, but what lies beside does not fit that.")
    return found


def _nested(said: Mapping[str, Any], beside: Mapping[str, Entry]) -> Nested:
    block, offset = int(said["nested_blocksize"]), float(said["nested_offset"])
    return Nested(beside["nested_quant_map"], beside["nested_absmax"], block, offset)


def _fits(packed: FourBits) -> bool:
    """Whether all that lies beside is of the lengths and types that the shape asks for."""
    if packed.block < 1 or (packed.nested is not None and packed.nested.block < 1):
        return False
    count = math.prod(packed.shape)
    blocks = -(-count // packed.block)
    wanted = [(packed.codes, "U8", -(-count // 2)), (packed.table, "F32", 16)]
    if packed.nested is None:
        wanted.append((packed.magnitudes, "F32", blocks))
    else:
        wanted.append((packed.magnitudes, "U8", blocks))
        wanted.append((packed.nested.table, "F32", _LEVELS))
        wanted.append((packed.nested.magnitudes, "F32", -(-blocks // packed.nested.block)))
    return all(entry.dtype == dtype and math.prod(entry.shape) == length for entry, dtype, length in wanted)


def _said(state: Entry) -> dict[str, Any]:
    try:
        with state.file.open("rb") as file:
            file.seek(state.start)
            said = json.loads(file.read(state.nbytes))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{state.file} has a quant_state that cannot be read ({error}); get it again.") from error
    if not isinstance(said, dict):
        raise WeightsError(f"{state.file} has a quant_state that is no JSON object; get the file again.")
    return said


def unpack(packed: FourBits, read: Callable[[Entry], Tensor]) -> Tensor:
    """The weights that codes stand for, rounded once, to the file's type. Shapes: as the entry says."""
    import torch

    count = math.prod(packed.shape)
    codes = read(packed.codes).flatten()
    numbers = read(packed.table)[torch.stack([codes >> 4, codes & 15], 1).flatten()[:count].int()]
    most = _read_magnitudes(packed, read).repeat_interleave(packed.block)[:count]
    names = {ours: theirs for theirs, ours in _TYPES.items()}
    return (numbers * most).to(getattr(torch, names[packed.dtype])).reshape(packed.shape)


def _read_magnitudes(packed: FourBits, read: Callable[[Entry], Tensor]) -> Tensor:
    """Shapes: out (blocks,), float32."""
    found, nested = read(packed.magnitudes).flatten(), packed.nested
    if nested is None:
        return found
    most = read(nested.magnitudes).flatten().repeat_interleave(nested.block)[: len(found)]
    return read(nested.table)[found.int()] * most + nested.offset
