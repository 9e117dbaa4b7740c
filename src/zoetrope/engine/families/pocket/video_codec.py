"""The video codec of the pocket family: pictures in [-1, 1] <-> latents, six frames of 16x16 pixels to one token.

The first latent frame holds the first picture alone (a still is one latent frame); every later one holds six pictures.
Both directions look back one latent frame a layer and never forward, so both stream. All arithmetic is linear layers
and attention inside one latent frame: convolutions at pixel resolution cost more than everything else on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import FrameBlock, RmsNorm, rotary_table

PATCH = 16
GROUP = 6

State = list[Tensor] | None


@dataclass(frozen=True)
class VideoCodecConfig:
    channels: int = 128
    encoder_width: int = 256
    encoder_layers: int = 3
    decoder_width: int = 384
    decoder_layers: int = 5
    hidden_factor: int = 3
    head: int = 64


class Tower(nn.Module):
    """A stack of frame blocks that carries its own causal state."""

    def __init__(self, width: int, layers: int, config: VideoCodecConfig) -> None:
        super().__init__()
        self.head = config.head
        self.blocks = nn.ModuleList(FrameBlock(width, config.hidden_factor * width, config.head) for _ in range(layers))
        self.norm = RmsNorm(width)

    def forward(self, x: Tensor, table: Tensor, state: State) -> tuple[Tensor, list[Tensor]]:
        states = []
        for index, block in enumerate(self.blocks):
            x, last = block(x, table, None if state is None else state[index])
            states.append(last)
        return self.norm(x), states


class Patches(nn.Module):
    """One linear map for the picture that stands alone and one for groups of six, in either direction."""

    def __init__(self, still: tuple[int, int], group: tuple[int, int]) -> None:
        super().__init__()
        self.still = nn.Linear(*still)
        self.group = nn.Linear(*group)

    def inwards(self, stills: Tensor, groups: Tensor) -> Tensor:
        return torch.cat([self.still(stills), self.group(groups)], dim=1)


class VideoCodec(nn.Module):
    """Encode and decode pictures; see the module's docstring.

    Shapes: frames (b, 3, 1 + 6 k, 16 r, 16 c) in [-1, 1]; latent (b, 1 + k, r, c, channels), each channel normalised to
    unit deviation.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: VideoCodecConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or VideoCodecConfig()
        still, group = 3 * PATCH * PATCH, 3 * PATCH * PATCH * GROUP
        inner, outer, c = config.encoder_width, config.decoder_width, config.channels
        self.encoder_in = Patches((still, inner), (group, inner))
        self.encoder = Tower(inner, config.encoder_layers, config)
        self.encoder_out = nn.Linear(inner, c)
        self.encoder_direct = Patches((still, c), (group, c))
        self.decoder_in = Patches((c, outer), (c, outer))
        self.decoder = Tower(outer, config.decoder_layers, config)
        self.decoder_out = Patches((outer, still), (outer, group))
        self.decoder_direct = Patches((c, still), (c, group))
        self.register_buffer("mean", torch.zeros(c))
        self.register_buffer("deviation", torch.ones(c))

    def table(self, rows: int, columns: int, device: torch.device) -> Tensor:
        places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).float()
        share = self.config.head // 4
        return rotary_table(places, (share, share), (64.0, 64.0)).to(device)

    def encode_raw(self, frames: Tensor) -> Tensor:
        """Latents before normalisation, (b, 1 + k, r, c, channels)."""
        rows, columns = frames.shape[-2] // PATCH, frames.shape[-1] // PATCH
        cut = "b c (f t) (r p) (w q) -> b f (r w) (t c p q)"
        stills = rearrange(frames[:, :, :1], cut, t=1, p=PATCH, q=PATCH)
        groups = rearrange(frames[:, :, 1:], cut, t=GROUP, p=PATCH, q=PATCH)
        hidden, _ = self.encoder(
            self.encoder_in.inwards(stills, groups), self.table(rows, columns, frames.device), None
        )
        latent = self.encoder_direct.inwards(stills, groups) + self.encoder_out(hidden)
        return rearrange(latent, "b f (r w) c -> b f r w c", r=rows)

    def encode(self, frames: Tensor) -> Tensor:
        """Pictures -> latents. A single picture gives the latent of a still."""
        return (self.encode_raw(frames).float() - self.mean) / self.deviation

    def decode_raw(self, latent: Tensor, state: State = None) -> tuple[Tensor, list[Tensor]]:
        """Unnormalised latents -> pictures and the state for the latents that follow."""
        rows, columns = latent.shape[2:4]
        flat = rearrange(latent, "b f r w c -> b f (r w) c")
        fresh = state is None
        stills, groups = (flat[:, :1], flat[:, 1:]) if fresh else (flat[:, :0], flat)
        hidden, after = self.decoder(
            self.decoder_in.inwards(stills, groups), self.table(rows, columns, latent.device), state
        )
        join = "b f (r w) (t c p q) -> b c (f t) (r p) (w q)"
        sizes = {"r": rows, "p": PATCH, "q": PATCH, "c": 3}
        parts = []
        if fresh:
            still = self.decoder_out.still(hidden[:, :1]) + self.decoder_direct.still(stills)
            parts.append(rearrange(still, join, t=1, **sizes))
        if groups.shape[1]:
            group = self.decoder_out.group(hidden[:, int(fresh) :]) + self.decoder_direct.group(groups)
            parts.append(rearrange(group, join, t=GROUP, **sizes))
        return torch.cat(parts, dim=2), after

    def decode_stream(self, latent: Tensor, state: State = None) -> tuple[Tensor, list[Tensor]]:
        """Normalised latents -> pictures, with the state to hand back with the next latents (None starts a clip)."""
        return self.decode_raw((latent * self.deviation + self.mean).to(self.decoder_out.still.weight.dtype), state)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents -> pictures, one latent frame at a time: the same numbers as any streaming of it."""
        state: State = None
        parts = []
        for frame in latent.split(1, dim=1):
            pictures, state = self.decode_stream(frame, state)
            parts.append(pictures)
        return torch.cat(parts, dim=2)
