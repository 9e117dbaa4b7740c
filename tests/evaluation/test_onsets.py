"""The onset detector proves itself on true sound of the toy stage before it judges made sound."""

from __future__ import annotations

import numpy as np
import pytest

from zoetrope.evaluation.onsets import onsets, pair
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

RATE = 24_000


def isolated(moments: np.ndarray, seconds: float) -> np.ndarray:
    """Mark the contacts that stand alone: 0.1 s after the one before and not at the very end."""
    return (np.diff(moments, prepend=-1) > 0.1) & (moments < seconds - 0.03)


@pytest.mark.parametrize("first", [10_000, 10_050, 10_100, 10_150])
def test_finds_contacts_of_true_sound_and_little_else(first):
    offsets, extra, clips = [], 0, 0
    for seed in range(first, first + 50):
        scene = write_scene(np.random.default_rng(seed))
        sound = hear(scene)
        found, moments = onsets(sound), np.array([contact.seconds for contact in scene.contacts])
        offsets.append(pair(found, moments, 0.02)[0][isolated(moments, sound.shape[1] / RATE)])
        if not scene.syllables:
            clips += 1
            extra += pair(found, moments, 0.05)[1]
    offset = np.concatenate(offsets)
    assert len(offset) > 40
    assert np.mean(~np.isnan(offset)) >= 0.98
    assert abs(np.nanmedian(offset)) < 0.003
    assert extra <= 0.06 * clips


def test_clicks_in_noise_are_found_at_their_moments():
    rng = np.random.default_rng(0)
    sound = 0.01 * rng.standard_normal((2, 2 * RATE)).astype(np.float32)
    moments = np.array([0.3, 0.71, 1.6])
    for moment in moments:
        first = round(moment * RATE)
        sound[:, first : first + 240] += 0.4 * rng.standard_normal(240) * np.exp(-np.arange(240) / 80)
    assert onsets(sound) == pytest.approx(moments, abs=0.005)


def test_steady_noise_slow_swells_and_silence_have_no_onset():
    rng = np.random.default_rng(1)
    noise = 0.05 * rng.standard_normal((2, 2 * RATE)).astype(np.float32)
    assert len(onsets(noise)) == 0
    assert len(onsets(noise * np.linspace(0, 1, 2 * RATE))) == 0
    assert len(onsets(np.zeros((2, RATE)))) == 0
    assert len(onsets(np.zeros((2, 0)))) == 0


def test_pair_takes_the_nearest_once():
    offsets, left = pair(np.array([1.01, 1.04, 3.0]), np.array([1.0, 1.05, 2.0]), 0.08)
    assert offsets[:2] == pytest.approx([0.01, -0.01])
    assert np.isnan(offsets[2])
    assert left == 1
    assert pair(np.zeros(0), np.array([1.0]), 0.1)[1] == 0
