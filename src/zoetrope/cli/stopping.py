"""Ctrl-C as a wish that travels: the first one asks the work to stop between two steps, the second stops it at once."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_STOPPED = 130  # 128 + SIGINT, as shells count
ASKED = "stopping after this step; Ctrl-C again stops at once"


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """A flag that the first SIGINT or SIGTERM sets; handlers are as before afterwards.

    Signals come to the main thread alone: on another one nobody sets the flag.
    """
    wish = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if wish.is_set():
            raise KeyboardInterrupt
        wish.set()
        print(f"\nzoetrope: {ASKED}", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
