"""The scenery painter: a small diffusion transformer that dresses a sketched stage with clouds, trees and windows.

It makes one picture's latents, seen by a camera at rest; `backdrop` carries them through the shot. Knows no things, no
motion and no sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import (
    Mlp,
    RmsNorm,
    attention,
    normed,
    preconditioning,
    rotary_table,
    rotate,
)
from zoetrope.engine.families.pocket.plan import MARKS, SIGNS
from zoetrope.engine.families.pocket.walking import walk_to_clean
from zoetrope.engine.noise import Seeds, draw
from zoetrope.engine.products import through
from zoetrope.engine.schedules import shift_sigmas

LONGEST = (24.0, 24.0)  # slowest rotary waves: rows, columns
OCTAVES = 4


@dataclass(frozen=True)
class SceneryConfig:
    width: int = 288
    layers: int = 8
    head: int = 48
    hidden_factor: int = 4
    channels: int = 160


class SceneryBlock(nn.Module):
    """Attention over the picture's tokens, then an MLP; layers share one modulation. Source: Peebles & Xie 2023."""

    def __init__(self, config: SceneryConfig) -> None:
        super().__init__()
        width, self.head = config.width, config.head
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.query_norm, self.key_norm = RmsNorm(config.head), RmsNorm(config.head)
        self.attention_out = nn.Linear(width, width)
        self.mlp = Mlp(width, config.hidden_factor * width)
        self.bias = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: Tensor, modulation: Tensor, table: Tensor) -> Tensor:
        """modulation is (b, 6, d)."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (modulation + self.bias)[:, :, None].unbind(1)
        inner = normed(x) * (1 + scale_a) + shift_a
        packed = rearrange(through(self.query_key_value, inner), "b n (k e c) -> k b n e c", k=3, c=self.head)
        query = rotate(self.query_norm(packed[0]), table).transpose(1, 2)
        key = rotate(self.key_norm(packed[1]), table).transpose(1, 2)
        seen = attention(query, key, packed[2].transpose(1, 2))
        x = x + gate_a * through(self.attention_out, rearrange(seen, "b e n c -> b n (e c)"))
        return x + gate_m * self.mlp(normed(x) * (1 + scale_m) + shift_m)


class Scenery(nn.Module):
    """What stages show beyond their sketch, as latents in which every channel reaches as far as it is seen.

    So noise hides what is fine before what is coarse, and what is coarse is settled first. `reach` (c,) is the
    deviation of every channel, `deviation` (c,) what brings them to the codec's own scale.
    """

    reach: Tensor
    deviation: Tensor

    def __init__(self, config: SceneryConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.register_buffer("reach", torch.ones(config.channels))
        self.register_buffer("deviation", torch.ones(config.channels))
        self.noisy_in = nn.Linear(config.channels, d)
        self.sketch_in = nn.Linear(config.channels, d, bias=False)
        self.places = nn.Linear(4 * OCTAVES, d, bias=False)
        self.sigma_in, self.sigma_out = Mlp(128, d), nn.Linear(128, d)
        self.signs_in = nn.Linear(SIGNS + MARKS, 2 * d)
        self.modulation = nn.Linear(d, 6 * d)
        self.blocks = nn.ModuleList(SceneryBlock(config) for _ in range(config.layers))
        self.out = nn.Linear(d, config.channels)
        for layer in (self.modulation, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, noisy: Tensor, sigma: Tensor, sketch: Tensor, signs: Tensor, grid: tuple[int, int]) -> Tensor:
        """Predict clean tokens.

        Shapes: noisy and out (b, n, c) in row order; sigma (b,); sketch (b, n, c), latents; signs
        (b, SIGNS + MARKS).
        """
        dtype = self.noisy_in.weight.dtype
        rows, columns = grid
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        places = torch.stack([y.flatten(), x.flatten()], dim=-1).to(noisy)
        pairs = self.config.head // 2
        table = rotary_table(places.cpu(), (pairs // 2, pairs - pairs // 2), LONGEST).to(noisy.device, dtype)
        share = (places + 0.5) / places.new_tensor([rows, columns])
        angle = share[..., None] * (math.pi * 2.0 ** torch.arange(OCTAVES, device=noisy.device))
        waves = torch.cat([angle.cos(), angle.sin()], dim=-1).flatten(1)
        said, told = self.signs_in(signs.to(dtype)).chunk(2, dim=-1)
        level, reach = sigma.float()[:, None, None], self.reach.float()
        kept, spread = preconditioning(level, reach)
        tokens = (
            self.noisy_in((spread / (level * reach) * noisy).to(dtype))
            + self.sketch_in(sketch.to(dtype))
            + self.places(waves.to(dtype))
        )
        tokens = tokens + told[:, None]
        ladder = torch.exp(torch.arange(64, device=noisy.device) * (-math.log(10_000.0) / 64))
        angle = sigma.float()[:, None] * 1000 * ladder
        condition = self.sigma_out(self.sigma_in(torch.cat([angle.cos(), angle.sin()], dim=-1).to(dtype))) + said
        modulation = self.modulation(F.silu(condition)).unflatten(1, (6, -1))
        for block in self.blocks:
            tokens = block(tokens, modulation, table)
        made = self.out(normed(tokens))
        return kept * noisy.float() + spread * made.float()

    @torch.no_grad()
    def paint(
        self,
        sketch: Tensor,
        signs: Tensor,
        grid: tuple[int, int],
        seeds: Seeds | int,
        *,
        steps: int,
        shift: float = 3.0,
        told: Tensor | None = None,
        strength: float = 1.0,
        shown: Tensor | None = None,
    ) -> Tensor:
        """Latents of one dressed stage (n, c): from noise, or out of so much noise over what is told.

        Tokens that are shown are as they are told, and the others are painted to them.
        Shapes: sketch and told (n, c), latents; signs (SIGNS + MARKS,); shown bool (n,).
        """
        noise = draw((1, *sketch.shape), seeds).to(sketch.device)
        begun = torch.zeros_like(sketch) if told is None else (told - sketch) / self.deviation
        held = sketch.new_zeros(len(sketch), 1, dtype=torch.bool) if shown is None else shown[:, None]

        def clean_at(latent: Tensor, sigma: float) -> Tensor:
            noisy = torch.where(held, (1 - sigma) * begun + sigma * noise, latent)
            made = self(noisy, latent.new_tensor([sigma]), sketch[None], signs[None], grid)
            return torch.where(held, begun, made)

        every = shift_sigmas(torch.linspace(1, 0, steps + 1), shift).tolist()
        start = noise if told is None else (1 - strength) * begun + strength * noise
        made = walk_to_clean(clean_at, start, [strength, *(each for each in every if each < strength)])
        return sketch + made[0] * self.deviation
