"""Between pixels and Wan's latents, frame by frame; what a codec remembers of a shot is handed on.

Knows no canvas. The network of the codec is diffusers' AutoencoderKLWan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
import torch
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.wan.decoding import Past, pictures_of

State: TypeAlias = Past | None
"""What each causal convolution saw last; None before the first latent frame. Emptied by who goes on from it."""

STRIDE = 4  # frames that one latent frame after the first holds


def decode_next(codec: Any, latent: Tensor, state: State) -> tuple[np.ndarray, State]:
    """Decode the next latent frames of a shot; the same pixels as decoding all at once. A state goes on only once.

    Shapes: latent (f, r, w, c), normalised; frames uint8 (t, h, w, 3).
    """
    spread, mean = _spread(codec, latent.device)
    given = rearrange(latent.to(codec.dtype), "f r w c -> 1 c f r w")
    given = codec.post_quant_conv(given / spread.to(codec.dtype) + mean.to(codec.dtype))
    past = _handed_on(state)
    patch = codec.config.patch_size
    pictures = [
        _to_uint8(_unfold(pixels[:, :, None], patch).clamp(-1, 1))
        for each in given.unbind(2)
        for pixels in pictures_of(codec.decoder, each, past)
    ]
    return np.concatenate(pictures), past


def _handed_on(state: State) -> Past:
    """What is remembered, in the hands of one alone: it is written over, and a copy would take as much again."""
    if state is None:
        return {}
    assert state, "a state goes on only once"
    past = dict(state)
    state.clear()
    return past


def encode(codec: Any, frames: Tensor) -> Tensor:
    """Encode a whole clip; the mean of what the codec believes.

    Shapes: frames (t, h, w, 3) in -1..1, t = 1, 5, 9 and so on; out (f, r, w, c), normalised, float32.
    """
    return encode_pieces(codec, (frames[piece] for piece in pieces_of(len(frames))))


def pieces_of(count: int) -> list[slice]:
    """Which frames of a clip the codec reads together: the first alone, then as many as a latent frame holds."""
    return [slice(0, 1), *(slice(start, start + STRIDE) for start in range(1, count, STRIDE))]


def encode_pieces(codec: Any, pieces: Iterable[Tensor]) -> Tensor:
    """Encode a clip in the pieces of `pieces_of`, so that its pixels need not all be there. Shapes: as `encode`."""
    memory: list[Any] = [None] * _convolutions(codec.encoder)
    seen = []
    for piece in pieces:
        pixels = _fold(rearrange(piece.to(codec.dtype), "t h w c -> 1 c t h w"), codec.config.patch_size)
        seen.append(codec.encoder(pixels, feat_cache=memory, feat_idx=[0]))
    mean_of_latent = codec.quant_conv(torch.cat(seen, 2)).chunk(2, dim=1)[0].float()
    spread, mean = _spread(codec, mean_of_latent.device)
    return rearrange((mean_of_latent - mean) * spread, "1 c f r w -> f r w c")


def colours_of(codec: Any) -> Callable[[Tensor], Tensor]:
    """The colours that pictures of one latent alone have, for `tint`. Shapes: (k, c) -> (k, 3)."""

    def decode(latents: Tensor) -> Tensor:
        latents = latents.to(codec.post_quant_conv.weight.device)
        frames = [decode_next(codec, each.expand(1, 2, 2, -1), None)[0] for each in latents]
        return torch.from_numpy(np.stack(frames)).float().mean((1, 2, 3)) / 127.5 - 1

    return decode


def pixels_of(pictures: np.ndarray, device: torch.device) -> Tensor:
    """Pictures as codecs see them. Shapes: uint8 (..., 3) -> float32 (..., 3) in -1..1."""
    return 2 * (torch.from_numpy(np.ascontiguousarray(pictures)).to(device).float() / 255) - 1


def _spread(codec: Any, device: torch.device) -> tuple[Tensor, Tensor]:
    """One over the spread of each channel, and its mean, (1, c, 1, 1, 1)."""
    channels = (1, -1, 1, 1, 1)
    spread = 1.0 / torch.tensor(codec.config.latents_std, device=device).view(channels)
    return spread, torch.tensor(codec.config.latents_mean, device=device).view(channels)


def _convolutions(network: nn.Module) -> int:
    """How many layers remember."""
    return sum(type(layer).__name__ == "WanCausalConv3d" for layer in network.modules())


def _fold(pixels: Tensor, patch: int | None) -> Tensor:
    if patch in (None, 1):
        return pixels
    return rearrange(pixels, "b c t (h p) (w q) -> b (c q p) t h w", p=patch, q=patch)


def _unfold(pixels: Tensor, patch: int | None) -> Tensor:
    if patch in (None, 1):
        return pixels
    return rearrange(pixels, "b (c q p) t h w -> b c t (h p) (w q)", p=patch, q=patch)


def _to_uint8(pixels: Tensor) -> np.ndarray:
    frames = rearrange(pixels, "1 c t h w -> t h w c").float()
    return frames.div(2).add_(0.5).clamp_(0, 1).mul_(255).round_().to(torch.uint8).cpu().numpy()
