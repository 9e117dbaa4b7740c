"""Contact sheets: every value of an axis of the toy stage on one picture, with its name. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from zoetrope.core.errors import InvalidRequest
from zoetrope.training.world import vocabulary
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

VALUES: dict[str, tuple[str, ...]] = {
    "object": vocabulary.OBJECTS,
    "colour": tuple(vocabulary.COLOURS),
    "size": tuple(vocabulary.RADII),
    "surface": vocabulary.SURFACES,
    "material": tuple(vocabulary.MATERIALS),
    "setting": vocabulary.SETTINGS,
    "light": vocabulary.LIGHTS,
    "weather": vocabulary.WEATHERS,
    "style": vocabulary.STYLES,
    "action": vocabulary.ACTIONS,
    "pace": vocabulary.PACES,
    "camera": vocabulary.CAMERAS,
}
IN_TIME = ("action", "pace", "camera")  # shown as strips: one row a value, several moments of it
AXES = (*VALUES, "random", "all")
CALM: Mapping[str, Any] = {"style": "plain", "weather": "clear", "light": "day", "camera": "static"}
SHOWN: Mapping[str, Mapping[str, Any]] = {  # what else is pinned, so that an axis can be seen
    "object": {"size": "large", "surface": "plain", "material": "rubber", "badge": False},
    "colour": {"size": "large", "surface": "plain", "material": "rubber", "badge": False},
    "size": {"object": "star", "setting": "meadow"},
    "surface": {"object": "ball", "size": "large", "colour": "blue", "material": "rubber", "badge": False},
    "material": {"object": "cube", "size": "large", "surface": "plain", "badge": False, "colour": "green"},
    "camera": {"action": "spins", "setting": "city"},
    "pace": {"action": "bounces", "object": "ball"},
}
FRAMES = 61
TALL = 108  # pixels: height of one tile of a sheet of all axes
GAP, LABEL, MARGIN = 10, 20, 18
PAGE, TEXT = (250, 247, 240), (60, 56, 70)


def contact_sheet(axis: str, *, columns: int = 5, seed: int = 0, width: int = 256, height: int = 144) -> Image.Image:
    """Show every value of an axis, or of all of them; columns is tiles in a row, or moments of a strip.

    Raises: InvalidRequest for an axis that does not exist or columns < 1.
    """
    if axis not in AXES:
        raise InvalidRequest(f"the toy stage has no axis {axis!r}; it has {', '.join(AXES)}")
    if columns < 1:
        raise InvalidRequest(f"a sheet of {columns} columns was asked for; it has at least 1")
    if axis != "all":
        return _page(axis, list(_tiles(axis, columns, seed, width, height)), columns)
    small = (round(TALL * width / height / 16) * 16, TALL // 16 * 16)
    pages = [_page(name, list(_tiles(name, columns, seed, *small)), columns) for name in VALUES]
    sheet = Image.new("RGB", (max(page.width for page in pages), sum(page.height for page in pages)), PAGE)
    top = 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height
    return sheet


Tile = tuple[str, np.ndarray]


def _tiles(axis: str, columns: int, seed: int, width: int, height: int) -> Iterator[Tile]:
    names = VALUES.get(axis) or tuple(str(number) for number in range(columns * 4))
    for number, value in enumerate(names):
        pinned = {} if axis == "random" else {**CALM, **_variety(axis, number), **SHOWN.get(axis, {}), axis: value}
        if value == "talks":
            pinned["object"] = "robot"
        rng = np.random.default_rng([seed, number])
        scene = write_scene(rng, width=width, height=height, frames=FRAMES, fixed=pinned)
        frames = draw(scene)
        if axis in IN_TIME:
            for moment, at in enumerate(np.linspace(0, FRAMES - 1, columns).round().astype(int)):
                yield (f"{value}  {at / 12:.1f} s" if not moment else f"{at / 12:.1f} s", frames[at])
        else:
            yield value if axis != "random" else _words(scene), frames[FRAMES // 3]


def _variety(axis: str, number: int) -> dict[str, Any]:
    """Return one value of each axis that makes a sheet lively, stepping through them."""
    action = ("rolls", "bounces", "floats", "slides", "jumps")[number % 5]
    setting = ("meadow", "beach", "room", "city", "stage", "snowfield", "sea")[number % 7]
    kind = ("car", "bird", "ball", "star", "robot", "lantern", "cube", "ring")[number % 8]
    out = {"action": action, "setting": setting, "object": kind}
    if axis in ("setting", "style", "weather", "light"):
        out |= {"size": "large", "action": "floats" if kind == "lantern" else action}
    if kind == "robot" and setting == "sea":
        out["setting"] = "stage"
    return out


def _words(scene: Scene) -> str:
    thing = scene.things[0]
    return f"{thing.colour} {thing.kind} {scene.acts[0].name}, {scene.style}"


def _page(title: str, tiles: list[Tile], columns: int) -> Image.Image:
    high, wide = tiles[0][1].shape[:2]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    head = 34
    size = (2 * MARGIN + columns * (wide + GAP) - GAP, head + MARGIN + rows * (high + LABEL + GAP))
    page = Image.new("RGB", size, PAGE)
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, 10), title, TEXT, font=ImageFont.load_default(18))
    font = ImageFont.load_default(12)
    corners = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, wide - 1, high - 1), 8, 255)
    for number, (label, frame) in enumerate(tiles):
        row, column = divmod(number, columns)
        left, top = MARGIN + column * (wide + GAP), head + row * (high + LABEL + GAP)
        page.paste(Image.fromarray(frame), (left, top), corners)
        pen.text((left + 4, top + high + 3), label, TEXT, font=font)
    return page
