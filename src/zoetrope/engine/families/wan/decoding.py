"""The decoder of Wan's codec over diffusers' own modules, one picture at a time through all of its stages.

Each causal convolution remembers the last two pictures that it saw, so that a picture needs no others beside it: the
same sums as over a whole clip, in a fraction of the memory. Taps that would see zeros, before a clip's first picture,
are left out. Large pictures are made in bands of rows, written over what is not needed any more: what convolutions
remember is then nearly all that is held. Knows no canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad, silu

Past: TypeAlias = dict[str, tuple[Tensor, ...]]
"""What each convolution keeps, by its name: the pictures that it saw last, or, where it makes fewer channels than it
sees, what these add to the pictures that come. Empty before a clip's first. Written over as a clip goes on."""

# Bytes of a convolution's output that are made at once. On a CPU (96 channels, 416x240, three taps of time, one thread,
# processor seconds, n = 2): 0.70 whole, 0.54 in bands of 16 MB, 0.50 of 4, 0.56 of 1. Elsewhere assumed: few calls.
BANDS = {"cpu": 2**22}
BAND = 2**26
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
    """A frame, which is written over, through the stages that are left; those that come of it one after the other."""
    if not blocks:
        yield frame
        return
    (number, block), *rest = blocks
    beside = getattr(block, "avg_shortcut", None)
    began = None if beside is None else frame.clone()
    for place, residual in enumerate(block.resnets):
        frame = _residual(residual, frame, past, f"{number}.{place}")
    resample = _resample(block)
    if resample is None:
        yield from _grown(rest, frame, past, first)
        return
    frames = _doubled(resample, frame, past, f"{number}.time", first)
    del frame
    for place in range(len(frames)):

        def added(rows: slice, place: int = place) -> Tensor | None:
            return (
                None
                if began is None or beside is None
                else beside(began[:, :, None, rows], first_chunk=first)[:, :, place]
            )

        yield from _grown(rest, _enlarged(resample.resample[1], frames.pop(0), added), past, first)


def _resample(block: Any) -> Any:
    """What enlarges after a stage; None after the last."""
    if hasattr(block, "upsampler"):
        return block.upsampler
    return block.upsamplers[0] if block.upsamplers is not None else None


def _doubled(resample: Any, frame: Tensor, past: Past, name: str, first: bool) -> list[Tensor]:
    """Two frames of one, half of the channels each; a clip's first latent frame stays one picture."""
    if resample.mode != "upsample3d" or first:
        return [frame]
    return list(_seen(resample.time_conv, frame, past, name).chunk(2, 1))


def _enlarged(layer: Any, frame: Tensor, added: Callable[[slice], Tensor | None]) -> Tensor:
    """Twice the rows and columns, and what is added where these rows of the frame come to lie."""
    made = _empty(frame, layer.out_channels, 2)
    for rows in _bands(frame, 4 * max(layer.in_channels, layer.out_channels)):
        wide = interpolate(_around(frame, rows, 1), scale_factor=2.0, mode="nearest-exact")[:, :, 1:-1]
        band, more = conv2d(wide, layer.weight, layer.bias, padding=(0, 1)), added(rows)
        made[:, :, 2 * rows.start : 2 * rows.stop] = band if more is None else band.add_(more)
    return made


def _residual(block: Any, frame: Tensor, past: Past, name: str) -> Tensor:
    """Written over the frame, unless its channels change."""
    seen = _seen(block.conv1, _active(block.norm1, frame), past, f"{name}.1")
    plain = isinstance(block.conv_shortcut, torch.nn.Identity)
    kept = frame if plain else _seen(block.conv_shortcut, frame, past, "")
    return _seen(block.conv2, _active(block.norm2, seen, own=True), past, f"{name}.2", kept)


def _active(norm: Any, frame: Tensor, own: bool = False) -> Tensor:
    """Normalised over channels and through SiLU; in place where nobody else needs the frame."""
    length = torch.linalg.vector_norm(frame, dim=1, keepdim=True, dtype=torch.float32).clamp_min_(TINY)
    normed = frame.div_(length) if own else (frame / length).to(frame.dtype)
    normed.mul_(norm.gamma.view(-1, 1, 1) * norm.scale)
    return silu(normed.add_(norm.bias) if isinstance(norm.bias, Tensor) else normed, inplace=True)


