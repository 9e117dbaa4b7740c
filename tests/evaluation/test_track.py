"""A path follows the surest findings, prefers short steps and likeness, and a cut is seen."""

import numpy as np
import torch

from zoetrope.engine.families.pocket.spotter import TRAITS, Findings
from zoetrope.evaluation.track import cuts_of, follow


def findings(rows):
    """Findings of rows (picture, x, y, score, number of the kind)."""
    table = torch.tensor(rows, dtype=torch.float32)
    count = len(table)
    chances = {axis: torch.eye(len(values))[table[:, 4].long() % len(values)] for axis, values in TRAITS.items()}
    even = torch.zeros(count)
    return Findings(
        table[:, 0].long(),
        table[:, 1:3],
        even + 10,
        table[:, 3],
        chances,
        even,
        torch.zeros(count, 2),
        even + 1,
        even,
        even,
    )


def test_two_things_that_pass_each_other_keep_their_paths():
    rows = [(at, 20 + 8 * at, 70, 0.9, 1) for at in range(24)] + [(at, 200 - 8 * at, 74, 0.8, 5) for at in range(24)]
    one, other = follow(findings(sorted(rows)), 24, np.zeros(24, bool))
    assert np.allclose(one.place[:, 0], 20 + 8 * np.arange(24))
    assert np.allclose(other.place[:, 0], 200 - 8 * np.arange(24))
    assert one.chances["object"].argmax() == 1


def test_what_is_not_there_is_missing():
    (one,) = follow(findings([(at, 50, 50, 0.9, 2) for at in range(6)]), 12, np.zeros(12, bool))
    assert one.seen.tolist() == [True] * 6 + [False] * 6
    assert np.isnan(one.place[6:]).all()


def test_a_cut_is_seen_and_a_moving_thing_is_none():
    frames = np.full((20, 144, 256, 3), 90, np.uint8)
    frames[10:, :, 128:] = 140
    for at in range(20):
        frames[at, 40:80, 5 * at : 5 * at + 40] = 250
    assert np.flatnonzero(cuts_of(frames)).tolist() == [10]
