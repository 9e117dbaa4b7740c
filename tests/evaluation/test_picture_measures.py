"""Numbers from pixels obey their definitions."""

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.evaluation.picture import around_things, flicker, middle, psnr, seam


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_psnr_of_a_known_error():
    one = np.full((8, 8, 3), 100, np.uint8)
    assert psnr(one, one) == 99
    assert psnr(one, one + 1) == pytest.approx(48.13, abs=0.01)
    with pytest.raises(InvalidRequest):
        psnr(one, one[:4])


def test_a_still_clip_does_not_flicker_and_a_smooth_change_is_none():
    still = np.repeat(noise(1, 36, 64, 3), 9, 0)
    nowhere = np.zeros(still.shape[:3], bool)
    assert flicker(still, nowhere) == 0
    ramp = np.arange(9, dtype=np.uint8)[:, None, None, None] * 5 + np.zeros((9, 36, 64, 3), np.uint8)
    assert flicker(ramp, nowhere) == pytest.approx(0, abs=0.01)
    ramp[::2] += 10
    assert flicker(ramp, nowhere) == pytest.approx(10, abs=0.01)


def test_flicker_leaves_things_out():
    clip = np.repeat(noise(1, 36, 64, 3), 9, 0)
    clip[::2, 10:16, 20:26] = 0
    place = np.full((9, 2), (22.5, 12.5))
    assert flicker(clip, around_things(9, 36, 64, [place], [np.full(9, 5.0)])) == 0


def test_a_jump_at_a_join_is_seen():
    clip = np.repeat(noise(1, 36, 64, 3) // 2, 48, 0)
    assert seam(clip, [24]).jump == 0
    clip[24:] += 60
    judged = seam(clip, [24])
    assert judged.jump > 20
    assert judged.drift == pytest.approx(60, abs=1)


def test_the_middle_of_five_pictures_is_their_median():
    five = np.random.default_rng(4).integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)
    assert (middle(*five) == np.median(five, axis=0)).all()
