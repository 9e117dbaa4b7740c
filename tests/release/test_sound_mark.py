"""The sound mark: ids come back through what platforms do, silence stays silent, nothing is claimed of others."""

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.release.marks.sound import SpreadSoundMark
from zoetrope.release.marks.sound_rate import resample

RATE = 24_000
ID = 0xC0FFEE123456
MARK = SpreadSoundMark()


def rain(seconds=5.0, rate=RATE, seed=0, channels=2, height=0.1):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(channels, round(seconds * rate))) * height).astype(np.float32)


@pytest.fixture(scope="module")
def marked():
    return MARK.embed(rain(), RATE, ID)


def reads(sound, rate=RATE):
    found = MARK.detect(sound, rate)
    return found and found.id


def test_the_mark_is_read_and_lies_far_under_the_sound(marked):
    assert reads(marked) == ID
    mark = marked - rain()
    assert 10 * np.log10(np.mean(rain() ** 2) / np.mean(mark**2)) > 15


def test_an_unmarked_sound_says_nothing():
    assert MARK.detect(rain(), RATE) is None


@pytest.mark.parametrize("start", [0.4, 1.7, 3.1])
def test_a_third_of_a_short_clip_is_enough(marked, start):
    assert reads(marked[:, round(start * RATE) : round((start + 1.67) * RATE)]) == ID


@pytest.mark.parametrize("speed", [0.98, 1.02])
def test_a_changed_speed_is_found(marked, speed):
    found = MARK.detect(resample(marked, round(marked.shape[1] / speed)), RATE)
    assert found.id == ID
    assert f"{speed:.4g}" in found.detail


def test_noise_loudness_and_channels_do_not_matter(marked):
    noisy = marked + np.random.default_rng(3).normal(size=marked.shape) * 0.01
    assert reads(noisy * 0.3) == ID
    assert reads(marked[:1]) == ID
    assert reads(marked.mean(axis=0, keepdims=True)) == ID


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_other_rates_carry_it_too(rate):
    sound = MARK.embed(rain(rate=rate, channels=1), rate, ID)
    assert sound.shape == (1, 5 * rate)
    assert reads(sound, rate) == ID
    assert reads(resample(sound, 5 * RATE), RATE) == ID


def test_a_rate_without_whole_blocks_is_refused():
    with pytest.raises(Unsupported, match="divisible by 25"):
        MARK.embed(rain(), 24_001, ID)


def test_silence_stays_silent_to_the_sample():
    sound = rain()
    sound[:, RATE : 3 * RATE] = 0
    marked = MARK.embed(sound, RATE, ID)
    assert not marked[:, RATE : 3 * RATE].any()
    assert reads(marked) == ID
    nothing = np.zeros((2, RATE), np.float32)
    assert np.array_equal(MARK.embed(nothing, RATE, ID), nothing)
    assert MARK.detect(nothing, RATE) is None


def test_what_is_too_quiet_or_too_short_carries_no_mark():
    for sound in (rain(height=1e-5), rain(0.3), np.zeros((2, 0), np.float32)):
        marked = MARK.embed(sound, RATE, ID)
        assert marked.shape == sound.shape
        assert reads(marked) is None


def test_a_long_sound_is_marked_throughout_without_a_seam():
    sound = rain(45, channels=1)
    marked = MARK.embed(sound, RATE, ID)
    for start in (0, 19, 38):
        assert reads(marked[:, start * RATE : (start + 5) * RATE]) == ID
    seam = round(16 * 1.28 * RATE)
    mark = marked - sound
    assert np.abs(np.diff(mark[0, seam - 50 : seam + 1100])).max() < 1.5 * np.abs(np.diff(mark[0])).max()


def test_samples_stay_within_full_scale():
    loud = np.clip(rain(height=0.6), -1, 1)
    assert np.abs(MARK.embed(loud, RATE, ID)).max() <= 1


def test_bad_input_is_refused():
    with pytest.raises(InvalidRequest, match="48"):
        MARK.embed(rain(), RATE, 1 << 48)
    with pytest.raises(InvalidRequest, match="channels"):
        MARK.detect(np.zeros(10, np.float32), RATE)
    with pytest.raises(InvalidRequest, match="finite"):
        MARK.embed(np.full((2, 100), np.nan, np.float32), RATE, ID)
