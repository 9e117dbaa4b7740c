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
"""What each convolution keeps, by its name: the pictures that it saw last, or, where it makes fewer channels than it
sees, what these add to the pictures that come. Empty before a clip's first."""

TINY = 1e-12  # of the least length that is divided by, as in torch's own `normalize`


def pictures_of(decoder: Any, latent: Tensor, past: Past) -> Iterator[Tensor]:
    """Decode the next latent frame of a clip, and remember it in `past`.

    Shapes: latent (1, c, r, w), as it comes from the codec's own first convolution; each out (1, c', h, w).
    """
    first = not past
    frame = _seen(decoder.conv_in, latent.contiguous(memory_format=torch.channels_last), past, "in")
    frame = _residual(decoder.mid_block.resnets[0], frame, past, "mid.0")
    for number, attention in enumerate(decoder.mid_block.attentions, start=1):
        frame = attention(frame[:, :, None])[:, :, 0]
        frame = _residual(decoder.mid_block.resnets[number], frame, past, f"mid.{number}")
    for grown in _grown(list(enumerate(decoder.up_blocks)), frame, past, first):
        picture = _seen(decoder.conv_out, _active(decoder.norm_out, grown, own=True), past, "out")
        del grown  # else it would lie beside the next one while that is made
        yield picture


def _grown(blocks: Sequence[tuple[int, Any]], frame: Tensor, past: Past, first: bool) -> Iterator[Tensor]:
    """A frame through the stages that are left; those that come of it one after the other."""
    if not blocks:
        yield frame
        return
    (number, block), *rest = blocks
    beside = getattr(block, "avg_shortcut", None)
    added = None if beside is None else beside(frame[:, :, None], first_chunk=first).unbind(2)
    for place, residual in enumerate(block.resnets):
        frame = _residual(residual, frame, past, f"{number}.{place}")
    resample = _resample(block)
    if resample is None:
        yield from _grown(rest, frame, past, first)
        return
    frames = _doubled(resample, frame, past, f"{number}.time", first)
    del frame
    for place, each in enumerate(frames):
        more = None if added is None else added[place]
        yield from _grown(rest, _enlarged(resample.resample[1], each, more), past, first)


def _resample(block: Any) -> Any:
    """What enlarges after a stage; None after the last."""
    if hasattr(block, "upsampler"):
        return block.upsampler
    return block.upsamplers[0] if block.upsamplers is not None else None


def _doubled(resample: Any, frame: Tensor, past: Past, name: str, first: bool) -> tuple[Tensor, ...]:
    """Two frames of one, half of the channels each; a clip's first latent frame stays one picture."""
    if resample.mode != "upsample3d" or first:
        return (frame,)
    return _seen(resample.time_conv, frame, past, name).chunk(2, 1)


def _enlarged(layer: Any, frame: Tensor, more: Tensor | None) -> Tensor:
    """Twice the rows and columns, and what is added there."""
    wide = interpolate(frame, scale_factor=2.0, mode="nearest-exact")
    made = conv2d(wide, layer.weight, layer.bias, padding=1)
    return made if more is None else made.add_(more)


def _residual(block: Any, frame: Tensor, past: Past, name: str) -> Tensor:
    seen = _seen(block.conv1, _active(block.norm1, frame), past, f"{name}.1")
    seen = _seen(block.conv2, _active(block.norm2, seen, own=True), past, f"{name}.2")
    if isinstance(block.conv_shortcut, torch.nn.Identity):
        return seen.add_(frame)
    return seen.add_(_seen(block.conv_shortcut, frame, past, ""))


def _active(norm: Any, frame: Tensor, own: bool = False) -> Tensor:
    """Normalised over channels and through SiLU; in place where nobody else needs the frame."""
    length = torch.linalg.vector_norm(frame, dim=1, keepdim=True, dtype=torch.float32).clamp_min_(TINY)
    normed = frame.div_(length) if own else (frame / length).to(frame.dtype)
    normed.mul_(norm.gamma.view(-1, 1, 1) * norm.scale)
    return silu(normed.add_(norm.bias) if isinstance(norm.bias, Tensor) else normed, inplace=True)


def _seen(layer: Any, frame: Tensor, past: Past, name: str) -> Tensor:
    """A causal convolution at one picture. Shapes: frame (1, c, h, w); out (1, c', h, w)."""
    taps, padding = layer.weight.shape[2], layer.weight.shape[-1] // 2
    before = list(past.get(name, ()))
    if taps > 1 and layer.out_channels < layer.in_channels:
        coming = _with_next(layer, frame, before)
        past[name] = tuple(coming[1:])
        return coming[0]
    if taps > 1:
        past[name] = (*before, frame)[1 - taps :]
    if frame.dtype is not torch.float32:  # sums of parts would be rounded once for each
        weight = layer.weight[:, :, taps - len(before) - 1 :].transpose(1, 2).flatten(1, 2)
        return conv2d(torch.cat([*before, frame], 1), weight, layer.bias, padding=padding)
    made = conv2d(frame, layer.weight[:, :, -1], layer.bias, padding=padding)
    while before:
        made += conv2d(before.pop(0), layer.weight[:, :, taps - 2 - len(before)], padding=padding)
    return made


def _with_next(layer: Any, frame: Tensor, before: list[Tensor]) -> list[Tensor]:
    """What a picture makes now, and what it adds to the next ones, on top of what earlier ones added. In float32."""
    taps, padding = layer.weight.shape[2], layer.weight.shape[-1] // 2
    made = [conv2d(frame, layer.weight[:, :, taps - 1 - later], padding=padding).float() for later in range(taps)]
    for sums, more in zip(made, before, strict=False):
        sums += more
    now = made[0] if layer.bias is None else made[0] + layer.bias.view(-1, 1, 1)
    return [now.to(frame.dtype), *made[1:]]
