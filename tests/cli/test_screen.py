"""What a person sees in a terminal while a shot is made."""

import io

import numpy as np
import pytest
from rich.console import Console

from zoetrope.cli.screen import Screen
from zoetrope.core.events import FramesReady, Notice, PreviewReady, StepDone


@pytest.fixture
def terminal():
    return Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=80)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_steps_rate_and_remaining_time_are_shown(terminal):
    screen = Screen(terminal, None)
    screen.show(StepDone(step=3, steps=16, seconds=1.5, rate=2.0, remaining=6.5))
    screen.close()
    assert "denoising" in shown(terminal)
    assert "3/16 steps   2.0 steps/s   6.5 s left" in shown(terminal)


def test_decoded_frames_are_counted(terminal):
    screen = Screen(terminal, None)
    screen.show(FramesReady(start=12, count=12, total=60))
    screen.close()
    assert "24/60 frames" in shown(terminal)


def test_the_forming_picture_is_drawn_in_colour(terminal):
    screen = Screen(terminal, None)
    screen.show(PreviewReady(step=1, frame=np.full((4, 4, 3), (255, 0, 0), np.uint8)))
    screen.close()
    assert "38;2;255;0;0" in shown(terminal)
    assert "▀" in shown(terminal)


def test_without_a_terminal_only_notes_are_said():
    console = Console(file=io.StringIO(), width=40)
    screen = Screen(console, None)
    screen.show(StepDone(step=1, steps=4, seconds=1, rate=1, remaining=3))
    screen.show(Notice("a word [brackets] that is long enough to be wrapped by a narrow terminal"))
    screen.close()
    assert shown(console) == "note: a word [brackets] that is long enough to be wrapped by a narrow terminal\n"
