"""A GIF's few colours go to everything in the picture, not only to what is large."""

import numpy as np

from zoetrope.media.readers import read_clip
from zoetrope.media.writers import open_writer

BEAK = (240, 140, 20)


def test_a_small_bright_thing_keeps_its_colour(tmp_path):
    rng = np.random.default_rng(0)
    night = rng.normal((60, 60, 75), 12, (12, 96, 128, 3)).clip(0, 255).astype(np.uint8)
    for t in range(12):
        night[t, 40:44, 10 + 8 * t : 14 + 8 * t] = BEAK
    with open_writer(tmp_path / "night.gif", size=(128, 96)) as writer:
        writer.write_frames(night)
    back = read_clip(tmp_path / "night.gif").frames
    for t in range(12):
        beak = back[t, 40:44, 10 + 8 * t : 14 + 8 * t].mean((0, 1))
        assert np.abs(beak - BEAK).max() < 8


def test_a_cut_in_the_middle_keeps_both_scenes(tmp_path):
    frames = np.empty((24, 64, 96, 3), np.uint8)
    ramp = np.linspace(0, 255, 96).astype(np.uint8)
    frames[:20] = np.stack([ramp, ramp // 2, ramp * 0], -1)
    frames[20:] = np.stack([ramp * 0, ramp // 3, ramp], -1)
    with open_writer(tmp_path / "cut.gif", size=(96, 64)) as writer:
        writer.write_frames(frames)
    clip = read_clip(tmp_path / "cut.gif")
    back = clip.frames[[0, -1]].astype(float)
    assert np.abs(back - frames[[0, -1]]).mean() < 3
