"""How much may be added to a sound without being heard: a simple masking threshold in critical bands.

It knows nothing of marks, of listening levels and of masking over time.
"""

import numpy as np

from zoetrope.release.marks.sound_cells import BINS, EDGES, RATE, WIDTHS, WINDOW, Floats

_LAST_BARK = 21
_HERTZ = np.arange(BINS) * RATE / WINDOW
BARK = np.floor(13 * np.arctan(0.00076 * _HERTZ) + 3.5 * np.arctan((_HERTZ / 7500) ** 2)).astype(int)
_Z = np.arange(_LAST_BARK)[:, None]
_APART = _Z - _Z.T + 0.474
# How the power of one critical band spreads to another: Schroeder, Atal and Hall 1979.
_SPREAD = 10 ** ((15.81 + 7.5 * _APART - 17.5 * np.sqrt(1 + _APART**2)) / 10)
# The critical band in which each of our bands has its middle.
_BARK_OF_BAND = BARK[EDGES[:-1] + WIDTHS // 2]
# How many of our bands share a critical band with each: (bands,).
BESIDE = np.bincount(_BARK_OF_BAND)[_BARK_OF_BAND]


def critical_bands(powers: Floats) -> Floats:
    """Power in critical bands 0 to 20: (n, 513) -> (n, 21)."""
    return np.stack([powers[:, z == BARK].sum(axis=1) for z in range(_LAST_BARK)], axis=1)


def threshold(powers: Floats) -> Floats:
    """The power that may be added to each critical band.

    It lies 5.5 dB under the power spread from all bands where a band is noise, 14.5 + z dB where it is a tone, between
    them by spectral flatness, of which -60 dB are a pure tone.

    Shapes: (n, 513) -> (n, 21).
    Source: Johnston 1988.
    """
    logs, loud = np.log(powers + 1e-12), critical_bands(powers)
    counts = np.bincount(BARK, minlength=_LAST_BARK)[:_LAST_BARK]
    flat = critical_bands(logs) / counts - np.log(loud / counts + 1e-12)
    tonal = np.clip(-10 / np.log(10) * flat / 60, 0, 1)
    z = np.arange(_LAST_BARK)
    return loud @ _SPREAD.T * 10 ** (-(tonal * (14.5 + z) + (1 - tonal) * 5.5) / 10)


def masked_gain_db(powers: Floats) -> Floats:
    """The gain by which cells may move so that the difference stays under the threshold: (n, 513) -> (n, bands)."""
    share = threshold(powers) / (critical_bands(powers) + 1e-12)
    return 20 * np.log10(1 + np.sqrt(share))[:, _BARK_OF_BAND]
