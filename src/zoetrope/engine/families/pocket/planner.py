"""The planner: a small diffusion transformer that writes a plan from facts, around whatever of the plan is given.

A shot is one token for its cast and one for each latent frame; every number may be given or made. It predicts the clean
plan. Knows no words, pictures or sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import Mlp, RmsNorm, attention, normed, preconditioning
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import (
    AXES,
    CAMERA,
    CAST,
    MARKS,
    SLOTS,
    STAGE,
    TRACK,
    TRAITS,
    Plan,
    no_badges,
    pictures_of,
)
from zoetrope.engine.families.pocket.reader import ASKED, FACTS, SIZES

ROW = SLOTS * len(TRACK) + len(CAMERA)  # numbers of one picture
WIDE = ROW * GROUP  # numbers of one token
SMOOTH = ("x", "y", "spin", "ground_speed", "air_speed")  # told as waves over a latent frame's pictures
SOFTEST = 0.3  # m/s; a contact below it is none
KINDS = 3  # of tokens: cast, first picture, group of pictures


@dataclass(frozen=True)
class PlannerConfig:
    width: int = 192
    layers: int = 5
    head: int = 48
    hidden_factor: int = 4
    most: int = 12  # tokens of a shot


class PlannerBlock(nn.Module):
    """Attention over the shot's tokens, then an MLP. Layers share one modulation."""

    def __init__(self, config: PlannerConfig) -> None:
        super().__init__()
        width = config.width
        self.head = config.head
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.query_norm, self.key_norm = RmsNorm(config.head), RmsNorm(config.head)
        self.attention_out = nn.Linear(width, width)
        self.mlp = Mlp(width, config.hidden_factor * width)
        self.bias = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        """modulation is (b, 6, d)."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (modulation + self.bias)[:, :, None].unbind(1)
        inner = normed(x) * (1 + scale_a) + shift_a
        packed = rearrange(self.query_key_value(inner), "b n (k e c) -> k b e n c", k=3, c=self.head)
        seen = attention(self.query_norm(packed[0]), self.key_norm(packed[1]), packed[2])
        x = x + gate_a * self.attention_out(rearrange(seen, "b e n c -> b n (e c)"))
        return x + gate_m * self.mlp(normed(x) * (1 + scale_m) + shift_m)


class Planner(nn.Module):
    """Denoised plans of a batch of shots of one length."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: PlannerConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.register_buffer("mean", torch.zeros(KINDS, WIDE))
        self.register_buffer("deviation", torch.ones(KINDS, WIDE))
        self.cast_in = nn.Linear(2 * WIDE, d)
        self.row_in = nn.Linear(2 * WIDE, d)
        self.places = nn.Parameter(torch.randn(config.most, d) * 0.5)
        self.length = nn.Embedding(config.most + 1, d)
        self.sigma_in = Mlp(128, d)
        self.sigma_out = nn.Linear(128, d)
        self.facts_in = nn.Linear(FACTS, 2 * d)
        self.modulation = nn.Linear(d, 6 * d)
        self.blocks = nn.ModuleList(PlannerBlock(config) for _ in range(config.layers))
        self.cast_out = nn.Linear(d, WIDE)
        self.row_out = nn.Linear(d, WIDE)
        for layer in (self.modulation, self.cast_out, self.row_out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, noisy: Tensor, given: Tensor, sigma: Tensor, facts: Tensor) -> Tensor:
        """Predict clean tokens.

        Shapes: noisy (b, n, WIDE), clean where given (b, n, WIDE) is 1; sigma (b,); facts (b, FACTS); out like noisy.
        """
        both = torch.cat([noisy, given], dim=-1)
        x = torch.cat([self.cast_in(both[:, :1]), self.row_in(both[:, 1:])], dim=1) + self.places[: noisy.shape[1]]
        ladder = torch.exp(torch.arange(64, device=sigma.device) * (-math.log(10_000.0) / 64))
        angle = sigma.float()[:, None] * 1000 * ladder
        waves = torch.cat([angle.cos(), angle.sin()], dim=-1).to(x.dtype)
        said, told = self.facts_in(facts.to(x.dtype)).chunk(2, dim=-1)
        x = x + told[:, None]
        condition = self.sigma_out(self.sigma_in(waves)) + said
        condition = condition + self.length.weight[noisy.shape[1]]
        modulation = self.modulation(F.silu(condition)).unflatten(1, (6, -1))
        for block in self.blocks:
            x = block(x, modulation)
        x = normed(x)
        made = torch.cat([self.cast_out(x[:, :1]), self.row_out(x[:, 1:])], dim=1)
        kept, spread = preconditioning(sigma.float()[:, None, None])
        return kept * noisy + spread * made.float()

    def normalise(self, tokens: Tensor) -> Tensor:
        kind = _kinds(tokens.shape[1])
        return (tokens - self.mean[kind]) / self.deviation[kind]

    def restore(self, tokens: Tensor) -> Tensor:
        kind = _kinds(tokens.shape[1])
        return tokens * self.deviation[kind] + self.mean[kind]


