"""What a generation tells its caller while it runs. Plain facts; knows no terminal, file or network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True)
class Notice:
    """Something the caller should know and need not act on; one or two sentences."""

    text: str


@dataclass(frozen=True)
class StepDone:
    """One step of the denoising loop is done.

    Units: step counts from 1 to steps; seconds since the first step began; rate in steps a second; remaining in
    seconds.
    """

    step: int
    steps: int
    seconds: float
    rate: float
    remaining: float


@dataclass(frozen=True, eq=False)
class PreviewReady:
    """The picture as it forms.

    Shapes: frame uint8 (h, w, 3).
    """

    step: int
    frame: np.ndarray


@dataclass(frozen=True)
class FramesReady:
    """Frames [start, start + count) are decoded, and written if there is a file.

    Units: total is the number of frames of the whole shot.
    """

    start: int
    count: int
    total: int


Event: TypeAlias = Notice | StepDone | PreviewReady | FramesReady
OnEvent: TypeAlias = Callable[[Event], None]
