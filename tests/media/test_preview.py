"""A forming picture is shown in a colour terminal, and otherwise in a file that is never half written."""

import io

import numpy as np

from zoetrope.media.preview import half_blocks, has_true_colour


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_character_shows_two_pixels():
    frame = np.zeros((2, 1, 3), np.uint8)
    frame[0], frame[1] = (200, 40, 30), (1, 2, 3)
    assert half_blocks(frame, 80) == "\x1b[38;2;200;40;30;48;2;1;2;3m▀\x1b[0m"


def test_the_shape_of_a_picture_is_kept():
    lines = half_blocks(np.zeros((144, 256, 3), np.uint8), 64).split("\n")
    assert len(lines) == 18
    assert all(line.count("▀") == 64 for line in lines)


def test_colour_is_used_only_where_it_is_welcome():
    assert has_true_colour(Terminal(), {"TERM": "xterm-256color"})
    assert not has_true_colour(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert not has_true_colour(Terminal(), {"TERM": "dumb"})
    assert not has_true_colour(Terminal(), {})
    assert not has_true_colour(io.StringIO(), {"TERM": "xterm"})
