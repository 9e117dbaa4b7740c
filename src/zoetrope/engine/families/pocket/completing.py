"""What given pictures do not show of a stage, painted to what they do show: beyond a small clip, behind a mask.

Knows no network of the canvas and no words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from zoetrope.engine.families.pocket.backdrop import Anchor, carry_one, trust
from zoetrope.engine.families.pocket.dressing import Dresser
from zoetrope.engine.families.pocket.plan import PATCH, Plan, still_stage
from zoetrope.engine.families.pocket.restyling import seen_by
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.noise import Seeds

STEPS = 8  # of the painter: what it makes must meet what is seen
SHOWN = 0.3  # of a token, from which it is held while the others are painted: trust fades towards edges of all kinds
HOLE = 0.08  # of a picture's tokens, from which what is missing is painted; less is filled from around


@dataclass(frozen=True, eq=False)
class Completer:
    """Paints what is missing of a stage."""

    sketcher: Sketcher
    dresser: Dresser

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
        picture = self.dresser.dress(stage, empty.signs[0], grid, seeds, seen=stage + beyond, shown=shown, steps=STEPS)
        painted = Anchor(torch.lerp(picture - stage, beyond, shares), seen.camera)
        whole, *later = (_with(each, painted, empty, grid) for each in every)
        return replace(whole, later=tuple(later))


def _with(seen: Anchor, painted: Anchor, empty: Plan, grid: tuple[int, int]) -> Anchor:
    """An anchor with what is painted, carried to its camera, where it has not seen the stage itself."""
    if seen.seen is None:
        return seen
    there = replace(empty, camera=seen.camera[None, None])
    carried = carry_one(painted, there, torch.zeros(1, dtype=torch.long), grid)[0]
    return replace(seen, beyond=torch.lerp(carried, seen.beyond, seen.seen))
