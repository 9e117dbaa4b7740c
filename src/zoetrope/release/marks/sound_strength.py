"""How far each cell is moved: enough to be read, less than can be heard.

A cell moves by at most 0.4 dB where levels are steady, as in a held tone, and by at most 3.8 dB where they vary by
themselves, as in noise, whose own ups and downs hide it; and never by more than masking covers. Each bit's cells move
only as far as that bit still lacks: what the sound already says by chance costs nothing. Where a sound leaves bands
empty, a noise floor far below it is added to carry what it cannot; it lies 58 dB under the frame in each band and never
over -90 dB of full scale in a critical band, the threshold of hearing when full scale plays at 90 dB. There is none
where the frame is under -60 dB.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoetrope.release.marks.keys import chips
from zoetrope.release.marks.sound_cells import (
    BINS,
    EDGES,
    FRAMES_PER_SLOT,
    FULL_SCALE,
    WIDTHS,
    Floats,
    Spectrum,
    band_power,
    cells_at_slots,
    oddness,
    power,
)
from zoetrope.release.marks.sound_masking import BESIDE, masked_gain_db
from zoetrope.release.marks.sound_pattern import PILOT, SLOTS, TRUST, Pattern

_LEAST_DB, _MOST_DB, _SHARE_OF_SPREAD = 0.4, 3.8, 1.4
_FLOOR_DB = 5.0  # cells of the added floor are ours alone and move further
_UNDER_FRAME_DB, _LOUDEST_DB, _QUIETEST_FRAME_DB = -58.0, -90.0, -60.0
_FLOOR_PERIOD = 128
_GATE_DB = (-105.0, -100.0)
# A bit is pushed until its cells together stand this many deviations of chance on its side; pilots as far as they go.
_ENOUGH, _PILOT_ENOUGH = 1.2, 12.0
# Of the share by which a cell's gain moves, what its oddness shows: neighbours overlap and their mean is taken off.
_SEEN = 0.55
_LEAST_PUSH = 0.15
# Cells are trusted by how far they stand over white noise of a 330th of the mean power, eightfold.
_NOISE_SHARE, _OVER_NOISE = 0.003, 8.0


@dataclass(frozen=True)
class Host:
    """A sound with the floor added, and how far each of its cells may move.

    Shapes: spectra (c, t, 513); the others (n, bands): oddness in spreads, limit and spread in dB, floor as the share
    of the cell that is floor, trust in the cell without it.
    """

    spectra: Spectrum
    oddness: Floats
    limit: Floats
    spread: Floats
    floor: Floats
    trust: Floats


def add_floor(spectra: Spectrum, key: bytes) -> tuple[Spectrum, Floats]:
    """The spectra with the faint floor, and the floor's power in cells.

    Shapes: (c, t, 513) in and out; (n, bands).
    """
    frame_db = 10 * np.log10(power(spectra).sum(axis=1) / FULL_SCALE + 1e-12)
    band_db = np.minimum(frame_db[:, None] + _UNDER_FRAME_DB, _LOUDEST_DB - 10 * np.log10(BESIDE))
    band_db = np.where(frame_db[:, None] > _QUIETEST_FRAME_DB, band_db, -300)
    height = np.sqrt(10 ** (band_db / 10) * FULL_SCALE).astype(np.float32)
    floor = _noise(key)[np.arange(len(height)) % _FLOOR_PERIOD]
    floor[:, EDGES[0] : EDGES[-1]] *= np.repeat(height, WIDTHS, axis=1)
    cells = cells_at_slots(band_power(floor.real**2 + floor.imag**2))
    return spectra + floor / np.float32(np.sqrt(len(spectra))), cells


def _noise(key: bytes) -> Spectrum:
    """Random phases whose power is 1 in each band: (128, 513)."""
    parts = chips(key, "sound floor", 2 * _FLOOR_PERIOD * BINS).reshape(2, _FLOOR_PERIOD, BINS)
    height = np.zeros(BINS, np.float32)
    height[EDGES[0] : EDGES[-1]] = np.repeat(1 / np.sqrt(2 * WIDTHS), WIDTHS)
    return (parts[0] + 1j * parts[1]).astype(np.complex64) * height


def weigh(spectra: Spectrum, key: bytes) -> Host:
    """Add the floor to a sound and find how far its cells may move.

    Shapes: spectra (c, t, 513).
    """
    mean = power(spectra).mean()
    hosts, floor_cells = add_floor(spectra, key)
    cells = cells_at_slots(band_power(power(hosts)))
    odd = oddness(cells, 1)
    floor = np.clip(floor_cells / (cells + 1e-12), 0, 1)
    limit = np.clip(_SHARE_OF_SPREAD * odd.spread * np.sqrt(WIDTHS / WIDTHS[0]), _LEAST_DB, _MOST_DB)
    limit = np.minimum(limit, masked_gain_db(power(spectra).reshape(-1, FRAMES_PER_SLOT, BINS).mean(axis=1)))
    level = 10 * np.log10(cells / FULL_SCALE + 1e-20)
    gate = np.clip((level - _GATE_DB[0]) / (_GATE_DB[1] - _GATE_DB[0]), 0, 1)
    trust = TRUST * over_noise(cells, mean * _NOISE_SHARE) * (1 - floor)
    return Host(hosts, odd.value, limit * gate * (1 - floor), odd.spread, floor * gate, trust.astype(np.float32))


def over_noise(cells: Floats, noise: float | np.floating) -> Floats:
    """What a cell is worth when white noise of this power in each bin may lie over it, 0 to 1."""
    return cells / (cells + _OVER_NOISE * noise * WIDTHS + np.float32(1e-12))


def move(host: Host, pattern: Pattern, bits: NDArray[np.uint8], first: int) -> Floats:
    """The gain of each cell that writes the bits.

    Shapes: bits (256,); out (n, bands), in dB. Units: first is the place in the pattern of the host's first slot.
    """
    slots = np.arange(first, first + len(host.limit))
    place, sign = pattern.place[slots % SLOTS], pattern.sign[slots % SLOTS]
    toward = sign * np.append(bits * np.float32(2) - 1, np.float32(1))[place]
    group = place + (PILOT + 1) * (slots // SLOTS - first // SLOTS)[:, None]
    push = _push(host, toward, group)
    return toward * (host.limit * push[group] + host.floor * _FLOOR_DB)


def _push(host: Host, toward: Floats, group: NDArray[np.intp]) -> Floats:
    """For each bit in each block, the share of the limit that makes it enough."""
    count = int(group.max()) + 1

    def total(table: Floats) -> NDArray[np.float64]:
        return np.bincount(group.ravel(), (table * host.trust).ravel(), count).astype(np.float64)

    enough = np.sqrt(total(host.trust)) * _ENOUGH
    enough[PILOT :: PILOT + 1] *= _PILOT_ENOUGH / _ENOUGH
    lacking = enough - total(toward * host.oddness)
    reach = _SEEN * total(host.limit / host.spread) + 1e-9
    return np.clip(lacking / reach, _LEAST_PUSH, 1).astype(np.float32)


def gains(cells_db: Floats) -> Floats:
    """Factors for each frame and bin: (n, bands) in dB -> (4 n, 513)."""
    factors = np.ones((len(cells_db), BINS), np.float32)
    factors[:, EDGES[0] : EDGES[-1]] = np.repeat(10 ** (cells_db / 20), WIDTHS, axis=1)
    return np.repeat(factors, FRAMES_PER_SLOT, axis=0)
