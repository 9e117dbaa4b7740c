"""What a drawn scene promises: same bytes, true places, true masks, colours that keep their name."""

from __future__ import annotations

import numpy as np
import pytest

from zoetrope.training.world.picture import draw, masks, project
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import COLOURS, LIGHTS, OBJECTS, SETTINGS


def scene(seed: int = 3, frames: int = 7, width: int = 128, height: int = 80, **fixed: object):
    fixed = {"style": "plain", "weather": "clear", "surface": "plain", "material": "rubber"} | fixed
    return write_scene(np.random.default_rng(seed), width=width, height=height, frames=frames, fixed=fixed)


def test_same_scene_gives_same_bytes():
    assert np.array_equal(draw(scene()), draw(scene()))


@pytest.mark.parametrize(("width", "height"), [(256, 144), (192, 192), (144, 256), (96, 96)])
def test_every_size_has_its_shape(width, height):
    made = scene(width=width, height=height, frames=2)
    assert draw(made).shape == (2, height, width, 3)
    assert masks(made).shape == (len(made.things), 2, height, width)


@pytest.mark.parametrize("kind", OBJECTS)
def test_the_mask_lies_where_project_says(kind):
    made = scene(object=kind, action="spins", camera="static", size="large", width=256, height=144)
    seen = masks(made)[0]
    places = project(made, made.motion.centre)[0]
    for at in range(made.frames):
        rows, columns = np.nonzero(seen[at])
        assert abs(columns.mean() + 0.5 - places[at, 0]) < 6
        assert abs(rows.mean() + 0.5 - places[at, 1]) < 6


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_keeps_its_name(colour, light):
    made = scene(object="ball", colour=colour, light=light, action="spins", camera="static", badge=False)
    frames, inside = draw(made), masks(made)[0]
    shown = np.median(frames[inside].astype(float), 0)
    nearest = min(COLOURS, key=lambda name: np.linalg.norm(shown - COLOURS[name]))
    assert nearest == colour


@pytest.mark.parametrize("setting", SETTINGS)
def test_lights_differ_in_every_setting(setting):
    shown = {light: draw(scene(setting=setting, light=light, frames=1)).mean() for light in LIGHTS}
    assert shown["night"] < 0.8 * shown["day"]
    assert shown["sunset"] != shown["day"]
