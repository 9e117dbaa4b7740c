"""Verdicts follow from what was seen and what was asked."""

import numpy as np

from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.judge import contacts_heard, judge
from zoetrope.evaluation.motion import touch_times
from zoetrope.evaluation.sight import CameraSeen, Sight, Sighting


def chances(axis, value):
    return np.array([float(v == value) for v in AXES[axis]])


def thing(kind, colour, seen=1.0):
    presence = (np.arange(20) < 20 * seen).astype(float)
    zero = np.zeros(20)
    named = {"object": chances("object", kind), "colour": chances("colour", colour)}
    return Sighting(np.zeros((20, 2)), presence, zero, zero, zero, zero, np.zeros((20, 2)), named)


def sight(*things, action="rolls"):
    axes = {"setting": "sea", "action": action, "then": "nothing"}
    camera = CameraSeen("static", np.zeros((20, 4)), 1.0)
    return Sight(things, camera, {axis: chances(axis, value) for axis, value in axes.items()}, np.zeros(0), (144, 256))


def test_only_what_was_asked_is_judged():
    verdict = judge(sight(thing("ball", "red"), thing("car", "blue", 0)), {"object": "ball", "setting": "beach"})
    assert verdict.right == {"object": True, "setting": False}
    assert verdict.seen["setting"] == "sea"


def test_a_clip_without_a_thing_has_no_object():
    verdict = judge(sight(thing("ball", "red", 0), thing("car", "blue", 0)), {"object": "ball", "colour": "red"})
    assert verdict.right == {"object": False, "colour": False}
    assert verdict.seen["object"] == "nothing"


def test_of_two_that_collide_the_fitting_one_counts_whole():
    both = sight(thing("car", "red"), thing("ball", "blue"), action="collides")
    asked = {"object": "ball", "colour": "red", "action": "collides"}
    assert sum(judge(both, asked).right.values()) == 2
    assert all(judge(both, asked | {"colour": "blue"}).right.values())


def test_contacts_and_onsets_are_paired_once():
    found = contacts_heard(np.array([0.5, 1.0, 1.5]), np.array([0.52, 1.2, 1.49]), 2.0)
    assert found["contact"] == [1, 0, 1]
    assert np.allclose(sorted(found["offset"]), [0.01, 0.02])
    alone = contacts_heard(np.zeros(0), np.array([0.5]), 2.0)
    assert alone["false onsets"] == [1]


def test_contacts_at_the_edges_are_left_out():
    assert contacts_heard(np.array([0.01, 1.99]), np.zeros(0), 2.0)["contact"] == []


def test_touches_have_moments_inside_their_frames():
    touch = np.full((12, 2), -5.0)
    touch[6] = 4, 0.25
    assert np.allclose(touch_times(touch), [6.25 / 12])
