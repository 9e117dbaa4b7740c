"""The video codec of the pocket family: pictures in [-1, 1] <-> latents, six frames of 16x16 pixels to one token.

The first latent frame holds the first picture alone (a still is one latent frame, as if six alike); every later one
holds six pictures. Pictures become latents by one linear map, the principal components of patches, so that latents
change as smoothly as pictures do; only the way back is learned. It looks back one latent frame a layer and never
forward, so it streams. All arithmetic is linear layers and attention inside one latent frame: convolutions at pixel
resolution cost more than everything else on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import FrameBlock, RmsNorm, rotary_table

PATCH = 16
GROUP = 6
STILL = 3 * PATCH * PATCH  # values of one picture's patch

State = list[Tensor] | None


@dataclass(frozen=True)
class VideoCodecConfig:
    channels: int = 160
    decoder_width: int = 384
    decoder_layers: int = 5  # 0: nothing but lines
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
    """One linear map to the picture that stands alone and one to groups of six."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.still = nn.Linear(width, STILL)
        self.group = nn.Linear(width, STILL * GROUP)


class VideoCodec(nn.Module):
    """Encode and decode pictures; see the module's docstring.

    Shapes: frames (b, 3, 1 + 6 k, 16 r, 16 c) in [-1, 1]; latent (b, 1 + k, r, c, channels), strong
    channels normalised more than weak ones.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: VideoCodecConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or VideoCodecConfig()
        outer, c = config.decoder_width, config.channels
        self.encoder = nn.Linear(STILL * GROUP, c)
        self.decoder_direct = Patches(c)
        if config.decoder_layers:
            self.decoder_in = nn.Linear(c, outer)
            self.decoder = Tower(outer, config.decoder_layers, config)
            self.decoder_out = Patches(outer)
        self.register_buffer("mean", torch.zeros(c))
        self.register_buffer("deviation", torch.ones(c))

    def table(self, rows: int, columns: int, device: torch.device) -> Tensor:
        places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).float()
        share = self.config.head // 4
        return rotary_table(places, (share, share), (64.0, 64.0)).to(device)

    def encode_raw(self, frames: Tensor) -> Tensor:
        """Latents before normalisation, (b, 1 + k, r, c, channels)."""
        cut = "b c (f t) (r p) (w q) -> b f r w (t c p q)"
        groups = rearrange(frames[:, :, 1:], cut, t=GROUP, p=PATCH, q=PATCH)
        still = rearrange(frames[:, :, :1], cut, t=1, p=PATCH, q=PATCH)
        folded = self.encoder.weight.unflatten(1, (GROUP, STILL)).sum(1)
        return torch.cat([F.linear(still, folded, self.encoder.bias), self.encoder(groups)], dim=1)

    def encode(self, frames: Tensor) -> Tensor:
        """Pictures -> latents. A single picture gives the latent of a still."""
        return (self.encode_raw(frames).float() - self.mean) / self.deviation

    def decode_raw(self, latent: Tensor, state: State = None) -> tuple[Tensor, list[Tensor]]:
        """Unnormalised latents -> pictures and the state for the latents that follow."""
        rows, columns = latent.shape[2:4]
        flat = rearrange(latent, "b f r w c -> b f (r w) c")
        fresh = state is None
        made, after = self._refined(flat, self.table(rows, columns, latent.device), state)
        join = "b f (r w) (t c p q) -> b c (f t) (r p) (w q)"
        parts = []
        for kind, where in (("still", slice(0, int(fresh))), ("group", slice(int(fresh), None))):
            patches = getattr(self.decoder_direct, kind)(flat[:, where])
            if made is not None:
                patches = patches + getattr(self.decoder_out, kind)(made[:, where])
            parts.append(rearrange(patches, join, c=3, p=PATCH, q=PATCH, r=rows))
        return torch.cat(parts, dim=2), after

    def _refined(self, flat: Tensor, table: Tensor, state: State) -> tuple[Tensor | None, list[Tensor]]:
        """What the tower, where there is one, makes of latents (b, f, n, c), and its state."""
        if not self.config.decoder_layers:
            return None, []
        return self.decoder(self.decoder_in(flat), table, state)

    def decode_stream(self, latent: Tensor, state: State = None) -> tuple[Tensor, list[Tensor]]:
        """Normalised latents -> pictures, with the state to hand back with the next latents (None starts a clip)."""
        return self.decode_raw((latent * self.deviation + self.mean).to(self.decoder_direct.still.weight.dtype), state)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents -> pictures, one latent frame at a time: the same numbers as any streaming of it."""
        state: State = None
        parts = []
        for frame in latent.split(1, dim=1):
            pictures, state = self.decode_stream(frame, state)
            parts.append(pictures)
        return torch.cat(parts, dim=2)
