import math
import threading

import pytest
import torch

from zoetrope.core.errors import Cancelled
from zoetrope.engine.canvas import Canvas, Tokens, advance, blank_stream, combine, fill_with_noise, give
from zoetrope.engine.denoise import STEPS, ab2, denoise, dpm2m, euler, heun
from zoetrope.engine.schedules import linear

GENERATOR = torch.Generator().manual_seed(1)
CLEAN = Tokens(torch.randn(12, 4, generator=GENERATOR), torch.randn(5, 3, generator=GENERATOR))


def canvas_of_noise(dtype=torch.float32):
    canvas = Canvas(
        video=blank_stream(torch.zeros(12, 3), 4),
        sound=blank_stream(torch.zeros(5, 3), 3),
        reference=blank_stream(torch.zeros(0, 3), 4),
        grid=(3, 2, 2),
    )
    canvas = fill_with_noise(canvas, seed=3)
    video = canvas.video
    return Canvas(
        type(video)(video.latent.to(dtype), video.place, video.given, video.given_sigma, video.chunk),
        type(video)(canvas.sound.latent.to(dtype), *list(vars(canvas.sound).values())[1:]),
        canvas.reference,
        canvas.grid,
    )


def perfect(canvas, sigma):
    """The velocity of a predictor that knows the clean latent."""
    return combine(lambda x, clean: (x - clean) / sigma, canvas.tokens, CLEAN)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_perfect_predictor_leads_back_to_the_clean_latent(step, steps):
    made = denoise(perfect, canvas_of_noise(), linear(steps), step=step)
    torch.testing.assert_close(made.video.latent, CLEAN.video, atol=2e-6, rtol=0)
    torch.testing.assert_close(made.sound.latent, CLEAN.sound, atol=2e-6, rtol=0)


SPREAD, MEAN = 0.5, 0.8


def gaussian(canvas, sigma):
    """The exact velocity when clean latents are normal with this mean and spread: a curved flow in closed form."""
    alpha = 1 - sigma
    slope = (sigma - alpha * SPREAD**2) / (alpha**2 * SPREAD**2 + sigma**2)
    return combine(lambda x: slope * (x - alpha * MEAN) - MEAN, canvas.tokens)


def exact(noise, sigma):
    """Where the closed-form flow that began at this noise stands at sigma."""
    alpha = 1 - sigma
    return combine(lambda x: alpha * MEAN + math.sqrt(alpha**2 * SPREAD**2 + sigma**2) * x, noise)


def error(step, steps, first=1.0, last=0.0):
    """How far from the closed form a walk from first to last ends."""
    canvas = canvas_of_noise(torch.float64)
    noise = canvas.tokens
    sigmas = torch.linspace(first, last, steps + 1, dtype=torch.float64)
    made = denoise(gaussian, advance(canvas, exact(noise, first)), sigmas, step=step)
    return (made.video.latent - exact(noise, last).video).abs().max().item()


@pytest.mark.parametrize(("step", "order"), [(euler, 1), (heun, 2), (ab2, 2), (dpm2m, 2)])
def test_steps_converge_at_their_order(step, order):
    coarse, fine = (error(step, steps, 0.9, 0.1) for steps in (128, 256))
    assert math.log2(coarse / fine) == pytest.approx(order, abs=0.15)


def test_second_order_beats_first_at_few_steps():
    assert max(error(ab2, 16), error(dpm2m, 16)) < error(euler, 16) / 3


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("sigma", [0.0, 0.2])
def test_given_tokens_are_never_touched(step, sigma):
    canvas = canvas_of_noise()
    where = torch.arange(12) % 3 == 0
    video = give(canvas.video, where, CLEAN.video[where], sigma)
    canvas = Canvas(
        video, give(canvas.sound, torch.ones(5, dtype=torch.bool), CLEAN.sound), canvas.reference, (3, 2, 2)
    )
    seen = []
    made = denoise(gaussian, canvas, linear(4), step=step, on_step=lambda taken: seen.append(taken.denoised))
    assert torch.equal(made.video.latent[where], video.latent[where])
    assert torch.equal(made.sound.latent, CLEAN.sound)
    assert not torch.equal(made.video.latent[~where], video.latent[~where])
    assert all(torch.equal(each.video[where], video.latent[where]) for each in seen)


def test_each_step_tells_where_it_stood_and_what_it_sees_coming():
    told = []
    denoise(perfect, canvas_of_noise(), linear(4), step=euler, on_step=told.append)
    assert [(each.step, each.steps, each.sigma) for each in told] == [
        (1, 4, 1.0),
        (2, 4, 0.75),
        (3, 4, 0.5),
        (4, 4, 0.25),
    ]
    for each in told:
        torch.testing.assert_close(each.denoised.video, CLEAN.video, atol=2e-6, rtol=0)


def test_cancelling_stops_between_two_steps():
    flag, told = threading.Event(), []

    def on_step(taken):
        told.append(taken.step)
        if taken.step == 2:
            flag.set()

    with pytest.raises(Cancelled, match="before step 3 of 8"):
        denoise(perfect, canvas_of_noise(), linear(8), step=euler, on_step=on_step, cancel=flag)
    assert told == [1, 2]
