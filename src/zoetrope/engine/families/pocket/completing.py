"""What given pictures do not show of a stage, painted to what they do show: beyond a small clip, behind a mask.

Knows no network of the canvas and no words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.backdrop import Anchor, trust
from zoetrope.engine.families.pocket.plan import PATCH, Plan, still_stage
from zoetrope.engine.families.pocket.restyling import seen_by
from zoetrope.engine.families.pocket.scenery import Scenery
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.families.pocket.video_codec import VideoCodec
from zoetrope.engine.families.pocket.walking import walk_to_clean
from zoetrope.engine.noise import Seeds, draw
from zoetrope.engine.schedules import shift_sigmas

STEPS = 8
SHOWN = 0.3  # of a token, from which it is held while the others are painted: trust fades towards edges of all kinds
HOLE = 0.08  # of a picture's tokens, from which what is missing is painted; less is filled from around


@dataclass(frozen=True, eq=False)
class Completer:
    """Paints what is missing of a stage."""

    sketcher: Sketcher
    painter: Scenery
    codec: VideoCodec

    def complete(self, seen: Anchor, plan: Plan, grid: tuple[int, int], seeds: Seeds) -> Anchor:
        """What is seen of a stage, and where that is much too little, what the painter takes to lie there."""
        first = torch.zeros(1, dtype=torch.long, device=plan.cast.device)
        empty = replace(still_stage(plan), camera=seen.camera[None, None])
        every = [replace(each, later=()) for each in (seen, *seen.later)]
        shares = torch.stack([trust(each, empty, first, grid)[0, 0] for each in every]).amax(0)
        shown = F.avg_pool2d(shares[None], PATCH)[0].flatten() > SHOWN
        if float((~shown).float().mean()) < HOLE:
            return seen
        stage = self.sketcher.sketch(empty, first, grid)[:, 0]
        beyond = seen_by(seen, empty, grid)
        mean, deviation = self._encoded(stage), self.painter.deviation
        told = (self._encoded(stage + beyond) - mean) / deviation
        made = mean + self._painted(told, shown, mean, plan.signs[0], grid, seeds) * deviation
        made = rearrange(made, "(f r w) c -> 1 f r w c", f=1, r=grid[0])
        picture = self.codec.decode_stream(made.to(self.codec.encoder.weight.dtype), None)[0][0, :, 0].float()
        return Anchor(torch.lerp(picture - stage, beyond, shares), seen.camera, seen.picture)

    def _painted(
        self, told: Tensor, shown: Tensor, mean: Tensor, signs: Tensor, grid: tuple[int, int], seeds: Seeds
    ) -> Tensor:
        """All tokens of a stage around those that are shown: (n, c) in and out, shown bool (n,)."""
        noise = draw((1, *told.shape), seeds).to(told)

        def clean_at(latent: Tensor, sigma: float) -> Tensor:
            held = torch.where(shown[:, None], (1 - sigma) * told + sigma * noise, latent)
            made = self.painter(held, held.new_tensor([sigma]), mean[None], signs[None], grid)
            return torch.where(shown[:, None], told, made)

        sigmas = shift_sigmas(torch.linspace(1, 0, STEPS + 1), 3.0).tolist()
        return walk_to_clean(clean_at, noise, sigmas)[0]

    def _encoded(self, picture: Tensor) -> Tensor:
        """A picture (3, h, w) as latents (n, c)."""
        return self.codec.encode(picture[None, :, None].to(self.codec.encoder.weight.dtype)).flatten(0, 3).float()
