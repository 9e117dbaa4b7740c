"""One worker thread with a bounded queue, so that encoding overlaps whatever makes the frames.

Knows nothing about media: it runs calls in order, and hands the first failure back to the caller.
"""

import queue
import threading
from collections.abc import Callable

_WAITING_CALLS = 16  # about three latent groups of pictures and as much sound; more would only hold memory


class Background:
    """Runs calls one after the other on its own thread."""

    def __init__(self, name: str) -> None:
        self._calls: queue.Queue[Callable[[], object] | None] = queue.Queue(_WAITING_CALLS)
        self._failure: BaseException | None = None
        self._dropping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, call: Callable[[], object]) -> None:
        """Queue a call; waits while the queue is full. Raises: the failure of an earlier call, if there was one."""
        self._raise_failure()
        self._calls.put(call)

    def finish(self) -> None:
        """Wait until every call has run. Raises: the first failure."""
        self._calls.put(None)
        self._thread.join()
        self._raise_failure()

    def drop(self) -> None:
        """Skip the calls that have not begun, wait for the one that runs, and end the thread."""
        self._dropping = True
        if self._thread.is_alive():
            self._calls.put(None)
            self._thread.join()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            if self._dropping or self._failure is not None:
                continue
            try:
                call()
            except BaseException as failure:  # the boundary of the thread: it is raised again in the caller
                self._failure = failure
