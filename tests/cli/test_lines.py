import os

import pytest

from zoetrope.cli.lines import Quit, Say, listening, read_line
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraMove, CameraPath, Stroke


def test_lines_say_what_they_say():
    assert read_line("  \n") is None
    assert read_line("a red ball\n") == Say("a red ball")
    assert read_line("/camera pan left 0.3") == CameraPath((CameraMove("pan left", 0.3),))
    assert read_line("/stroke 2: 0 0.2 0.8, 1.5 0.5 0.3") == Stroke(((0, 0.2, 0.8), ("1.5", 0.5, 0.3)), 2)
    assert read_line("/quit") == Quit()


@pytest.mark.parametrize("line", ["/what", "/stroke", "/stroke 1 2", "/stroke a b c", "/stroke 0 2 0.5", "/camera up"])
def test_what_is_no_command_is_refused(line):
    with pytest.raises(InvalidRequest):
        read_line(line)


def test_lines_are_heard_to_the_last_one():
    heard = []
    readable, writable = os.pipe()
    with listening(readable, heard.append):
        os.write(writable, "ein\n中文\nlast".encode())
        os.close(writable)
        while len(heard) < 3:
            pass
    os.close(readable)
    assert heard == ["ein", "中文", "last"]
