"""A path follows the warmest places and prefers short steps."""

import numpy as np

from zoetrope.evaluation.track import STRIDE, follow


def bump(x, y, top=0.9):
    rows, columns = np.mgrid[:18, :32]
    return top * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 1.2)


def test_two_things_that_pass_each_other_keep_their_paths():
    heats = np.stack([np.maximum(bump(4 + i, 5), bump(28 - i, 12, 0.8)) for i in range(24)])
    one, other = follow(heats, np.zeros(24, bool))
    expected = (np.arange(24) + 4.5) * STRIDE - 0.5
    assert np.abs(one[:, 0] - expected).max() < 2
    assert np.abs(other[:, 1] - (12.5 * STRIDE - 0.5)).max() < 2


def test_what_is_not_there_is_missing():
    heats = np.stack([bump(10, 10) if i < 6 else np.full((18, 32), 0.01) for i in range(12)])
    one, other = follow(heats, np.zeros(12, bool))
    assert not np.isnan(one[:6]).any()
    assert np.isnan(one[6:]).all()
    assert np.isnan(other).all()
