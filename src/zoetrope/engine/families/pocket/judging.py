"""How good a shot promises to be, by its plan alone: whether its things are whole in the picture all the time.

A seed decides the plan, and the steps after it change little of what is asked and seen. Knows no pictures and no words.
"""

from __future__ import annotations

import torch

from zoetrope.engine.families.pocket.plan import METRE, PATCH, SLOTS, Plan, project

WHOLE = 0.8  # radii between the middle of a thing and the edge from which on what is told of it is seen


def promise(plan: Plan, grid: tuple[int, int]) -> float:
    """The share of a plan's pictures in which the thing that is seen least is whole in the frame, 0 to 1.

    Shapes: grid is rows and columns of tokens. 1 of an empty stage.
    """
    camera, edge = plan.camera[0], plan.camera.new_tensor([grid[1] * PATCH, grid[0] * PATCH])
    places = project(plan.tracks[0, ..., :2], camera, grid)
    inside = torch.minimum(places, edge - places).amin(-1)
    radii = plan.radii()[0, :, None] * METRE * grid[0] * PATCH * camera[:, 2].exp()
    seen = (inside > WHOLE * radii).float().mean(1)
    return min((float(seen[slot]) for slot in range(SLOTS) if plan.traits[0, slot, 0]), default=1.0)
