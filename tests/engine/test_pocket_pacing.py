"""Plans at the pace that was asked: true plans stay, wrong ones come to their law, touches stay touches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket import paces
from zoetrope.engine.families.pocket.directing import Known, nothing_known
from zoetrope.engine.families.pocket.pacing import keep_pace, swaying
from zoetrope.engine.families.pocket.plan import TRACK, Plan
from zoetrope.training.plans import plan_of
from zoetrope.training.world.script import write_scene

X, Y, SPIN, MOUTH, CONTACT, OFFSET = (TRACK.index(name) for name in ("x", "y", "spin", "mouth", "contact", "offset"))
PACES = ("slowly", "normal", "fast")
RUNS = ("rolls", "slides", "flies", "rebounds", "collides")


def true_plan(act: str, pace: str, seed: int = 0) -> Plan:
    pins = {"action": act, "pace": pace, "then": None, "cut": False, "camera": "static"}
    return plan_of(write_scene(np.random.default_rng(seed), frames=61, fixed=pins))


def paced(plan: Plan, act: str, pace: str, known: Known | None = None) -> Plan:
    return keep_pace(plan, {"action": act, "pace": pace}, known, 7)


def track(plan: Plan) -> np.ndarray:
    return plan.tracks[0, 0].double().numpy()


def speed(plan: Plan) -> float:
    """Metres a second, of its fastest part but for leaps."""
    return float(np.percentile(np.abs(np.diff(track(plan)[:, X])) * 12, 95))


@pytest.mark.parametrize("act", [*RUNS, "spins"])
@pytest.mark.parametrize("pace", PACES)
def test_true_plans_hardly_move(act: str, pace: str) -> None:
    for seed in range(3):
        plan = true_plan(act, pace, seed)
        assert float((paced(plan, act, pace).tracks - plan.tracks)[0, :, :, : Y + 1].abs().max()) < 0.1


@pytest.mark.parametrize("act", RUNS)
def test_what_goes_fast_goes_slowly_where_that_is_asked(act: str) -> None:
    fast = true_plan(act, "fast", 1)
    slow = paced(fast, act, "slowly")
    assert speed(slow) < 0.45 * speed(fast)
    assert np.ptp(track(slow)[:, X]) <= np.ptp(track(fast)[:, X]) + 1e-6


def test_two_that_collide_still_meet_when_and_where_they_did() -> None:
    plan = true_plan("collides", "slowly", 2)
    made = paced(plan, "collides", "fast")
    at = int(np.flatnonzero(track(plan)[:, CONTACT] > 0)[0])
    assert np.flatnonzero(track(made)[:, CONTACT] > 0).tolist() == [at]
    gaps = [(each.tracks[0, 1, :, X] - each.tracks[0, 0, :, X]).abs() for each in (plan, made)]
    assert abs(float(gaps[0][at - 1 : at + 3].min() - gaps[1][at - 1 : at + 3].min())) < 0.1
    assert float(gaps[1].min()) > float(gaps[0].min()) - 0.1
    assert track(made)[at, CONTACT] > 1.5 * track(plan)[at, CONTACT]


def test_a_wall_stays_where_it_is() -> None:
    plan = true_plan("rebounds", "fast", 3)
    made = paced(plan, "rebounds", "slowly")
    hits = track(plan)[:, CONTACT] > 0
    assert np.abs(track(made)[hits, X] - track(plan)[hits, X]).max() < 0.2
    assert np.array_equal(track(made)[:, OFFSET], track(plan)[:, OFFSET])
    assert track(made)[hits, CONTACT].max() < 1.0


@pytest.mark.parametrize("pace", PACES)
def test_what_floats_bobs_at_its_rate(pace: str) -> None:
    made = track(paced(true_plan("floats", "normal", 4), "floats", pace))
    assert swaying(made[:, Y])[0] == pytest.approx(paces.BOBS[pace], rel=paces.SPREAD)


@pytest.mark.parametrize("pace", PACES)
def test_what_swings_keeps_to_the_period_of_its_rope(pace: str) -> None:
    plan = paced(true_plan("swings", "normal", 5), "swings", pace)
    pivot, path = plan.marks[0, -2:].double().numpy(), track(plan)
    lengths = np.hypot(path[:, X] - pivot[0], path[:, Y] - pivot[1])
    assert np.ptp(lengths) < 1e-3
    leans = np.arctan2(path[:, X] - pivot[0], pivot[1] - path[:, Y])
    assert swaying(leans)[0] == pytest.approx(paces.pendulum_rate(lengths[0], np.ptp(leans) / 2), rel=0.04)
    longest = pivot[1] - float(plan.marks[0, 0] + plan.radii()[0, 0]) - paces.CLEARS
    assert lengths[0] / longest == pytest.approx(paces.ROPE[pace], rel=paces.ROPES + 0.01)


def test_fast_speech_has_more_syllables_and_pauses() -> None:
    begun = {}
    for pace in PACES:
        mouth = track(paced(true_plan("talks", "normal", 6), "talks", pace))[:, MOUTH]
        begun[pace] = int(((mouth[1:] > 0.3) & (mouth[:-1] < 0.3)).sum())
        assert mouth.max() > 0.4 > 0.05 > mouth.min()
    assert begun["slowly"] < begun["normal"]


def test_what_is_told_stays_and_what_follows_begins_there() -> None:
    plan = true_plan("floats", "slowly", 8)
    rows = nothing_known(61).rows
    rows[:7] = True
    known = replace(nothing_known(61), plan=plan, rows=rows)
    made = paced(plan, "floats", "fast", known)
    assert torch.equal(made.tracks[:, :, :7], plan.tracks[:, :, :7])
    assert np.abs(np.diff(track(made)[6:9, Y])).max() < 0.12
    rows[40] = True
    assert paced(plan, "floats", "fast", known) is plan


def test_what_hops_and_falls_keeps_to_gravity_and_is_left() -> None:
    for act in ("bounces", "falls", "jumps"):
        plan = true_plan(act, "normal")
        assert paced(plan, act, "fast") is plan
