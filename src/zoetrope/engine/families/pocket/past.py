"""What a shot that goes on must know of the pictures before it, and which no picture shows.

Knows plans and scenery as values; writes and paints none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.conditions import Condition, Extend
from zoetrope.core.motion import CameraPath, Stroke
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.engine.families.pocket.backdrop import Anchor
from zoetrope.engine.families.pocket.details import Sky
from zoetrope.engine.families.pocket.directing import Known, know_camera
from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP
from zoetrope.engine.families.pocket.plan import METRE, PATCH, SLOTS, Plan, project
from zoetrope.engine.families.pocket.sketch import Sketcher

PAST = 1 + GROUP  # pictures that a continuation looks back on
LED_BACK = 0.6  # share of the way from given pictures to their sketch; at 0.25 skies turned white within ten seconds


@dataclass(frozen=True, eq=False)
class Memory:
    """The plan that the given pictures were made to, the scenery that they stand before, and what falls there.

    usual is the seed of what was chosen where a prompt said nothing, None where nothing was.
    """

    plan: Plan
    anchor: Anchor
    sky: Sky
    usual: int | None = None


def memory_of(conditions: Sequence[Condition]) -> Memory | None:
    """What a shot remembers, if it goes on from pictures whose making is known."""
    given = (each.memory for each in conditions if isinstance(each, Extend))
    return next((each for each in given if isinstance(each, Memory)), None)


def steadied(request: Request, sketcher: Sketcher) -> Request:
    """The request with remembered pictures led a little back to what they were made from.

    Every chunk of a stream sees the last one's faults and adds its own; led back by a share, they stay bounded.
    """
    memory = memory_of(request.conditions)
    if memory is None:
        return request
    grid = request.size.height // PATCH, request.size.width // PATCH
    pictures = torch.arange(memory.plan.camera.shape[1], device=memory.plan.camera.device)
    sketch = sketcher.sketch(memory.plan, pictures, grid, memory.anchor)
    drawn = sketch.permute(1, 2, 3, 0).float().add(1).mul(127.5).clamp(0, 255).cpu().numpy()

    def led_back(given: Condition) -> Condition:
        if not isinstance(given, Extend):
            return given
        led = given.frames + LED_BACK * (drawn[-len(given.frames) :] - given.frames)
        return replace(given, frames=led.round().astype(np.uint8))

    return replace(request, conditions=tuple(map(led_back, request.conditions)))


def past_of(conditions: Sequence[Condition]) -> Plan | None:
    """The plan of the given pictures, if it is known."""
    given = (each.memory for each in conditions if isinstance(each, Extend))
    plans = (each.plan if isinstance(each, Memory) else each for each in given)
    return next((each for each in plans if isinstance(each, Plan)), None)


def go_on_moving(known: Known, path: CameraPath, past: Plan, size: Size) -> Known:
    """The camera goes as it is told from where it is; poses count from the first given picture."""
    before = past.camera.shape[1]
    if path.poses:
        return know_camera(known, path, size)
    track = torch.from_numpy(path.track(known.pictures - before + 1, size)).to(known.plan.camera)
    track = torch.cat([track[:, :2] / METRE, track[:, 2:3].log(), track[:, 3:]], dim=1)
    camera = known.plan.camera.clone()
    camera[0, before:] = past.camera[0, -1] + (track - track[:1])[1:]
    rows = known.rows.clone()
    rows[:, -camera.shape[-1] :] = True
    return replace(known, plan=replace(known.plan, camera=camera), rows=rows)


def lead_on(strokes: Sequence[Stroke], past: Plan, size: Size) -> list[Stroke]:
    """Strokes that begin where their things are; what they say of the given pictures is left out.

    A stroke that has come to its end before holds the thing there no longer, so it is left out whole.
    """
    last = Fraction(past.camera.shape[1] - 1, FRAME_RATE)
    spots = _spots(past, size)
    led = []
    for stroke in strokes:
        points = [point for point in stroke.points if point[0] > last]
        if points and stroke.thing <= SLOTS:
            led.append(replace(stroke, points=((last, *spots[stroke.thing - 1]), *points)))
    return led


def _spots(past: Plan, size: Size) -> list[tuple[float, float]]:
    """Where things are in the last picture, in fractions of the frame, at its edge where they are beyond."""
    grid = size.height // PATCH, size.width // PATCH
    places: Tensor = project(past.tracks[0, :, -1, :2], past.camera[0, -1:], grid)
    whole = torch.tensor([size.width, size.height]).to(places)
    return [(float(x), float(y)) for x, y in (places / whole).clamp(0, 1)]
