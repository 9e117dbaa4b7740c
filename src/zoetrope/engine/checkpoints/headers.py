"""What a weight file says of itself, read from its first bytes. Knows no torch, no network and no names of parts."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zoetrope.core.errors import WeightsError

# Bytes of one number. Source: the format description of safetensors.
WIDTHS = {
    **{"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2},
    **{"F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1},
}
PICKLES = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle")
_LONGEST = 100_000_000  # bytes of a header, as the reference reader allows


@dataclass(frozen=True)
class Entry:
    """One tensor in one file. `packed` names the kind of a tensor that is no plain numbers, read as `dtype`."""

    shape: tuple[int, ...]
    dtype: str
    file: Path
    start: int
    nbytes: int
    packed: str | None = None


def read_header(path: Path) -> Mapping[str, Entry]:
    """Every tensor of a safetensors file; the weights themselves are not read.

    Raises: WeightsError for pickles, files of another format, and files that end too early.
    """
    refuse_pickle(path)
    if not path.is_file():
        raise WeightsError(f"{path} is missing; pull or copy the checkpoint again.")
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(8)
        length = struct.unpack("<Q", first)[0] if len(first) == 8 else 0
        if not 2 <= length <= _LONGEST:
            raise WeightsError(f"{path} is not a safetensors file; its first bytes say so.")
        text = file.read(length)
    if len(text) < length:
        raise _truncated(path, size, 8 + length)
    entries = _entries(path, text, 8 + length)
    end = max((entry.start + entry.nbytes for entry in entries.values()), default=8 + length)
    if end > size:
        raise _truncated(path, size, end)
    return entries


def refuse_pickle(path: Path) -> None:
    """Raises: WeightsError for a file that runs code when it is read."""
    if path.suffix.lower() in PICKLES:
        raise WeightsError(
            f"{path} is a pickle, which can run any code when it is read, so it was not opened; "
            "use the checkpoint's .safetensors or .gguf file."
        )


def _entries(path: Path, text: bytes, base: int) -> dict[str, Entry]:
    try:
        held = json.loads(text)
        return {key: _entry(path, facts, base) for key, facts in held.items() if key != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{path} is not a safetensors file; its header cannot be read ({error}).") from error


def _entry(path: Path, facts: Mapping, base: int) -> Entry:
    dtype, shape = str(facts["dtype"]), tuple(int(side) for side in facts["shape"])
    start, stop = facts["data_offsets"]
    if dtype not in WIDTHS:
        raise ValueError(f"unknown kind of number {dtype}")
    if not 0 <= start <= stop or stop - start != math.prod(shape) * WIDTHS[dtype]:
        raise ValueError(f"{stop - start} bytes for the shape {shape} of {dtype}")
    return Entry(shape, dtype, path, base + start, stop - start)


def _truncated(path: Path, size: int, wanted: int) -> WeightsError:
    return WeightsError(
        f"{path} is truncated: it has {size} bytes and its header speaks of {wanted}; pull or copy the file again."
    )
