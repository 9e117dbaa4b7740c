"""Loudness against the standard's own anchors, and a limiter that moves nothing."""

import numpy as np
import pytest

from zoetrope.release.door_loudness import CEILING, LOUDEST, SILENCE, level, limit, measure, true_peak

RATE = 24_000


def tone(seconds, amplitude, rate=RATE, hertz=997.0):
    wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.stack([wave, np.zeros_like(wave)]).astype(np.float32)


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000])
def test_a_full_tone_on_one_channel_is_the_standards_anchor(rate):
    """Source: BS.1770-5, annex 1: 997 Hz at 0 dBFS on one front channel reads -3.01 LKFS."""
    assert measure(tone(3, 1.0, rate), rate) == pytest.approx(-3.01, abs=0.05)


def test_silence_around_a_tone_does_not_count():
    quiet = np.zeros((2, 5 * RATE), np.float32)
    padded = np.concatenate([quiet, tone(5, 0.1), quiet], axis=1)
    assert measure(padded, RATE) == pytest.approx(measure(tone(5, 0.1), RATE), abs=0.3)
    assert measure(quiet, RATE) == SILENCE


def test_loud_is_turned_down_and_quiet_is_left_alone():
    loud, quiet = tone(2, 1.0), tone(2, 0.01)
    lowered, loudness = level(loud, RATE)
    assert loudness == pytest.approx(LOUDEST)
    assert measure(lowered, RATE) == pytest.approx(LOUDEST, abs=0.1)
    assert np.array_equal(level(quiet, RATE)[0], quiet)


def test_peaks_stay_under_the_ceiling_and_nothing_moves():
    rng = np.random.default_rng(0)
    sound = rng.normal(0, 0.02, (2, RATE)).astype(np.float32)
    sound[:, 12_000:12_040] = 1.0
    held = limit(sound, RATE)
    assert held.shape == sound.shape
    assert true_peak(held).max() <= CEILING * 1.02
    assert np.array_equal(held[:, :11_000], sound[:, :11_000])
    assert np.array_equal(np.sign(held), np.sign(sound))


@pytest.mark.parametrize("samples", [0, 1, 100, 3000])
def test_the_shortest_sounds_pass(samples):
    sound = np.full((2, samples), 0.9, np.float32)
    assert level(sound, RATE)[0].shape == sound.shape
