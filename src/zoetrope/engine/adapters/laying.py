"""LoRAs over a network for one request: its layers add what the adapters say, and its weights stay as they are.

The layers hear of it by a context variable, so requests with other adapters, or none, may use the same network at the
same time, and swapping loads nothing. Knows no family and no schedule.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Adapter
from zoetrope.engine.adapters.files import AdapterFile, Roles, is_for, layers_of, open_adapter
from zoetrope.engine.checkpoints.names import Origin
from zoetrope.engine.checkpoints.tensors import read_tensor

MOST_STACKS = 2  # of one network that are kept for the next request; rank 64 of a 14B network is 0.6 GB in bf16


@dataclass(frozen=True, eq=False)
class Laid:
    """What one adapter adds to one layer, at the strength that was asked for.

    Shapes: down (r, in), up (out, r), up_bias and bias (out,), weight (out, in); each may be None.
    """

    scale: float
    strength: float
    down: Tensor | None = None
    up: Tensor | None = None
    up_bias: Tensor | None = None
    weight: Tensor | None = None
    bias: Tensor | None = None
    _ready: dict[Any, tuple[Tensor | None, ...]] = field(default_factory=dict)

    def add_to(self, given: Tensor, out: Tensor) -> Tensor:
        """Shapes: given (..., in), out (..., out); a new tensor of out's shape and type."""
        down, up, up_bias, weight, bias = self._like(given)
        if down is not None and up is not None:
            out = out + (self.strength * self.scale) * F.linear(F.linear(given, down), up, up_bias)
        if weight is not None:
            out = out + self.strength * F.linear(given, weight)
        return out if bias is None else out + self.strength * bias

    def _like(self, given: Tensor) -> tuple[Tensor | None, ...]:
        key = given.device, given.dtype
        if key not in self._ready:
            parts = (self.down, self.up, self.up_bias, self.weight, self.bias)
            self._ready[key] = tuple(None if part is None else part.to(*key) for part in parts)
        return self._ready[key]


Stack = Mapping[nn.Module, tuple[Laid, ...]]
"""What is added to each layer of one network, in the order of the request's adapters."""

_laid: ContextVar[Stack | None] = ContextVar("laid", default=None)
_hearing: WeakSet[nn.Module] = WeakSet()
_stacks: WeakKeyDictionary[nn.Module, OrderedDict[Any, Stack]] = WeakKeyDictionary()
_making = threading.Lock()


@contextmanager
def adapted(module: nn.Module, adapters: tuple[Adapter, ...], part: str, *, experts: bool = False) -> Iterator[None]:
    """Let a network compute with adapters, in this thread and inside this block only.

    `part` is network, or network_low for the expert of low noise; `experts` is whether there are two.
    Raises: WeightsError if an adapter does not fit the network.
    """
    token = _laid.set(stack_for(module, adapters, part, experts=experts) if adapters else None)
    try:
        yield
    finally:
        _laid.reset(token)


def stack_for(module: nn.Module, adapters: tuple[Adapter, ...], part: str, *, experts: bool = False) -> Stack:
    """Read adapters and hold them against a network, or find them as the last request left them.

    Raises: WeightsError with the first layer that does not fit.
    """
    opened = [open_adapter(adapter.source) for adapter in adapters]
    key = (adapters, tuple(file.stamp for file in opened), part, experts)
    with _making:
        kept = _stacks.setdefault(module, OrderedDict())
        if key not in kept:
            kept[key] = _stack(module, adapters, opened, part, experts)
        kept.move_to_end(key)
        while len(kept) > MOST_STACKS:
            kept.popitem(last=False)
        return kept[key]


def _stack(
    module: nn.Module, adapters: tuple[Adapter, ...], opened: list[AdapterFile], part: str, experts: bool
) -> Stack:
    layers = dict(module.named_modules())
    stack: dict[nn.Module, tuple[Laid, ...]] = {}
    for adapter, file in zip(adapters, opened, strict=True):
        for (expert, name), roles in file.layers.items():
            if is_for(adapter, file, expert, part, experts):
                for layer, laid in _lay(file, name, roles, layers, module, adapter.strength):
                    stack[layer] = (*stack.get(layer, ()), laid)
    for layer in stack:
        _listen(layer)
    return stack


