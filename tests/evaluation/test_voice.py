"""The measure of mouth and voice proves itself on true talking scenes."""

from __future__ import annotations

import numpy as np
import pytest

from zoetrope.evaluation.voice import agreement, voice_envelope
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear


@pytest.mark.parametrize("pace", ["slowly", "normal", "fast"])
def test_mouth_follows_the_true_voice(pace):
    for seed in range(12):
        scene = write_scene(np.random.default_rng(seed), fixed={"action": "talks", "pace": pace})
        (act,) = (act for act in scene.acts if act.name == "talks")
        envelope = voice_envelope(hear(scene))
        span = slice(act.start, min(act.stop, len(envelope)))
        assert agreement(scene.motion.mouth[0, span], envelope[span]) >= 0.9


def test_another_voice_does_not_agree():
    one, two = (write_scene(np.random.default_rng(seed), fixed={"action": "talks", "then": None}) for seed in (3, 4))
    assert agreement(one.motion.mouth[0], voice_envelope(hear(two))) < 0.6


def test_one_value_a_frame():
    assert voice_envelope(np.zeros((2, 24_000))).shape == (12,)
    assert voice_envelope(np.zeros((2, 0))).shape == (0,)


def test_a_closed_mouth_agrees_with_nothing():
    assert agreement(np.zeros(12), np.ones(12)) == 0.0
