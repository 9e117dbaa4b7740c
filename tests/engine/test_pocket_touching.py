"""Touches of plans: true plans stay, and plans whose touches are out of place are put right."""

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.directing import Known, nothing_known
from zoetrope.engine.families.pocket.plan import TRACK, Plan
from zoetrope.engine.families.pocket.touching import touching
from zoetrope.training.plans import plan_of
from zoetrope.training.world.script import write_scene

X, Y, CONTACT = (TRACK.index(name) for name in ("x", "y", "contact"))
WALL_AT = 2


def true_plan(act: str, seed: int) -> Plan:
    """The plan of a scene in which one thing does nothing else."""
    rng = np.random.default_rng(seed)
    while True:
        scene = write_scene(rng, frames=61, fixed={"action": act})
        if len([each for each in scene.acts if each.thing == 0]) == 1 and scene.contacts:
            return plan_of(scene)


def moved(plan: Plan, **by: torch.Tensor) -> Plan:
    tracks = plan.tracks.clone()
    for name, path in by.items():
        tracks[0, :, :, TRACK.index(name)] += path
    return Plan(tracks, plan.camera, plan.cast, plan.badges)


@pytest.mark.parametrize("act", ["bounces", "falls", "jumps", "rebounds", "collides", "talks"])
def test_true_plans_hardly_move(act: str) -> None:
    for seed in range(3):
        plan = true_plan("bounces" if act == "talks" else act, seed)
        same = touching(plan, act if act != "talks" else "")
        assert float((same.tracks - plan.tracks)[..., : Y + 1].abs().max()) < 0.12
        assert float((same.marks - plan.marks).abs().max()) < 0.03


@pytest.mark.parametrize("act", ["bounces", "falls", "jumps"])
def test_what_lands_comes_down_to_the_ground(act: str) -> None:
    plan = true_plan(act, 1)
    aloft = moved(plan, y=0.2 + 0.1 * torch.sin(torch.arange(61) / 20))
    back = touching(aloft, act)
    touched = plan.tracks[0, 0, :, CONTACT] > 0
    first, last = touched.nonzero()[[0, -1], 0].tolist()
    error = (back.tracks - plan.tracks)[0, 0, first : last + 1, Y].abs()
    assert float((aloft.tracks - plan.tracks)[0, 0, first : last + 1, Y].abs().max()) > 0.2
    assert float(error.max()) < 0.12
    assert torch.equal(back.tracks[..., X], plan.tracks[..., X])


def test_a_wall_stands_where_things_turn_and_a_told_one_is_run_into() -> None:
    plan = true_plan("rebounds", 2)
    astray = moved(plan, x=torch.full((61,), 0.3))
    free = touching(astray, "rebounds")
    assert float(free.marks[0, WALL_AT] - plan.marks[0, WALL_AT]) == pytest.approx(0.3, abs=0.03)
    known = nothing_known(61)
    cast = known.cast.clone()
    cast[WALL_AT - plan.marks.shape[1]] = True
    told = touching(astray, "rebounds", Known(known.plan, known.rows, cast))
    assert float((told.tracks - plan.tracks)[0, 0, :, X].abs().max()) < 0.08


def test_two_that_collide_meet_without_a_leap() -> None:
    plan = true_plan("collides", 3)
    apart = plan.tracks.clone()
    at = int((apart[0, 0, :, CONTACT] > 0).nonzero()[0, 0])
    apart[0, 0, at + 1 :, X] += 0.5
    apart[0, 1, :, X] += 0.4
    met = touching(Plan(apart, plan.camera, plan.cast, plan.badges), "collides")
    gap, true = ((p.tracks[0, 0, :, X] - p.tracks[0, 1, :, X]).abs() for p in (met, plan))
    assert float((gap - true).abs().max()) < 0.1
    assert float(met.tracks[0, 0, :, X].diff().abs().max()) < 0.3


def test_places_that_are_told_stay() -> None:
    plan = true_plan("bounces", 4)
    known = nothing_known(61)
    rows = known.rows.clone()
    rows[:9, [X, Y]] = True
    aloft = moved(plan, y=torch.full((61,), 0.2))
    back = touching(aloft, "bounces", Known(known.plan, rows, known.cast))
    assert torch.equal(back.tracks[0, 0, :9, Y], aloft.tracks[0, 0, :9, Y])
    assert not torch.equal(back.tracks[0, 0, 20:, Y], aloft.tracks[0, 0, 20:, Y])


@pytest.mark.parametrize("act", ["jumps", "rebounds"])
@pytest.mark.parametrize("told", [61, 55])
def test_touches_of_a_told_path_are_read_off_it(act: str, told: int) -> None:
    plan = true_plan(act, 5)
    tracks = plan.tracks.clone()
    tracks[..., CONTACT] = 0
    known = nothing_known(told)
    rows = known.rows.clone()
    rows[:, [X, Y]] = True
    heard = touching(Plan(tracks, plan.camera, plan.cast, plan.badges), act, Known(known.plan, rows, known.cast))
    wanted, found = ((each.tracks[0, 0, 3 : told - 5, CONTACT] > 0).nonzero()[:, 0] for each in (plan, heard))
    assert len(wanted)
    assert all(int((found - each).abs().min()) <= 1 for each in wanted)
