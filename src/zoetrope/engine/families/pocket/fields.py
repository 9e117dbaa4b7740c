"""Learned fields: what is told of places in, colours out. Knows no stage, no thing and no picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.products import linear, through

CACHED = 4608  # places at once: what lies between the layers stays in the cache

Layers: TypeAlias = list[tuple[Tensor, Tensor]]
"""Weights and biases of the inner layers, under one condition."""


class Field(nn.Module):
    """What is told of places -> numbers (b, n, out), by one condition (b, k) for all places of a row.

    Source: Perez et al. 2018 (FiLM) over Fourier features, Tancik et al. 2020.
    """

    def __init__(self, places: int, condition: int, width: int, layers: int, out: int) -> None:
        super().__init__()
        self.first = nn.Linear(places, width)
        self.inner = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.last = nn.Linear(width, out)
        self.told = nn.Sequential(
            nn.Linear(condition, 2 * width), nn.GELU("tanh"), nn.Linear(2 * width, 2 * width * layers)
        )

    def forward(self, told: Sequence[Tensor], condition: Tensor, layers: Layers | None = None) -> Tensor:
        """What is told of places, under one condition a row or one for all, whose layers may be known.

        Shapes: told (b, n) or, where all places of a row share it, (b, 1) each; condition (b, k) or (1, k); out
        (b, n, out).
        """
        dtype = self.last.weight.dtype
        if torch.is_grad_enabled():
            return self._of(side_by_side(told).to(dtype), self.told(condition.to(dtype))[:, None])
        count = max(each.shape[1] for each in told)
        own = torch.tensor([each.shape[1] == count for each in told])
        places = side_by_side([each for each in told if each.shape[1] == count], dtype)
        shared = self._shared([each for each in told if each.shape[1] < count], own).expand(len(places), -1, -1)
        weight, out = self.first.weight[:, own], places.new_empty(*places.shape[:2], self.last.out_features)
        rows = max(1, CACHED // count) if len(condition) == 1 else 1
        for start in range(0, len(places), rows):
            if layers is None or len(condition) > 1:
                layers = self.under(condition[min(start, len(condition) - 1)])
            begun = linear(places[start : start + rows], weight).add_(shared[start : start + rows])
            for first in range(0, count, CACHED):
                some = slice(start, start + rows), slice(first, first + CACHED)
                out[some] = self.through(begun[:, some[1]], layers)
        return out

    def _shared(self, told: Sequence[Tensor], own: Tensor) -> Tensor:
        """What the first layer adds to all places of a row: its bias, and what they share. Shapes: (b, 1, width)."""
        if not told:
            return self.first.bias.expand(1, 1, -1)
        weight, bias = self.first.weight[:, ~own].float(), self.first.bias.float()
        return F.linear(side_by_side(told), weight, bias).to(self.first.weight.dtype)

    def under(self, condition: Tensor) -> Layers:
        """The inner layers under one condition (k,)."""
        tables = self.told(condition.to(self.last.weight.dtype)).chunk(2 * len(self.inner), dim=-1)
        return [
            (layer.weight * (1 + scale[:, None]), shift + layer.bias * (1 + scale))
            for layer, scale, shift in zip(self.inner, tables[::2], tables[1::2], strict=True)
        ]

    def through(self, begun: Tensor, layers: Layers) -> Tensor:
        """What the first layer made of places (..., width), which is written over -> (..., out)."""
        x = begun.relu_()
        for weight, bias in layers:
            x.add_(linear(x, weight, bias, "relu"))
        return through(self.last, x)

    def _of(self, places: Tensor, tables: Tensor) -> Tensor:
        x, parts = F.relu(self.first(places)), tables.chunk(2 * len(self.inner), dim=-1)
        for layer, scale, shift in zip(self.inner, parts[::2], parts[1::2], strict=True):
            x = x + F.relu(torch.addcmul(shift, layer(x), 1 + scale))
        return self.last(x)


def waves(values: tuple[Tensor, ...], octaves: int, longest: float) -> list[Tensor]:
    """Sines and then cosines of all values, octave by octave, the slowest as long as `longest`."""
    sines, cosines = [], []
    for value in values:
        angle = value * (2 * math.pi / longest)
        sines.append([angle.sin()])
        cosines.append([angle.cos()])
        for _ in range(octaves - 1):  # of twice the angle: far cheaper than a sine
            s, c = sines[-1][-1], cosines[-1][-1]
            sines[-1].append(2 * s * c)
            cosines[-1].append(1 - 2 * s * s)
    return [row[octave] for rows in (sines, cosines) for octave in range(octaves) for row in rows]


def side_by_side(told: Sequence[Tensor], dtype: torch.dtype = torch.float32) -> Tensor:
    """Numbers of places, (b, n) or (b, 1) each: (b, n, c)."""
    shape = torch.broadcast_shapes(*(each.shape for each in told))
    out = torch.empty(*shape, len(told), dtype=dtype, device=told[0].device)
    for number, each in enumerate(told):
        out[..., number] = each
    return out
