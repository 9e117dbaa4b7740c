"""The decoder of Wan's codec over diffusers' own modules, one picture at a time through all of its stages.

Each causal convolution remembers the last two pictures that it saw, so that a picture needs no others beside it: the
same sums as over a whole clip, in a fraction of the memory. Taps that would see zeros, before a clip's first picture,
are left out. Knows no canvas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, silu

Past: TypeAlias = dict[str, tuple[Tensor, ...]]
"""The pictures that each convolution saw last, by its name; empty before a clip's first."""

TINY = 1e-12  # of the least length that is divided by, as in torch's own `normalize`


def pictures_of(decoder: Any, latent: Tensor, past: Past) -> Iterator[Tensor]:
    """Decode the next latent frame of a clip, and remember it in `past`.

    Shapes: latent (1, c, r, w), as it comes from the codec's own first convolution; each out (1, c', h, w).
    """
    first = not past
    latent = latent.contiguous(memory_format=torch.channels_last)
    frame = _seen(decoder.conv_in, latent, past, "in")
    frame = _residual(decoder.mid_block.resnets[0], frame, past, "mid.0")
    for number, (attention, block) in enumerate(
        zip(decoder.mid_block.attentions, decoder.mid_block.resnets[1:], strict=True), start=1
    ):
        frame = attention(frame[:, :, None])[:, :, 0]
        frame = _residual(block, frame, past, f"mid.{number}")
    for grown in _grown(list(enumerate(decoder.up_blocks)), frame, past, first):
        yield _seen(decoder.conv_out, _active(decoder.norm_out, grown), past, "out")


def _grown(blocks: Sequence[tuple[int, Any]], frame: Tensor, past: Past, first: bool) -> Iterator[Tensor]:
    """A frame through the stages that are left; those that come of it one after the other."""
    if not blocks:
        yield frame
        return
    (number, block), *rest = blocks
    given = frame
    for place, residual in enumerate(block.resnets):
        frame = _residual(residual, frame, past, f"{number}.{place}")
    single = getattr(block, "upsampler", None)
    resample = single if single is not None else (getattr(block, "upsamplers", None) or [None])[0]
    beside = getattr(block, "avg_shortcut", None)
    frames: Sequence[Tensor] = [frame]
    if resample is not None:
        frames = _doubled(resample, frame, past, f"{number}.time") if _doubles(resample, first) else frames
    del frame
    added = beside(given[:, :, None], first_chunk=first).unbind(2) if beside is not None else [None] * len(frames)
    for each, more in zip(frames, added, strict=True):
        grown = each if resample is None else _enlarged(resample.resample[1], each)
        yield from _grown(rest, grown if more is None else grown + more, past, first)


def _doubles(resample: Any, first: bool) -> bool:
    """A clip's first latent frame is one picture, all others are several."""
    return resample.mode == "upsample3d" and not first


def _doubled(resample: Any, frame: Tensor, past: Past, name: str) -> tuple[Tensor, ...]:
    """Two frames of one: half of the channels each."""
    return _seen(resample.time_conv, frame, past, name).chunk(2, 1)


def _enlarged(layer: Any, frame: Tensor) -> Tensor:
    """Twice the rows and columns."""
    return conv2d(interpolate(frame, scale_factor=2.0, mode="nearest-exact"), layer.weight, layer.bias, padding=1)


def _residual(block: Any, frame: Tensor, past: Past, name: str) -> Tensor:
    seen = _seen(block.conv1, _active(block.norm1, frame), past, f"{name}.1")
    seen = _seen(block.conv2, _active(block.norm2, seen), past, f"{name}.2")
    if isinstance(block.conv_shortcut, torch.nn.Identity):
        return seen.add_(frame)
    return seen.add_(_seen(block.conv_shortcut, frame, past, ""))


def _active(norm: Any, frame: Tensor) -> Tensor:
    """Normalised over channels, in float32, and through SiLU."""
    length = torch.linalg.vector_norm(frame, dim=1, keepdim=True, dtype=torch.float32).clamp_min_(TINY)
    normed = (frame / length).to(frame.dtype).mul_(norm.gamma.view(-1, 1, 1) * norm.scale)
    return silu(normed.add_(norm.bias) if isinstance(norm.bias, Tensor) else normed, inplace=True)


def _seen(layer: Any, frame: Tensor, past: Past, name: str) -> Tensor:
    """A causal convolution at one picture. Shapes: frame (1, c, h, w); out (1, c', h, w)."""
    weight, held = layer.weight, layer.weight.shape[2] - 1
    frames = (*past.get(name, ()), frame) if held else (frame,)
    weight = weight[:, :, -len(frames) :]
    if held:
        past[name] = frames[-held:]
    padding = weight.shape[-1] // 2
    if frame.dtype is not torch.float32:  # sums of parts would be rounded once for each
        return conv2d(torch.cat(frames, 1), weight.transpose(1, 2).flatten(1, 2), layer.bias, padding=padding)
    made = conv2d(frame, weight[:, :, -1], layer.bias, padding=padding)
    for tap, before in enumerate(frames[:-1]):
        made += conv2d(before, weight[:, :, tap], padding=padding)
    return made
