"""How good a shot is becoming, as pocket itself can see it: does it happen as asked, and is what is asked to be seen.

The planner is asked how well the plan suits the prompt's action and camera against all others; the spotter, whether the
estimate's pictures show the things and the stage that the prompt names, where the plan has them. Knows no evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, Tokens, advance
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import AXES, METRE, PATCH, STAGE, Plan, project
from zoetrope.engine.families.pocket.planner import Planner, pinned, to_tokens
from zoetrope.engine.families.pocket.planning import LENGTHS
from zoetrope.engine.families.pocket.reader import ASKED, SIZES, stated
from zoetrope.engine.families.pocket.references import named
from zoetrope.engine.families.pocket.spotter import Findings, spot
from zoetrope.engine.noise import draw

if TYPE_CHECKING:
    from zoetrope.engine.families.pocket.family import LoadedPocket

HAPPENS = ("action", "then", "pace", "camera")  # axes that only a plan shows
LEVELS = (0.25, 0.45, 0.65)  # noise at which the planner is asked: below, all fits; above, nothing is left to see
CERTAIN = 40.0  # weight of an error in squared deviations: plans of clear actions then stand at 0.6 to 0.98 (48 plans)
EVERY = GROUP  # pictures from one that is looked at to the next
NEAR, LARGE = 1.0, 6.0  # radii between where the plan has a thing and where it is seen; pixels of the least radius
LOOKS = ("object", "colour")  # surfaces and materials of things that cross a pixel a picture are not told reliably
LEAST = 0.05  # a chance below it is as bad: one surely missing thing must not hide all else


def promise(checkpoint: LoadedPocket, request: Request, canvas: Canvas, denoised: Tokens) -> float:
    """How good an estimate is for its request: the sum of logarithms of chances, 0 at best."""
    whole = advance(canvas, denoised).video.latent
    count, rows, columns = canvas.grid
    frames, _ = checkpoint.decode_video(rearrange(whole, "(f r w) c -> f r w c", f=count, r=rows, w=columns), None)
    facts = checkpoint.stager.facts(named(request, checkpoint.seer)[0].prompt)
    plan = checkpoint.plan(request, count)
    looked = torch.from_numpy(np.ascontiguousarray(frames[::EVERY]))
    found, signs = spot(checkpoint.spotter, looked, torch.ones(len(looked), dtype=torch.bool))
    chances = torch.cat([fit(checkpoint.planner, plan, facts), shown(found, signs, plan, facts, (rows, columns))])
    return float(chances.clamp(min=LEAST).log().sum())


def fit(planner: Planner, plan: Plan, facts: Tensor) -> Tensor:
    """How likely the plan shows each of HAPPENS as asked, by how well the planner denoises it under each answer.

    Shapes: facts (1, FACTS); chances (4,) out, 1 for what is not asked.
    Source: Li et al. 2023, a diffusion model as a classifier.
    """
    clean = planner.normalise(to_tokens(plan))
    count = clean.shape[1] - 1
    beyond = min(each for each in LENGTHS if each >= count) - count
    values, where = torch.zeros_like(clean), torch.zeros_like(clean)
    settled, pins = pinned(facts)
    values[:, 0] = planner.normalise(F.pad(settled[:, None], (0, 0, 0, count)))[:, 0]
    where[:, 0] = pins
    clean, values, where = (F.pad(each, (0, 0, 0, beyond)) for each in (clean, values, where))
    rivals = torch.cat([_rivals(facts, axis) for axis in HAPPENS])
    errors = rivals.new_zeros(len(rivals))
    for number, sigma in enumerate(LEVELS):
        noise = draw(clean.shape, number).to(clean)
        noisy = torch.where(where > 0, values, (1 - sigma) * clean + sigma * noise)
        level = torch.full((len(rivals),), sigma, device=clean.device)
        made = planner(noisy.expand(len(rivals), -1, -1), where.expand(len(rivals), -1, -1), level, rivals)
        errors += (made - clean)[:, 1 : 1 + count].square().mean((1, 2)) / sigma**2
    parts = errors.split([1 + len(ASKED[axis]) for axis in HAPPENS])
    answers = dict(zip(ASKED, facts.split(SIZES, dim=1), strict=True))
    chances = [torch.softmax(-CERTAIN * part, 0) @ answers[axis][0] for axis, part in zip(HAPPENS, parts, strict=True)]
    return torch.stack(chances)


def _rivals(facts: Tensor, axis: str) -> Tensor:
    """The facts with every answer to one question, (1 + values, FACTS)."""
    parts = dict(zip(ASKED, facts.split(SIZES, dim=1), strict=True))
    count = parts[axis].shape[1]
    return torch.cat(
        [torch.eye(count).to(facts) if name == axis else part.expand(count, -1) for name, part in parts.items()], dim=1
    )


def shown(found: Findings, signs: Mapping[str, Tensor], plan: Plan, facts: Tensor, grid: tuple[int, int]) -> Tensor:
    """How likely what is asked is to be seen: the stage, and each thing where the plan has it, with its looks.

    Shapes: signs by axis (k, values), of every EVERY-th picture; chances (n,) out, as many for all shots of a prompt.
    """
    said = stated(facts[0])
    chances = [signs[axis].mean(0)[values.index(said[axis])] for axis, values in STAGE.items() if axis in said]
    for slot, asked in enumerate(("", "second_")):
        wanted = {axis: said[f"{asked}{axis}"] for axis in LOOKS if f"{asked}{axis}" in said}
        if slot and not wanted:
            continue
        there, weight = _met(found, plan, slot, len(signs["setting"]), grid)
        chances.append(there)
        for axis, value in wanted.items():
            likely = found.chances[axis][:, AXES[axis].index(value)]
            chances.append((likely * weight).sum() / weight.sum().clamp(min=1e-6))
    return torch.stack([each.float().cpu() for each in chances])


def _met(found: Findings, plan: Plan, slot: int, pictures: int, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """How surely a slot's thing is seen where the plan has it inside the frame, and the findings' weights (n,)."""
    numbers = (torch.arange(pictures) * EVERY).clamp(max=plan.camera.shape[1] - 1)
    camera = plan.camera[0, numbers]
    places = project(plan.tracks[0, slot, numbers, :2], camera, grid)
    inside = ((places >= 0) & (places <= places.new_tensor([grid[1] * PATCH, grid[0] * PATCH]))).all(1)
    radius = (plan.radii()[0, slot] * METRE * grid[0] * PATCH * camera[:, 2].exp()).clamp(min=LARGE)
    gap = (found.place - places[found.picture]).norm(dim=1) / radius[found.picture]
    weight = found.score.float() * ((gap < NEAR) & inside[found.picture])
    best = weight.new_zeros(pictures).scatter_reduce(0, found.picture, weight, "amax")
    return best[inside].sum() / inside.sum().clamp(min=1), weight