def _kinds(count: int) -> Tensor:
    return torch.arange(count).clamp(max=KINDS - 1)


def _waves() -> Tensor:
    """Orthonormal cosine transform over the pictures of a latent frame, (GROUP, GROUP)."""
    at = torch.arange(GROUP)
    table = torch.cos(math.pi / GROUP * (at + 0.5) * at[:, None]) * math.sqrt(2 / GROUP)
    table[0] /= math.sqrt(2)
    return table


def smooth_rows() -> Tensor:
    """Which numbers of a picture are told as waves, (ROW,) bool."""
    track = torch.tensor([name in SMOOTH for name in TRACK])
    return torch.cat([track.repeat(SLOTS), torch.ones(len(CAMERA), dtype=torch.bool)])


def to_tokens(plan: Plan) -> Tensor:
    """Plans -> (b, 1 + latent frames, WIDE), the cast first, padded with zeros."""
    count = 1 + (plan.camera.shape[1] - 1) // GROUP
    rows = torch.cat([rearrange(plan.tracks, "b s t k -> b t (s k)"), plan.camera], dim=-1)
    groups = rows[:, pictures_of(torch.arange(count))]  # b f g k
    waved = torch.einsum("hg,bfgk->bfhk", _waves().to(groups), groups)
    told = torch.where(smooth_rows(), waved, groups).flatten(2)
    cast = F.pad(plan.cast, (0, WIDE - CAST))
    return torch.cat([cast[:, None], told], dim=1)


def from_tokens(tokens: Tensor) -> Plan:
    """Tokens -> plans in which every choice is made: one value an axis, things there or not, contacts or none."""
    told = tokens[:, 1:].unflatten(2, (GROUP, ROW))
    rows = torch.where(smooth_rows(), torch.einsum("hg,bfhk->bfgk", _waves().to(told), told), told)
    rows = torch.cat([rows[:, :1].mean(2), rows[:, 1:].flatten(1, 2)], dim=1)
    camera = rows[..., -len(CAMERA) :]
    tracks = rearrange(rows[..., : -len(CAMERA)], "b t (s k) -> b s t k", s=SLOTS).clone()
    cast = decide(tokens[:, 0, :CAST])
    tracks[..., 3] = torch.where(tracks[..., 3] < 0, -1.0, 1.0)
    tracks[..., 5:8] = tracks[..., 5:8].clamp_min(0)
    struck = tracks[..., 8] > SOFTEST
    tracks[..., 8] *= struck
    tracks[..., 9] = tracks[..., 9].clamp(0, 1) * struck
    filled = cast[:, : SLOTS * TRAITS].unflatten(1, (SLOTS, TRAITS))[..., :1]
    return Plan(tracks * filled[:, :, None], camera, cast, no_badges(len(cast)).to(cast))


def pinned(facts: Tensor) -> tuple[Tensor, Tensor]:
    """What facts (b, FACTS) already settle of the cast: values and where they hold (1), (b, WIDE) each."""
    said = dict(zip(ASKED, facts.split(SIZES, dim=1), strict=True))
    values, where = facts.new_zeros(len(facts), WIDE), facts.new_zeros(len(facts), WIDE)

    def settle(at: int, axis: str) -> None:
        answer = said[axis][:, 1:]
        values[:, at : at + answer.shape[1]] = answer
        where[:, at : at + answer.shape[1]] = answer.sum(1, keepdim=True)

    at = 0
    for slot, asked in enumerate(("", "second_")):
        there = torch.ones_like(facts[:, 0]) if slot == 0 else said[f"{asked}object"][:, 1:].sum(1)
        values[:, at], where[:, at] = there, there
        at += 1
        for axis, known in AXES.items():
            if f"{asked}{axis}" in ASKED:
                settle(at, f"{asked}{axis}")
            at += len(known)
    for axis, known in STAGE.items():
        settle(at, axis)
        at += len(known)
    return values, where


def decide(cast: Tensor) -> Tensor:
    """Scores (b, CAST) -> a cast with one value an axis."""
    made = torch.zeros_like(cast)
    at = 0
    for slot in range(SLOTS):
        filled = (cast[:, at] > 0.5).to(cast) if slot else torch.ones_like(cast[:, 0])
        made[:, at] = filled
        at += 1
        for values in AXES.values():
            best = cast[:, at : at + len(values)].argmax(1)
            made[:, at : at + len(values)] = F.one_hot(best, len(values)).to(cast) * filled[:, None]
            at += len(values)
    for values in STAGE.values():
        best = cast[:, at : at + len(values)].argmax(1)
        made[:, at : at + len(values)] = F.one_hot(best, len(values)).to(cast)
        at += len(values)
    marks = cast[:, -MARKS:]
    wall, pivot = (marks[:, 1] > 0.5).to(cast), (marks[:, 4] > 0.5).to(cast)
    side = torch.where(marks[:, 3] < 0, -1.0, 1.0).to(cast)
    made[:, -MARKS:] = torch.stack(
        [marks[:, 0], wall, marks[:, 2] * wall, side * wall, pivot, marks[:, 5] * pivot, marks[:, 6] * pivot], dim=1
    )
    return made
