"""Pictures about clips leave by the same door as clips do. Knows no detector and no table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np

from zoetrope.release.asset import Making
from zoetrope.release.door import release
from zoetrope.release.door_policy import Policy

Keep: TypeAlias = Callable[[Path, np.ndarray], None]


def keeper(policy: Policy, checkpoint: str, when: datetime, *, generated: bool) -> Keep:
    """A function that releases a picture (h, w, 3) uint8 to a .png.

    `generated`: the picture shows what a checkpoint made, so it is labelled as that; else somebody drew it.
    """

    def keep(path: Path, picture: np.ndarray) -> None:
        word = hashlib.sha256(checkpoint.encode() + np.ascontiguousarray(picture).tobytes()).digest()
        making = Making(checkpoint, f"checkpoint {checkpoint}, a picture of its clips", word, when, generated=generated)
        release(path, making, policy, frames=picture[None])

    return keep
