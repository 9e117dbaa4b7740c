"""The voice of a talking robot: a buzz through vowels, under the envelope that opens the mouth. Knows no words.

One period of each vowel is made as a sum of harmonics under its formants, then read at the pace of the pitch.
"""

from __future__ import annotations

import numpy as np

from zoetrope.training.world.acoustics import RATE, spread
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.speech import mouth_of

LEVEL = 0.17  # RMS of a full-strength syllable at its height: -15 dBFS
TABLE = 1024
# Formants in Hz of five vowels (Peterson and Barney 1952, men).
VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
BANDWIDTHS = (90.0, 120.0, 180.0)
CEILING = 5000.0  # Hz; nothing of the voice lies above


def vowel(formants: tuple[int, ...], pitch: float) -> np.ndarray:
    """Make one period of a vowel at a pitch in Hz, at RMS 1.

    Shapes: float32 (TABLE,) out.
    """
    harmonics = np.arange(1, max(int(CEILING / pitch), 2))
    frequency = harmonics * pitch
    shape = np.zeros(len(harmonics))
    for centre, width in zip(formants, BANDWIDTHS, strict=True):
        shape += 1 / np.sqrt(1 + ((frequency - centre) / width) ** 2)
    spectrum = np.zeros(TABLE // 2 + 1, complex)
    spectrum[1 : len(harmonics) + 1] = shape / harmonics**0.7 * np.exp(1j * np.pi * harmonics**2 / (2 * len(harmonics)))
    wave = np.fft.irfft(spectrum)
    return (wave / wave.std()).astype(np.float32)


def _say(syllable: tuple[float, float, float, float], first: int, vowels: np.ndarray) -> np.ndarray:
    """Make one syllable from its first sample on, gliding between two vowels while the pitch sinks."""
    _, length, pitch, _ = syllable
    seconds = (first + np.arange(max(round(length * RATE), 1))) / RATE
    through = np.linspace(0, 1, len(seconds), dtype=np.float32)
    phase = np.cumsum(pitch * (1.06 - 0.12 * through)) * (TABLE / RATE)
    index = phase.astype(np.int64) % TABLE
    one, two = (vowel(VOWELS[number], pitch) for number in vowels)
    wave = one[index] + (two - one)[index] * through
    return wave * mouth_of((syllable,), seconds).astype(np.float32)


def add_voice(mix: np.ndarray, scene: Scene, rng: np.random.Generator) -> None:
    """Add every syllable of a scene to the mix, at the place of the thing that talks.

    Shapes: mix (2, s), written in place.
    """
    if not scene.syllables:
        return
    samples = mix.shape[1]
    voice = np.zeros(samples, np.float32)
    for syllable in scene.syllables:
        first = round(syllable[0] * RATE)
        wave = _say(syllable, first, rng.integers(0, len(VOWELS), 2))
        start, stop = max(first, 0), min(first + len(wave), samples)
        if start < stop:
            voice[start:stop] += wave[start - first : stop - first]
    speaker = next((act.thing for act in scene.acts if act.name == "talks"), 0)
    mix += spread(scene, speaker, samples) * (LEVEL * 2**0.5) * voice
