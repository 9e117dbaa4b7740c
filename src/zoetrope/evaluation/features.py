"""Plain picture arithmetic for the detectors: one size, small copies, squares around places, flow. No networks here."""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.evaluation.networks import CELLS, CROP

HEIGHT = 144  # every clip is looked at in this height
LONG = 3  # frames between the two pictures of the longer flow: slow moves rise above the noise


def one_height(frames: np.ndarray) -> np.ndarray:
    """Bring a clip to the height that the detectors know, keeping its shape.

    Shapes: (t, h, w, 3) uint8 in; (t, 144, w', 3) out with w' even.
    """
    height, width = frames.shape[1:3]
    if height == HEIGHT:
        return frames
    size = (round(width * HEIGHT / height / 8) * 8, HEIGHT)
    how = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, size, interpolation=how) for frame in frames])


def halve(frames: np.ndarray) -> np.ndarray:
    """Half the height and width by averaging. Shapes: (t, h, w, 3) uint8 in, (t, h / 2, w / 2, 3) uint8 out."""
    size = (frames.shape[2] // 2, frames.shape[1] // 2)
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def triples(small: np.ndarray) -> np.ndarray:
    """Each frame between its neighbours, as channels. Shapes: (t, h, w, 3) uint8 in, (t, 9, h, w) uint8 out."""
    padded = np.concatenate((small[:1], small, small[-1:]))
    return np.concatenate((padded[:-2], padded[1:-1], padded[2:]), -1).transpose(0, 3, 1, 2)


def square(frames: np.ndarray, index: int, centre: tuple[float, float]) -> np.ndarray:
    """The same square of two neighbouring frames (the last frame is its own neighbour).

    Shapes: frames (t, 144, w, 3) uint8; out (6, CROP, CROP) uint8. Units: centre x, y in pixels.
    """
    following = min(index + 1, len(frames) - 1)
    shift = np.array([[1, 0, centre[0] - CROP / 2 + 0.5], [0, 1, centre[1] - CROP / 2 + 0.5]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = [
        cv2.warpAffine(frames[i], shift, (CROP, CROP), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for i in (index, following)
    ]
    return np.concatenate(cut, -1).transpose(2, 0, 1)


def flow_cells(small: np.ndarray) -> np.ndarray:
    """Mean movement of each cell of the picture to the next frame and to the third next, and how much texture it has.

    Shapes: small (t, h, w, 3) uint8; out (t, 5 * rows * columns) float32. Units: eighths of the height a frame.
    """
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in small]
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    rows = [_frame_cells(finder, grey, index) for index in range(len(grey))]
    return np.stack(rows).astype(np.float32)


def _frame_cells(finder: cv2.DISOpticalFlow, grey: list[np.ndarray], index: int) -> np.ndarray:
    last = len(grey) - 1
    texture = cv2.morphologyEx(grey[index], cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).astype(np.float32)
    parts: list[np.ndarray] = [
        cv2.resize(np.log1p(texture)[..., None], CELLS[::-1], interpolation=cv2.INTER_AREA).ravel() / 4
    ]
    for span in (1, LONG):
        other = min(index + span, last)
        flow = finder.calc(grey[index], grey[other], np.zeros((*grey[0].shape, 2), np.float32))
        cells = cv2.resize(np.asarray(flow, np.float32), CELLS[::-1], interpolation=cv2.INTER_AREA).ravel()
        parts.append(cells / (len(grey[0]) / 8) / max(other - index, 1))
    return np.concatenate(parts)


def jump(small: np.ndarray) -> np.ndarray:
    """How much the whole picture changes from the frame before (a cut stands out). Shapes: (t, h, w, 3) -> (t, 1)."""
    tiny = np.stack([cv2.resize(frame, (16, 9), interpolation=cv2.INTER_AREA) for frame in small]).astype(np.float32)
    change = np.abs(np.diff(tiny, axis=0, prepend=tiny[:1])).mean((1, 2, 3)) / 32
    return change[:, None]
