"""How fast a thing turns in place, from its pixels: rings about its middle, laid over those of later pictures.

What the spotter reads of turns is little where a thing looks nearly the same upside down. Knows no prompts.
"""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.evaluation.sight import Sighting
from zoetrope.training.world.scene import FRAMES_PER_SECOND

ANGLES, RINGS = 96, 16  # places of a ring; rings from near the middle to the rim
INNER = 0.05  # of the radius
LAGS = range(1, 7)  # pictures between two that are held against each other
RATES = np.arange(-77, 78) / 10  # rad/s that are tried
FEWEST = 8  # pictures by which a rate is told


def turns(frames: np.ndarray, thing: Sighting, when: np.ndarray) -> np.ndarray:
    """How well each of `RATES` explains how a thing changes; zeros where it is hardly seen.

    What stays, as gloss and backdrop do, counts for nothing.
    Shapes: frames uint8 (t, h, w, 3); when bool (t,), pictures to look at; (rates,) out, 1 where all is explained.
    """
    numbers = np.flatnonzero(thing.seen & when)
    if len(numbers) < FEWEST:
        return np.zeros(len(RATES))
    rings = np.stack([_rings(frames[at], thing.place[at], thing.radius[at]) for at in numbers])
    weight = (np.arange(RINGS)[:, None, None] + 0.5) / RINGS  # a far place of a ring stands for more of the picture
    waves = np.fft.rfft((rings - rings.mean(0)) * weight, axis=2)[:, :, 1:-1]
    total = np.zeros(len(RATES))
    for lag in LAGS:
        one, other = np.nonzero(numbers[None, :] - numbers[:, None] == lag)
        agree = (waves[one].conj() * waves[other]).sum((0, 1, 3))
        whole = np.sqrt(_power(waves[one]) * _power(waves[other])).sum() + 1e-9
        shift = np.outer(RATES * lag / FRAMES_PER_SECOND, np.arange(1, len(agree) + 1))
        total += np.real(np.exp(1j * shift) @ agree) / whole
    return total / len(LAGS)


def _rings(frame: np.ndarray, place: np.ndarray, radius: float) -> np.ndarray:
    """Rings about a place, from the right and to the left about. Shapes: (h, w, 3) in, float32 (RINGS, ANGLES, 3)."""
    angle = 2 * np.pi * np.arange(ANGLES) / ANGLES
    reach = radius * (INNER + (1 - INNER) * (np.arange(RINGS) + 0.5) / RINGS)
    across = (place[0] + np.outer(reach, np.cos(angle))).astype(np.float32)
    down = (place[1] - np.outer(reach, np.sin(angle))).astype(np.float32)
    seen = cv2.remap(frame, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen.astype(np.float32).reshape(RINGS, ANGLES, 3)


def _power(waves: np.ndarray) -> np.ndarray:
    """Of each picture: (t, rings, waves, 3) in, (t,) out."""
    return (np.abs(waves) ** 2).sum((1, 2, 3))
