"""Words drawn so that the ink of their smallest letter is as high as asked, in the font that ships with the package.

A font's size says little about the height of its ink: letters are drawn, measured and drawn larger until they are high
enough. It does not know where words go, nor why.
"""

import io
import math
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from zoetrope.core.errors import InvalidRequest

_VISIBLE = 128  # of 255: a row counts as inked where some pixel is covered by half or more
_TRIAL = 100
_RIM = 2  # pixels around the box that a font claims, since ink may stand over
_LARGEST = 2000
_MISSING = "\U0010ffff"  # no font has it, so it is drawn as what a font draws for letters that it lacks


@lru_cache(maxsize=4)
def _font_bytes(path: Path | None) -> bytes:
    if path is None:
        return resources.files("zoetrope.release").joinpath("fonts/label.otf").read_bytes()
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(
            f"cannot read the font {path}: {error.strerror}; give a TrueType or OpenType file"
        ) from error


def open_font(size: int, path: Path | None = None) -> ImageFont.FreeTypeFont:
    """The font that ships, or one of the operator's, at a size in pixels. Raises: InvalidRequest when it is no font."""
    try:
        return ImageFont.truetype(io.BytesIO(_font_bytes(path)), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise InvalidRequest(f"{path} is no font that can be used; give a TrueType or OpenType file") from error


def coverage(words: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """How much of each pixel is ink, cut to the ink. Shapes: (h, w) uint8 out; empty when there is none."""
    left, top, right, bottom = (round(edge) for edge in font.getbbox(words))
    sheet = Image.new("L", (right - left + 2 * _RIM, bottom - top + 2 * _RIM))
    ImageDraw.Draw(sheet).text((_RIM - left, _RIM - top), words, fill=255, font=font)
    ink = np.asarray(sheet)
    rows, columns = np.flatnonzero(ink.max(1)), np.flatnonzero(ink.max(0))
    if not len(rows):
        return np.zeros((0, 0), np.uint8)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def ink_height(words: str, font: ImageFont.FreeTypeFont) -> int:
    """Height of the ink of the smallest letter; marks between letters are not counted. Units: pixels."""
    return min(_rows(letter, font) for letter in set(words) if letter.isalnum())


def _rows(letter: str, font: ImageFont.FreeTypeFont) -> int:
    ink = coverage(letter, font)
    rows = np.flatnonzero(ink.max(1, initial=0) >= _VISIBLE)
    return int(rows[-1] - rows[0] + 1) if len(rows) else 0


def font_for(words: str, height: int, path: Path | None = None) -> ImageFont.FreeTypeFont:
    """The smallest font whose every letter of `words` has ink of at least `height` pixels.

    Raises: InvalidRequest when the words have no letter, or one that the font lacks.
    """
    _check_letters(words, open_font(40, path))
    trial = ink_height(words, open_font(_TRIAL, path))
    size = max(1, math.floor(height * _TRIAL / max(trial, 1)) - 2)
    while size < _LARGEST:
        font = open_font(size, path)
        if ink_height(words, font) >= height:
            return font
        size += 1
    raise InvalidRequest(f"no size of the font makes {words!r} {height} pixels high; use other words")


def _check_letters(words: str, font: ImageFont.FreeTypeFont) -> None:
    if not any(letter.isalnum() for letter in words):
        raise InvalidRequest(f"the label {words!r} has no letter; give words that people can read")
    missing = coverage(_MISSING, font)
    lacking = sorted({letter for letter in words if np.array_equal(coverage(letter, font), missing)})
    if lacking:
        raise InvalidRequest(
            f"the label's font has no {' '.join(lacking)}; use other words, or give a font that has these letters"
        )
