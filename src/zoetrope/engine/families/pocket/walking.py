"""The walk of the family's small denoisers, which predict what is clean. Knows no plan, no picture and no canvas."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from torch import Tensor


def walk_to_clean(clean_at: Callable[[Tensor, float], Tensor], latent: Tensor, sigmas: list[float]) -> Tensor:
    """Walk noise down falling levels to 0; `clean_at` predicts what is clean in a latent at a level.

    Between two levels the prediction is taken to go on along the line through it and the one before, against -log
    sigma; the last step, endless there, takes it as it is.
    Source: Lu et al. 2022, DPM-Solver++(2M), for dx / d sigma = (x - clean) / sigma, which holds for straight flows.
    """
    before: tuple[Tensor, float] | None = None
    for sigma, following in pairwise(sigmas):
        clean = drawn = clean_at(latent, sigma)
        if following > 0:
            step = math.log(sigma / following)
            if before is not None:
                drawn = clean + (clean - before[0]) * (step / (2 * before[1]))
            before = clean, step
        latent = following / sigma * latent + (1 - following / sigma) * drawn
    return latent
