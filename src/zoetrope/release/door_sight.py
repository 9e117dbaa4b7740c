"""What the door does to pictures on their way: looks at them, marks them, labels them, remembers how they look.

Works part by part, the same as at once. Knows no file and no sound.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from zoetrope.release.door_policy import Policy
from zoetrope.release.registry import Look


class Sight:
    """The pictures of one release, as they pass."""

    def __init__(self, policy: Policy, mark: int, size: tuple[int, int], rate: Fraction, *, still: bool) -> None:
        self.mark, self.count = mark, 0
        self.looks: tuple[Look, ...] = ()
        self._policy, self._rate, self._most = policy, rate, 1 if still else None
        self._embed = policy.picture_mark.embedder(mark, size) if policy.picture_mark else None

    def through(self, frames: np.ndarray) -> np.ndarray:
        """Frames as they leave. Shapes: (t, h, w, 3) uint8 in and out. Raises: Refused."""
        if self._most is not None:
            frames = frames[: self._most - self.count]
        if not len(frames):
            return frames
        out = frames if self._embed is None else self._embed(frames)
        self.count += len(frames)
        return out
