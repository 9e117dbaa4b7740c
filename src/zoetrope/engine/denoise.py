"""The one loop: from noise to latents along a schedule, by a step rule of choice. Serves every family and every task.

Flow matching: latent = (1 - sigma) * clean + sigma * noise, and velocity = noise - clean = d latent / d sigma.
Knows no network, no text and no guidance: it is handed a function that predicts velocities.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeAlias

from torch import Tensor

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.engine.canvas import Canvas, Tokens, advance, combine

Predict: TypeAlias = Callable[[Canvas, float], Tokens]


@dataclass(frozen=True, eq=False)
class Passed:
    """What a step leaves for the next one: where it stood and what was predicted there."""

    sigma: float
    velocity: Tokens
    denoised: Tokens


class Step(Protocol):
    """An update rule: from sigma to next_sigma, knowing what the step before left (`past`, None at the start)."""

    def __call__(
        self, predict: Predict, canvas: Canvas, sigma: float, next_sigma: float, past: Passed | None, /
    ) -> tuple[Canvas, Passed]: ...


@dataclass(frozen=True, eq=False)
class StepTaken:
    """What the loop tells after each step.

    Units: step counts from 1 to steps; sigma is where the step began, and `denoised` was estimated there.
    """

    step: int
    steps: int
    sigma: float
    denoised: Tokens


def denoise(
    predict: Predict,
    canvas: Canvas,
    sigmas: Tensor,
    *,
    step: Step,
    on_step: Callable[[StepTaken], None] | None = None,
    cancel: Cancel | None = None,
    begin: tuple[int, Passed | None] = (0, None),
    keep: Callable[[int, Canvas, Passed], None] | None = None,
) -> Canvas:
    """Walk the canvas down a schedule; given tokens are never touched.

    Shapes: sigmas (steps + 1,), descending. `begin` is how many steps were done before, and what the last one left;
    `keep` gets the same after every step, with the canvas.
    Raises: Cancelled, between two steps.
    """
    levels = sigmas.tolist()
    done, past = begin
    for index, (sigma, next_sigma) in enumerate(pairwise(levels), start=1):
        if index <= done:
            continue
        stop_if(cancel, f"before step {index} of {len(levels) - 1}")
        canvas, past = step(predict, canvas, sigma, next_sigma, past)
        if keep is not None:
            keep(index, canvas, past)
        if on_step is not None:
            on_step(StepTaken(index, len(levels) - 1, sigma, past.denoised))
    return canvas


def denoised_from_velocity(latent: Tensor, velocity: Tensor, sigma: float) -> Tensor:
    """The clean latent that a velocity points at."""
    return latent - sigma * velocity


def look(predict: Predict, canvas: Canvas, sigma: float) -> Passed:
    """Predict once where the canvas stands; a given token's estimate is its own value."""
    velocity = predict(canvas, sigma)
    estimate = combine(lambda x, v: denoised_from_velocity(x, v, sigma), canvas.tokens, velocity)
    return Passed(sigma, velocity, advance(canvas, estimate).tokens)


def move(canvas: Canvas, velocity: Tokens, distance: float) -> Canvas:
    """Go straight along a velocity by a distance in sigma."""
    return advance(canvas, combine(lambda x, v: x + distance * v, canvas.tokens, velocity))


def euler(
    predict: Predict, canvas: Canvas, sigma: float, next_sigma: float, past: Passed | None, /
) -> tuple[Canvas, Passed]:
    """First order, one prediction; exact where the flow is straight."""
    here = look(predict, canvas, sigma)
    return move(canvas, here.velocity, next_sigma - sigma), here


def heun(
    predict: Predict, canvas: Canvas, sigma: float, next_sigma: float, past: Passed | None, /
) -> tuple[Canvas, Passed]:
    """Second order, two predictions; the last step is Euler's, since networks are not trained at sigma 0.

    Source: Karras et al. 2022, algorithm 1.
    """
    here = look(predict, canvas, sigma)
    guess = move(canvas, here.velocity, next_sigma - sigma)
    if next_sigma == 0:
        return guess, here
    mean = combine(lambda a, b: (a + b) / 2, here.velocity, predict(guess, next_sigma))
    return move(canvas, mean, next_sigma - sigma), here