def _lay(
    file: AdapterFile, name: str, roles: Roles, layers: Mapping[str, nn.Module], module: nn.Module, strength: float
) -> Iterator[tuple[nn.Module, Laid]]:
    targets = {name: Origin(name)} if name in layers else layers_of(name, file.network)
    for target, origin in targets.items():
        layer = layers.get(target)
        if layer is not None and _is_linear(layer):
            yield layer, _read(file, name, roles, origin, layer, strength)
        elif not _is_nothing(roles):
            what = f"a {type(layer).__name__}" if layer is not None else f"which {type(module).__name__} does not have"
            raise WeightsError(f"{file.path} changes {name}, {what}; only linear layers of the network are laid over.")


def _is_linear(layer: nn.Module) -> bool:
    """Plain ones, and packed ones that say their shape as plain ones do."""
    return hasattr(layer, "in_features") and hasattr(layer, "out_features")


def _is_nothing(roles: Roles) -> bool:
    """Some programs write differences of norms that are all zero."""
    return not any(read_tensor(entry).any() for entry in roles.values())


def _read(file: AdapterFile, name: str, roles: Roles, origin: Origin, layer: Any, strength: float) -> Laid:
    read = {role: read_tensor(entry) for role, entry in roles.items()}
    down, up = (_flat(read.get(role)) for role in ("down", "up"))
    rows = {key: _rows(value, origin) for key, value in (("up", up), *_biases(read))}
    for tensor, shape in (
        (down, (None, layer.in_features)),
        (rows["up"], (layer.out_features, None)),
        (rows["weight"], (layer.out_features, layer.in_features)),
        (rows["bias"], (layer.out_features,)),
        (rows["up_bias"], (layer.out_features,)),
    ):
        if tensor is not None and not _fits(tensor, shape):
            needs = f"{layer.in_features} to {layer.out_features}"
            raise WeightsError(
                f"{file.path} has {tuple(tensor.shape)} for {name}, and that layer goes from {needs}; the LoRA is for "
                "a network of another size."
            )
    alpha = read.get("alpha")
    scale = float(alpha) / len(down) if alpha is not None and down is not None else 1.0
    return Laid(scale, strength, down, rows["up"], rows["up_bias"], rows["weight"], rows["bias"])


def _biases(read: Mapping[str, Tensor]) -> tuple[tuple[str, Tensor | None], ...]:
    return ("weight", _flat(read.get("weight"))), ("bias", read.get("bias")), ("up_bias", read.get("up_bias"))


def _flat(tensor: Tensor | None) -> Tensor | None:
    """Matrices that were written as convolutions of one pixel."""
    return tensor if tensor is None or tensor.dim() < 3 else tensor.flatten(1)


def _rows(tensor: Tensor | None, origin: Origin) -> Tensor | None:
    """The rows that a layer of diffusers has of one of its author's."""
    if tensor is None:
        return None
    if origin.blocks > 1:
        tensor = tensor.chunk(origin.blocks)[origin.block]
    return torch.cat(tensor.chunk(2)[::-1]) if origin.swapped else tensor


def _fits(tensor: Tensor, shape: tuple[int | None, ...]) -> bool:
    sides = zip(tensor.shape, shape, strict=False)
    return tensor.dim() == len(shape) and all(want in (None, side) for side, want in sides)


def _listen(layer: nn.Module) -> None:
    """Let a layer add what is laid where it is called; once, for good, and for nothing where nothing is laid."""
    if layer not in _hearing:
        layer.register_forward_hook(_add)
        _hearing.add(layer)


def _add(layer: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> Tensor | None:
    stack = _laid.get()
    if stack is None or layer not in stack:
        return None
    for laid in stack[layer]:
        out = laid.add_to(given[0], out)
    return out
