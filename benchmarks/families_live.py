"""How many bytes of tensors are alive at once, counted without computing anything: shapes alone, on the meta device.

Knows no codec. What kernels take for themselves is not seen, and weights are not counted.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter


class Live(TorchDispatchMode):
    """Counts storages that operators make while it is entered, until they are let go. Units: bytes.

    Views of the network's weights come out of operators too; they are told apart by the storages of `network`.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._known = {weight.untyped_storage()._cdata for weight in network.state_dict(keep_vars=True).values()}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_iter(made):
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        return made

    def _count(self, storage: Any) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size
