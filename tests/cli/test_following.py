"""Shots in a row: one is finished while the next is made, told of in order, and no failure is lost."""

import threading

import pytest

from zoetrope.cli.following import Row, finish, in_a_row


def test_alone_a_shot_is_finished_at_once():
    told = []
    finish(lambda: lambda: told.append("a"))
    assert told == ["a"]


def test_in_a_row_it_is_finished_beside_the_next_and_told_of_in_order():
    told, made = [], threading.Event()

    def slow():
        assert made.wait(300)  # ends only because the next shot is made meanwhile
        return lambda: told.append("first")

    with in_a_row(Row()):
        finish(slow)
        assert told == []
        made.set()
        finish(lambda: lambda: told.append("second"))
        assert told == ["first"]
    assert told == ["first", "second"]


def test_a_failure_comes_with_the_next_shot_which_is_finished_all_the_same():
    told = []

    def failing():
        raise OSError("full")

    def two():
        with in_a_row(Row()):
            finish(failing)
            finish(lambda: lambda: told.append("second"))

    with pytest.raises(OSError, match="full"):
        two()
    assert told == ["second"]


def test_the_last_failure_is_raised_at_the_end():
    def failing():
        raise OSError("full")

    with pytest.raises(OSError, match="full"), in_a_row(Row()):
        finish(failing)
