"""A bridge between stages: both clips go on by themselves, and one passes into the other without a jump or a click."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
import tiny_family

from zoetrope.core.events import Notice
from zoetrope.core.request import Request
from zoetrope.render.crossing import over
from zoetrope.render.joining import Piece
from zoetrope.render.stretches import Longer, Maker, whole
from zoetrope.render.terms import Watch

CLOCK = tiny_family.LIMITS.clock
ASKED = Request("dark", size="48x32", seconds=2, seed=3, steps=2, guidance=1.0)


def flat(frames: int, grey: int, hertz: float = 200.0) -> Piece:
    moments = np.arange(frames * 2000) / 24000
    tone = 0.2 * np.sin(2 * np.pi * hertz * moments).astype(np.float32)
    return Piece(np.full((frames, 32, 48, 3), grey, np.uint8), np.stack([tone, tone]))


def test_one_picture_passes_into_the_other_evenly_and_softly():
    crossed = over(flat(12, 0), flat(12, 200), 6, CLOCK)
    levels = crossed.frames[:, 0, 0, 0].astype(int)
    assert len(levels) == 18
    assert (levels[:6] == 0).all()
    assert (levels[12:] == 200).all()
    steps = np.diff(levels)
    assert (steps >= 0).all()
    assert steps.max() < 60
    assert steps[5] < steps[8] > steps[11]


def test_sounds_cross_without_a_step_and_at_one_level():
    crossed = over(flat(24, 0, 190), flat(24, 0, 310), 9, CLOCK).sound
    assert crossed.shape[1] == 39 * 2000
    assert np.abs(np.diff(crossed)).max() < 0.03
    parts = crossed[0].reshape(-1, 2000).std(1)
    assert parts.min() > 0.6 * parts.max()


@dataclass(frozen=True)
class Knowing(tiny_family.Tiny):
    """The tiny family with eyes for stages: dark ones are others than bright ones."""

    def load(self, plan):
        return Eyes(super().load(plan))


class Eyes:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def same_stage(self, first, second):
        return abs(float(first.mean()) - float(second.mean())) < 50


@pytest.mark.parametrize(("bright", "told"), [(20, 0), (220, 1)])
def test_stages_that_differ_are_told_and_crossed_and_what_is_given_stays(bright, told):
    events, clips = [], [flat(12, 20), flat(12, bright)]
    maker = Maker(ASKED, Knowing(), Watch(events.append))
    made = whole(maker, clips, Longer("bridge", Fraction(1)))
    assert len(made.frames) == 36
    assert made.sound.shape[1] == 36 * 2000
    assert np.array_equal(made.frames[:12], clips[0].frames)
    assert np.array_equal(made.frames[24:], clips[1].frames)
    assert np.array_equal(made.sound[:, 2000:22000], clips[0].sound[:, 2000:22000])
    assert np.array_equal(made.sound[:, 50000:], clips[1].sound[:, 2000:])
    assert sum(isinstance(event, Notice) and "different stages" in event.text for event in events) == told


def test_a_bridge_between_stages_is_the_same_again_where_it_is_kept(tmp_path):
    clips = [flat(12, 20), flat(12, 220)]
    maker = Maker(ASKED, Knowing())
    kept = replace(maker, kept_in=tmp_path / "kept")
    longer = Longer("bridge", Fraction(1))
    assert np.array_equal(whole(kept, clips, longer).frames, whole(maker, clips, longer).frames)
    assert not (tmp_path / "kept").exists()
