"""Lessons for the detectors are true: a crowd stands where its truth says, an eyewitness errs little."""

import numpy as np

from zoetrope.evaluation import truth
from zoetrope.evaluation.crowd import crowd
from zoetrope.evaluation.eyewitness import eyewitness
from zoetrope.evaluation.fit_data import heat_goal
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene


def scene(frames=12, **pins):
    return write_scene(np.random.default_rng(3), width=128, height=80, frames=frames, fixed=pins)


def test_a_crowd_is_drawn_where_its_truth_says():
    plain = scene(9, style="plain", weather="clear", camera="static", setting="meadow", second_object=None, cut=False)
    plain = truth.excerpt(plain, np.arange(6))
    full = crowd(plain, np.random.default_rng(0), 3)
    assert len(full.things) == 8
    change = np.abs(draw(full).astype(int) - draw(plain)).sum(-1)
    centre, _ = truth.places(full)
    x, y = centre[:, 1].round().astype(int).clip(0, (127, 79)).T
    rings = np.array([thing.kind == "ring" for thing in full.things])
    assert np.median(change[1, y, x][~rings]) > 40
    assert truth.visible(full).mean() > 0.9


def test_heat_has_one_top_for_each_visible_thing():
    one = scene(second_object=None, action="slides", camera="static")
    tops = (heat_goal(one) == 1).sum((1, 2))
    assert (tops == truth.visible(one)[0]).all()


def test_an_eyewitness_errs_little():
    watched = scene(48, action="bounces", second_object=None)
    first, second = eyewitness(watched, np.random.default_rng(1))
    place = truth.places(watched)[0][0] * 144 / 80
    seen = first.seen
    assert seen.mean() > 0.6
    assert np.abs(first.place[seen] - place[seen]).mean() < 2
    assert second.seen.mean() < 0.3
