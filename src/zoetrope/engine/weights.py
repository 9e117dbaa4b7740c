"""Weights from a safetensors file into a module, strictly: every key, every shape, every kind of number.

Knows no network and no family.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from zoetrope.core.errors import WeightsError
from zoetrope.engine.numerics import Numerics

Module = TypeVar("Module", bound=nn.Module)

_CONFIG = "config"
_REMEDY = "install the package's weights again, or train them with `zoetrope train pocket`"


def load_strictly(module: Module, path: Path, numerics: Numerics) -> Module:
    """Fill a module from a file and make it ready to compute: on its device, in its precision, without gradients.

    Raises: WeightsError, naming the file and the first key that is missing, unexpected, of another shape or kind.
    """
    held = _read(path)
    wanted = module.state_dict()
    for key in sorted(wanted.keys() - held.keys()):
        raise WeightsError(f"{path} lacks {key}; {_REMEDY}.")
    for key in sorted(held.keys() - wanted.keys()):
        raise WeightsError(f"{path} holds {key}, which the network does not have; {_REMEDY}.")
    for key, value in wanted.items():
        if held[key].shape != value.shape:
            shapes = f"{tuple(held[key].shape)}, but the network needs {tuple(value.shape)}"
            raise WeightsError(f"{path} holds {key} of shape {shapes}; {_REMEDY}.")
        if held[key].is_floating_point() != value.is_floating_point():
            kinds = f"{held[key].dtype}, but the network needs {value.dtype}"
            raise WeightsError(f"{path} holds {key} as {kinds}; {_REMEDY}.")
        if value.is_floating_point() and not torch.isfinite(held[key]).all():
            raise WeightsError(f"{path} holds numbers in {key} that are not finite; {_REMEDY}.")
    module.load_state_dict(held)
    return module.to(numerics.device, numerics.dtype).eval().requires_grad_(False)


def read_config(path: Path) -> dict[str, Any]:
    """What a file says of the network it holds; empty if it says nothing.

    Raises: WeightsError if the file is missing or damaged.
    """
    if not path.is_file():
        raise WeightsError(f"the weights {path} are missing; {_REMEDY}.")
    try:
        with safe_open(path, framework="pt") as file:
            return json.loads((file.metadata() or {}).get(_CONFIG, "{}"))
    except (OSError, SafetensorError, ValueError) as error:
        raise WeightsError(f"the weights {path} cannot be read ({error}); {_REMEDY}.") from error


def save_weights(module: nn.Module, path: Path, config: Any, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write a module's weights and the frozen config that builds it; the file is whole or not there.

    Matrices are written in `dtype`; vectors stay in float32, since they are small and carry scales.
    """
    tensors = {
        key: value.detach()
        .cpu()
        .contiguous()
        .to(dtype if value.is_floating_point() and value.ndim > 1 else value.dtype)
        for key, value in module.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file(tensors, temporary, metadata={_CONFIG: json.dumps(asdict(config))})
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise WeightsError(f"the weights {path} are missing; {_REMEDY}.")
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"the weights {path} cannot be read ({error}); {_REMEDY}.") from error
