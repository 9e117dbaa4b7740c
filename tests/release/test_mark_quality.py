"""Laws that hold between marks: keys do not read each other, and a second mark does not turn into a third id."""

import numpy as np
import pytest

from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.sound import SpreadSoundMark

RATE = 24_000
FIRST, SECOND = 0x0123456789AB, 0xFEDCBA987654


@pytest.fixture
def own(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"an operator's own long secret")
    return SpreadSoundMark(load_key(secret))


@pytest.fixture(scope="module")
def surf():
    rng = np.random.default_rng(7)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.4 * np.arange(5 * RATE) / RATE)
    return (rng.normal(size=(2, 5 * RATE)) * swell * 0.1).astype(np.float32)


def test_a_mark_of_another_key_is_not_read(own, surf):
    assert own.detect(SpreadSoundMark().embed(surf, RATE, FIRST)[:, : 2 * RATE], RATE) is None


def test_marks_of_two_keys_are_both_read(own, surf):
    both = own.embed(SpreadSoundMark().embed(surf, RATE, FIRST), RATE, SECOND)
    assert SpreadSoundMark().detect(both, RATE).id == FIRST
    assert own.detect(both, RATE).id == SECOND


def test_of_two_marks_of_one_key_the_last_is_read(surf):
    mark = SpreadSoundMark()
    assert mark.detect(mark.embed(mark.embed(surf, RATE, FIRST), RATE, SECOND), RATE).id == SECOND


def test_mono_is_marked_as_stereo_is(surf):
    mark = SpreadSoundMark()
    mono = mark.embed(surf[:1], RATE, FIRST)
    assert mono.shape == (1, 5 * RATE)
    assert mark.detect(np.concatenate([mono, mono]), RATE).id == FIRST
