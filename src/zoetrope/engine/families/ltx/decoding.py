"""The decoder of LTX's codecs over diffusers' own modules, a few pictures at a time through all of its stages.

Its convolutions see a picture ahead, so each waits for that one and keeps the two that it saw last: the same sums as
over a whole clip, while nothing but a piece of it is held at any stage. Pictures come as soon as those that they see
are there. Knows no canvas.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any, TypeAlias

import torch
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.ltx.products import convolved
from zoetrope.engine.tokenwise import activated, is_cached

Pieces: TypeAlias = Iterator[tuple[Tensor, bool]]
"""A clip in pieces, (b, c, t, h, w) of any lengths t, channels last in memory, and whether each is the last one."""

PIECE = 2**24  # bytes of a stage's pictures that go on together; a single one may be larger


@dataclass(frozen=True, eq=False)
class Decoding:
    """One decoder at work: its level of noise (b,), or None, and how much goes on at once."""

    decoder: Any
    level: Tensor | None
    piece: int = PIECE

    def pictures(self, latent: Tensor) -> Iterator[Tensor]:
        """Decode a clip. Shapes: latent (b, c, f, r, w), with the codec's mean and spread; each out (b, 3, t, h, w)."""
        decoder, level = self.decoder, self.level
        _lay_out(decoder)
        given = latent.contiguous(memory_format=torch.channels_last_3d)
        pieces = self._seen(decoder.conv_in, iter([(given, True)]))
        if level is not None and decoder.timestep_scale_multiplier is not None:
            level = level * decoder.timestep_scale_multiplier
        for stage in (decoder.mid_block, *decoder.up_blocks):
            pieces = self._stage(stage, pieces, level)
        shift, scale = _told(decoder, level, 2)
        pieces = _each(_activation(decoder.norm_out, decoder.conv_act, shift, scale), pieces)
        size, times = decoder.patch_size, decoder.patch_size_t
        for piece, _ in self._seen(decoder.conv_out, pieces):
            yield rearrange(piece, "b (c p r q) t h w -> b c (t p) (h q) (w r)", p=times, q=size, r=size)

    def _stage(self, block: Any, pieces: Pieces, level: Tensor | None) -> Pieces:
        if getattr(block, "conv_in", None) is not None:
            pieces = self._residual(block.conv_in, pieces, level)
        if block.time_embedder is not None:
            level = _embedded(block.time_embedder, level, next(block.parameters()).dtype)
        for enlarge in getattr(block, "upsamplers", None) or ():
            pieces = self._enlarged(enlarge, pieces)
        for residual in block.resnets:
            pieces = self._residual(residual, pieces, level)
        return pieces

    def _residual(self, block: Any, pieces: Pieces, level: Tensor | None) -> Pieces:
        """A block's input waits until as many pictures have come through its convolutions."""
        shift, scale, shift2, scale2 = _told(block, level, 4)
        beside, act = _Beside(), block.nonlinearity
        cut = _cut(pieces, self.piece)
        seen = _each(_activation(block.norm1, act, shift, scale), _each(beside.note, cut))
        seen = _stirred(block.per_channel_scale1, self._seen(block.conv1, seen))
        seen = _each(_activation(block.norm2, act, shift2, scale2), seen)
        seen = _stirred(block.per_channel_scale2, self._seen(block.conv2, seen))
        yield from _each(lambda piece: piece.add_(_shortcut(block, beside.next(piece.shape[2]))), seen)

    def _enlarged(self, layer: Any, pieces: Pieces) -> Pieces:
        """More pictures of more pixels out of channels; the first one of a clip stays one."""
        beside, late = _Beside(), layer.stride[0] - 1
        times = prod(layer.stride) // layer.upscale_factor
        cut = _cut(pieces, self.piece * layer.upscale_factor // prod(layer.stride))

        def enlarge(piece: Tensor) -> Tensor:
            nonlocal late
            made, before = _spread(piece, layer.stride), beside.next(piece.shape[2])
            if layer.residual:
                made.unflatten(1, (times, -1)).add_(_spread(before, layer.stride)[:, None])
            made, late = made[:, :, late:], 0
            return made

        return _each(enlarge, self._seen(layer.conv, _each(beside.note, cut)))

    def _seen(self, layer: Any, pieces: Pieces) -> Pieces:
        """A convolution; the first and the last picture of a clip stand for those beyond its ends."""
        reach = layer.kernel_size[0] - 1
        ahead = 0 if _is_causal(self.decoder, layer) else reach // 2
        kept: Tensor | None = None
        for piece, last in pieces:
            before = piece[:, :, :1].repeat(1, 1, reach - ahead, 1, 1) if kept is None else kept
            after = [piece[:, :, -1:].repeat(1, 1, ahead, 1, 1)] if last else []
            seen = _joined([before, piece, *after])
            kept = None if last else seen[:, :, -reach:].clone(memory_format=torch.channels_last_3d)
            del piece, before
            if seen.shape[2] > reach:
                made = [convolved(layer.conv, seen)]
                del seen
                yield made.pop(), last


@dataclass(frozen=True, eq=False)
class _Beside:
    """Pictures that wait for the same ones to come another way."""

    pieces: deque[Tensor] = field(default_factory=deque)

    def note(self, piece: Tensor) -> Tensor:
        self.pieces.append(piece)
        return piece

    def next(self, count: int) -> Tensor:
        """So many of those that wait longest."""
        found = []
        while count:
            piece = self.pieces.popleft()
            if piece.shape[2] > count:
                self.pieces.appendleft(piece[:, :, count:])
                piece = piece[:, :, :count]
            found.append(piece)
            count -= piece.shape[2]
        return found[0] if len(found) == 1 else _joined(found)


def _joined(pieces: list[Tensor]) -> Tensor:
    """One piece after the other, joined as they lie, channels last: `cat` takes 13 times as long to do it in place."""
    return torch.cat([piece.movedim(1, -1) for piece in pieces], 1).movedim(-1, 1)


def _lay_out(decoder: nn.Module) -> None:
    """Have weights lie as pictures do, channels last, so that kernels need not turn them at every call.

    1,024 to 4,096 channels in bfloat16 on one core with AMX, two pictures of 6x10: 0.47 s before, 0.23 after; the same
    bits.
    """
    with torch.inference_mode(False), torch.no_grad():
        for layer in decoder.modules():
            if isinstance(layer, nn.Conv3d) and not layer.weight.is_contiguous(memory_format=torch.channels_last_3d):
                turned = layer.weight.contiguous(memory_format=torch.channels_last_3d)
                layer.weight = nn.Parameter(turned, requires_grad=False)


def _is_causal(decoder: Any, layer: Any) -> bool:
    """LTX-Video's layers know it, LTX-2's are told by their decoder."""
    return layer.is_causal if hasattr(layer, "is_causal") else decoder.is_causal


def _embedded(embedder: Any, level: Tensor | None, dtype: torch.dtype) -> Tensor:
    """Shapes: level (b,) -> (b, k, 1, 1, 1)."""
    assert level is not None, "this decoder is told a level of noise"
    made = embedder(
        timestep=level.flatten(), resolution=None, aspect_ratio=None, batch_size=len(level), hidden_dtype=dtype
    )
    return made.view(len(level), -1, 1, 1, 1)


def _told(block: Any, level: Tensor | None, count: int) -> tuple[Tensor | None, ...]:
    """Shifts and scales that a level of noise stands for, (b, c, 1, 1, 1) each; None where there are none."""
    if block.scale_shift_table is None:
        return (None,) * count
    if getattr(block, "time_embedder", None) is not None:
        level = _embedded(block.time_embedder, level, block.scale_shift_table.dtype)
    assert level is not None, "this decoder is told a level of noise"
    return (level.unflatten(1, (count, -1)) + block.scale_shift_table[None, ..., None, None, None]).unbind(1)


def _activation(
    norm: Any, act: Callable[[Tensor], Tensor], shift: Tensor | None, scale: Tensor | None
) -> Callable[[Tensor], Tensor]:
    """What normalises over channels, moves as the level says, and goes through the activation."""

    def active(piece: Tensor) -> Tensor:
        if is_cached(piece) and isinstance(act, nn.SiLU):
            t, h, w = piece.shape[2:]
            told = (None if each is None else each.flatten(1) for each in (scale, shift))
            seen = activated(rearrange(piece, "b c t h w -> b (t h w) c"), norm, *told)
            return rearrange(seen, "b (t h w) c -> b c t h w", t=t, h=h, w=w)
        seen = norm(piece) if hasattr(norm, "channel_dim") else norm(piece.movedim(1, -1)).movedim(-1, 1)
        if scale is not None and shift is not None:
            seen = seen * (1 + scale) + shift
        return act(seen)

    return active


def _stirred(strength: Tensor | None, pieces: Pieces) -> Pieces:
    """Noise of its own for each place and channel, the same in all pictures, where a block adds some."""
    if strength is None:
        return pieces
    drawn: list[Tensor] = []

    def stir(piece: Tensor) -> Tensor:
        if not drawn:
            drawn.append(torch.randn(piece.shape[-2:], device=piece.device, dtype=piece.dtype)[None])
        return piece + (drawn[0] * strength)[None, :, None]

    return _each(stir, pieces)


def _each(change: Callable[[Tensor], Tensor], pieces: Pieces) -> Pieces:
    """Every piece, changed, if anything is left of it; none is held while others work on what became of it."""
    for piece, last in pieces:
        made = [change(piece)]
        del piece
        if made[0].shape[2]:
            yield made.pop(), last


def _cut(pieces: Pieces, most: int) -> Pieces:
    """The same pictures, where they are twice as much, in pieces of so many bytes at most, or of one picture."""
    for piece, last in pieces:
        count = max(most // piece[:, :, 0].nbytes, 1)
        parts = deque(piece.split(count, 2) if piece.shape[2] >= 2 * count else [piece])
        del piece
        while parts:
            yield parts.popleft(), last and not parts


def _shortcut(block: Any, piece: Tensor) -> Tensor:
    if block.norm3 is not None:
        piece = block.norm3(piece.movedim(1, -1)).movedim(-1, 1)
    if block.conv_shortcut is None:
        return piece
    return getattr(block.conv_shortcut, "conv", block.conv_shortcut)(piece)  # one tap: it sees no other picture


def _spread(piece: Tensor, stride: tuple[int, int, int]) -> Tensor:
    """Channels become pictures, rows and columns."""
    p, q, r = stride
    return rearrange(piece, "b (c p q r) t h w -> b (t p) (h q) (w r) c", p=p, q=q, r=r).movedim(-1, 1)
