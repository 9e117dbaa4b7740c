"""Noise levels to learn at: mostly in the middle, evenly over a batch. Knows no networks."""

from __future__ import annotations

import torch
from torch import Tensor

ENDS = 1e-4  # share of a normal curve beyond which no level is drawn


def shift_noise(sigma: Tensor, shift: float) -> Tensor:
    """Move noise levels towards 1. Source: Esser et al. 2024, eq. 23."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def logit_normal(strata: Tensor, spread: float = 1.0) -> Tensor:
    """Shares of a normal curve, 0 to 1, as noise levels around a half."""
    return torch.special.ndtri(strata.clamp(ENDS, 1 - ENDS)).mul(spread).sigmoid()


def draw_sigma(batch: int, generator: torch.Generator, spread: float = 1.0) -> Tensor:
    """One noise level for each clip (b,), every part of the curve as often as the others."""
    strata = torch.randperm(batch, generator=generator) + torch.rand(batch, generator=generator)
    return logit_normal(strata / batch, spread)


def draw_sigmas(batch: int, levels: int, shift: float, generator: torch.Generator) -> Tensor:
    """Noise levels (b, levels): logit-normal, stratified over the batch, then shifted."""
    strata = (torch.arange(batch) + torch.rand(batch, generator=generator)) / batch
    picked = torch.stack([strata[torch.randperm(batch, generator=generator)] for _ in range(levels)], dim=1)
    return shift_noise(logit_normal(picked), shift)
