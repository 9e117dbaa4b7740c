"""Things are led through gaps between given pictures: from where they were seen to where they are next."""

from dataclasses import replace

import pytest
import torch

from zoetrope.engine.families.pocket.directing import nothing_known
from zoetrope.engine.families.pocket.plan import AXES, TRACK, Plan
from zoetrope.engine.families.pocket.rejoining import rejoined, unfrozen

X, Y, SPIN, WAY, CONTACT = (TRACK.index(name) for name in ("x", "y", "spin", "way", "contact"))
GROUND, RADIUS = -0.6, 0.32
HELD = [*range(7), *range(31, 37)]


def seen(x: torch.Tensor, y: torch.Tensor, kind: str = "ball"):
    """A plan of 37 pictures whose thing leaps wherever it is not held, and what is held of it."""
    known = nothing_known(37)
    cast = known.plan.cast.clone()
    cast[0, 0], cast[0, 1 + AXES["object"].index(kind)] = 1, 1
    cast[0, 1 + len(AXES["object"]) + len(AXES["colour"]) + 1] = 1
    cast[0, -7] = GROUND
    tracks = known.plan.tracks.clone()
    tracks[0, 0, :, X], tracks[0, 0, :, Y] = 2 * torch.rand(37) - 1, torch.rand(37)
    tracks[0, 0, HELD, X], tracks[0, 0, HELD, Y], tracks[0, 0, HELD, WAY] = x[HELD], y[HELD], 1
    rows = known.rows.clone()
    rows[HELD, X] = rows[HELD, Y] = True
    plan = Plan(tracks, known.plan.camera, cast, known.plan.badges)
    return plan, replace(known, plan=plan, rows=rows)


def test_a_thing_goes_on_as_it_went_and_comes_as_it_comes():
    moments = torch.arange(37) / 12
    x, y = 0.3 * moments - 0.2, torch.full((37,), GROUND + RADIUS)
    made = rejoined(*seen(x, y), acts=False).tracks[0, 0]
    torch.testing.assert_close(made[:, X], x, atol=1e-4, rtol=0)
    torch.testing.assert_close(made[:, Y], y)
    torch.testing.assert_close(made[7:31, SPIN], torch.full((24,), -0.3 / 12 / RADIUS), atol=1e-4, rtol=0)
    assert (made[7:31, WAY] == 1).all()


@pytest.mark.parametrize(("height", "touches"), [(0.0, 0), (0.8, 1)])
def test_only_what_falls_touches_down(height, touches):
    moments = torch.arange(37) / 12
    flight = GROUND + RADIUS + height * (1 - (moments % 1.0 - 0.5).square() * 4)
    plan, known = seen(torch.zeros(37), flight)
    tracks = plan.tracks.clone()
    tracks[0, 0, [15, 22], CONTACT] = 2.0
    made = rejoined(replace(plan, tracks=tracks), known, acts=False).tracks[0, 0]
    assert bool(made[:, CONTACT].any()) == bool(touches)
    assert float(made[:, Y].min()) >= GROUND + RADIUS - 1e-6


def test_an_action_goes_on_from_end_to_end():
    plan, known = seen(torch.zeros(37), torch.full((37,), GROUND + RADIUS))
    wave = torch.sin(torch.arange(37) / 4)
    tracks = plan.tracks.clone()
    tracks[0, 0, 7:31, X] = 5 + wave[7:31]
    made = rejoined(replace(plan, tracks=tracks), known, acts=True).tracks[0, 0, :, X]
    assert float(made.diff().abs().max()) < 0.5
    bends = (made.diff().diff() - (5 + wave).diff().diff())[8:28]
    assert float(bends.abs().max()) < 0.05


def test_a_gap_of_one_picture_is_crossed():
    x = torch.linspace(0, 1, 37)
    plan, known = seen(x, torch.zeros(37))
    tracks, rows = plan.tracks.clone(), known.rows.clone()
    tracks[0, 0, :, X], tracks[0, 0, 18, X] = x, 5.0
    rows[:, [X, Y]] = True
    rows[18] = False
    made = rejoined(replace(plan, tracks=tracks), replace(known, rows=rows), acts=True).tracks[0, 0, :, X]
    torch.testing.assert_close(made, x, atol=1e-4, rtol=0)


def test_what_is_held_and_what_has_no_end_stay():
    plan, known = seen(torch.zeros(37), torch.zeros(37))
    rows = known.rows.clone()
    rows[31:] = False
    assert torch.equal(rejoined(plan, replace(known, rows=rows), acts=False).tracks, plan.tracks)
    made = rejoined(plan, known, acts=False)
    assert torch.equal(made.tracks[0, 0, HELD, :2], plan.tracks[0, 0, HELD, :2])


def frozen() -> Plan:
    """A thing that goes 0.05 m a picture but for six in which it stands, and leaps there and away."""
    plan, _ = seen(torch.zeros(37), torch.full((37,), GROUND + RADIUS))
    tracks = plan.tracks.clone()
    x = 0.05 * torch.arange(37.0)
    x[13:19] = x[18]
    tracks[0, 0, :, X], tracks[0, 0, :, Y], tracks[0, 0, :, CONTACT] = x, GROUND + RADIUS, 0
    tracks[0, 0, :, SPIN] = -x.diff(prepend=x[:1]) / RADIUS
    return replace(plan, tracks=tracks)


def test_a_thing_does_not_stand_still_where_one_picture_shows_it():
    plan = frozen()
    made = unfrozen(plan, [0, 18]).tracks[0, 0]
    assert made[18, X] == plan.tracks[0, 0, 18, X]
    torch.testing.assert_close(made[:, X].diff(), torch.full((36,), 0.05), atol=1e-4, rtol=0)
    torch.testing.assert_close(made[1:, SPIN], torch.full((36,), -0.05 / RADIUS), atol=1e-3, rtol=0)


def test_a_thing_that_touches_down_beside_a_picture_does_so():
    plan = frozen()
    tracks = plan.tracks.clone()
    tracks[0, 0, 15, CONTACT] = 2.0
    plan = replace(plan, tracks=tracks)
    assert torch.equal(unfrozen(plan, [18]).tracks, plan.tracks)
