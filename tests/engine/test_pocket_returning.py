"""Who leaves the picture of a shot that goes on comes back; a stream keeps to what was chosen where nobody said."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from zoetrope.core.conditions import Extend, Keyframe
from zoetrope.core.motion import Cue, Stroke
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.directing import cut_plan, nothing_known
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.in_view import edges
from zoetrope.engine.families.pocket.past import Memory
from zoetrope.engine.families.pocket.plan import AXES, CAST, SLOTS, TRACK, Plan, no_badges
from zoetrope.engine.families.pocket.reader import stated
from zoetrope.engine.families.pocket.returning import called_back, returning, sent
from zoetrope.engine.families.pocket.staging import Stager, _with_action, usual_seed
from zoetrope.engine.loading import loaded
from zoetrope.engine.noise import seeds_of
from zoetrope.engine.numerics import choose_numerics

X, SPIN, WAY = (TRACK.index(name) for name in ("x", "spin", "way"))
GRID, PAST = (9, 16), 7


def going(step: float, pictures: int = 31, start: float = 0.0) -> Plan:
    """A ball that rolls evenly to one side before a resting camera."""
    tracks, cast = torch.zeros(1, SLOTS, pictures, len(TRACK)), torch.zeros(1, CAST)
    tracks[0, 0, :, X] = start + step * torch.arange(pictures)
    tracks[0, 0, :, SPIN], tracks[0, 0, :, WAY] = -step, 1 if step > 0 else -1
    cast[0, [0, 1 + len(AXES["object"]) + len(AXES["colour"])]] = 1  # it is there, and small
    return Plan(tracks, torch.zeros(1, pictures, 4), cast, no_badges(1))


def path(plan: Plan) -> torch.Tensor:
    return plan.tracks[0, 0, :, X]


def edge() -> float:
    return float(edges(going(0.0), GRID, 0.0)[1][0])


@pytest.mark.parametrize("step", [0.2, -0.2])
def test_who_leaves_turns_round_out_of_sight(step: float) -> None:
    written = going(step)
    plan = returning(written, PAST, [0], GRID)
    steps = path(plan).diff()
    turn = int((steps.sign() != steps.sign()[0]).nonzero()[0])
    assert path(plan).abs()[turn] >= edge() + 0.1
    assert torch.allclose(steps.abs(), torch.full_like(steps, abs(step)), atol=1e-5)
    assert path(plan).abs()[-1] < edge()
    assert torch.equal(path(plan)[:PAST], path(written)[:PAST])
    assert (plan.tracks[0, 0, 1:, WAY].sign() == steps.sign()).all()
    assert (plan.tracks[0, 0, 1:, SPIN].sign() == -steps.sign()).all()


def test_who_goes_one_way_as_told_comes_in_again_on_the_other_side() -> None:
    plan = returning(going(0.2), PAST, [0], GRID, "right")
    steps = path(plan).diff()
    leap = int(steps.argmin())
    assert (steps < 0).sum() == 1
    assert path(plan)[leap] >= edge()
    assert path(plan)[leap + 1] <= -edge()
    assert len(steps) - leap > PAST - 1  # what goes on looks back on no leap
    back = returning(going(-0.2), PAST, [0], GRID, "right")
    assert path(back)[-1] > path(back).min()


def test_what_the_camera_leaves_behind_stays_where_it_is() -> None:
    resting = going(0.0)
    camera = resting.camera.clone()
    camera[0, :, 0] = torch.linspace(0, 9, 31)
    turned = replace(resting, camera=camera)
    assert torch.equal(returning(turned, PAST, [0], GRID).tracks, turned.tracks)
    assert torch.equal(returning(going(0.3), PAST, [], GRID).tracks, going(0.3).tracks)


def test_who_waits_outside_is_told_to_come_in() -> None:
    past, known = going(0.0, PAST, start=edge() + 0.3), nothing_known(31)
    told = called_back(known, past, [0], GRID)
    assert told.rows[-6:, X].all()
    assert told.rows.sum() == 6
    ends = told.plan.tracks[0, 0, -6:, X]
    assert (ends.diff() < 0).all()
    assert 0 < float(ends[-1]) < edge()
    on = called_back(known, past, [0], GRID, "right").plan.tracks[0, 0, -6:, X]
    assert (on.diff() >= 0).all()
    assert not called_back(known, going(0.0, PAST), [0], GRID).rows.any()
    assert not called_back(nothing_known(PAST + 3), past, [0], GRID).rows.any()


def test_who_is_told_a_way_goes_it_and_just_out_of_sight_at_most() -> None:
    past, known = going(0.05, PAST), nothing_known(31)
    told = sent(known, past, GRID, "left", 0.5)
    assert told.rows[PAST + 6 :, X].all()
    assert told.rows.sum() == 31 - PAST - 6
    assert float(told.plan.tracks[0, 0, -1, X]) == pytest.approx(0.3 - 0.5 * 2, abs=1e-4)
    assert float(sent(known, past, GRID, "right", 9.0).plan.tracks[0, 0, -1, X]) < edge() + 0.4
    assert sent(known, past, GRID, None, 0.5) is known


def test_a_later_prompt_says_which_way(stager: Stager) -> None:
    for seed, (way, sign) in enumerate((("to the left", -1), ("往右", 1))):
        cue = Cue(Fraction(5, 2), f"the ball rolls {way}")
        request = Request("a red ball bounces on a meadow", seconds=5, seed=seed, conditions=(cue,))
        with torch.inference_mode():
            x = path(stager.plan(request, 11, seeds_of(request).named("plan")))
        assert sign * float(x[-1] - x[36]) > 0.5


@pytest.fixture(scope="module")
def stager() -> Stager:
    return loaded(POCKET, choose_numerics()).stager  # type: ignore[attr-defined]


def gone_on(stager: Stager, prompt: str, seed: int, chunks: int, *more: Cue | Stroke) -> Plan:
    """The plan of a stream's last chunk."""
    plan, conditions, usual = None, more, None
    for number in range(chunks):
        if plan is not None:
            frames, end = np.zeros((PAST, 144, 256, 3), np.uint8), plan.camera.shape[1]
            conditions = (Extend(frames, None, Memory(cut_plan(plan, end - PAST, end), None, None, usual)), *more)  # type: ignore[arg-type]
        request = Request(prompt, seconds=Fraction(31, 12), seed=100 * seed + number, conditions=conditions)
        seeds = seeds_of(request).named("plan")
        usual = usual_seed(request, seeds)
        with torch.inference_mode():
            plan = stager.plan(request, 6, seeds)
    assert plan is not None
    return plan


