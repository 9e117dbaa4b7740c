"""Gravity and restitution come back from a path that obeys them."""

import numpy as np
import pytest

from zoetrope.evaluation.physics import physics
from zoetrope.evaluation.truth import places
from zoetrope.training.world.script import write_scene


@pytest.mark.parametrize(("material", "law"), [("rubber", 0.85), ("metal", 0.55)])
def test_laws_come_back_from_true_paths(material, law):
    gravity, restitution = [], []
    for seed in range(6):
        pins = {"action": "bounces", "material": material, "camera": "static", "object": "ball", "cut": False}
        pins |= {"then": None, "second_object": None, "pace": "normal"}
        scene = write_scene(np.random.default_rng(seed), frames=60, fixed=pins)
        place, _ = places(scene)
        found = physics(place[0], np.array([contact.seconds for contact in scene.contacts]), 144)
        gravity += found.gravity
        restitution += found.restitution
    assert np.median(gravity) == pytest.approx(9.8, rel=0.05)
    assert np.median(restitution) == pytest.approx(law, abs=0.06)


def test_a_thing_that_rests_says_nothing():
    found = physics(np.full((40, 2), 70.0), np.zeros(0), 144)
    assert found.gravity == ()
    assert found.restitution == ()


def test_a_thing_that_is_never_seen_says_nothing():
    assert physics(np.full((40, 2), np.nan), np.array([1.0]), 144).gravity == ()
