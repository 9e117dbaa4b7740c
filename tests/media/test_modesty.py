import os
import time
from pathlib import Path

import numpy as np
import pytest

from zoetrope.media.modesty import kept_modest
from zoetrope.media.writers import open_writer

LINUX = pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="asks Linux for scheduling policies")


def policies() -> set[int]:
    return {os.sched_getscheduler(int(task.name)) for task in Path("/proc/self/task").iterdir()}


@LINUX
def test_what_became_real_time_is_calmed() -> None:
    try:
        with kept_modest():
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        pytest.skip("this user may not make threads real-time")
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@LINUX
def test_an_av1_encoder_leaves_no_thread_real_time(tmp_path: Path) -> None:
    with open_writer(tmp_path / "a.webm", size=(96, 80), with_sound=False) as writer:
        for _ in range(8):  # a thread that begins late is calmed by the next picture
            writer.write_frames(np.zeros((1, 80, 96, 3), np.uint8))
            time.sleep(0.02)
        assert policies() & {os.SCHED_FIFO, os.SCHED_RR} == set()
