import pytest
import torch

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.schedules import SCHEDULES, cosine, linear, shift_sigmas


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 16, 50])
@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0])
def test_every_schedule_falls_from_one_to_zero(schedule, steps, shift):
    sigmas = shift_sigmas(schedule(steps), shift)
    assert sigmas.dtype == torch.float32
    assert len(sigmas) == steps + 1
    assert (sigmas[0], sigmas[-1]) == (1, 0)
    assert (sigmas.diff() < 0).all()


def test_linear_is_even_and_cosine_finer_at_both_ends():
    torch.testing.assert_close(linear(4), torch.tensor([1, 0.75, 0.5, 0.25, 0]))
    gaps = -cosine(9).diff()
    assert gaps[0] > 0
    assert gaps.argmax() in (0, 8) or gaps[4] < gaps[0]
    torch.testing.assert_close(cosine(8) + cosine(8).flip(0), torch.ones(9))


def test_a_shift_keeps_the_ends_and_moves_the_middle():
    shifted = shift_sigmas(linear(2), 3.0)
    torch.testing.assert_close(shifted, torch.tensor([1, 0.75, 0]))
    torch.testing.assert_close(shift_sigmas(shifted, 1 / 3), linear(2))


@pytest.mark.parametrize("call", [lambda: linear(0), lambda: shift_sigmas(linear(2), 0)])
def test_nonsense_is_refused(call):
    with pytest.raises(InvalidRequest):
        call()
