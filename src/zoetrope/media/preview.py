"""Show a forming picture: as half blocks in a colour terminal, else as a small PNG file that updates.

It does not know where the picture comes from.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import numpy as np
from PIL import Image

from zoetrope.media.places import Placed, writing

_MOST_COLUMNS = 80


class TerminalPreview:
    """Draws frames over one another in a terminal; two pixels in a character."""

    def __init__(self, stream: TextIO, columns: int) -> None:
        self._stream, self._columns, self._lines = stream, columns, 0

    def show(self, frame: np.ndarray) -> None:
        """Draw a frame over the last one. Shapes: (h, w, 3) uint8."""
        text = half_blocks(frame, self._columns)
        up = f"\x1b[{self._lines}A" if self._lines else ""
        self._stream.write(f"{up}{text}\n")
        self._stream.flush()
        self._lines = text.count("\n") + 1


class PreviewFile:
    """A PNG file that always shows the latest frame; a viewer never sees half of it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def show(self, frame: np.ndarray) -> None:
        """Replace the picture. Shapes: (h, w, 3) uint8. Raises: MediaError when it cannot be written."""
        with writing(self.path):
            placed = Placed(self.path)
            try:
                Image.fromarray(frame).save(placed.temporary, "PNG", compress_level=1)
                placed.commit()
            finally:
                placed.discard()


Preview = TerminalPreview | PreviewFile


def open_preview(
    path: str | Path, *, stream: TextIO | None = None, environment: Mapping[str, str] | None = None
) -> Preview:
    """A preview in the terminal where it has colours, else a file at `path`.

    `stream` defaults to standard error, `environment` to that of the process (NO_COLOR, TERM, COLORTERM).
    """
    stream = stream or sys.stderr
    if has_true_colour(stream, os.environ if environment is None else environment):
        columns = shutil.get_terminal_size().columns
        return TerminalPreview(stream, min(columns, _MOST_COLUMNS))
    return PreviewFile(path)


def has_true_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether half blocks in colour can be drawn: a terminal, not a dumb one, UTF-8, colour not refused."""
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        return False
    return "utf" in (stream.encoding or "").lower()


def half_blocks(frame: np.ndarray, columns: int) -> str:
    """A picture as coloured half blocks, `columns` characters wide. Shapes: (h, w, 3) uint8."""
    height, width, _ = frame.shape
    columns = max(1, min(columns, width))
    rows = max(1, round(height * columns / width / 2))
    small = np.asarray(Image.fromarray(frame).resize((columns, rows * 2), Image.Resampling.BOX))
    return "\n".join(_line(upper, lower) for upper, lower in zip(small[::2], small[1::2], strict=True))


def _line(upper: np.ndarray, lower: np.ndarray) -> str:
    cells = [
        f"\x1b[38;2;{r};{g};{b};48;2;{x};{y};{z}m▀"
        for (r, g, b), (x, y, z) in zip(upper.tolist(), lower.tolist(), strict=True)
    ]
    return "".join(cells) + "\x1b[0m"