def _seen(layer: Any, frame: Tensor, past: Past, name: str, onto: Tensor | None = None) -> Tensor:
    """A causal convolution at one picture, added onto another one if that is given.

    Shapes: frame (1, c, h, w); onto and out (1, c', h, w).
    """
    taps, before = layer.weight.shape[2], list(past.get(name, ()))
    if taps > 1 and layer.out_channels < layer.in_channels:
        made, past[name] = _with_next(layer, frame, before)
        return made if onto is None else onto.add_(made)
    if taps > 1:
        past[name] = (*before, frame)[1 - taps :]
    made = onto
    if made is None and len(before) == taps - 1 > 0 and before[0].shape[1] == layer.out_channels:
        made = before[0]  # its last use
    if made is None:
        made = _empty(frame, layer.out_channels)
    late: tuple[slice, Tensor] | None = None  # a band is written after the next one has read what lies there
    for rows in _bands(frame, layer.out_channels):
        band = _band(layer, [*before, frame], rows)
        if onto is not None:
            onto[:, :, rows] += band
            continue
        if late is not None:
            made[:, :, late[0]] = late[1]
        late = rows, band
    if late is not None:
        made[:, :, late[0]] = late[1]
    return made


def _band(layer: Any, seen: list[Tensor], rows: slice) -> Tensor:
    """Some rows of what a convolution makes of the pictures that it sees, the latest one last."""
    reach, weights = layer.weight.shape[-1] // 2, layer.weight[:, :, -len(seen) :]
    parts = [_around(each, rows, reach) for each in seen]
    if seen[-1].dtype is not torch.float32:  # sums of parts would be rounded once for each
        return conv2d(torch.cat(parts, 1), weights.transpose(1, 2).flatten(1, 2), layer.bias, padding=(0, reach))
    made = conv2d(parts[-1], weights[:, :, -1], layer.bias, padding=(0, reach))
    for place in range(len(seen) - 2, -1, -1):
        made += conv2d(parts[place], weights[:, :, place], padding=(0, reach))
    return made


def _with_next(layer: Any, frame: Tensor, before: list[Tensor]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What a picture makes now, and what it and earlier ones add to the next ones. In float32."""
    taps, reach = layer.weight.shape[2], layer.weight.shape[-1] // 2
    made = _empty(frame, layer.out_channels)
    sums = before or [_empty(frame, layer.out_channels, dtype=torch.float32).zero_() for _ in range(taps - 1)]
    for rows in _bands(frame, layer.out_channels):
        part = _around(frame, rows, reach)
        now, *later = (
            conv2d(part, layer.weight[:, :, taps - 1 - tap], padding=(0, reach)).float() for tap in range(taps)
        )
        now += sums[0][:, :, rows]
        made[:, :, rows] = now if layer.bias is None else now + layer.bias.view(-1, 1, 1)
        for place, more in enumerate(later):
            sums[place][:, :, rows] = more if place + 2 == taps else more + sums[place + 1][:, :, rows]
    return made, tuple(sums)


def _bands(frame: Tensor, channels: int) -> Iterator[slice]:
    """Rows of a picture of which so many channels are made at once."""
    rows = frame.shape[2]
    step = max(BANDS.get(frame.device.type, BAND) // (channels * frame.shape[3] * frame.element_size()), 1)
    return (slice(begin, min(begin + step, rows)) for begin in range(0, rows, step))


def _around(frame: Tensor, rows: slice, reach: int) -> Tensor:
    """Rows of a picture and so many more on both sides, zeros beyond its edges."""
    above, below = max(reach - rows.start, 0), max(rows.stop + reach - frame.shape[2], 0)
    part = frame[:, :, max(rows.start - reach, 0) : rows.stop + reach]
    return pad(part, (0, 0, above, below)) if above or below else part


def _empty(frame: Tensor, channels: int, times: int = 1, dtype: torch.dtype | None = None) -> Tensor:
    """Room for another picture, channels last."""
    shape = (1, channels, times * frame.shape[2], times * frame.shape[3])
    return torch.empty(shape, dtype=dtype or frame.dtype, device=frame.device, memory_format=torch.channels_last)
