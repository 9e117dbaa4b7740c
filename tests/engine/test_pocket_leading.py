"""What a planner writes goes on from what is told: no leap where one ends and the other begins."""

import torch

from zoetrope.engine.families.pocket.directing import know_past, nothing_known
from zoetrope.engine.families.pocket.leading import led

TIME = torch.arange(31, dtype=torch.float64)


def held(*numbers: int) -> torch.Tensor:
    where = torch.zeros(31, dtype=torch.bool)
    where[list(numbers)] = True
    return where


def test_nothing_told_changes_nothing() -> None:
    path = TIME.sin()
    torch.testing.assert_close(led(path, torch.zeros(31), held()), path)


def test_a_path_goes_on_from_a_stretch_as_it_was_written() -> None:
    told, written = 0.1 * TIME, 0.1 * TIME + 2
    out = led(written, told, held(*range(7)))
    torch.testing.assert_close(out, told)


def test_a_leap_beside_a_picture_that_holds_alone_is_not_made() -> None:
    written = 0.05 * TIME + 1
    written[0] = -1  # what planners do: the one place that they were told, and at once another
    out = led(written, torch.full((31,), -1.0), held(0))
    torch.testing.assert_close(out, -1 + 0.05 * TIME)


def test_a_path_comes_through_all_that_is_told() -> None:
    told = torch.zeros(31, dtype=torch.float64)
    told[[0, 15, 30]] = torch.tensor([0.5, -0.5, 1.0], dtype=torch.float64)
    out = led(0.02 * TIME, told, held(0, 15, 30))
    torch.testing.assert_close(out[[0, 15, 30]], told[[0, 15, 30]])
    assert out.diff().abs().max() < 0.15


def test_what_is_added_fades_or_stays_in_view() -> None:
    told = torch.full((31,), 1.0)
    faded = led(torch.zeros(31), told, held(0), fades=5)
    assert faded[5] == 0.5
    assert faded[-1] < 0.02
    bounded = led(0.1 * TIME, told + 1, held(0), within=2.5)
    assert bounded[0] == 2
    assert bounded.max() <= 3.1
    assert bounded[-1] == 0.1 * TIME[-1]  # it was beyond the bounds as written, and goes no farther


def test_what_is_told_of_the_end_leads_backwards() -> None:
    out = led(0.1 * TIME, 0.1 * TIME + 1, held(*range(24, 31)))
    torch.testing.assert_close(out, 0.1 * TIME + 1)


def test_the_camera_stays_as_near_as_it_was() -> None:
    past = nothing_known(7).plan
    past.camera[0, :, 2] = 0.5
    plan = know_past(nothing_known(31), past).laid_over(nothing_known(31).plan)
    torch.testing.assert_close(plan.camera[0, :, 2], torch.full((31,), 0.5))
    assert not plan.camera[0, :, [0, 1, 3]].any()
