"""Follow things through a clip: from heat maps to paths. Knows no classes and no prompts."""

from __future__ import annotations

import numpy as np

STRIDE = 8  # pixels of a picture 144 high between two places of a heat map
MISSING = -1.4  # log score of "not in the picture": a thing is taken when its heat is above about a quarter
FAR = 40.0  # pixels: a jump of this length costs as much as one missing frame
PEAKS = 5


def peaks(heat: np.ndarray) -> list[tuple[float, float, float]]:
    """The best local maxima of one heat map, best first, as x, y in pixels and log score.

    Shapes: heat (h, w) probabilities.
    """
    padded = np.pad(heat, 1)
    around = np.stack([padded[y : y + heat.shape[0], x : x + heat.shape[1]] for y in range(3) for x in range(3)])
    tops = np.argwhere((heat >= around.max(0)) & (heat > 0.02))
    tops = sorted(tops, key=lambda yx: -heat[yx[0], yx[1]])[:PEAKS]
    return [_refine(padded, y, x) for y, x in tops]


def _refine(padded: np.ndarray, y: int, x: int) -> tuple[float, float, float]:
    patch = padded[y : y + 3, x : x + 3]
    shift = np.arange(-1, 2)
    total = patch.sum()
    dx, dy = float((patch.sum(0) * shift).sum() / total), float((patch.sum(1) * shift).sum() / total)
    return (x + dx + 0.5) * STRIDE - 0.5, (y + dy + 0.5) * STRIDE - 0.5, float(np.log(patch[1, 1] + 1e-6))


def follow(heats: np.ndarray, cuts: np.ndarray) -> list[np.ndarray]:
    """The two best paths of one thing each; a frame where it is not seen holds NaN.

    Shapes: heats (t, h, w) probabilities; cuts (t,) true where a frame has nothing to do with the one before;
    out: two paths (t, 2) of x, y in pixels of a picture 144 high.
    """
    candidates = [peaks(heat) for heat in heats]
    paths = []
    for _ in range(2):
        picks = _best_path(candidates, cuts)
        paths.append(
            np.array([c[i][:2] if i < len(c) else (np.nan, np.nan) for c, i in zip(candidates, picks, strict=True)])
        )
        candidates = [_without(c, i) for c, i in zip(candidates, picks, strict=True)]
    return paths


def _without(candidates: list[tuple[float, float, float]], taken: int) -> list[tuple[float, float, float]]:
    return [c for i, c in enumerate(candidates) if i != taken]


def _best_path(candidates: list[list[tuple[float, float, float]]], cuts: np.ndarray) -> list[int]:
    """Viterbi over the candidates of each frame; the index one past the last candidate means "missing"."""
    scores = np.array([*(c[2] for c in candidates[0]), MISSING])
    back = []
    for before, now, cut in zip(candidates, candidates[1:], cuts[1:], strict=False):
        total = scores[None] + _steps(before, now) * (not cut)
        back.append(total.argmax(1))
        scores = total.max(1) + np.array([*(c[2] for c in now), MISSING])
    picks = [int(scores.argmax())]
    for choice in reversed(back):
        picks.append(int(choice[picks[-1]]))
    return picks[::-1]


def _steps(before: list[tuple[float, float, float]], now: list[tuple[float, float, float]]) -> np.ndarray:
    cost = np.full((len(now) + 1, len(before) + 1), -0.5)  # to appear or to vanish
    cost[-1, -1] = 0
    for i, n in enumerate(now):
        for j, b in enumerate(before):
            cost[i, j] = MISSING * min(np.hypot(n[0] - b[0], n[1] - b[1]) / FAR, 3.0)
    return cost