def ab2(
    predict: Predict, canvas: Canvas, sigma: float, next_sigma: float, past: Passed | None, /
) -> tuple[Canvas, Passed]:
    """Second order, one prediction, by the velocity of the step before.

    Source: Adams-Bashforth of two steps with variable step size (Hairer, Norsett & Wanner, III.5).
    """
    here = look(predict, canvas, sigma)
    distance = next_sigma - sigma
    if past is None:
        return move(canvas, here.velocity, distance), here
    share = distance / (2 * (sigma - past.sigma))
    ahead = combine(lambda v, before: (1 + share) * v - share * before, here.velocity, past.velocity)
    return move(canvas, ahead, distance), here


def dpm2m(
    predict: Predict, canvas: Canvas, sigma: float, next_sigma: float, past: Passed | None, /
) -> tuple[Canvas, Passed]:
    """Second order, one prediction, by the denoised estimate of the step before; exact in the linear part.

    Source: Lu et al. 2022, DPM-Solver++(2M), with alpha = 1 - sigma; first order where the log ratio is infinite.
    """
    here = look(predict, canvas, sigma)
    target = here.denoised
    if past is not None and past.sigma < 1 and next_sigma > 0:
        share = (_log_ratio(next_sigma) - _log_ratio(sigma)) / (2 * (_log_ratio(sigma) - _log_ratio(past.sigma)))
        target = combine(lambda d, before: (1 + share) * d - share * before, here.denoised, past.denoised)
    kept = next_sigma / sigma
    return advance(canvas, combine(lambda x, d: kept * x + (1 - kept) * d, canvas.tokens, target)), here


@dataclass(frozen=True, eq=False)
class Predicted(Passed):
    """What UniPC leaves: also where it stood after correction, the order it went on with, and what it left before."""

    latent: Tokens
    order: int
    before: Passed | None


def unipc(
    predict: Predict, canvas: Canvas, sigma: float, next_sigma: float, past: Passed | None, /
) -> tuple[Canvas, Passed]:
    """Second order, one prediction; the last step is put right by what is predicted at its end.

    Source: Zhao et al. 2023, UniPC of order 2 with B2(h) = exp(h) - 1 on denoised estimates; the first step and the
    last are of first order, as in the UniPCMultistepScheduler of diffusers.
    """
    here = look(predict, canvas, sigma)
    if isinstance(past, Predicted):
        canvas = advance(canvas, _corrected(here, past))
    order = 1 if past is None or next_sigma == 0 else 2
    ahead = _first_order(canvas.tokens, here, next_sigma)
    if past is not None and order == 2:
        share = -0.5 * (1 - next_sigma) * math.expm1(-_gain(sigma, next_sigma))
        ratio = _gain(sigma, past.sigma) / _gain(sigma, next_sigma)
        ahead = combine(lambda x, d, b: x + share / ratio * (b - d), ahead, here.denoised, past.denoised)
    left = Predicted(here.sigma, here.velocity, here.denoised, canvas.tokens, order, past)
    return advance(canvas, ahead), left


def _corrected(here: Passed, past: Predicted) -> Tokens:
    """Where the step before should have gone, now that its end has been seen."""
    gain = _gain(past.sigma, here.sigma)
    grow = math.expm1(-gain)
    scale = -(1 - here.sigma) * grow
    reached = _first_order(past.latent, past, here.sigma)
    if past.order == 1 or past.before is None:
        return combine(lambda x, d, p: x + 0.5 * scale * (d - p), reached, here.denoised, past.denoised)
    ratio = _gain(past.sigma, past.before.sigma) / gain
    first = grow / -gain - 1
    second = first / -gain - 0.5
    older = (first - 2 * second) / grow / (1 - ratio)
    newer = first / grow - older
    return combine(
        lambda x, d, p, b: x + scale * (older / ratio * (b - p) + newer * (d - p)),
        reached,
        here.denoised,
        past.denoised,
        past.before.denoised,
    )


def _first_order(latent: Tokens, seen: Passed, sigma: float) -> Tokens:
    kept, share = sigma / seen.sigma, (1 - sigma) * (1 - math.exp(-_gain(seen.sigma, sigma)))
    return combine(lambda x, d: kept * x + share * d, latent, seen.denoised)


def _gain(sigma: float, later: float) -> float:
    """How much the log ratio of signal to noise grows between two levels; infinite at the clean end.

    At pure noise it is taken 1e-6 before, where the schedules that UniPC was published with begin.
    """
    return math.inf if later == 0 else _log_ratio(min(later, 1 - 1e-6)) - _log_ratio(min(sigma, 1 - 1e-6))


def _log_ratio(sigma: float) -> float:
    return math.log((1 - sigma) / sigma)


STEPS: dict[str, Step] = {"euler": euler, "heun": heun, "ab2": ab2, "dpm2m": dpm2m, "unipc": unipc}
