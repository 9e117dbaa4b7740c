"""Several shots in a row: the file of one is finished on a thread of its own while the next shot is made.

Knows no verb. What a shot that is finished says, and why it has failed, comes when the next one has been made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeAlias

Tell: TypeAlias = Callable[[], object]
_ROW: ContextVar[Row | None] = ContextVar("row of shots", default=None)  # verbs are called by their typed words alone


class Row:
    """At most one shot at a time is being finished."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._tell: Tell = _nothing

    def follow(self, finish: Callable[[], Tell]) -> None:
        """Finish a shot on a thread, once the one before is finished, of which it tells.

        Raises: the failure of the shot before.
        """
        before = self._ended()
        self._thread = threading.Thread(target=self._run, args=(finish,), name="finish")
        self._thread.start()
        before()

    def settle(self) -> None:
        """Wait until the shot that is being finished is, and tell of it. Raises: its failure."""
        self._ended()()

    def _ended(self) -> Tell:
        """Wait for the shot that is being finished; what tells of it, or raises its failure."""
        if self._thread is None:
            return _nothing
        self._thread.join()
        self._thread = None
        return self._tell

    def _run(self, finish: Callable[[], Tell]) -> None:
        try:
            self._tell = finish()
        except BaseException as failure:  # the boundary of the thread: it is raised again where the shot is told of
            self._tell = partial(_fail, failure)


def finish(end: Callable[[], Tell]) -> None:
    """Finish a shot and tell of it: at once, or in a row beside the next one. Raises: what `end` raises."""
    row = _ROW.get()
    if row is None:
        end()()
    else:
        row.follow(end)


@contextmanager
def in_a_row(row: Row) -> Iterator[None]:
    """Shots that are made in this block are finished one beside the next; all are when it ends."""
    token = _ROW.set(row)
    try:
        yield
    finally:
        _ROW.reset(token)
        row.settle()


def _nothing() -> None:
    """Tell nothing."""


def _fail(failure: BaseException) -> None:
    raise failure
