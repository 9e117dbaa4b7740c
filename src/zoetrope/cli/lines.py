"""What people type while a stream runs: a new prompt, or a word after a slash. Knows no stream and no terminal."""

from __future__ import annotations

import os
import re
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraPath, Stroke, read_moves
from zoetrope.core.time import exact_seconds

HELP = (
    "a line says what changes, and the rest stays; /camera pan left 0.2 moves the camera; /stroke 0 0.2 0.8, 2 0.8 0.3 "
    "leads the first thing (seconds, x, y), /stroke 2: ... the second; /quit ends"
)
_WAIT = 0.1  # seconds between two looks at whether anybody still listens
_LONGEST = 1 << 16  # bytes of one line, far more than a prompt has


@dataclass(frozen=True)
class Say:
    """Another prompt."""

    prompt: str


@dataclass(frozen=True)
class Quit:
    """The end."""


Line: TypeAlias = Say | CameraPath | Stroke | Quit | None  # None: nothing was typed


def read_line(written: str) -> Line:
    """What a line says. Raises: InvalidRequest for a command that is none."""
    text = written.strip()
    if not text:
        return None
    if not text.startswith("/"):
        return Say(text)
    verb, _, rest = text[1:].partition(" ")
    match verb:
        case "quit" | "q":
            return Quit()
        case "camera":
            return CameraPath(read_moves(rest))
        case "stroke":
            return _stroke(rest)
    raise InvalidRequest(f"/{verb} is no command; {HELP}.")


def _stroke(written: str) -> Stroke:
    match = re.fullmatch(r"\s*(?:(\d+)\s*:)?(.*)", written)
    assert match is not None, "any text fits"
    try:
        points = [tuple(float(number) for number in point.split()) for point in re.split("[,;，；]", match[2])]
    except ValueError:
        points = []
    if not points or any(len(point) != 3 for point in points):
        raise InvalidRequest("a stroke is points of seconds, x and y, such as /stroke 0 0.2 0.8, 2 0.8 0.3.")
    return Stroke(tuple((exact_seconds(at), x, y) for at, x, y in points), int(match[1] or 1))


@contextmanager
def listening(stream: int, hear: Callable[[str], object]) -> Iterator[None]:
    """Hand lines of a file descriptor to `hear`, on a thread of its own, until the block ends or there are no more."""
    ended = threading.Event()
    thread = threading.Thread(target=_listen, args=(stream, hear, ended), name="lines", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _listen(stream: int, hear: Callable[[str], object], ended: threading.Event) -> None:
    held = b""
    while not ended.is_set():
        try:
            if not select.select([stream], [], [], _WAIT)[0]:
                continue
            data = os.read(stream, 4096)
        except (OSError, ValueError):
            return  # no standard input, or a closed one: nobody steers
        *lines, held = (held + data).split(b"\n")
        for line in lines if data else [held]:
            hear(line.decode("utf-8", "replace"))
        if not data or len(held) > _LONGEST:
            return
