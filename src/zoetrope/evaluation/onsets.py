"""Finds the moments at which something in a sound begins, and pairs them with moments that are known.

It hears touches, and the syllables of a voice alike. It knows no scene, no picture and no network.
"""

from __future__ import annotations

import numpy as np

RATE = 24_000
WINDOW, HOP = 256, 120  # samples: 11 ms looked at every 5 ms
BANDS = 20  # of about a third of an octave each, from 90 Hz up
FLOOR = 1e-2  # amplitude (-40 dBFS) below which a band counts as silent: the ambience lies there
LAG = (2, 3, 4)  # steps back that a rise is measured against: 10 to 20 ms, so blur of that size is forgiven
THRESHOLD = 2.15  # dB of rise, mean over bands: between the noise (at most 2.05) and the faintest contacts
APART = 0.055  # seconds between two onsets at least
MIDDLE = 0.0077  # seconds from the start of a window to an onset at which the rise is half: measured on the stage


def bands(sound: np.ndarray) -> np.ndarray:
    """Tell how loud each band is at each step whose window lies inside, both channels together.

    Shapes: sound (channels, s); (steps, bands) out. Units: dBFS of a sine, never under the floor.
    """
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW, axis=1)[:, ::HOP]
    power = (np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=2)) ** 2).sum(0)
    edges = np.unique(np.round(np.geomspace(1, WINDOW // 2, BANDS + 1)).astype(int))
    grouped = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1) * (4 / WINDOW) ** 2
    return 20 * np.log10(np.sqrt(grouped) + FLOOR)


def rise(sound: np.ndarray) -> np.ndarray:
    """Tell how much louder each step is than shortly before, mean over bands; falls do not count.

    Shapes: sound (channels, s); (steps,) out. Units: dB.
    """
    level = bands(sound)
    start = np.repeat(level[: max(LAG)].max(0, keepdims=True), max(LAG), 0)
    held = [np.concatenate((start[:lag], level))[: len(level)] for lag in LAG]
    return np.maximum(level - np.maximum.reduce(held), 0).mean(1)


def onsets(sound: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """Find the moments at which something begins; what sounds within the first 20 ms has none.

    Shapes: sound (channels, s) at 24 kHz; (n,) seconds out, ascending.
    """
    if sound.shape[1] < WINDOW:
        return np.zeros(0)
    curve = rise(sound)
    reach = round(APART * RATE / HOP) // 2
    padded = np.pad(curve, reach)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(1)
    peaks = np.flatnonzero((curve >= threshold) & (curve == highest))
    return (
        np.array([_half_rise(curve, int(peak)) for peak in peaks]) * (HOP / RATE) + MIDDLE
        if len(peaks)
        else np.zeros(0)
    )


def _half_rise(curve: np.ndarray, peak: int) -> float:
    """Tell the step, with its fraction, at which the curve passes half of a peak on the way up."""
    half, step = curve[peak] / 2, peak
    while step > 0 and curve[step - 1] >= half:
        step -= 1
    if step == 0:
        return 0.0
    return step - (curve[step] - half) / max(curve[step] - curve[step - 1], 1e-9)


def pair(found: np.ndarray, expected: np.ndarray, within: float) -> tuple[np.ndarray, int]:
    """Give each expected moment the nearest found one that no other has taken, nearest pairs first.

    Shapes: found (n,), expected (m,); out: offsets (m,), found minus expected, nan where nothing was found; and how
    many found moments are left over. Units: seconds.
    """
    offsets, left = np.full(len(expected), np.nan), np.ones(len(found), bool)
    if len(found) and len(expected):
        gaps = np.subtract.outer(found, expected)
        for place in np.argsort(np.abs(gaps), axis=None):
            one, other = np.unravel_index(place, gaps.shape)
            if abs(gaps[one, other]) > within:
                break
            if left[one] and np.isnan(offsets[other]):
                offsets[other], left[one] = gaps[one, other], False
    return offsets, int(left.sum())
