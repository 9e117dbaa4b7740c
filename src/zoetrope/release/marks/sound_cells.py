"""Sound as a table of cells, slots of 43 ms by bands of 94 Hz and more, and what is odd about each cell.

A cell's level is compared with its neighbours in time and in frequency and with how much levels vary around it. So
loudness, equalisation, a steady spectrum and sudden onsets drop out, and what a codec keeps best, the energy of
patches, is left. It knows nothing of ids and keys.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Spectrum = NDArray[np.complexfloating]

RATE = 24_000
WINDOW = 1024
HOP = 256
FRAMES_PER_SLOT = 4
SLOT = HOP * FRAMES_PER_SLOT
BINS = WINDOW // 2 + 1
# Frames before the first sample, so that slot j is centred on sample j * SLOT.
LEAD = WINDOW // 2 + HOP * (FRAMES_PER_SLOT - 1) // 2
# |X|^2, summed over the bins of one side, of a full-scale square wave: window energy times window length over two.
FULL_SCALE = WINDOW * WINDOW / 4
_SINE = np.sin(np.pi * np.arange(WINDOW) / WINDOW).astype(np.float32)
_IN_SLOT = np.array([0.1875, 0.3125, 0.3125, 0.1875], np.float32)  # frames at a slot's edge belong half to the next one
# Levels under -105 dB of full scale in a band are the rounding of 16-bit files and not sound.
_ROUNDING = FULL_SCALE * 10**-10.5
# 30 dB under the bands around, a level is what the window and codecs let leak.
_LEAK = 1e-3
_LONGEST_DB, _LEAST_SPREAD_DB, _FURTHEST = 8.0, 0.4, 2.5


def _edges() -> NDArray[np.intp]:
    """Edges of the bands in bins of 23 Hz: 47 Hz to 7.5 kHz, which survives 16 kHz; from 2.3 kHz on 4 % wide."""
    edges = [2]
    while edges[-1] < 315:
        edges.append(edges[-1] + max(4, round(0.04 * edges[-1])))
    return np.array(edges)


EDGES = _edges()
WIDTHS = np.diff(EDGES)
BANDS = len(WIDTHS)


@dataclass(frozen=True)
class Oddness:
    """Each cell's distance from its surroundings, in spreads, and the spread in dB.

    Shapes: both (t, bands).
    """

    value: Floats
    spread: Floats


def spectrum(sound: Floats) -> Spectrum:
    """Short-time spectra of a sound at 24 kHz.

    Shapes: (c, s) -> (c, t, 513), t a multiple of 4.
    """
    slots = -(-sound.shape[1] // SLOT) + 1
    right = LEAD + slots * SLOT + WINDOW - HOP - LEAD - sound.shape[1]
    padded = np.pad(sound, ((0, 0), (LEAD, right)))
    frames = sliding_window_view(padded, WINDOW, axis=-1)[:, ::HOP][:, : slots * FRAMES_PER_SLOT]
    return np.fft.rfft(frames * _SINE, axis=-1)


def sound_of(spectra: Spectrum, samples: int) -> Floats:
    """The sound that has these spectra; the inverse of `spectrum`.

    Shapes: (c, t, 513) -> (c, samples).
    """
    channels, count, _ = spectra.shape
    frames = np.fft.irfft(spectra, WINDOW, axis=-1) * _SINE
    total = np.zeros((channels, (count + FRAMES_PER_SLOT) * HOP + WINDOW), np.float32)
    for phase in range(WINDOW // HOP):
        part = frames[:, phase :: WINDOW // HOP].reshape(channels, -1)
        total[:, phase * HOP : phase * HOP + part.shape[1]] += part
    return total[:, LEAD : LEAD + samples] / 2  # squared sine windows at a quarter of a window add up to 2


def power(spectra: Spectrum) -> Floats:
    """Power of all channels together: (c, t, 513) -> (t, 513)."""
    return (spectra.real**2 + spectra.imag**2).sum(axis=0)


def band_power(powers: Floats, speed: float = 1.0) -> Floats:
    """Power in each band, of a sound that plays `speed` times as fast as when it was marked: (t, 513) -> (t, bands)."""
    below = np.zeros((len(powers), BINS + 1), np.float32)
    np.cumsum(powers, axis=1, out=below[:, 1:])
    edges = (EDGES - 0.5) * speed + 0.5
    whole = edges.astype(int)
    share = (edges - whole).astype(np.float32)
    return np.maximum(np.diff(below[:, whole] * (1 - share) + below[:, whole + 1] * share, axis=1), 0)


def cells_at_slots(bands: Floats) -> Floats:
    """Cells of a sound whose first sample is where marking began: (4 n, bands) -> (n, bands)."""
    return np.einsum("nfb,f->nb", bands.reshape(-1, FRAMES_PER_SLOT, BANDS), _IN_SLOT)


def cells_anywhere(bands: Floats) -> Floats:
    """Cells that begin at every frame: (t, bands) -> (t - 3, bands)."""
    count = len(bands) - FRAMES_PER_SLOT + 1
    parts = [bands[at : at + count] * weight for at, weight in enumerate(_IN_SLOT)]
    return parts[0] + parts[1] + parts[2] + parts[3]


def oddness(cells: Floats, stride: int) -> Oddness:
    """How each cell's level departs from its surroundings.

    Shapes: cells (t, bands), where a slot is `stride` rows.
    """
    level = 10 * np.log10(cells + _LEAK * across(cells, 3) + np.float32(_ROUNDING))
    off = level - along(level, 2, stride) - across(level, 3) + along(across(level, 3), 2, stride)
    off = np.clip(off, -_LONGEST_DB, _LONGEST_DB)
    spread = np.sqrt(along(across(off * off, 2), 3, stride) + _LEAST_SPREAD_DB**2)
    return Oddness(np.clip(off / spread, -_FURTHEST, _FURTHEST), spread)


def across(table: Floats, reach: int) -> Floats:
    """Mean over the bands up to `reach` away."""
    sums = np.cumsum(np.pad(table, ((0, 0), (reach + 1, reach)), mode="edge"), axis=1)
    return (sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) / (2 * reach + 1)


def along(table: Floats, reach: int, stride: int) -> Floats:
    """Mean over the slots up to `reach` away."""
    padded = np.pad(table, ((reach * stride, reach * stride), (0, 0)), mode="edge")
    total = table.copy()
    for slot in (slot for slot in range(2 * reach + 1) if slot != reach):
        total += padded[slot * stride : slot * stride + len(table)]
    return total / (2 * reach + 1)
