"""Write a plan: walk the planner from noise to a clean plan, around what is given of it.

Knows no pictures; what reads a plan is elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known, know_past, nothing_known, rows_as_tokens
from zoetrope.engine.families.pocket.habits import keep_habits
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.pacing import keep_pace
from zoetrope.engine.families.pocket.plan import CAST, SLOTS, TRACK, Plan
from zoetrope.engine.families.pocket.planner import WIDE, Planner, from_tokens, pinned, smooth_rows, to_tokens
from zoetrope.engine.families.pocket.reader import nothing_said, stated
from zoetrope.engine.families.pocket.touching import touching
from zoetrope.engine.families.pocket.walking import walk_to_clean
from zoetrope.engine.noise import Seeds, draw

LENGTHS = (1, 6, 11)  # latent frames of the shots that the planner has met; others are the first part of one
STEPS = 8
GUIDANCE = 2.0
STIFFNESS, JOLT, ROUNDS = 10.0, 0.01, 4  # of smoothing: metres of third difference beyond which it is a touch or a cut


def write_plan(
    planner: Planner,
    facts: Tensor,
    latents: int,
    seeds: Seeds | int,
    *,
    known: Known | None = None,
    steps: int = STEPS,
    guidance: float = GUIDANCE,
) -> Plan:
    """Write the plan of one shot, around what is known of it.

    Shapes: facts (1, FACTS).
    """
    asked, latents = latents, min(each for each in LENGTHS if each >= latents)
    device = planner.mean.device
    latent = draw((1, 1 + latents, WIDE), seeds).to(device)
    values, where = torch.zeros_like(latent), torch.zeros_like(latent)
    settled, pins = pinned(facts)
    values[:, 0] = planner.normalise(F.pad(settled[:, None], (0, 0, 0, latents)))[:, 0]
    where[:, 0] = pins
    if known is not None:
        there = torch.zeros_like(where[0, : 1 + asked])
        there[0, :CAST] = known.cast.float()
        there[1:] = rows_as_tokens(known.rows, asked, smooth_rows())
        kept = there > 0
        values[0, : 1 + asked] = torch.where(kept, planner.normalise(to_tokens(known.plan))[0], values[0, : 1 + asked])
        where[0, : 1 + asked] = torch.where(kept, there, where[0, : 1 + asked])
    both = torch.cat([facts, nothing_said(facts)])

    def clean_at(latent: Tensor, sigma: float) -> Tensor:
        noisy = torch.where(where > 0, values, latent).expand(2, -1, -1)
        made = planner(noisy, where.expand(2, -1, -1), torch.full((2,), sigma, device=device), both)
        return made[1:] + guidance * (made[:1] - made[1:])

    latent = walk_to_clean(clean_at, latent, torch.linspace(1, 0, steps + 1).tolist())
    plan = from_tokens(planner.restore(torch.where(where > 0, values, latent))[:, : 1 + asked])
    said = stated(facts[0])
    act = said.get("action", "") if "then" not in said else ""
    plan = keep_pace(touching(settle(plan), act), said, known, seeds)
    plan = keep_habits(plan, said, (True,) * SLOTS if known is None else known.turns_free())
    return plan if known is None else touching(known.laid_over(plan), act, known)


def go_on_with(
    planner: Planner,
    facts: Tensor,
    past: Plan,
    pictures: int,
    seeds: Seeds | int,
    *,
    known: Known | None = None,
) -> Plan:
    """Write what comes after a past plan: at least so many pictures more, the past ones in front.

    known tells of all pictures of the answer, if anything. The past has 1, 7, 13 ... pictures.
    """
    before = past.camera.shape[1]
    latents = 1 + -(-(before + pictures - 1) // GROUP)
    known = known or nothing_known(1 + GROUP * (latents - 1), planner.mean.device)
    return write_plan(planner, facts, latents, seeds, known=know_past(known, past))


def settle(plan: Plan) -> Plan:
    """Take the tremor out of what moves: between touches, turns and cuts, acceleration hardly changes.

    Source: Whittaker 1923 (smoothing by third differences), weights as in Holland & Welsch 1977 (Cauchy).
    """
    if plan.camera.shape[1] < 4:
        return plan
    tracks = plan.tracks.clone()
    touched = tracks[..., TRACK.index("contact")].unfold(-1, 4, 1).amax(-1) > 0  # b s t-3
    tracks[..., :2] = _smooth(tracks[..., :2], ~touched)
    angle = _smooth(tracks[..., 2:3].cumsum(2))
    tracks[..., 2:3] = angle.diff(dim=2, prepend=torch.zeros_like(angle[:, :, :1]))
    return replace(plan, tracks=tracks, camera=_smooth(plan.camera))


def _smooth(paths: Tensor, stiff: Tensor | None = None) -> Tensor:
    """Paths (..., t, k) with as little change of acceleration as their own jumps allow.

    stiff (..., t - 3) is false where a path may bend between four pictures, all it likes.
    """
    rows = paths.double().movedim(-1, 0).flatten(0, -2)
    count = rows.shape[1]
    third = torch.eye(count, dtype=rows.dtype, device=rows.device).diff(n=3, dim=0)
    bound = rows.new_ones(len(rows), count - 3)
    if stiff is not None:
        bound = stiff.to(rows).flatten(0, -2).repeat(paths.shape[-1], 1)
    weight, made = bound, rows
    for _ in range(ROUNDS):
        system = torch.eye(count).to(rows) + STIFFNESS * third.T @ (weight[..., None] * third)
        made = torch.linalg.solve(system, rows)
        weight = bound / (1 + ((made @ third.T) / JOLT).square())
    return made.unflatten(0, (paths.shape[-1], *paths.shape[:-2])).movedim(0, -1).to(paths)
