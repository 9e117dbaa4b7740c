"""Gravity and restitution of a thing whose path was seen by a resting camera. Knows no prompts and no pictures."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from zoetrope.training.world.scene import FRAMES_PER_SECOND, GRAVITY, METRE

LEAST_FLIGHT = 6  # frames of free flight that a parabola is fitted to; fewer leave its curvature to chance
LEAST_DROP = 0.3  # metres: lower drops are a few pixels, and their ratio says nothing


@dataclass(frozen=True)
class Physics:
    """What the flights of one clip say. gravity in m/s², one a flight; restitution, one a rebound."""

    gravity: tuple[float, ...]
    restitution: tuple[float, ...]

    def gravity_errors(self) -> list[float]:
        """Shares of the stage's gravity."""
        return [abs(g - GRAVITY) / GRAVITY for g in self.gravity]


def physics(place: np.ndarray, touches: np.ndarray, high: int) -> Physics:
    """Fit every flight between touches.

    Shapes: place (t, 2) in pixels of a picture `high` pixels high, NaN where unseen; touches (n,) seconds.
    """
    height = -place[:, 1] / (METRE * high)
    ends = np.concatenate(([-1.0], touches * FRAMES_PER_SECOND, [len(height) * 1.0]))
    flights = [_flight(height, start, stop) for start, stop in itertools.pairwise(ends)]
    gravity = [g for frames, times in flights if (g := _gravity(frames, times)) is not None]
    return Physics(tuple(gravity), tuple(_rebounds(height, flights)))


def _flight(height: np.ndarray, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
    """Heights and frame numbers strictly between two touches."""
    times = np.arange(int(np.floor(start)) + 1, min(int(np.ceil(stop)), len(height)))
    times = times[(times - start > 0.3) & (stop - times > 0.3)]
    times = times[~np.isnan(height[times])]
    return height[times], times


def _gravity(heights: np.ndarray, times: np.ndarray) -> float | None:
    """Curvature of the part of a flight that is a parabola at all: what hangs or lies still is cut away."""
    if len(times) < LEAST_FLIGHT:
        return None
    moving = np.abs(np.gradient(heights, times)) > 0.02
    first = int(np.argmax(moving))
    heights, times = heights[first:], times[first:]
    if len(times) < LEAST_FLIGHT or np.ptp(heights) < LEAST_DROP:
        return None
    curve, residual, *_ = np.polyfit(times, heights, 2, full=True)
    spread = np.sqrt(residual[0] / len(times)) if len(residual) else 0.0
    if spread > 0.03 or curve[0] >= 0:
        return None
    return float(-2 * curve[0] * FRAMES_PER_SECOND**2)


def _rebounds(height: np.ndarray, flights: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """Square roots of successive heights above the lowest place: the speeds of an impact and of its rebound."""
    if np.isnan(height).all():
        return []
    floor = np.nanpercentile(height, 2)
    out = []
    for (before, _), (after, times) in itertools.pairwise(flights):
        if not len(before) or len(after) < 3:
            continue
        drop, rise = before.max() - floor, after.max() - floor
        turned = (int(after.argmax()) < len(after) - 1 and times[-1] < len(height) - 1) or after[
            -1
        ] < after.max() - 0.02
        if drop >= LEAST_DROP and turned and 0 < rise <= 1.3 * drop:
            out.append(float(np.sqrt(rise / drop)))
    return out
