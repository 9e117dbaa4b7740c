"""Talking: syllables and the mouth that follows their voice. Knows no sound samples and no pictures."""

from __future__ import annotations

import math

import numpy as np

from zoetrope.training.world.takes import Cue, Take, make_take


def talks(cue: Cue) -> Take:
    """Speak in syllables; the mouth is the envelope of the voice."""
    pitch = float(cue.rng.choice((110.0, 150.0, 220.0, 290.0)))
    step = {"slowly": 0.36, "normal": 0.24, "fast": 0.16}[cue.pace]
    spoken, moment = [], float(cue.rng.uniform(0.02, 0.12))
    left = int(cue.rng.integers(2, 6))
    while moment < cue.seconds - 0.06:
        length = cue.vary(step * 0.72, 0.25)
        strength = float(cue.rng.uniform(0.6, 1.0))
        spoken.append((moment, length, pitch * float(cue.rng.uniform(0.9, 1.15)), strength))
        moment += cue.vary(step, 0.15)
        left -= 1
        if left == 0:
            moment += cue.vary(step * 1.5, 0.3)
            left = int(cue.rng.integers(2, 6))
    mouth = voice_envelope(tuple(spoken), cue.times)
    nod = 0.03 * np.sin(cue.times * 2 * math.pi / (step * 4))
    x = np.full_like(cue.times, cue.x)
    y = np.full_like(x, cue.rest)
    return make_take(x, y, angle=nod, mouth=mouth, syllables=tuple(spoken))


def voice_envelope(syllables: tuple[tuple[float, float, float, float], ...], times: np.ndarray) -> np.ndarray:
    """Loudness of a voice, 0..1: each syllable rises in 30 ms, decays slowly and closes at its end.

    Shapes: times (t,) seconds; (t,) out.
    """
    envelope = np.zeros_like(times)
    for start, length, _, strength in syllables:
        since = times - start
        rise = np.clip(since / 0.03, 0, 1)
        fall = np.exp(-np.maximum(since, 0) / length * 0.7) * np.clip((length - since) / 0.04, 0, 1)
        envelope = np.maximum(envelope, strength * rise * fall * (since > 0))
    return envelope
