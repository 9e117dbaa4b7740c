"""The evidence of a report as one picture: the file's first frame, the verdict, and what each layer says."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from zoetrope.media.places import Placed, check_output, writing
from zoetrope.release.lettering import open_font
from zoetrope.release.verify import Report
from zoetrope.release.verify_judge import Verdict

_WIDTH, _MARGIN = 960, 28  # pixels
_SHOWN = (400, 300)  # the frame, at most
_BIG, _SMALL = 25, 17  # font sizes
_LETTERS = 92  # in a line of small letters across the picture
_PAPER, _INK, _FAINT = (250, 250, 247), (28, 28, 30), (120, 120, 124)
_GOOD, _WARY, _BAD = (22, 122, 62), (176, 110, 0), (190, 30, 30)
_COLOURS: dict[Verdict, tuple[int, int, int]] = {
    "intact": _GOOD,
    "signed elsewhere": _GOOD,
    "marked": _GOOD,
    "changed": _WARY,
    "resembles": _WARY,
    "claimed": _WARY,
    "forged": _BAD,
    "signed by others": _INK,
    "unknown": _FAINT,
}
_STATES = {"answers": _GOOD, "silent": _FAINT, "broken": _BAD, "not possible": (200, 200, 200)}


def draw_evidence(report: Report, path: Path) -> None:
    """Draw a report to a .png file, whole or not at all. Raises: MediaError when it cannot be written."""
    check_output(path)
    picture = evidence_picture(report)
    with writing(path):
        placed = Placed(path)
        try:
            picture.save(placed.temporary, "PNG")
            placed.commit()
        finally:
            placed.discard()


def evidence_picture(report: Report) -> Image.Image:
    """The picture itself."""
    page = Image.new("RGB", (_WIDTH, 1600), _PAPER)
    pen = _Pen(ImageDraw.Draw(page))
    shown = _frame(report.looked.seen.frames)
    left = _MARGIN
    if shown is not None:
        page.paste(shown, (_MARGIN, _MARGIN))
        left += shown.width + _MARGIN
    pen.write(left, Path(report.file).name[:60], _SMALL, _FAINT)
    pen.write(left, report.verdict.upper(), _BIG, _COLOURS[report.verdict])
    pen.paragraph(left, report.headline, _INK)
    for name, value in report.facts.items():
        pen.paragraph(left, f"{name}: {value}", _FAINT)
    pen.down_to(_MARGIN + (shown.height if shown is not None else 0) + _MARGIN)
    for sentence in report.contradictions:
        pen.paragraph(_MARGIN, sentence, _BAD)
    for layer in report.layers:
        pen.dot(_MARGIN, _STATES[layer.state])
        pen.paragraph(_MARGIN + 26, f"{layer.name}: {layer.state}; {layer.says}", _INK)
    return page.crop((0, 0, _WIDTH, min(page.height, pen.y + _MARGIN)))


class _Pen:
    """Writes lines down a page."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw, self.y = draw, _MARGIN

    def write(self, x: int, text: str, size: int, colour: tuple[int, int, int]) -> None:
        """One line; letters that the font lacks are written as a question mark."""
        plain = text.encode("ascii", "replace").decode()
        self._draw.text((x, self.y), plain, colour, open_font(size))
        self.y += round(size * 1.5)

    def paragraph(self, x: int, text: str, colour: tuple[int, int, int]) -> None:
        """Lines of small letters up to the right edge, a few at most."""
        letters = max(16, round(_LETTERS * (_WIDTH - x - _MARGIN) / _WIDTH))
        for line in textwrap.wrap(text, letters, max_lines=6, placeholder=" ..."):
            self.write(x, line, _SMALL, colour)
        self.y += 6

    def dot(self, x: int, colour: tuple[int, int, int]) -> None:
        """A coloured dot before the next line."""
        self._draw.ellipse((x, self.y + 4, x + 14, self.y + 18), fill=colour)

    def down_to(self, y: int) -> None:
        """Go on no higher than this."""
        self.y = max(self.y + 10, y)


def _frame(frames: np.ndarray) -> Image.Image | None:
    if not len(frames):
        return None
    picture = Image.fromarray(frames[0])
    scale = min(_SHOWN[0] / picture.width, _SHOWN[1] / picture.height)
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
