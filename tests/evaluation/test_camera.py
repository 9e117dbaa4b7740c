"""The camera's move is read from the backdrop alone."""

import numpy as np
import pytest

from zoetrope.evaluation.camera import camera_seen
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
