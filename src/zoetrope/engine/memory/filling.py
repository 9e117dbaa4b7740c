"""Weights from files into a network that was built without them, in the types and packings that it wants.

Knows neither file formats nor devices' rooms: what holds the files answers for one, who asks for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from zoetrope.core.errors import WeightsError
from zoetrope.engine.memory.building import dtype_of, kept_in_float32, stored_tensors
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import QuantisedLinear, pack


class Files(Protocol):
    """Opened weight files, under the names that the network's library uses."""

    def keys(self) -> tuple[str, ...]: ...

    def read(self, key: str, out: Tensor | None = None) -> Tensor: ...


class Filler:
    """Reads the stored tensors of one network. One thread at a time."""

    def __init__(self, module: nn.Module, files: Files, dtype: torch.dtype) -> None:
        self._files, self._there = files, frozenset(files.keys())
        self._packed = {path: layer for path, layer in module.named_modules() if isinstance(layer, QuantisedLinear)}
        self._other_half: dict[str, Tensor] = {}
        self._aliases = {name: names for names, _ in stored_tensors(module) for name in names}
        kept = kept_in_float32(module)
        self._types = {
            name: tensor.dtype if self._is_packed(name) else dtype_of(name, tensor, dtype, kept)
            for names, tensor in stored_tensors(module)
            for name in names
        }

    def dtype(self, name: str) -> torch.dtype:
        """The type that a stored tensor is kept in."""
        return self._types[name]

    def read(self, names: Sequence[str]) -> Tensor:
        """One stored tensor, by all the names it goes by, on the CPU. Raises: WeightsError."""
        name = names[0]
        if self._is_packed(name):
            return self._read_packed(name)
        return self._files.read(self._key(names)).to(self._types[name])

    def read_into(self, name: str, out: Tensor) -> None:
        """One stored tensor into memory of its shape and type. Raises: WeightsError."""
        if self._is_packed(name):
            out.copy_(self._read_packed(name))
            return
        key = self._key(self._aliases[name])
        # A scalar's view has no dimension, which a reader of bytes need not know.
        tensor = self._files.read(key, out) if self._same_type(key, out) else self._files.read(key)
        if tensor.data_ptr() != out.data_ptr():
            out.copy_(tensor)

    def _same_type(self, key: str, out: Tensor) -> bool:
        facts = getattr(self._files, "facts", None)
        return facts is not None and out.dim() > 0 and _TYPES.get(str(facts(key).dtype).upper()) is out.dtype

    def _key(self, names: Sequence[str]) -> str:
        for name in names:
            if name in self._there:
                return name
        raise WeightsError(
            f"the weight files hold no {names[0]}; they belong to another network, or a shard is missing."
        )

    def _is_packed(self, name: str) -> bool:
        path, _, leaf = name.rpartition(".")
        return path in self._packed and leaf in ("packed", "scale")

    def _read_packed(self, name: str) -> Tensor:
        """Weights are read and packed once for both tensors that they become."""
        if name in self._other_half:
            return self._other_half.pop(name)
        path, _, leaf = name.rpartition(".")
        packed, scale = self._packed_weight(self._key([f"{path}.weight"]), self._packed[path].precision)
        halves: dict[str, Tensor] = {"packed": packed, "scale": scale}
        found = halves.pop(leaf)
        self._other_half = {f"{path}.{other}": tensor for other, tensor in halves.items()}
        return found

    def _packed_weight(self, key: str, precision: Precision) -> tuple[Tensor, Tensor]:
        """Weights that lie packed in that way stay as they are, so that they are not rounded twice."""
        read_scaled = getattr(self._files, "read_scaled", None)
        found = read_scaled(key) if read_scaled is not None and precision is Precision.FP8 else None
        if found is not None and found[0].dtype is torch.float8_e4m3fn:
            return found[0], found[1].contiguous()
        return pack(self._files.read(key).float(), precision)


# Names of types in safetensors' headers. Source: its format description.
_TYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16, "F8_E4M3": torch.float8_e4m3fn}
