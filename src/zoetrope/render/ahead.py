"""Work that is done on a thread of its own while its results are used, a bounded number of them ahead.

Knows nothing of what is made.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, Self, TypeVar

T = TypeVar("T")
_WAIT = 0.05  # seconds between two looks at whether anybody still wants what is made
_END = object()


class Ahead(Generic[T]):
    """Iterates over what `make` yields, which runs at most `most` items ahead on its own thread.

    `make` gets a function that says whether to stop, for what takes long between two items. Leave by `close`, or as a
    `with` block: the thread has ended then. A failure of `make` is raised where its result would have come.
    """

    def __init__(self, make: Callable[[Callable[[], bool]], Iterator[T]], most: int, name: str) -> None:
        self._items: queue.Queue = queue.Queue(most)
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(make,), name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while (item := self._items.get()) is not _END:
            yield item
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Ask the work to stop and wait until it has; what was made and not used is let go."""
        self._stopped.set()
        self._thread.join()
        while not self._items.empty():
            self._items.get_nowait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, make: Callable[[Callable[[], bool]], Iterator[T]]) -> None:
        try:
            for item in make(self._stopped.is_set):
                self._put(item)
                if self._stopped.is_set():
                    return
        except BaseException as failure:  # the boundary of the thread: it is raised again where results are used
            self._failure = failure
        finally:
            self._put(_END)

    def _put(self, item: object) -> None:
        while not self._stopped.is_set():
            try:
                return self._items.put(item, timeout=_WAIT)
            except queue.Full:
                continue
