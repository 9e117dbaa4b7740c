"""Leading paths: what a planner writes goes on from what is told, without a jump where one ends and the other begins.

What is missed is spread evenly over a gap, so the pace bends at its ends: things, which are seen to go at a pace at
both ends and which touch down on the way, are led by `rejoining`. Knows numbers over pictures, and neither planner nor
pictures.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

LEAP = 3  # pictures beside one that holds alone in which planners leap
BENDS = 18.0  # pictures in which a path is led back into view


def led(path: Tensor, told: Tensor, held: Tensor, fades: float = 0.0, within: float = np.inf) -> Tensor:
    """A path that is what is told where that holds, and elsewhere as it was written, moved to meet it.

    What was written beside a stretch that holds is carried on evenly up to it, and what it misses there is added,
    led evenly from stretch to stretch. Beyond the last one it stays added, as far as the path stays within bounds.
    Shapes: path (t,); told and held (k,), k <= t. Units: fades is pictures in which half of what is added beyond the
    last stretch is gone, 0 if it stays.
    """
    if not held.any():
        return path
    where = np.zeros(len(path), bool)
    where[: len(held)] = held.cpu().numpy()
    written = _steadied(path.double().cpu().numpy(), where)
    out = written.copy()
    out[where] = told.double().cpu().numpy()[where[: len(told)]]
    for first, last in gaps(where):
        numbers = np.arange(first, last + 1)
        before = _missing(written, out, where, first - 1, 1) if first > 0 else None
        after = _missing(written, out, where, last + 1, -1) if last + 1 < len(path) else None
        if before is not None and after is not None:
            added = np.interp(numbers, [first - 1, last + 1], [before, after])
        elif before is not None:
            added = _beyond(written[numbers], before, fades, within)
        else:
            assert after is not None, "something holds on one side at least"
            added = _beyond(written[numbers][::-1], after, fades, within)[::-1]
        out[numbers] = written[numbers] + added
    return torch.from_numpy(out).to(path)


def gaps(held: np.ndarray) -> list[tuple[int, int]]:
    """First and last pictures of the stretches of which nothing is told."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], held, [True]]).astype(int)))
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _missing(written: np.ndarray, told: np.ndarray, held: np.ndarray, number: int, way: int) -> float:
    """What a path lacks beside the picture that holds last (way 1) or first (way -1), carried on up to it."""
    beside, beyond, inside = number + way, number + 2 * way, number - way
    steps = []
    if 0 <= beyond < len(written) and not held[beyond]:
        steps.append(written[beyond] - written[beside])
    if 0 <= inside < len(written) and held[inside]:
        steps.append(told[number] - told[inside])
    return float(told[number] + (sum(steps) / len(steps) if steps else 0.0) - written[beside])


def _beyond(written: np.ndarray, lacks: float, fades: float, within: float) -> np.ndarray:
    """What is added to the pictures (n,) after the last that holds."""
    after = np.arange(1, len(written) + 1)
    if fades:
        return lacks * 0.5 ** (after / fades)
    low, high = min(-within, written.min()) - written.min(), max(within, written.max()) - written.max()
    return np.interp(after, [0, BENDS], [lacks, np.clip(lacks, low, high)])


def _steadied(written: np.ndarray, held: np.ndarray) -> np.ndarray:
    """A written path without the leap that it makes beside a picture that holds alone: carried on from farther off."""
    out = written.copy()
    for number in np.flatnonzero(held):
        alone = not held[max(0, number - 1) : number].any() and not held[number + 1 : number + 2].any()
        for way in (1, -1) if alone else ():
            sound, next_ = number + (LEAP + 1) * way, number + (LEAP + 2) * way
            if 0 <= next_ < len(written) and not held[min(number + way, next_) : max(number, next_ + 1)].any():
                step = written[next_] - written[sound]
                for back in range(1, LEAP + 1):
                    out[sound - back * way] = written[sound] - back * step
    return out
