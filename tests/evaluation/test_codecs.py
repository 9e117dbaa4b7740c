"""Codec cards of codecs whose losses are known."""

import numpy as np
import pytest

from zoetrope.evaluation.codecs import sound_card, spectral_distance, video_card


def test_a_codec_that_keeps_everything():
    card = video_card(lambda clip: clip, clips=5, frames=2, width=64, height=48)
    assert card.rows[0].measured == 99
    assert len(card.by_style) == 5
    sounds = sound_card(lambda sound: sound, clips=2, frames=25)
    assert sounds.rows[0].measured in (0, None)
    assert sounds.rows[2].measured == 0


def test_a_codec_that_delays_is_caught():
    late = sound_card(lambda sound: np.pad(sound, ((0, 0), (360, 0)))[:, : sound.shape[1]], clips=4, frames=37)
    assert late.rows[0].measured == pytest.approx(0.015, abs=0.003)
    assert late.rows[0].met is False


def test_spectral_distance_grows_with_the_difference():
    tone = np.sin(np.arange(9600) * 0.2, dtype=np.float32)[None].repeat(2, 0)
    assert spectral_distance(tone, tone) == 0
    assert 0 < spectral_distance(0.9 * tone, tone) < spectral_distance(0.5 * tone, tone)
