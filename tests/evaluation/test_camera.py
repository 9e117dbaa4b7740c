"""The camera's move is read from the backdrop alone."""

import numpy as np
import pytest

from zoetrope.evaluation.camera import camera_seen, spread, strength
from zoetrope.evaluation.picture import around_things
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.script import write_scene


@pytest.mark.parametrize("name", ["static", "pan left", "tilt up", "push in", "orbit right"])
def test_a_move_has_its_name(name):
    pins = {"camera": name, "style": "plain", "weather": "clear", "setting": "meadow", "light": "day", "cut": False}
    scene = write_scene(np.random.default_rng(2), frames=37, fixed=pins)
    centre, radius = places(scene)
    hidden = around_things(37, 144, 256, list(centre), list(radius))
    assert camera_seen(draw(scene), hidden, np.zeros(37, bool)).name == name


def test_a_wall_that_is_full_of_bricks_counts_as_one_place():
    crowd, lonely = np.random.default_rng(1).uniform(0, 30, (90, 2)), np.array([[200.0, 20.0], [120.0, 100.0]])
    count = spread(np.concatenate([crowd, lonely]))
    assert count[-1] == count[-2] == 1
    assert count[:90].sum() < 10


def test_a_move_that_the_stage_does_not_make_is_unlikely():
    pins = {
        "camera": "pan left",
        "setting": "beach",
        "light": "day",
        "style": "plain",
        "weather": "clear",
        "cut": False,
    }
    scene = write_scene(np.random.default_rng(3), frames=61, fixed=pins)
    strong = -scene.camera.amount
    total = scene.motion.camera[-1] - scene.motion.camera[0]
    assert strength("pan", total, (61, 144, 256, 3)) == pytest.approx(strong)
    assert strength("rest", total, (61, 144, 256, 3)) == 0
