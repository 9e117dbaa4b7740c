"""Numbers from pixels alone: likeness to a given picture, flicker, the seam of an extension and its drift."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from zoetrope.core.errors import InvalidRequest


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Likeness of two pictures or clips of the same shape, in decibels; 99 where they are the same.

    Raises: InvalidRequest if the shapes differ.
    """
    if one.shape != other.shape:
        raise InvalidRequest(
            f"pictures of shapes {one.shape} and {other.shape} cannot be compared; bring them to one size."
        )
    error = float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2))
    return min(99.0, 10 * float(np.log10(255**2 / max(error, 1e-6))))


def middle(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, e: np.ndarray) -> np.ndarray:
    """The median of five pictures, place by place. Shapes: uint8, all alike."""
    a, b = cv2.min(a, b), cv2.max(a, b)
    c, d = cv2.min(c, d), cv2.max(c, d)
    low, high = cv2.max(a, c), cv2.min(b, d)  # neither the least nor the most of four
    low, high = cv2.min(low, high), cv2.max(low, high)
    return cv2.max(low, cv2.min(high, e))


def flicker(frames: np.ndarray, things: np.ndarray) -> float:
    """Change from frame to frame that goes back at once, where no thing is: mean over the calmer half.

    Shapes: frames uint8 (t, h, w, 3); things bool (t, h, w), true where things are. Units: levels of 255.
    """
    light = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]).astype(np.float32)
    back = np.abs(light[1:-1] - (light[:-2] + light[2:]) / 2)
    still = ~things.any(0)
    if not still.any() or len(back) == 0:
        return 0.0
    each = np.sort(back.mean(0)[still])
    return float(each[: max(1, len(each) // 2)].mean())


def around_things(
    frames: int, height: int, width: int, places: list[np.ndarray], radii: list[np.ndarray]
) -> np.ndarray:
    """A generous disc around each thing. Shapes: (t, h, w) out; places (t, 2) and radii (t,), pixels."""
    out = np.zeros((frames, height, width), np.uint8)
    for place, radius in zip(places, radii, strict=True):
        for at in np.flatnonzero(~np.isnan(place[:, 0])):
            x, y = (round(float(v)) for v in place[at])
            cv2.circle(out[at], (x, y), round(float(np.clip(radius[at], 4, height)) * 1.9), 1, -1)
    return out.astype(bool)


@dataclass(frozen=True)
class Seam:
    """How joins look. jump: change at the join over the usual change beside it (1 is seamless); drift: levels."""

    jump: float
    drift: float


def seam(frames: np.ndarray, joins: list[int]) -> Seam:
    """Judge a clip that was extended at these frames (the first new frame of each part).

    Shapes: frames uint8 (t, h, w, 3). drift is the change of mean colour from the first second to the last.
    """
    tiny = np.stack([cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA) for frame in frames]).astype(np.float32)
    change = np.abs(np.diff(tiny, axis=0)).mean((1, 2, 3))
    usual = [np.median(np.concatenate((change[max(0, j - 7) : j - 1], change[j : j + 6]))) for j in joins]
    jumps = [change[j - 1] / max(u, 0.25) for j, u in zip(joins, usual, strict=True)]
    drift = np.abs(tiny[:12].mean((0, 1, 2)) - tiny[-12:].mean((0, 1, 2))).mean()
    return Seam(float(np.mean(jumps)), float(drift))
