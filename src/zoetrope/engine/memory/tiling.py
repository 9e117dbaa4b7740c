"""Decoding in tiles of space and time, blended where they overlap. Knows no codec: what decodes is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor

from zoetrope.engine.memory.coefficients import FLOAT32_CODECS, STREAMED_CODECS, alive_per_pixel

Decode = Callable[[Tensor], Tensor]

# Latent places that two tiles share: a decoder's convolutions reach some eight latent places around, but their weight
# falls off fast; four of 8 pixels hide the seam (the references of Wan and LTX take 64 pixels too). In time two, since
# the codecs are causal there.
OVERLAP = (2, 4, 4)
LEAST = (4, 12, 12)


@dataclass(frozen=True)
class Tiles:
    """Shapes: sizes and overlaps of tiles in latent places, (frames, rows, columns)."""

    sizes: tuple[int, int, int]
    overlaps: tuple[int, int, int] = OVERLAP


def tiles_for(
    latent: tuple[int, int, int], kind: str, config: Mapping[str, Any], codec_bytes: int, *, scale: tuple[int, int]
) -> Tiles | None:
    """Choose tiles whose decode stays within so many bytes; None if the whole does, or if there is no limit.

    Space alone is cut where the codec goes a few frames at a time, since length costs it nothing.
    Units: scale is frames and pixels of a side for each latent place; bytes at the codec's own type, two a number for
    all but those in float32.
    """
    if codec_bytes == 0 or _bytes(latent, kind, config, scale) <= codec_bytes:
        return None
    frames, rows, columns = latent
    sizes = [frames, rows, columns]
    streamed = kind in STREAMED_CODECS
    while _bytes((sizes[0], sizes[1], sizes[2]), kind, config, scale) > codec_bytes:
        shrinkable = [axis for axis in ((1, 2) if streamed else (0, 1, 2)) if sizes[axis] > LEAST[axis]]
        if not shrinkable:
            break
        axis = max(shrinkable, key=lambda axis: sizes[axis] / LEAST[axis])
        sizes[axis] = max(LEAST[axis], -(-sizes[axis] * 3 // 4))
    overlaps = tuple(
        min(overlap, size - 1) if size < length else 0
        for overlap, size, length in zip(OVERLAP, sizes, latent, strict=True)
    )
    return Tiles((sizes[0], sizes[1], sizes[2]), (overlaps[0], overlaps[1], overlaps[2]))


def decode_tiled(decode: Decode, latent: Tensor, tiles: Tiles, scale: tuple[int, int]) -> Tensor:
    """Decode tile by tile, and blend them linearly where they overlap.

    A tile that begins at latent frame k > 0 shows the frames from k times the stride on; its first picture, which has
    seen nothing before it, has next to no weight.
    Shapes: latent (c, f, r, w); decode takes (c, f', r', w') to (k, 1 + (f' - 1) * stride, side * r', side * w'); the
    same for the whole out, on the CPU in float32.
    """
    _, frames, rows, columns = latent.shape
    stride, side = scale
    times, heights, widths = (
        _windows(length, tiles.sizes[axis], tiles.overlaps[axis], stride if axis == 0 else side, causal=axis == 0)
        for axis, length in enumerate((frames, rows, columns))
    )
    canvas: Tensor | None = None
    for t, y, x in product(times, heights, widths):
        part = decode(latent[:, t.given, y.given, x.given]).float().cpu()
        if canvas is None:
            canvas = part.new_zeros(part.shape[0], 1 + (frames - 1) * stride, rows * side, columns * side)
        part = part * t.weights[:, None, None] * y.weights[:, None] * x.weights
        canvas[:, t.shown, y.shown, x.shown] += part
    assert canvas is not None
    return canvas


@dataclass(frozen=True, eq=False)
class _Window:
    """One tile along one axis: which latent places are given, which of the output they show, and how much it counts."""

    given: slice
    shown: slice
    weights: Tensor


def _windows(length: int, size: int, overlap: int, scale: int, *, causal: bool) -> list[_Window]:
    """The tiles along one axis. Their weights are ramps over what they share, and sum to one everywhere."""
    size = min(size, length)
    starts = _spread(length, size, overlap)
    count = 1 + (size - 1) * scale if causal else size * scale
    total = torch.zeros(starts[-1] * scale + count)
    made: list[tuple[int, Tensor]] = []
    for number, start in enumerate(starts):
        weights = torch.ones(count)
        if number > 0:
            shared = (starts[number - 1] - start) * scale + count
            weights[:shared] *= torch.linspace(0, 1, shared + 1)[:-1].clamp_min(1e-3)
        if number + 1 < len(starts):
            shared = (start - starts[number + 1]) * scale + count
            weights[count - shared :] *= torch.linspace(1, 0, shared + 1)[:-1].clamp_min(1e-3)
        total[start * scale : start * scale + count] += weights
        made.append((start, weights))
    windows = []
    for start, weights in made:
        shown = slice(start * scale, start * scale + count)
        windows.append(_Window(slice(start, start + size), shown, weights / total[shown]))
    return windows


def _spread(length: int, size: int, overlap: int) -> tuple[int, ...]:
    """Where tiles begin: evenly spread, so that some overlaps are larger and none is smaller."""
    if size >= length:
        return (0,)
    count = -(-(length - overlap) // (size - overlap))
    return tuple(number * (length - size) // (count - 1) for number in range(count))


def _bytes(latent: tuple[int, int, int], kind: str, config: Mapping[str, Any], scale: tuple[int, int]) -> int:
    frames, rows, columns = latent
    wide = 4 if kind in FLOAT32_CODECS else 2
    return int(alive_per_pixel(kind, config, 1 + (frames - 1) * scale[0]) * rows * columns * scale[1] ** 2 * wide)