@pytest.mark.parametrize("seed", range(2))
def test_who_is_told_to_go_is_never_long_away(stager: Stager, seed: int) -> None:
    for chunks in (5, 6):
        plan = gone_on(stager, "a car drives through the city", seed, chunks)
        assert ((path(plan).abs() - edge()) < 0)[PAST:].float().mean() > 0.4


def test_a_stroke_leads_beyond_the_edge(stager: Stager) -> None:
    stroke = Stroke(((Fraction(0), 0.5, 0.6), (Fraction(2), 0.99, 0.6)))
    plan = gone_on(stager, "a ball rolls on a meadow", 1, 2, stroke)
    assert float(path(plan)[24:].max()) > 0.8 * edge()


def test_what_nobody_says_is_chosen_once(stager: Stager) -> None:
    request = Request("a bird", seconds=1, seed=5)
    first = usual_seed(request, seeds_of(request).named("plan"))
    frames = np.zeros((PAST, 144, 256, 3), np.uint8)
    remembers = replace(request, seed=6, conditions=(Extend(frames, None, Memory(going(0), None, None, first)),))  # type: ignore[arg-type]
    assert first is not None
    assert usual_seed(remembers, seeds_of(remembers).named("plan")) == first
    shows = replace(request, conditions=(Extend(frames),))
    assert usual_seed(shows, seeds_of(shows).named("plan")) is None


def test_a_later_prompt_without_an_action_stops_nobody(stager: Stager) -> None:
    bounces = stager.facts("a red ball bounces on a meadow")
    assert stated(_with_action(bounces, stager.facts("the camera pans left"))[0])["action"] == "bounces"
    assert stated(_with_action(bounces, stager.facts("the camera pans left"))[0])["camera"] == "pan left"
    assert stated(_with_action(bounces, stager.facts("the ball rolls"))[0])["action"] == "rolls"


def test_a_bridge_goes_where_its_last_picture_shows(stager: Stager) -> None:
    plan, frames = going(0.2), np.zeros((PAST, 144, 256, 3), np.uint8)
    facts = stager.facts("a ball rolls on a meadow")
    bridge = Request("a ball rolls", seconds=Fraction(31, 12), conditions=(Extend(frames), Keyframe("last", frames[0])))
    assert stager._in_sight(bridge, plan, facts) is plan
    goes_on = replace(bridge, conditions=(Extend(frames),))
    assert not torch.equal(stager._in_sight(goes_on, plan, facts).tracks, plan.tracks)
