"""Tensors of a part by the names of diffusers, whatever files they lie in: headers now, weights when asked for.

Nothing is mapped into memory, so that what is resident is what was read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.four_bits import FourBits, take_four_bits
from zoetrope.engine.checkpoints.four_bits import unpack as unpack_four_bits
from zoetrope.engine.checkpoints.gguf_header import read_gguf
from zoetrope.engine.checkpoints.headers import Entry, read_header
from zoetrope.engine.checkpoints.names import Origin, dialect, network_keys, origins
from zoetrope.engine.checkpoints.scaled import read_scales, take_scales
from zoetrope.engine.families.descriptor import PartFiles

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# The names of types in headers. Source: the format description of safetensors.
_TYPES = {
    **{"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn"},
    **{"F8_E5M2": "float8_e5m2", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8"},
    **{"BOOL": "bool"},
}
# How older versions of transformers wrote names of text encoders that see. Source: its `conversion_mapping`, "llava".
_OLDER = (
    ("language_model.model.", "model.language_model."),
    ("language_model.lm_head.", "lm_head."),
    ("vision_tower.", "model.vision_tower."),
    ("multi_modal_projector.", "model.multi_modal_projector."),
)
_AT_ONCE = 1 << 30  # bytes; Linux reads at most two gigabytes in one call
_OLDER_KINDS = ("Gemma3ForConditionalGeneration", "LlavaForConditionalGeneration")


@dataclass(frozen=True)
class TensorFacts:
    """One tensor without its weights. `packed` is the kind of GGUF packing, and `dtype` what reading gives."""

    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    file: Path
    packed: str | None = None


class Held(Protocol):
    """Opened weight files of one part. Reading is thread-safe."""

    def keys(self) -> tuple[str, ...]: ...

    def facts(self, key: str) -> TensorFacts: ...

    def read(self, key: str, out: Tensor | None = None) -> Tensor: ...

    def read_packed(self, key: str) -> tuple[Tensor, str]: ...

    def read_scaled(self, key: str) -> tuple[Tensor, Tensor] | None: ...


def held(files: PartFiles) -> Held:
    """Open the headers of a part's files.

    Raises: WeightsError for what is missing, truncated or no weight file; Unsupported for kinds that are not read.
    """
    entries: dict[str, Entry] = {}
    for file in files.files:
        for key, entry in read_entries(file).items():
            if key in entries:
                raise WeightsError(f"{file} holds {key}, which {entries[key].file.name} holds too; pull it again.")
            entries[key] = entry
    entries = take_four_bits(entries)
    if files.layout == "diffusers":
        plain, scales = take_scales(entries)
        return _Held(plain, {_newer(key, files.kind): Origin(key) for key in plain}, scales)
    plain, scales = take_scales({key: entries[key] for key in network_keys(entries)})
    return _Held(plain, origins(plain), scales)


def read_entries(file: Path) -> Mapping[str, Entry]:
    """The tensors of a safetensors or GGUF file. Raises: WeightsError, Unsupported."""
    return read_gguf(file) if file.suffix.lower() == ".gguf" else read_header(file)


def read_tensor(entry: Entry) -> Tensor:
    """One tensor as it lies in its file. Raises: WeightsError for a type that torch has not, or a file that changed."""
    import torch

    if entry.dtype not in _TYPES or entry.packed is not None:
        raise WeightsError(f"{entry.file} holds a tensor as {entry.packed or entry.dtype}, which is not read here.")
    found = torch.empty(entry.shape, dtype=getattr(torch, _TYPES[entry.dtype]))
    try:
        _fill(entry.file, found.reshape(-1).view(torch.uint8).numpy().data, entry.start)
    except OSError as error:
        raise WeightsError(f"{entry.file} cannot be read ({error}); was it moved while it was in use?") from error
    return found


def check_against(module: nn.Module, files: Held, part: PartFiles) -> None:
    """Hold files against the network that they are for; the network may be without weights.

    Raises: WeightsError with the first tensor that is missing, unknown, of another shape or of another type.
    """
    groups: dict[int, list[str]] = {}
    wanted = module.state_dict(keep_vars=True)
    for name, tensor in wanted.items():
        groups.setdefault(id(tensor), []).append(name)
    there = set(files.keys())
    missing = [names[0] for names in groups.values() if not there.intersection(names)]
    first = part.files[0]
    where = first.parent if part.files[1:] else first
    if missing and len(missing) > len(groups) // 2:
        raise WeightsError(f"{where} is not of this family: it {_looks(there)}, and {part.kind} lacks {missing[0]}.")
    if missing:
        raise WeightsError(f"{where} lacks {missing[0]} of {part.kind}; a shard is missing or the file is incomplete.")
    ignored = "|".join(getattr(module, "_keys_to_ignore_on_load_unexpected", None) or ()) or r"\Z.\A"
    for key in sorted(there - wanted.keys()):
        if not re.search(ignored, key) and not key.endswith("position_ids"):
            raise WeightsError(_unknown(where, key, part.kind))
    for key in sorted(there & wanted.keys()):
        _check_tensor(files.facts(key), wanted[key], key, part.kind)


def _check_tensor(facts: TensorFacts, wanted: Tensor, key: str, kind: str) -> None:
    if facts.shape != tuple(wanted.shape):
        shapes = f"{facts.shape}, but {kind} of this config needs {tuple(wanted.shape)}"
        raise WeightsError(f"{facts.file} holds {key} of shape {shapes}; file and config are of different checkpoints.")
    floating = facts.dtype.startswith(("F", "BF"))
    if facts.dtype not in _TYPES or floating != wanted.is_floating_point():
        raise WeightsError(f"{facts.file} holds {key} as {facts.dtype}, but {kind} needs {wanted.dtype}.")


def _unknown(where: Path, key: str, kind: str) -> str:
    return (
        f"{where} holds {key}, which {kind} of this config does not have; file and config are of different checkpoints."
    )


def _looks(names: set[str]) -> str:
    titles = {"wan": "Wan's", "ltx": "LTX-Video's", "ltx2": "LTX-2's", "hunyuan": "HunyuanVideo 1.5's"}
    found = dialect(names)
    return f"looks like {titles[found]} network" if found else "holds tensors of another network"


def _newer(key: str, kind: str) -> str:
    for old, new in _OLDER if kind in _OLDER_KINDS else ():
        if key.startswith(old):
            return new + key.removeprefix(old)
    return key


class _Held:
    """Entries of files under the names of diffusers."""

    def __init__(self, entries: Mapping[str, Entry], named: Mapping[str, Origin], scales: Mapping[str, Entry]) -> None:
        self._entries, self._named, self._scales = entries, dict(named), scales
        for key, origin in self._named.items():
            shape = entries[origin.key].shape
            if origin.blocks > 1 and (not shape or shape[0] % origin.blocks):
                raise WeightsError(f"{entries[origin.key].file} holds {origin.key} of shape {shape}; {key} is a third.")

    def keys(self) -> tuple[str, ...]:
        return tuple(self._named)

    def facts(self, key: str) -> TensorFacts:
        origin = self._named[key]
        entry = self._entries[origin.key]
        shape = (entry.shape[0] // origin.blocks, *entry.shape[1:]) if origin.blocks > 1 else entry.shape
        dtype = "F32" if origin.key in self._scales else entry.dtype
        return TensorFacts(shape, dtype, entry.nbytes // origin.blocks, entry.file, entry.packed)

    def read(self, key: str, out: Tensor | None = None) -> Tensor:
        """One tensor, into `out` if that is given. Raises: WeightsError if the file changed since it was opened."""
        import torch

        if (scaled := self.read_scaled(key)) is not None:
            found = scaled[0].float().mul_(scaled[1])
            return found if out is None else out.copy_(found)
        facts, origin = self.facts(key), self._named[key]
        dtype: torch.dtype = getattr(torch, _TYPES[facts.dtype])
        entry = self._entries[origin.key]
        if isinstance(entry, FourBits):
            found = unpack_four_bits(entry, read_tensor).chunk(origin.blocks)[origin.block]
        elif facts.packed is not None:
            from zoetrope.engine.checkpoints.gguf import unpack

            found = unpack(*self.read_packed(key), dtype).reshape(facts.shape)
        elif out is not None and out.dtype is dtype and out.dim() and out.is_contiguous() and out.device.type == "cpu":
            self._read_bytes(key, out.view(torch.uint8))
            found = out
        else:
            found = torch.empty(facts.shape, dtype=dtype)
            self._read_bytes(key, found.reshape(-1).view(torch.uint8))
        if origin.swapped:
            found = torch.cat(found.chunk(2)[::-1])
        return found if out is None or found is out else out.copy_(found.reshape(out.shape))

    def read_packed(self, key: str) -> tuple[Tensor, str]:
        """The rows of a tensor as they are packed, uint8 (rows, bytes), and the kind of packing."""
        import torch

        facts = self.facts(key)
        packed = torch.empty(facts.nbytes, dtype=torch.uint8)
        self._read_bytes(key, packed)
        return packed.reshape(facts.shape[0], -1), facts.packed or facts.dtype

    def read_scaled(self, key: str) -> tuple[Tensor, Tensor] | None:
        """8-bit weights as they lie, and what each row is multiplied by, (rows, 1) float32; None for all others."""
        import torch

        origin = self._named[key]
        if origin.key not in self._scales:
            return None
        entry = self._entries[origin.key]
        weight = torch.empty(self.facts(key).shape, dtype=getattr(torch, _TYPES[entry.dtype]))
        self._read_bytes(key, weight.reshape(-1).view(torch.uint8))
        scale = read_scales(read_tensor(self._scales[origin.key]), entry.shape[0])
        scale = scale.chunk(origin.blocks)[origin.block]
        if origin.swapped:
            halves = (torch.cat(each.chunk(2)[::-1]) for each in (weight.view(torch.uint8), scale))
            bits, scale = halves
            weight = bits.view(weight.dtype)
        return weight, scale

    def _read_bytes(self, key: str, into: Tensor) -> None:
        origin = self._named[key]
        entry = self._entries[origin.key]
        length = entry.nbytes // origin.blocks
        view = into.reshape(-1).numpy().data
        assert len(view) == length, f"{key} has {length} bytes and was to fill {len(view)}"
        try:
            _fill(entry.file, view, entry.start + origin.block * length)
        except OSError as error:
            raise WeightsError(f"{entry.file} cannot be read ({error}); was it moved while it was in use?") from error


def _fill(file: Path, view: memoryview, start: int) -> None:
    """Opened anew each time, so that threads need not share a position; macOS has no way to read at one."""
    with file.open("rb", buffering=0) as opened:
        opened.seek(start)
        done = 0
        while done < len(view):
            count = opened.readinto(view[done : done + _AT_ONCE])
            if not count:
                raise WeightsError(f"{file} became shorter since it was opened; pull or copy it again.")
            done += count
