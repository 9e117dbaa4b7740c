"""Noise from seeds: one seed's own, or on the way from one seed's to another's, so that a shot has near relatives.

Knows no canvas and no family; every kind of chance in a shot is drawn here, so that all of it moves together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from zoetrope.core.request import Request
from zoetrope.core.seeds import derive_seed


@dataclass(frozen=True)
class Seeds:
    """Whose noise is drawn: `first`'s, or that on the way to `other`'s.

    Units: strength 0 is the first seed's noise, 1 the other's.
    """

    first: int
    other: int = 0
    strength: float = 0.0

    def named(self, *names: str) -> Seeds:
        """Those for one named use, so that two uses share no noise."""
        return replace(self, first=derive_seed(self.first, *names), other=derive_seed(self.other, *names))


def seeds_of(request: Request) -> Seeds:
    """The seeds of a settled request."""
    assert request.seed is not None, "noise is drawn for a request whose seed is known"
    if request.variation is None:
        return Seeds(request.seed)
    assert request.variation.seed is not None, "noise is drawn for a request whose variation is settled"
    return Seeds(request.seed, request.variation.seed, request.variation.strength)


def draw(shape: Sequence[int], seeds: Seeds | int) -> Tensor:
    """Normal noise, drawn on the CPU whatever the device.

    Two noises are mixed along the quarter circle: what comes is as normal as either, wherever on the way.
    """
    if isinstance(seeds, int):
        return _drawn(shape, seeds)
    if seeds.strength == 0 or seeds.strength == 1:
        return _drawn(shape, seeds.other if seeds.strength else seeds.first)
    angle = seeds.strength * math.pi / 2
    return math.cos(angle) * _drawn(shape, seeds.first) + math.sin(angle) * _drawn(shape, seeds.other)


def _drawn(shape: Sequence[int], seed: int) -> Tensor:
    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))
