"""Landings and knocks that a path shows: where a thing is thrown back or stopped. Knows places and gravity alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoetrope.engine.families.pocket.layout import FRAME_RATE

GRAVITY = 9.8 / FRAME_RATE**2  # metres a picture, a picture
SOFTEST = 1.0  # metres a second below which a landing is not told from how a place that is seen errs, 0.015 m
THROWN = 0.4 / FRAME_RATE  # metres a picture that its pace gains at least, as plainly seen: what sways gains less
FALLEN = 0.1  # metres that a thing comes down at least before it lands: more than it sinks to jump
LOW = 0.3  # metres above the lowest place around within which things land
HOP = 0.02  # metres that it rises at least between two landings
AROUND = 9  # pictures on either side
REACH = 3  # pictures at most on either side that a flight is told by
KNOCKED = 0.03  # metres a picture at least into a wall, and half of that away from it: places seen err by 0.015 m
ROOM = 0.35  # of a picture, by which the moment may lie outside the two pictures that it is sought between


@dataclass(frozen=True)
class Landing:
    """The picture that a landing follows, by how much of a picture, and how fast: metres a second."""

    picture: int
    late: float
    speed: float


def landings(heights: np.ndarray) -> list[Landing]:
    """The landings of a thing whose middle is so high, in metres (t,), one a picture."""
    found = [each for at in range(1, len(heights) - 1) if (each := _between(heights, at)) is not None]
    kept: list[Landing] = []
    for each in sorted(found, key=lambda one: -one.speed):
        if all(_flew(heights, each, other) for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda one: one.picture)


def knocks(places: np.ndarray) -> list[Landing]:
    """Where a thing whose middle is so far to the right, in metres (t,), is thrown back at once, as a wall does."""
    found = []
    for at in range(2, len(places) - 3):
        into, away = (places[at] - places[at - 2]) / 2, (places[at + 3] - places[at + 1]) / 2
        if into * away < 0 and abs(into) > KNOCKED and abs(away) > KNOCKED / 2:
            late = float((places[at + 1] - away - places[at]) / (into - away))
            if -ROOM <= late <= 1 + ROOM:
                found.append(Landing(at, float(np.clip(late, 0.0, 0.99)), abs(float(into)) * FRAME_RATE))
    return [
        one for one in found if all(one.speed >= other.speed for other in found if abs(one.picture - other.picture) < 3)
    ]


def local_lows(heights: np.ndarray) -> np.ndarray:
    """The lowest place within a second and a half around every picture: (t,) in and out."""
    padded = np.pad(heights, AROUND, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1).min(axis=1)


def _flew(heights: np.ndarray, one: Landing, other: Landing) -> bool:
    """Whether a thing left the ground between two landings."""
    first, last = sorted((one.picture, other.picture))
    if last - first < 2:
        return False
    ends = min(heights[first : first + 2]), min(heights[last : last + 2])
    return bool(heights[first + 1 : last + 1].max() > max(ends) + HOP)


def _between(heights: np.ndarray, at: int) -> Landing | None:
    """A landing between a picture and the next one: where the flights of both sides cross."""
    before, after = heights[max(0, at - REACH + 1) : at + 1], heights[at + 1 : at + 1 + REACH]
    if len(after) < 2 or min(heights[at], heights[at + 1]) > local_lows(heights)[at] + LOW:
        return None
    if max(before[:-1]) - min(before[-1], after[0]) < FALLEN:
        return None
    if after[1] - after[0] - before[-1] + before[-2] < THROWN:
        return None
    low, fall = _flight(before[::-1])
    high, rise = _flight(after)
    fall = -fall  # backwards in time
    gap = low - high + rise  # of the two lines at the first picture, the second drawn back to it
    change = rise - fall
    if change <= 0:
        return None
    late = gap / change
    speed = float((GRAVITY * late - fall) * FRAME_RATE)
    if not -ROOM <= late <= 1 + ROOM or speed < SOFTEST:
        return None
    return Landing(at, float(np.clip(late, 0.0, 0.99)), speed)


def _flight(heights: np.ndarray) -> tuple[float, float]:
    """Height and pace of a flight at its first place, its later places mattering less."""
    steps = np.arange(len(heights))
    return tuple(np.polyfit(steps, heights + GRAVITY * steps**2 / 2, 1, w=0.6**steps)[::-1])
