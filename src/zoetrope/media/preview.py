"""Show a forming picture as half blocks in a colour terminal.

It does not know where the picture comes from, nor who owns the terminal.
"""

from collections.abc import Mapping
from typing import TextIO

import numpy as np


def has_true_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether half blocks in colour can be drawn: a terminal, not a dumb one, UTF-8, colour not refused."""
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        return False
    return "utf" in (stream.encoding or "").lower()


def half_blocks(frame: np.ndarray, columns: int) -> str:
    """A picture as coloured half blocks, `columns` characters wide. Shapes: (h, w, 3) uint8."""
    from PIL import Image

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
