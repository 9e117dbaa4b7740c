"""A pace is read off spectra: where the peak lies, with the sense of a turn, whatever stands still."""

import torch

from zoetrope.evaluation.rhythm import LENGTH, PARTS, SLOW, rhythms

PATH, TURN, MOUTH = slice(1, 3), slice(3, 5), 5


def thing(hertz=1.0, turn=2.0, offset=0.0):
    seconds = torch.arange(60) / 12
    angle = 6.2832 * turn * seconds
    rows = [torch.ones(60), seconds * 0 + offset, torch.sin(6.2832 * hertz * seconds), angle.cos(), angle.sin()]
    return torch.stack([*rows, seconds * 0], dim=-1)[None]


def test_a_faster_thing_has_a_higher_peak():
    slow, fast = (rhythms(thing(hertz=hertz), PATH, TURN, MOUTH)[0, SLOW : 2 * SLOW].argmax() for hertz in (0.8, 1.6))
    assert abs(float(slow) - 0.8 * LENGTH / 12) < 1
    assert abs(float(fast) - 1.6 * LENGTH / 12) < 1


def test_a_turn_keeps_its_sense():
    left, right = (rhythms(thing(turn=turn), PATH, TURN, MOUTH)[0, 3 * SLOW :] for turn in (2.0, -2.0))
    assert left.argmax() != right.argmax()


def test_what_stands_aside_all_the_time_counts_for_nothing():
    here, there = (rhythms(thing(offset=offset), PATH, TURN, MOUTH) for offset in (0.0, 2.0))
    assert here.shape == (1, PARTS)
    assert torch.allclose(here, there, atol=1e-5)
