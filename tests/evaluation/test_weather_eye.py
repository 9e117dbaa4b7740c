"""What falls is told from what moves otherwise, and from nothing."""

from dataclasses import replace

import numpy as np
import pytest

from zoetrope.engine.families.pocket.falling import Drops, Look, lay_drops
from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.detect import shipped
from zoetrope.evaluation.drops import REACH, drops_seen, moment, moments_of
from zoetrope.evaluation.drops_fit import fall
from zoetrope.evaluation.weather import LAGS, MOVES, NUMBERS, numbers, weather_chances
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

EVEN = np.full(len(AXES["weather"]), 0.25)
FRAMES = 16


def written(weather, **pins):
    fixed = {"weather": weather, "camera": "static", "second_object": None, "cut": False} | pins
    return write_scene(np.random.default_rng(6), frames=FRAMES, fixed=fixed)


def told(frames):
    things, cuts = np.zeros(frames.shape[:3], bool), np.zeros(len(frames), bool)
    return numbers(frames, things, np.zeros((len(frames), 4)), cuts, EVEN)


def test_a_resting_picture_has_nothing_new():
    frames = np.repeat(np.random.default_rng(0).integers(0, 256, (1, 32, 48, 3), dtype=np.uint8), 12, axis=0)
    assert not moment(frames, 4)[:5].any()
    read = told(frames)
    assert read.shape == (NUMBERS,)
    assert np.allclose(read[: 2 * len(MOVES)], 0, atol=1e-5)


def test_no_moment_reaches_over_a_cut():
    cuts = np.zeros(60, bool)
    cuts[30] = True
    for at in moments_of(60, cuts, 12, max(LAGS)):
        assert not cuts[at - REACH + 1 : at + max(LAGS) + REACH + 1].any()
    assert moments_of(3, np.zeros(3, bool)) == [0, 1, 2]


def test_rain_agrees_with_itself_where_rain_goes():
    scene = written("rain", setting="meadow", style="plain", light="day")
    agree = told(draw(scene))[: 2 * len(MOVES)].reshape(-1, 2)[:, 0]
    assert agree[0] > 3 * max(agree[1], agree[2])


@pytest.mark.parametrize("weather", AXES["weather"])
def test_weather_has_its_name_drawn_and_laid_over(weather):
    scene = written(weather, style="plain", light="sunset", setting="meadow")
    over = draw(replace(scene, weather="clear"))
    fall(over, scene)
    sky, still = shipped().sky, np.zeros((FRAMES, 4))
    for frames in (draw(scene), over):
        chances = weather_chances(
            sky.weather, told(frames), drops_seen(sky.drops, frames, still, np.zeros(FRAMES, bool))
        )
        assert AXES["weather"][int(chances.argmax())] == weather


def test_drops_that_follow_a_pan_are_set_back_to_where_they_fall():
    drops = Drops(Look("petals", "plain", "day"), (256, 144), np.random.default_rng(1))
    camera = np.zeros((9, 4))
    camera[:, 0] = 0.05 * (np.arange(9) - 4)
    seen = []
    for path in (camera, np.zeros((9, 4))):
        frames = np.full((9, 144, 256, 3), 90, np.uint8)
        for at, frame in enumerate(frames):
            lay_drops(frame, drops.drawn(at, (path[at, 0], path[at, 1])))
        seen.append(frames)
    still = moment(seen[1], 4)[3:5, 20:-20, 20:-20].ravel()
    led, left = (moment(seen[0], 4, path)[3:5, 20:-20, 20:-20].ravel() for path in (camera, None))
    assert np.corrcoef(still, led)[0, 1] > 0.8
    assert np.corrcoef(still, left)[0, 1] < 0.5
