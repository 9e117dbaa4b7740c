"""A second thing does what a prompt says of it, where it is seen."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from zoetrope.core.conditions import Keyframe
from zoetrope.core.motion import Stroke
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.directing import nothing_known, project
from zoetrope.engine.families.pocket.doing import Doing
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.pairing import beside, known_of_second, told_of_second
from zoetrope.engine.families.pocket.plan import CAST, SLOTS, TRACK, TRAITS, Plan, no_badges, trait_of
from zoetrope.engine.loading import loaded
from zoetrope.engine.noise import seeds_of
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

CONTACT, X, Y = (TRACK.index(name) for name in ("contact", "x", "y"))


def planned(prompt: str, seed: int = 1, conditions: tuple = ()) -> Plan:
    request = Request(prompt, seconds=Fraction(5), seed=seed, conditions=conditions)
    stager = loaded(POCKET, choose_numerics()).stager  # type: ignore[attr-defined]
    return stager.plan(request, 11, seeds_of(request).named("plan"))


def test_what_is_said_of_the_second_alone() -> None:
    said = {"object": "ball", "colour": "red", "action": "rolls", "second_object": "bird", "light": "night"}
    assert told_of_second(said, Doing("flies", "", None)) == {"object": "bird", "light": "night", "action": "flies"}
    assert told_of_second(said, Doing("flies", "", "fast"))["pace"] == "fast"


def test_the_second_is_first_in_what_is_known_of_it() -> None:
    known, cast = nothing_known(13), torch.zeros(1, CAST)
    cast[0, TRAITS], cast[0, -1] = 1, 0.3
    plan = Plan(torch.zeros(1, SLOTS, 13, len(TRACK)), torch.ones(1, 13, 4), cast, no_badges(1))
    known.rows[3, len(TRACK) + X] = True
    known.plan.tracks[0, 1, 3, X] = 0.7
    own = known_of_second(known, plan)
    assert own.rows[3, X]
    assert float(own.plan.tracks[0, 0, 3, X]) == pytest.approx(0.7)
    assert not own.rows[:, len(TRACK) : 2 * len(TRACK)].any()
    assert own.plan.traits[0, :, 0].tolist() == [1, 0]
    assert float(own.plan.cast[0, -1]) == pytest.approx(0.3)
    assert own.cast.all()
    assert own.plan.camera.eq(1).all()
    alone = Plan(torch.ones_like(plan.tracks), plan.camera, cast, plan.badges)
    assert beside(plan, alone).tracks[0, :, 0, X].tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_both_act_and_are_seen(seed: int) -> None:
    plan = planned("a red ball bounces and a small blue ball bounces on a meadow", seed)
    assert (plan.tracks[0, 0, :, CONTACT] > 0).any()
    assert (plan.tracks[0, 1, :, CONTACT] > 0).any()
    assert float(plan.tracks[0, 1, :, Y].max() - plan.tracks[0, 1, :, Y].min()) > 0.2
    spots = project(plan.tracks[0, 1, :, :2], plan.camera[0], (9, 16))
    assert float(((spots[:, 0] > 0) & (spots[:, 0] < 256)).float().mean()) > 0.6


@pytest.mark.parametrize("seed", range(3))
def test_each_goes_its_own_way(seed: int) -> None:
    plan = planned("a red car slides to the right and a white car slides to the left in the city", seed)
    first, second = (plan.tracks[0, :, -1, X] - plan.tracks[0, :, 0, X]).tolist()
    assert first > 0.3
    assert second < -0.3


def test_of_whom_nothing_is_said_stands() -> None:
    plan = planned("a red ball bounces beside a blue cube")
    assert trait_of(plan, 1, "object") == "cube"
    assert float(plan.tracks[0, 1, :, :2].diff(dim=0).abs().max()) < 1e-4


def test_a_way_that_is_told_is_kept() -> None:
    way = Stroke(((Fraction(0), 0.2, 0.3), (Fraction(4), 0.8, 0.3)), thing=2)
    plan = planned("a red ball bounces and a blue bird flies over the meadow", conditions=(way,))
    spots = project(plan.tracks[0, 1, :, :2], plan.camera[0], (9, 16))
    assert spots[[0, 48], 0].tolist() == pytest.approx([0.2 * 256, 0.8 * 256], abs=4)


def test_who_is_shown_in_the_air_stays_there() -> None:
    fixed = {"object": "ball", "second_object": "bird", "action": "rolls", "size": "large", "camera": "static"}
    stage = {"style": "plain", "light": "day", "weather": "clear", "cut": False, "badge": False}
    scene = write_scene(np.random.default_rng(1), frames=2, fixed=fixed | stage)
    centre = scene.motion.centre.copy()
    centre[0], centre[1] = (-0.5, centre[0, 0, 1]), (0.5, 0.6)
    picture = draw(replace(scene, motion=replace(scene.motion, centre=centre)))[0]
    plan = planned("a ball rolls", conditions=(Keyframe("first", picture),))
    assert trait_of(plan, 1, "object") == "bird"
    assert float(plan.tracks[0, 1, 0, Y]) == pytest.approx(0.6, abs=0.15)
    assert float(plan.tracks[0, 1, :, Y].min()) > 0.1
