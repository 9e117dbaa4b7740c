"""Talking: syllables and the mouth that follows their voice. Knows no sound samples and no pictures."""

from __future__ import annotations

import math

import numpy as np

from zoetrope.engine.families.pocket import paces
from zoetrope.engine.families.pocket.speaking import (
    EARLIEST,
    LATEST,
    LOUDNESS,
    PART,
    PAUSE,
    PHRASE,
    UNEVEN,
    UNEVEN_PART,
    UNEVEN_PAUSE,
    voice_envelope,
)
from zoetrope.training.world.takes import Cue, Take, make_take


def talks(cue: Cue) -> Take:
    """Speak in syllables; the mouth is the envelope of the voice."""
    pitch = float(cue.rng.choice((110.0, 150.0, 220.0, 290.0)))
    step = paces.SYLLABLE[cue.pace]
    spoken, moment = [], float(cue.rng.uniform(*EARLIEST))
    left = int(cue.rng.integers(*PHRASE))
    while moment < cue.seconds - LATEST:
        length = cue.vary(step * PART, UNEVEN_PART)
        strength = float(cue.rng.uniform(*LOUDNESS))
        spoken.append((moment, length, pitch * float(cue.rng.uniform(0.9, 1.15)), strength))
        moment += cue.vary(step, UNEVEN)
        left -= 1
        if left == 0:
            moment += cue.vary(step * PAUSE, UNEVEN_PAUSE)
            left = int(cue.rng.integers(*PHRASE))
    mouth = mouth_of(tuple(spoken), cue.times)
    nod = 0.03 * np.sin(cue.times * 2 * math.pi / (step * 4))
    x = np.full_like(cue.times, cue.x)
    y = np.full_like(x, cue.rest)
    return make_take(x, y, angle=nod, mouth=mouth, syllables=tuple(spoken))


def mouth_of(syllables: tuple[tuple[float, float, float, float], ...], times: np.ndarray) -> np.ndarray:
    """How far a mouth opens as it speaks: the envelope of the voice. Shapes: times (t,) seconds; (t,) out."""
    return voice_envelope([(start, length, loud) for start, length, _, loud in syllables], times)
