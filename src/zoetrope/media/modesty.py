"""Keep encoders from taking the machine: SVT-AV1, run as root, makes its threads and the one that opens it real-time.

Knows no encoder and no file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TASKS = Path("/proc/self/task")
_REAL_TIME = ("SCHED_FIFO", "SCHED_RR")


@contextmanager
def kept_modest() -> Iterator[None]:
    """Give threads of this process that became real-time inside the block the policy that the caller had.

    Does nothing where there is no Linux, or where the caller itself is real-time.
    """
    if not (_TASKS.is_dir() and hasattr(os, "sched_getscheduler")):
        yield
        return
    policy, parameter = os.sched_getscheduler(0), os.sched_getparam(0)
    loud = {getattr(os, name) for name in _REAL_TIME}
    try:
        yield
    finally:
        if policy not in loud:
            for task in _TASKS.iterdir():
                _calm(int(task.name), loud, policy, parameter)


def _calm(thread: int, loud: set[int], policy: int, parameter: os.sched_param) -> None:
    try:
        if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK in loud:
            os.sched_setscheduler(thread, policy, parameter)
    except (ProcessLookupError, PermissionError):
        return
