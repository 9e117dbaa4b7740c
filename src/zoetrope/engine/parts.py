"""Parts of a checkpoint as a family sees them: modules that are on the device while they are used.

Knows no network and no memory; who decides what stays where gives the family its parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch


class Part(Protocol):
    """One part of a checkpoint. Several threads may use it at once; nothing of a request is kept on it."""

    @property
    def config(self) -> Mapping[str, Any]: ...

    def resident(self) -> AbstractContextManager[Any]:
        """`with part.resident() as module:` ready to compute on its device; leaving does not put it away."""
        ...

    def free(self) -> None:
        """Put it away now, as a text encoder after its use; nothing happens if it is not there."""
        ...

    @property
    def device(self) -> torch.device: ...

    @property
    def dtype(self) -> torch.dtype:
        """The kind of numbers that go in and come out, also where weights are packed."""
        ...


@dataclass(frozen=True, eq=False)
class Whole:
    """A part that is simply there: a tokeniser, or a module that somebody already holds."""

    module: Any
    config: Mapping[str, Any] = field(default_factory=dict)

    @contextmanager
    def resident(self) -> Iterator[Any]:
        yield self.module

    def free(self) -> None:
        pass

    @property
    def device(self) -> torch.device:
        return getattr(self.module, "device", torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        return getattr(self.module, "dtype", torch.float32)
