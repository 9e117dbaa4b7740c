"""Ask a picture in which no mark can be read for the marks of one's own registry: only who released it can.

Originals are looked through newest first, as long as there is time; the few that the picture resembles are asked for
one by one. It says in its layer what it looked through, and does not weigh what it found.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from zoetrope.media.miniature import Miniature
from zoetrope.release.asset import Layer, Name
from zoetrope.release.marks.base import AskablePictureMark, Found, PictureAsking, PictureMark
from zoetrope.release.marks.picture_asked import MOST_ASKED
from zoetrope.release.registry import Record, Registry
from zoetrope.release.verify_judge import show_id

SECONDS = 10.0  # for looking through originals; about 300 of five seconds each on one core
_LEAST_SIDE = 24  # pixels: a smaller picture was not measured
# Likeness of the middle frame to a part of an original: 0.67 at least in 16 copies of 76x44 pixels.
_WORTH_ASKING = 0.5
_NAME: Name = "registry's own mark"


@dataclass(frozen=True, eq=False)
class Asked:
    """What asking came to: the release whose mark stands in the picture, if one does, and how to say it."""

    layer: Layer
    answer: tuple[Record, Found] | None = None


def ask_registry(
    frames: np.ndarray, mark: PictureMark, registry: Registry | None, *, seconds: float = SECONDS
) -> Asked | None:
    """Look for the marks of a registry in frames; None where there is no picture that could be asked.

    Shapes: (t, h, w, 3) uint8. Raises: MediaError for a registry that cannot be read.
    """
    if not len(frames) or min(frames.shape[1:3]) < _LEAST_SIDE or not isinstance(mark, AskablePictureMark):
        return None
    if registry is None:
        return Asked(Layer(_NAME, "not possible", "only who remembers the originals can ask for it"))
    asking = mark.asking(frames)
    likely, seen, whole = _likely(asking, registry, seconds)
    for record, miniature in likely:
        found = asking.ask(miniature, record.mark)
        if found is not None:
            said = f"{show_id(found.id)} is not read, and answers when it is asked for: {found.detail}"
            return Asked(Layer(_NAME, "answers", said), (record, found))
    count = f"{seen} remembered" if whole else f"the newest {seen} remembered, and time was up"
    return Asked(Layer(_NAME, "silent", f"none of them answers; {count}, {len(likely)} asked for"))


def _likely(
    asking: PictureAsking, registry: Registry, seconds: float
) -> tuple[list[tuple[Record, Miniature]], int, bool]:
    """The originals that a picture resembles, likeliest first; how many were looked through, and whether all."""
    until, seen, whole = time.monotonic() + seconds, 0, True
    found: list[tuple[float, Record, Miniature]] = []
    for record, miniature in registry.miniatures():
        if time.monotonic() > until:
            whole = False
            break
        seen += 1
        likeness = asking.glance(miniature)
        if likeness >= _WORTH_ASKING:
            found.append((likeness, record, miniature))
    ordered = sorted(found, key=lambda each: -each[0])
    return [(record, miniature) for _, record, miniature in ordered[:MOST_ASKED]], seen, whole
