"""What a sound tells of a thing: the material that it rings like when it is struck. Knows no words and no weights."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from zoetrope.engine.families.pocket.bodies import BENT, BODIES, FADE, Body

RATE = 24_000
LASTS = 0.25  # seconds of a ring that are listened to
FRAME = 48  # samples by which strokes are told apart, 2 ms
BACK = 8  # of these before a stroke, all of which it is louder than
FAINT = 0.2  # of the sharpest stroke: what is fainter counts for none
APART = 0.2  # seconds between two strokes at least
STROKES = 6  # loudest that are listened to
FINE = 65_536  # samples of the spectrum, zeros beyond the stroke: 0.4 Hz apart
PITCHES = 400  # lowest partials that are looked at in it, evenly by ratio
COARSE = 40  # the same where a blow bends the pitch
TRIED = 4  # of them that are laid on the stroke itself
RINGS = 0.16  # share of a stroke that a material must explain: voices reach 0.15, most strokes in noise 0.2
QUIET = 1e-4  # level below which nothing is heard


class Ring(NamedTuple):
    """How a material rings: its partials, the lowest of them from large to small things, and how soon it decays.

    Units: Hz, seconds.
    """

    body: Body
    pitch: tuple[float, float]
    decay: float


RINGS_OF = {  # pitches reach a fifth beyond those of the stage's small and large things
    "rubber": Ring(BODIES["rubber"], (76.0, 225.0), 0.10),
    "wood": Ring(BODIES["wood"], (178.0, 525.0), 0.155),
    "metal": Ring(BODIES["metal"], (382.0, 1125.0), 0.60),
    "glass": Ring(BODIES["glass"], (807.0, 2375.0), 0.44),
}


def material_of(sound: np.ndarray) -> str | None:
    """The material that what is struck in a sound rings like; None where nothing rings like any.

    Shapes: sound (2, s). Units: RATE samples a second.
    """
    return _material_of(np.ascontiguousarray(sound.mean(0), np.float64).tobytes())


@lru_cache(maxsize=16)
def _material_of(samples: bytes) -> str | None:
    """The same of a sound's bytes: a request is asked several times what it gives."""
    told = explained(np.frombuffer(samples))
    best = max(told, key=lambda name: told[name])
    return best if told[best] > RINGS else None


def explained(sound: np.ndarray) -> dict[str, float]:
    """What share of a sound's strokes (s,) each material explains at its best pitch, the louder ones counting more."""
    length = round(LASTS * RATE)
    shares, weights = [], []
    for start in strokes(sound):
        heard = np.pad(sound[start : start + length], (0, max(0, start + length - len(sound))))
        power = float((heard**2).sum())
        shares.append([_share(heard, name) for name in RINGS_OF])
        weights.append(np.sqrt(power))
    if not shares:
        return dict.fromkeys(RINGS_OF, 0.0)
    return dict(zip(RINGS_OF, np.average(shares, axis=0, weights=weights).tolist(), strict=True))


def strokes(sound: np.ndarray) -> list[int]:
    """Where the sharpest strokes of a sound (s,) begin, in samples."""
    frames = len(sound) // FRAME
    if not frames or np.abs(sound).max() < QUIET:
        return []
    level = np.sqrt((sound[: frames * FRAME].reshape(frames, FRAME) ** 2).mean(1))
    before = np.concatenate([np.zeros(BACK), level[:-1]])
    rise = level - np.lib.stride_tricks.sliding_window_view(before, BACK).max(1)
    found: list[int] = []
    for frame in np.argsort(-rise).tolist():
        if len(found) == STROKES or rise[frame] < FAINT * rise.max():
            break
        if all(abs(frame * FRAME - other) > APART * RATE for other in found):
            found.append(frame * FRAME)
    return found


def _share(heard: np.ndarray, material: str) -> float:
    """What share of a stroke (s,) a material explains at the best of its pitches, its partials as strong."""
    ring = RINGS_OF[material]
    power, best = max(float((heard**2).sum()), 1e-12), 0.0
    for pitch in _pitches(heard, ring):
        basis = rings(ring, pitch, len(heard))
        met = basis.T @ heard
        parts = np.linalg.solve(basis.T @ basis, met)
        explains = float(parts @ met) / power
        strong = np.hypot(*parts.reshape(-1, 2).T)
        usual = np.array(ring.body.strengths[: len(strong)])
        like = float(strong @ usual) / max(float(np.linalg.norm(strong) * np.linalg.norm(usual)), 1e-12)
        best = max(best, explains * like**2)
    return best


def _pitches(heard: np.ndarray, ring: Ring) -> np.ndarray:
    """The lowest partials that a stroke's spectrum makes likely; all of them, coarsely, where a blow bends them."""
    if ring.body.bend:
        return np.geomspace(*ring.pitch, COARSE)
    seconds = np.arange(len(heard)) / RATE
    spectrum = np.abs(np.fft.rfft(heard * np.exp(-FADE * seconds / ring.decay), FINE)) ** 2
    pitches = np.geomspace(*ring.pitch, PITCHES)
    at = np.round(np.outer(pitches, ring.body.ratios) * FINE / RATE).astype(int)
    told = (np.sqrt(np.take(spectrum, at, mode="clip")) * ring.body.strengths).sum(1)
    padded = np.pad(told, 1, constant_values=-np.inf)
    peaks = np.flatnonzero((told >= padded[:-2]) & (told >= padded[2:]))
    return pitches[peaks[np.argsort(-told[peaks])][:TRIED]]


@lru_cache(maxsize=COARSE)
def rings(ring: Ring, pitch: float, samples: int) -> np.ndarray:
    """Columns (samples, 2 * partials), sine and cosine of each, of what rings so at a pitch."""
    seconds = np.arange(samples) / RATE
    bent = seconds + ring.body.bend * BENT * (1 - np.exp(-seconds / BENT))
    waves = [
        part * np.exp(-FADE * ratio**0.6 * seconds / ring.decay)
        for ratio in ring.body.ratios
        if ratio * pitch < 0.45 * RATE
        for part in (np.sin(2 * np.pi * ratio * pitch * bent), np.cos(2 * np.pi * ratio * pitch * bent))
    ]
    return np.stack(waves, axis=1)
