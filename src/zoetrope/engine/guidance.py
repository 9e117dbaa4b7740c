"""Guidance: mixing several predictions into the one that the loop follows.

A guider is a function of named branches. It knows neither the network nor what a branch is conditioned on: a family
answers for the names "positive" and "negative", and may answer for more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.canvas import Canvas, Tokens, combine
from zoetrope.engine.denoise import Predict

Branches: TypeAlias = Callable[[Canvas, float, tuple[str, ...]], tuple[Tokens, ...]]
"""Velocities of the named branches at one place of the walk; all that are named are computed in one batch."""

Guider: TypeAlias = Callable[[Branches, Canvas, float], Tokens]


def guided(branches: Branches, guider: Guider) -> Predict:
    """Let a guider stand between the branches and the loop."""
    return lambda canvas, sigma: guider(branches, canvas, sigma)


def classifier_free(scale: float, interval: tuple[float, float] = (0.0, 1.0), rescale: float = 0.0) -> Guider:
    """Push away from the negative branch by a scale.

    Units: outside the interval of sigma (both ends inside) and at scale 1 the negative branch is not computed; rescale
    0..1 is how far the guided estimate takes back the spread of the positive one.
    Raises: InvalidRequest if the interval or rescale is none.
    Source: Ho & Salimans 2022; interval: Kynkaanniemi et al. 2024; rescale: Lin et al. 2023, section 3.4.
    """
    if not 0 <= interval[0] <= interval[1] <= 1:
        raise InvalidRequest(f"the guidance interval was {interval}; it must rise within 0 to 1.")
    if not 0 <= rescale <= 1:
        raise InvalidRequest(f"the guidance rescale was {rescale}; it must lie in 0 to 1, and 0 means none.")

    def mix(branches: Branches, canvas: Canvas, sigma: float) -> Tokens:
        if scale == 1 or not interval[0] <= sigma <= interval[1]:
            return branches(canvas, sigma, ("positive",))[0]
        positive, negative = branches(canvas, sigma, ("positive", "negative"))
        mixed = combine(lambda p, n: n + scale * (p - n), positive, negative)
        if rescale == 0:
            return mixed
        return combine(lambda x, m, p: _rescaled(x, m, p, sigma, rescale), canvas.tokens, mixed, positive)

    return mix


def _rescaled(latent: Tensor, guided: Tensor, positive: Tensor, sigma: float, share: float) -> Tensor:
    if latent.numel() < 2:
        return guided
    estimate, reference = latent - sigma * guided, latent - sigma * positive
    factor = share * reference.std() / estimate.std().clamp(min=1e-6) + (1 - share)
    return (latent - factor * estimate) / sigma
