"""Camera tracks of the toy stage: one steady move, an optional cut, what such a camera sees. Knows no actions."""

from __future__ import annotations

import numpy as np

from zoetrope.training.world.scene import FRAMES_PER_SECOND, VIEW_HEIGHT, CameraMove

HALF_VIEW = VIEW_HEIGHT / 2


def ceiling(move: str, radius: float) -> float:
    """The highest fair place for the centre of a thing, in metres above the middle of the resting view."""
    return HALF_VIEW - radius * 1.05 - (0.2 if move.startswith(("tilt", "push", "pull")) else 0)


def camera_track(move: CameraMove, frames: int, half: float, focus: float, closest: float) -> np.ndarray:
    """The move over the whole clip, symmetric about the resting camera where it travels.

    Shapes: (t, 4) out: centre x, centre y, zoom, turn.
    Units: half, the half width of the resting view, and focus, the height that a push-in keeps in place, in metres;
    closest bounds the zoom.
    """
    seconds = (frames - 1) / FRAMES_PER_SECOND
    part = np.linspace(0, 1, frames) if frames > 1 else np.zeros(1)
    track = np.zeros((frames, 4))
    track[:, 2] = 1
    kind, _, side = move.name.partition(" ")
    sign = -1 if side in ("left", "down") else 1
    if kind == "pan":
        track[:, 0] = sign * move.amount * (0.35 + 0.12 * seconds) * half * (part - 0.5)
    elif kind == "tilt":
        track[:, 1] = sign * move.amount * min(0.7, 0.25 + 0.09 * seconds) * (part - 0.5)
    elif kind in ("push", "pull"):
        near = min(closest, 1 + move.amount * (0.35 + 0.12 * seconds))
        track[:, 2] = near ** (part if kind == "push" else 1 - part)
        track[:, 1] = focus * (1 - 1 / track[:, 2])
    elif kind == "orbit":
        track[:, 3] = sign * move.amount * min(0.9, 0.4 + 0.1 * seconds) * (part - 0.5)
    return track


def pan_distance(move: CameraMove, frames: int, half: float) -> float:
    """Signed metres that the camera travels in x."""
    track = camera_track(move, frames, half, 0.0, 1.0)
    return float(track[-1, 0] - track[0, 0])


def cut_to(track: np.ndarray, frame: int, x: float, y: float, factor: float) -> np.ndarray:
    """The same move seen in another framing from `frame` on: nearer or wider by `factor`, about the point (x, y)."""
    cut = track.copy()
    cut[frame:, 2] *= factor
    cut[frame:, 0] += (x - track[frame:, 0]) * (1 - 1 / factor)
    cut[frame:, 1] += (y - track[frame:, 1]) * (1 - 1 / factor)
    return cut


def fit_shift(x: np.ndarray, camera: np.ndarray, half: float, reach: float, rng: np.random.Generator) -> float:
    """How far to move a whole track in x so that this camera sees it; at random, mostly central, where it is free.

    Shapes: x (t,), camera (t, 4). Units: reach, half of the thing's width, in metres.
    """
    free = np.maximum(half / camera[:, 2] - reach, 0)
    low = float(np.max(camera[:, 0] - free - x))
    high = float(np.min(camera[:, 0] + free - x))
    if low <= high:
        return low + (high - low) * float(rng.uniform() + rng.uniform()) / 2
    return (low + high) / 2


def visible(x: np.ndarray, y: np.ndarray, camera: np.ndarray, half: float, radius: float) -> np.ndarray:
    """Frames in which at least two thirds of a thing's width and height are inside the picture.

    Shapes: x, y (t,), camera (t, 4); bool (t,) out.
    """
    sees_x = np.abs(x - camera[:, 0]) <= half / camera[:, 2] - 0.35 * radius
    return sees_x & (np.abs(y - camera[:, 1]) <= HALF_VIEW / camera[:, 2] - 0.35 * radius)
