"""Networks without weights: every module, name and shape of a part, and none of its memory. Reads no weight files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from zoetrope.engine.families.libraries import need

if TYPE_CHECKING:
    from zoetrope.engine.families.descriptor import PartFiles

META = torch.device("meta")


class _WithoutWeights(TorchFunctionMode):
    """Sends what is drawn or left empty to the meta device, and lets tables that are computed be real.

    Weights are always made by these functions; rope tables, frequencies and filters never are, and no file has them.
    A mode is a matter of one thread, so networks may be built beside running ones.
    """

    _DRAWN = frozenset({torch.empty, torch.rand, torch.randn})

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if func in self._DRAWN and kwargs.get("device") is None:
            kwargs["device"] = META
        return func(*args, **kwargs)


def build_empty(files: PartFiles) -> nn.Module:
    """Make a part's network with parameters and saved buffers on the meta device, computed buffers in memory.

    Raises: Unsupported if its library is not installed.
    """
    kind = need(files.library, files.kind)
    with _WithoutWeights(), torch.no_grad():
        module: nn.Module = _from_config(kind, files.library, dict(files.config))
    _empty(module)
    return module.eval().requires_grad_(False)


def _from_config(kind: Any, library: str, config: dict) -> nn.Module:
    if library == "transformers":
        return kind(kind.config_class.from_dict(config))
    return kind.from_config(config)


def _empty(module: nn.Module) -> None:
    """Parameters that were filled with ones and zeros go to the meta device too; ties stay ties."""
    moved: dict[int, nn.Parameter] = {}
    saved = set(module.state_dict())
    for prefix, owner in module.named_modules():
        for leaf, value in owner._parameters.items():
            if value is not None:
                empty = nn.Parameter(torch.empty_like(value, device=META), requires_grad=False)
                owner._parameters[leaf] = moved.setdefault(id(value), empty)
        for leaf, value in owner._buffers.items():
            if value is not None and f"{prefix}.{leaf}".lstrip(".") in saved:
                owner._buffers[leaf] = torch.empty_like(value, device=META)
            else:
                assert value is None or value.device != META, f"{prefix}.{leaf} is neither saved nor computed"


def stored_tensors(module: nn.Module, prefix: str = "") -> Iterator[tuple[tuple[str, ...], Tensor]]:
    """Every parameter and saved buffer once, with all names that it goes by."""
    names: dict[int, list[str]] = {}
    tensors: dict[int, Tensor] = {}
    for name, tensor in module.state_dict(keep_vars=True, prefix=prefix).items():
        if isinstance(tensor, Tensor):
            names.setdefault(id(tensor), []).append(name)
            tensors[id(tensor)] = tensor
    return ((tuple(names[key]), tensors[key]) for key in names)


def put_tensor(module: nn.Module, names: tuple[str, ...], tensor: Tensor) -> None:
    """Set one parameter or buffer under all its names."""
    parameter: nn.Parameter | None = None
    for name in names:
        path, _, leaf = name.rpartition(".")
        owner = module.get_submodule(path)
        if leaf in owner._parameters:
            parameter = parameter if parameter is not None else nn.Parameter(tensor, requires_grad=False)
            owner._parameters[leaf] = parameter
        else:
            owner._buffers[leaf] = tensor


def repeated_blocks(module: nn.Module) -> tuple[str, ...]:
    """Names of the lists of repeated blocks that hold a share of the weights worth streaming, outermost ones only."""
    whole = weight_count(module)
    found: list[str] = []
    for name, child in module.named_modules():
        inside = any(name.startswith(f"{outer}.") for outer in found)
        if isinstance(child, nn.ModuleList) and not inside and len(child) > 1 and weight_count(child) > 0.05 * whole:
            found.append(name)
    return tuple(found)


def weight_count(module: nn.Module) -> int:
    """Numbers in the saved tensors, ties counted once."""
    return sum(tensor.numel() for _, tensor in stored_tensors(module))


def kept_in_float32(module: nn.Module) -> frozenset[str]:
    """Words in names of tensors that the reference keeps in float32 whatever the rest is in.

    Source: `from_pretrained` of diffusers, by `_keep_in_fp32_modules`, and of transformers, by
    `_keep_in_fp32_modules_strict`; the list of transformers without "strict" is for float16 alone.
    """
    strict = getattr(module, "_keep_in_fp32_modules_strict", None)
    if strict is None:
        strict = getattr(module, "_keep_in_fp32_modules", None)
    return frozenset(strict or ())


def dtype_of(name: str, built: Tensor, dtype: torch.dtype, kept: frozenset[str]) -> torch.dtype:
    """The type that a stored tensor is kept in on the device."""
    if not built.is_floating_point():
        return built.dtype
    return torch.float32 if kept.intersection(name.split(".")) else dtype
