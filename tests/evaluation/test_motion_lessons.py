"""A lesson in a mirror is a lesson of the mirrored scene; labels follow the thing that acts."""

import numpy as np

from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.motion_lessons import UNKNOWN, looked_at, mirrored, mirrored_move
from zoetrope.evaluation.simulate import simulate
from zoetrope.training.world.script import write_scene


def measured(seed, **pins):
    scene = write_scene(np.random.default_rng(seed), frames=36, fixed={"cut": False, "then": None} | pins)
    return scene, simulate(scene, np.random.default_rng(0))


def test_two_mirrors_change_nothing():
    scene, seen = measured(1, camera="pan left", second_object=None)
    thing = seen.things[0]
    twice = mirrored(mirrored(thing, scene.width), scene.width)
    assert np.allclose(twice.place, thing.place, equal_nan=True)
    assert np.allclose(twice.turn, thing.turn)
    assert mirrored_move(seen.camera).name == "pan right"
    assert np.allclose(mirrored_move(mirrored_move(seen.camera)).path, seen.camera.path)


def test_either_order_names_the_thing_that_acts():
    scene, seen = measured(2, action="collides", camera="static")
    lessons = looked_at(scene, seen.things, seen.camera, seen.cuts)
    assert len(lessons) == 2 * len(seen.things)
    assert {lesson.labels["lead"] for lesson in lessons} <= {0, 1}
    assert lessons[0].labels["lead"] != lessons[1].labels["lead"]
    assert all(AXES["action"][lesson.labels["action"]] == "collides" for lesson in lessons)


def test_what_was_not_seen_teaches_nothing():
    scene, seen = measured(3, second_object=None)
    lessons = looked_at(scene, (), seen.camera, seen.cuts)
    assert all(label == UNKNOWN for label in lessons[0].labels.values())
