"""Landings that a path shows, on laws and on true scenes."""

import numpy as np
import pytest

from zoetrope.engine.families.pocket.landing import knocks, landings
from zoetrope.training.world.script import write_scene


def bounce(seconds: float, speed: float, restitution: float) -> tuple[np.ndarray, list[float]]:
    """Heights at twelve pictures a second of what is thrown up from the ground, and the moments at which it lands."""
    times, moments, start, up = np.arange(0, seconds, 1 / 12), [], 0.0, speed
    heights = np.zeros_like(times)
    while start < seconds and up > 0.3:
        since = times - start
        air = 2 * up / 9.8
        inside = (since >= 0) & (since < air)
        heights[inside] = (up * since - 4.9 * since**2)[inside]
        start, up = start + air, up * restitution
        moments.append(start)
    return heights, moments


def test_hard_landings_are_found_to_a_hundredth_of_a_second() -> None:
    heights, moments = bounce(3, 3.5, 0.8)
    found = [(each.picture + each.late) / 12 for each in landings(heights)]
    assert np.abs(np.array(found[:3]) - moments[:3]).max() < 0.012
    assert landings(heights)[0].speed == pytest.approx(3.5, abs=0.25)


@pytest.mark.parametrize("heights", [np.zeros(40), np.linspace(2, 0, 40), 0.3 * np.sin(np.arange(60) / 6)])
def test_what_stands_sinks_or_sways_does_not_land(heights: np.ndarray) -> None:
    assert not landings(heights)


def test_jumps_of_true_scenes_land_once_each() -> None:
    rng = np.random.default_rng(7)
    for _ in range(5):
        scene = write_scene(rng, frames=61, fixed={"action": "jumps", "then": None, "cut": False})
        told = np.array([each.seconds for each in scene.contacts if 0.2 < each.seconds < 4.8])
        seen = scene.motion.centre[0, :, 1] + 0.008 * rng.standard_normal(61)
        found = np.array([(each.picture + each.late) / 12 for each in landings(seen)])
        assert all(np.abs(found - moment).min() < 0.08 for moment in told)
        assert len(found) <= len(told) + 2


def test_walls_are_heard_where_true_scenes_turn_round_at_once() -> None:
    rng, told, heard = np.random.default_rng(8), 0, 0
    for _ in range(8):
        scene = write_scene(rng, frames=61, fixed={"action": "rebounds", "then": None, "cut": False})
        moments = np.array([each.seconds for each in scene.contacts if 0.25 < each.seconds < 4.75])
        seen = scene.motion.centre[0, :, 0] + 0.01 * rng.standard_normal(61)
        found = np.array([(each.picture + each.late) / 12 for each in knocks(seen)])
        told += len(moments)
        heard += sum(bool(len(found)) and np.abs(found - moment).min() < 0.08 for moment in moments)
        assert len(found) <= len(moments) + 1
    assert heard >= 0.75 * told
