"""Pictures of an evaluation: each clip as a strip of frames, with what was asked and seen. Knows no networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SHOWN = 6  # frames of a strip
TILE = (128, 72)
ROWS = 12  # clips on one sheet
TEXT = 30  # pixels under a strip
BAND = 128  # empty pixels at the foot: the label of a release stands there and hides no clip
GOOD, BAD, PLAIN = (20, 120, 50), (200, 30, 30), (60, 60, 60)


def strip(frames: np.ndarray) -> np.ndarray:
    """A few frames side by side. Shapes: uint8 (t, h, w, 3) in, (h, w, 3) out."""
    height, width = TILE[1], round(TILE[1] * frames.shape[2] / frames.shape[1])
    out = Image.new("RGB", (width * SHOWN, height))
    for place, at in enumerate(np.linspace(0, len(frames) - 1, SHOWN).round().astype(int)):
        out.paste(Image.fromarray(frames[at]).resize((width, height), Image.Resampling.BOX), (place * width, 0))
    return np.asarray(out)


def sheets(
    records: Iterable[Mapping[str, Any]],
    strip_of: Callable[[str], np.ndarray | None],
    folder: Path,
    keep: Callable[[Path, np.ndarray], None],
) -> list[Path]:
    """Write contact sheets of all clips that have a strip, a dozen on each; returns their paths."""
    strips = ((record, strip_of(record["name"])) for record in records if record["right"])
    shown = [(record, picture) for record, picture in strips if picture is not None]
    paths = []
    for first in range(0, len(shown), ROWS):
        path = folder / f"sheet-{first // ROWS + 1:02d}.png"
        keep(path, np.asarray(_sheet(shown[first : first + ROWS])))
        paths.append(path)
    return paths


def _sheet(shown: list[tuple[Mapping[str, Any], np.ndarray]]) -> Image.Image:
    step = TILE[1] + TEXT
    out = Image.new("RGB", (TILE[0] * SHOWN, step * len(shown) + BAND), "white")
    draw = ImageDraw.Draw(out)
    latin, chinese = ImageFont.load_default(11), _chinese_font()
    for place, (record, picture) in enumerate(shown):
        out.paste(Image.fromarray(picture), (0, place * step))
        low = place * step + TILE[1]
        font = latin if record["text"].isascii() or chinese is None else chinese
        text = record["text"] if font is chinese or record["text"].isascii() else "(Chinese prompt)"
        draw.text((3, low + 1), f"{record['name']}  {text[:120]}", PLAIN, font)
        _verdicts(draw, latin, record, low + 15)
    return out


def _verdicts(draw: ImageDraw.ImageDraw, font: Any, record: Mapping[str, Any], y: int) -> None:
    x = 3.0
    for axis, right in record["right"].items():
        wanted, seen = record["expected"][axis], record["seen"][axis]
        if axis == "then" and right and wanted == "nothing":
            continue
        word = wanted if right else f"{wanted} (seen: {seen})"
        draw.text((x, y), word, GOOD if right else BAD, font)
        x += draw.textlength(word, font) + 9


def _chinese_font() -> ImageFont.FreeTypeFont | None:
    """A font with Chinese characters where the machine has one."""
    for name in (
        "NotoSansCJK-Regular.ttc",
        "wqy-zenhei.ttc",
        "wqy-microhei.ttc",
        "DroidSansFallbackFull.ttf",
        "PingFang.ttc",
        "msyh.ttc",
    ):
        try:
            return ImageFont.truetype(name, 11)
        except OSError:
            continue
    return None
