"""Where a stream goes: a file, a pipe, or a terminal that shows it. Knows no stream."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.media.places import check_output, reason
from zoetrope.media.preview import half_blocks

_GONE = frozenset({errno.EPIPE, errno.ECONNRESET})
_MOST_COLUMNS = 96  # of a terminal: wider pictures cost more to draw than they show
_LINES_BELOW = 3  # for what is typed and answered


class Outflow:
    """Bytes into a file descriptor; that its reader has gone is a fact to ask for, not a failure.

    Raises: MediaError, from `check`, for whatever else went wrong.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor, self._name = descriptor, name
        self._failure: OSError | None = None
        self.gone = False

    def write(self, data: bytes) -> None:
        """Write all of it, or note why not."""
        left = memoryview(data)
        while left and not self.ended():
            try:
                left = left[os.write(self._descriptor, left) :]
            except OSError as error:
                self.gone = error.errno in _GONE
                self._failure = None if self.gone else error

    def ended(self) -> bool:
        """Whether nothing more can be written."""
        return self.gone or self._failure is not None

    def check(self) -> None:
        """Raises: MediaError when writing failed otherwise than by a reader who left."""
        if self._failure is not None:
            raise MediaError(f"cannot write {self._name}: {reason(self._failure)}") from self._failure


@contextmanager
def open_outflow(output: str, standard_output: int) -> Iterator[Outflow]:
    """A file by its name, or standard output for "-". Raises: InvalidRequest, MediaError."""
    if output == "-":
        if os.isatty(standard_output):
            raise InvalidRequest("-o - writes video into a pipe, and this is a terminal; leave -o out to watch here.")
        outflow = Outflow(standard_output, "standard output")
        yield outflow
        outflow.check()
        return
    path = Path(output)
    if path.suffix.lower() != ".mp4":
        raise InvalidRequest(f"a stream is a fragmented MP4, and the output was {output!r}; let it end in .mp4.")
    if not path.is_fifo():
        check_output(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    except OSError as error:
        raise MediaError(f"cannot write {path}: {reason(error)}") from error
    try:
        outflow = Outflow(descriptor, str(path))
        yield outflow
        outflow.check()
    finally:
        os.close(descriptor)


@contextmanager
def open_terminal(terminal: TextIO) -> Iterator[TerminalPicture]:
    """A terminal that shows pictures in its upper part; what is typed stands below."""
    try:
        yield TerminalPicture(terminal)
    finally:
        terminal.write("\x1b[0m\n")
        terminal.flush()


class TerminalPicture:
    """Draws each picture over the last one."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal, self._drawn = terminal, False

    def show(self, frame: np.ndarray) -> None:
        """Draw a picture. Shapes: (h, w, 3) uint8."""
        window = shutil.get_terminal_size()
        rows = max(1, window.lines - _LINES_BELOW)
        columns = min(window.columns - 1, _MOST_COLUMNS, rows * 2 * frame.shape[1] // frame.shape[0])
        drawn = half_blocks(frame, columns)
        if not self._drawn:  # what is typed goes below the picture from now on
            self._terminal.write("\x1b[2J\x1b[H" + "\n" * (drawn.count("\n") + 2))
            self._drawn = True
        self._terminal.write(f"\x1b7\x1b[H{drawn}\x1b8")
        self._terminal.flush()
