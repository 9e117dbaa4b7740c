"""Makes a rough footprint exact, and takes the content of a miniature away from the copy that shows it.

Frames are paired by likeness and the place is fitted over many pairs at once, to a tenth of a pixel where the picture
has edges. It knows nothing of marks, keys or ids.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from zoetrope.release.marks.picture_footprint import Copy, Footprint

_FITTED, _TURNS, _ROUNDS = 12, 10, 2  # frames, steps of a fit, and fits with new pairs between them
_LOUD = 6.0  # levels: what differs by more (labels, things that moved) counts for less
_SETTLED = 0.005  # pixels
_REACH = 2  # pixels around: scalers, blurs and encoders together act like a filter of five by five
_CLIP = 12.0  # levels: what differs by more is no mark


def fitted(copy: Copy, footprint: Footprint, miniature: np.ndarray) -> Footprint:
    """A footprint moved to where the pictures fit best, frames paired in time. Shapes: (n, H, W) uint8."""
    small, luma = miniature.astype(np.float32), copy.luma[footprint.mirrored]
    for _ in range(_ROUNDS):
        footprint = _moved(luma, _paired(luma, footprint, small), small)
    return _paired(luma, footprint, small)


def without_content(copy: Copy, footprint: Footprint, miniature: np.ndarray) -> np.ndarray:
    """The mean of what the miniature does not explain of the copy. Shapes: (n, H, W) uint8 in; (h, w) float32 out."""
    luma, pairs = copy.luma[footprint.mirrored], footprint.pairs.tolist()
    size = (luma.shape[2], luma.shape[1])
    shown = {at: _laid(miniature[at].astype(np.float32), footprint.matrix, size) for at in set(pairs)}
    left = [_unexplained(frame, shown[at]) for frame, at in zip(luma, pairs, strict=True)]
    return np.stack(left).mean(axis=0, dtype=np.float32)


def _paired(luma: np.ndarray, footprint: Footprint, small: np.ndarray) -> Footprint:
    size = (luma.shape[2], luma.shape[1])
    likeness = _unit(luma) @ _unit(np.stack([_laid(frame, footprint.matrix, size) for frame in small])).T
    return replace(footprint, pairs=likeness.argmax(1), likeness=float(likeness.max(1).mean()))


def _moved(luma: np.ndarray, footprint: Footprint, small: np.ndarray) -> Footprint:
    """Gauss and Newton's steps on the six numbers of the matrix, over some frames at once.

    Source: Lucas and Kanade 1981; Baker and Matthews 2004, section 2
    """
    matrix, (height, width) = footprint.matrix.copy(), luma.shape[1:]
    chosen = np.unique(np.linspace(0, len(luma) - 1, _FITTED).round().astype(int)).tolist()
    pairs = {at: int(footprint.pairs[at]) for at in chosen}
    slopes = {pair: (_slope(small[pair], 1, 0), _slope(small[pair], 0, 1)) for pair in set(pairs.values())}
    across, down = np.meshgrid(np.arange(width) / width - 0.5, np.arange(height) / height - 0.5)
    basis = np.stack([across, down, np.ones_like(across)]).astype(np.float32)
    to_pixels = np.array([[1 / width, 0, -0.5], [0, 1 / height, -0.5], [0, 0, 1]])
    for _ in range(_TURNS):
        normal, right = np.zeros((6, 6)), np.zeros(6)
        for at, pair in pairs.items():
            gain, wrong = _unlike(luma[at], _laid(small[pair], matrix, (width, height)))
            lines = [basis * (gain * _laid(slope, matrix, (width, height))) for slope in slopes[pair]]
            rows = np.concatenate(lines).reshape(6, -1)
            weighed = rows / (1 + (wrong / _LOUD) ** 2).reshape(-1)
            normal += weighed @ rows.T
            right += weighed @ wrong.reshape(-1)
        step = np.linalg.solve(normal + (1e-6 * np.trace(normal) + 1e-9) * np.eye(6), right).reshape(2, 3)
        matrix += step @ to_pixels
        if np.abs(step).sum() < _SETTLED:
            break
    return replace(footprint, matrix=matrix)


def _unexplained(seen: np.ndarray, by: np.ndarray) -> np.ndarray:
    """What no small filter of one picture says of another. Shapes: (h, w) both, and out."""
    height, width = seen.shape
    wide = cv2.copyMakeBorder(by, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REFLECT)
    steps = range(2 * _REACH + 1)
    moved = [wide[y : y + height, x : x + width].reshape(-1) for y in steps for x in steps]
    terms = np.stack([*moved, np.ones(seen.size, np.float32)])
    normal = terms @ terms.T
    normal[np.diag_indices(len(normal))] += 1e-5 * np.trace(normal) / len(normal) + 1e-6
    explained = np.linalg.solve(normal, terms @ seen.reshape(-1)) @ terms
    return np.clip(seen - explained.reshape(seen.shape), -_CLIP, _CLIP)


def _laid(frame: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A frame of a miniature as the copy shows it. Shapes: (H, W) in; size (width, height); (h, w) out."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(frame, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _unit(frames: np.ndarray) -> np.ndarray:
    """Frames as vectors of length one without their mean. Shapes: (t, h, w) in; (t, h * w) out."""
    flat = frames.reshape(len(frames), -1)
    flat = flat - flat.mean(1, keepdims=True)
    return flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9)


def _slope(frame: np.ndarray, across: int, down: int) -> np.ndarray:
    return cv2.Sobel(frame, cv2.CV_32F, across, down, ksize=3, scale=1 / 8)


def _unlike(seen: np.ndarray, by: np.ndarray) -> tuple[float, np.ndarray]:
    """The gain from one picture to another, and what gain and offset leave of the difference."""
    middle = by - by.mean()
    gain = float((middle * seen).sum() / ((middle * middle).sum() + 1e-6))
    return gain, seen - seen.mean() - gain * middle
