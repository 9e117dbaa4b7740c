import threading
import time
from itertools import count

import pytest

from zoetrope.render.ahead import Ahead


def test_work_runs_a_bounded_number_ahead_and_ends_when_nobody_wants_it():
    made = []

    def make(stopped):
        for number in count():
            made.append(number)
            yield number

    with Ahead(make, 2, "work") as results:
        assert next(iter(results)) == 0
        until = time.monotonic() + 60
        while len(made) < 4 and time.monotonic() < until:  # one was taken, two wait, one is in hand
            time.sleep(0.001)
        time.sleep(0.1)
        assert len(made) == 4
    assert all(thread.name != "work" for thread in threading.enumerate())


def test_a_failure_is_raised_where_its_result_would_have_come():
    def make(stopped):
        yield 1
        raise ValueError("broken")

    with Ahead(make, 2, "work") as results, pytest.raises(ValueError, match="broken"):
        assert list(results) == [1]
