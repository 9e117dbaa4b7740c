"""Asking a running generation to stop. The wish travels as an argument; nothing is stored on a shared object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from zoetrope.core.errors import Cancelled


class Flag(Protocol):
    """What `threading.Event` and `multiprocessing.Event` have in common."""

    def is_set(self) -> bool: ...


Cancel: TypeAlias = Flag | Callable[[], bool]


def stop_if(cancel: Cancel | None, where: str) -> None:
    """Stop here if the caller wishes it.

    Raises: Cancelled.
    """
    if cancel is None:
        return
    wished = cancel() if callable(cancel) else cancel.is_set()
    if wished:
        raise Cancelled(f"Stopped {where}, as asked; nothing was kept.")
