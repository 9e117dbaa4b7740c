"""What a drawn scene promises: same bytes, true places, true masks, colours that keep their name."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.training.world.backdrop import view
from zoetrope.training.world.contact_sheet import contact_sheet
from zoetrope.training.world.picture import draw, masks, project
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import COLOURS, LIGHTS, OBJECTS, SETTINGS, STYLES, WEATHERS


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


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("weather", WEATHERS)
def test_style_and_weather_keep_the_coloured_thing(style, weather):
    made = scene(object="ball", colour="green", style=style, weather=weather, action="spins", light="day", badge=False)
    frames, inside = draw(made), masks(made)[0]
    red, green, blue = np.median(frames[inside].astype(float), 0)
    assert green > red + 12
    assert green > blue + 12


@pytest.mark.parametrize("weather", WEATHERS[1:])
def test_weather_moves_in_a_still_world(weather):
    made = scene(weather=weather, setting="room", camera="static", frames=3)
    frames, seen = draw(made).astype(int), masks(made).any((0, 1))
    assert (np.abs(frames[2] - frames[1])[~seen] > 12).any()


def test_the_mouth_darkens_as_it_opens():
    made = scene(object="robot", action="talks", camera="static", size="large", width=256, height=144, setting="room")
    mouth = np.linspace(0, 1, made.frames)[None]
    made = replace(made, motion=replace(made.motion, mouth=mouth), things=made.things[:1])
    frames, places = draw(made), project(made, made.motion.centre)[0].round().astype(int)
    dark = [
        int((frame[y - 12 : y + 2, x - 5 : x + 7].max(-1) < 90).sum())
        for frame, (x, y) in zip(frames, places, strict=True)
    ]
    assert dark[-1] > dark[0] + 15
    assert all(later >= earlier - 2 for earlier, later in pairwise(dark))


def test_an_orbit_moves_the_backdrop_and_not_the_ground_below_the_things():
    made = scene(action="spins", camera="static", setting="meadow")
    camera = made.motion.camera.copy()
    camera[:, 3] = np.linspace(-0.3, 0.3, made.frames)
    turned = replace(made, motion=replace(made.motion, camera=camera))
    far = [view(turned, at, 1.0)[0] for at in (0, made.frames - 1)]
    near = [view(turned, at, 0.0)[0] for at in (0, made.frames - 1)]
    assert far[1] - far[0] > 20
    assert near[0] == near[1]


@pytest.mark.parametrize("axis", ["size", "pace"])
def test_a_contact_sheet_holds_every_value(axis):
    sheet = contact_sheet(axis, columns=2, width=64, height=48)
    assert sheet.width > 128
    assert sheet.height > 48


def test_a_contact_sheet_refuses_an_unknown_axis():
    with pytest.raises(InvalidRequest, match="no axis 'mood'"):
        contact_sheet("mood")
