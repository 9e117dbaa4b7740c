"""What the door does to the sound of a stream: turns it down where it is too loud, and marks it as it passes.

A mark needs to know what comes after, so sound leaves a moment later than it comes. What is kept has a bound. Knows no
file.
"""

from __future__ import annotations

import numpy as np

from zoetrope.release.door_loudness import LOUDEST, limit, measure
from zoetrope.release.marks.base import SoundMark
from zoetrope.release.marks.sound_cells import RATE
from zoetrope.release.marks.sound_pattern import BLOCK

_AHEAD = 0.16  # seconds that the mark looks ahead: four of its slots
_FADE = 0.02  # seconds in which one stretch's mark goes over into the next one's, which knew more
_HEARD = 3.0  # seconds by which loudness is judged, as in EBU R 128's short-term meter


class LiveSound:
    """Sound in any parts in, marked sound out, `_AHEAD` later. Units: rate in samples a second, divisible by 25."""

    def __init__(self, mark: SoundMark, id: int, rate: int) -> None:
        self._mark, self._id, self._rate = mark, id, rate
        self._block = BLOCK * rate // RATE
        self._gain = 1.0
        self._recent = np.zeros((2, 0), np.float32)  # as it came, for loudness
        self._held = np.zeros((2, 0), np.float32)  # from a whole number of blocks of the mark on
        self._out = 0  # samples of what is held that have left
        self._added = np.zeros((2, 0), np.float32)  # the last mark of what has not left

    def through(self, sound: np.ndarray, *, last: bool = False) -> np.ndarray:
        """The sound that may leave now. Shapes: (2, s) float32 in and out; `last` lets all go."""
        self._held = np.concatenate([self._held, self._levelled(sound)], axis=1)
        stop = self._held.shape[1] - (0 if last else round(_AHEAD * self._rate))
        if stop <= self._out:
            return self._held[:, :0]
        added = self._mark.embed(self._held, self._rate, self._id) - self._held
        leaving = self._held[:, self._out : stop] + self._joined(added[:, self._out : stop])
        self._added = added[:, stop:]
        self._out = stop
        self._forget()
        return np.clip(leaving, -1, 1)

    def _joined(self, mark: np.ndarray) -> np.ndarray:
        fade = min(round(_FADE * self._rate), mark.shape[1], self._added.shape[1])
        if fade:
            rising = np.linspace(0, 1, fade, dtype=np.float32)
            mark[:, :fade] = rising * mark[:, :fade] + (1 - rising) * self._added[:, :fade]
        return mark

    def _forget(self) -> None:
        """Keep a block before what has not left: the mark's table goes on from there."""
        blocks = max(0, self._out // self._block - 1)
        self._held, self._out = self._held[:, blocks * self._block :], self._out - blocks * self._block

    def _levelled(self, sound: np.ndarray) -> np.ndarray:
        """Turned down towards what is allowed, evenly over this part, and its peaks held."""
        if not sound.shape[1]:
            return sound
        self._recent = np.concatenate([self._recent, sound], axis=1)[:, -round(_HEARD * self._rate) :]
        wanted = min(1.0, 10 ** ((LOUDEST - measure(self._recent, self._rate)) / 20))
        gains = np.linspace(self._gain, wanted, sound.shape[1], dtype=np.float32)
        self._gain = wanted
        return limit(sound * gains, self._rate)
