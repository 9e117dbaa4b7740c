"""Calls run in order on another thread; the first failure reaches the caller and later calls do not run."""

import threading

import pytest

from zoetrope.media.background import Background


def test_calls_run_in_order():
    seen, work = [], Background("order")
    for i in range(100):
        work.do(lambda i=i: seen.append(i))
    work.finish()
    assert seen == list(range(100))


def test_a_failure_is_raised_in_the_caller_and_stops_the_rest():
    seen, work = [], Background("failure")

    def fail():
        raise OSError(28, "No space left on device")

    work.do(fail)

    def go_on():
        for _ in range(1000):
            work.do(lambda: seen.append(1))

    with pytest.raises(OSError, match="No space"):
        go_on()
    with pytest.raises(OSError, match="No space"):
        work.finish()
    assert seen == []


def test_dropping_skips_what_waits():
    seen, work, gate = [], Background("drop"), threading.Event()
    work.do(gate.wait)
    for i in range(10):
        work.do(lambda i=i: seen.append(i))
    threading.Timer(0.05, gate.set).start()
    work.drop()
    work.drop()
    assert seen == []
