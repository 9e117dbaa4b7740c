"""Schedules: the noise levels that a walk of the loop visits, from 1 to 0. Knows no step rule and no network."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from zoetrope.core.errors import InvalidRequest


def linear(steps: int) -> Tensor:
    """Even steps.

    Shapes: out (steps + 1,), float32, descending from 1 to 0.
    Raises: InvalidRequest if steps < 1.
    """
    if steps < 1:
        raise InvalidRequest(f"steps was {steps}; a schedule needs at least 1.")
    return torch.linspace(1, 0, steps + 1, dtype=torch.float64).float()


def cosine(steps: int) -> Tensor:
    """Finer steps at both ends: the signal-to-noise ratios of the cosine schedule, carried over to straight flows.

    Shapes: out (steps + 1,), float32, descending from 1 to 0.
    Source: Esser et al. 2024, eq. 21 (CosMap): sigma = 1 - 1 / (tan(pi u / 2) + 1).
    """
    angle = linear(steps).double() * (math.pi / 2)
    sigmas = (angle.sin() / (angle.sin() + angle.cos())).float()
    sigmas[0] = 1.0
    return sigmas


def shift_sigmas(sigmas: Tensor, shift: float) -> Tensor:
    """Move a schedule towards noise (shift > 1) or towards the clean end (shift < 1); 1 and 0 stay.

    Shapes: sigmas (n + 1,), float32, descending from 1 to 0; the same out.
    Raises: InvalidRequest if shift is not positive.
    Source: Esser et al. 2024, eq. 23.
    """
    if not shift > 0 or not math.isfinite(shift):
        raise InvalidRequest(f"the shift of a schedule was {shift}; it must be a positive number, and 1 means none.")
    return shift * sigmas / (1 + (shift - 1) * sigmas)


SCHEDULES: dict[str, Callable[[int], Tensor]] = {"linear": linear, "cosine": cosine}
