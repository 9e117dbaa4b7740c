"""A miniature shows what passed, in parts or whole, thins out what is long, and says when it is damaged."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from zoetrope.core.errors import MediaError
from zoetrope.media.miniature import SHORT, Miniature, MiniatureMaker, read_miniature


def made(parts, size, rate=Fraction(12)):
    maker = MiniatureMaker(size, rate)
    for part in parts:
        maker.add(part)
    return maker.finish()


def moving(frames, size=(256, 144)):
    across = np.linspace(0, 6, size[0])[None] + np.linspace(0, 3, size[1])[:, None]
    waves = np.stack([np.sin(across + at / 5) for at in range(frames)])
    return np.repeat((128 + 100 * waves).astype(np.uint8)[..., None], 3, axis=-1)


def test_it_shows_the_frames_small_and_grey():
    frames = moving(13)
    seen = read_miniature(made([frames[:5], frames[5:]], (256, 144)))
    assert seen.shape == (13, SHORT, 128)
    small = np.stack([cv2.resize(frame[..., 0], (128, SHORT), interpolation=cv2.INTER_AREA) for frame in frames])
    assert np.abs(seen.astype(int) - small).mean() < 3


def test_parts_give_the_same_as_the_whole():
    frames = moving(13)
    assert made([frames[:5], frames[5:]], (256, 144)) == made([frames], (256, 144))


def test_fast_and_long_clips_are_thinned_out():
    still = np.zeros((1, 64, 64, 3), np.uint8)
    assert len(read_miniature(made([np.repeat(still, 48, 0)], (64, 64), Fraction(48)))) == 12
    assert len(read_miniature(made([np.repeat(still, 40, 0)], (64, 64), Fraction(1)))) == 40
    assert 70 <= len(read_miniature(made([np.repeat(still, 80, 0)], (64, 64), Fraction(2)))) <= 71


def test_a_damaged_one_is_named():
    with pytest.raises(MediaError, match="miniature"):
        read_miniature(Miniature((256, 144), b"no clip at all"))
    with pytest.raises(MediaError, match="miniature"):
        read_miniature(Miniature((256, 144), made([moving(3)], (256, 144)).data[:200]))
