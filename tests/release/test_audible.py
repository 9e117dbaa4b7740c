"""The notice that is heard has the rhythm of the standard, stands out, and leaves the rest of the sound alone."""

import numpy as np
import pytest

from zoetrope.release.audible import with_notice

RATE = 24_000


def runs(sound: np.ndarray) -> list[int]:
    """Lengths of the tones in a sound, in dots of 0.12 s."""
    steps = np.abs(sound[0, : sound.shape[1] // 240 * 240]).reshape(-1, 240).max(1) > 0.05
    edges = np.flatnonzero(np.diff(np.r_[0, steps.astype(int), 0]))
    return [round(n * 0.01 / 0.12) for n in edges[1::2] - edges[::2]]


def test_silence_gets_the_rhythm_short_long_short_short():
    sound = with_notice(np.zeros((2, 3 * RATE), np.float32), RATE)
    assert runs(sound) == [1, 3, 1, 1]
    assert sound.shape == (2, 3 * RATE)


@pytest.mark.parametrize("loudness", [0.01, 0.1, 0.5])
def test_it_is_heard_over_any_sound_without_clipping_and_touches_its_start_alone(loudness):
    given = np.random.default_rng(0).uniform(-2 * loudness, 2 * loudness, (2, 3 * RATE)).astype(np.float32).clip(-1, 1)
    kept = given.copy()
    sound = with_notice(given, RATE)
    assert np.array_equal(given, kept)
    assert np.array_equal(sound[:, 2 * RATE :], given[:, 2 * RATE :])
    assert np.abs(sound).max() <= 1.0
    spectrum = np.abs(np.fft.rfft(sound[0, round(0.25 * RATE) : round(0.55 * RATE)]))
    assert abs(np.argmax(spectrum) / 0.3 - 880) < 10


def test_a_very_short_sound_becomes_as_long_as_the_notice():
    assert runs(with_notice(np.zeros((2, 100), np.float32), RATE)) == [1, 3, 1, 1]
