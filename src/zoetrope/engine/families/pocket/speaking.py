"""How a robot speaks: syllables at the pace of its law, and the mouth that follows them. Knows no sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PART = 0.72  # of the time from one syllable to the next, in which it is heard
UNEVEN, UNEVEN_PART, UNEVEN_PAUSE = 0.15, 0.25, 0.3  # shares by which steps, syllables and pauses vary
PAUSE = 1.5  # steps between two phrases
PHRASE = (2, 6)  # syllables of a phrase: so many at least, and fewer than that
LOUDNESS = (0.6, 1.0)
EARLIEST, LATEST = (0.02, 0.12), 0.06  # seconds: when the first begins, and how long before the end the last may
CHANCES = 5  # random numbers of one syllable

Syllable = tuple[float, float, float]  # when it begins, how long it is, how loud


def syllables(step: float, seconds: float, chances: np.ndarray) -> list[Syllable]:
    """The syllables of so many seconds of speech.

    Shapes: chances (n, CHANCES), numbers between 0 and 1 that everything left open is drawn by; n syllables at most.
    Units: step is the mean time in seconds from one syllable of a phrase to the next.
    """
    spoken: list[Syllable] = []
    moment, left = _between(*EARLIEST, chances[0, 0]), 0
    for number, (length, strength, gap, pause, phrase) in enumerate(chances):
        if not left:
            moment += PAUSE * step * _around(UNEVEN_PAUSE, pause) if number else 0.0
            left = int(_between(*PHRASE, min(phrase, 1 - 1e-6)))
        if moment >= seconds - LATEST:
            break
        spoken.append((moment, PART * step * _around(UNEVEN_PART, length), _between(*LOUDNESS, strength)))
        moment += step * _around(UNEVEN, gap)
        left -= 1
    return spoken


def voice_envelope(spoken: Sequence[Syllable], times: np.ndarray) -> np.ndarray:
    """Loudness of a voice, 0..1: each syllable rises in 30 ms, decays slowly and closes at its end.

    Shapes: times (t,) seconds; (t,) out.
    """
    envelope = np.zeros_like(times)
    for start, length, strength in spoken:
        since = times - start
        rise = np.clip(since / 0.03, 0, 1)
        fall = np.exp(-np.maximum(since, 0) / length * 0.7) * np.clip((length - since) / 0.04, 0, 1)
        envelope = np.maximum(envelope, strength * rise * fall * (since > 0))
    return envelope


def _between(low: float, high: float, chance: float) -> float:
    return low + (high - low) * chance


def _around(share: float, chance: float) -> float:
    return 1 - share + 2 * share * chance
