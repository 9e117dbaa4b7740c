"""From a settled request to its latents on loaded weights: walk the loop as often as the family has passes.

Knows no family and no file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from zoetrope.core.cancel import Cancel
from zoetrope.core.events import OnEvent
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, Tokens
from zoetrope.engine.denoise import STEPS, Passed, Predict, denoise
from zoetrope.engine.families import Loaded
from zoetrope.engine.finishing import take_draft
from zoetrope.engine.guidance import classifier_free, guided
from zoetrope.engine.keeping import Keeper, taken_up
from zoetrope.engine.presets import Preset
from zoetrope.engine.progress import tell_steps
from zoetrope.engine.reuse import reused
from zoetrope.engine.schedules import SCHEDULES, shift_sigmas
from zoetrope.engine.walk import Walk, Walks


@dataclass(frozen=True, eq=False)
class _Pass:
    """A pass before its first step, and what predicts in it."""

    canvas: Canvas
    walk: Walk
    predict: Predict


def make_latents(
    request: Request,
    preset: Preset,
    checkpoint: Loaded,
    on_event: OnEvent | None,
    cancel: Cancel | None,
    preview_every: int,
    keeper: Keeper | None = None,
    on_latents: Callable[[Tokens], None] | None = None,
) -> Canvas:
    """Walk the loop, once or as often as the family has passes; a kept walk goes on where it stood.

    `on_latents` gets what the first pass made, which settles what is seen.
    """
    stand = keeper.load() if keeper is not None else None
    now, number = _begin(request, preset, checkpoint, checkpoint.place(checkpoint.blank(request), request), 0), 0
    while True:
        canvas, start = now.canvas, (0, None)
        if stand is not None and stand.walk == number:
            canvas, start = taken_up(canvas, stand), (stand.step, stand.past)
        on_step = tell_steps(on_event, checkpoint, canvas, preview_every)
        done = denoise(
            now.predict,
            canvas,
            now.walk.sigmas,
            step=now.walk.step,
            on_step=on_step,
            cancel=cancel,
            begin=start,
            keep=_keep(keeper, number),
        )
        if on_latents is not None and number == 0:
            on_latents(done.tokens)
        number += 1
        following = checkpoint.next_pass(request, preset, done, number) if isinstance(checkpoint, Walks) else None
        if following is None:
            if keeper is not None:
                keeper.done()
            return done
        now = _begin(request, preset, checkpoint, following, number)


def _begin(request: Request, preset: Preset, checkpoint: Loaded, canvas: Canvas, number: int) -> _Pass:
    walk = _walk(request, preset, checkpoint, canvas, number)
    if number == 0 and request.draft is not None:
        canvas, walk = take_draft(canvas, walk, request.draft)
    return _Pass(canvas, walk, reused(guided(checkpoint.branches(request, canvas), walk.guider), preset.reuse))


def _keep(keeper: Keeper | None, walk: int) -> Callable[[int, Canvas, Passed], None] | None:
    if keeper is None:
        return None

    def keep(step: int, canvas: Canvas, past: Passed) -> None:
        if step % keeper.every == 0:
            keeper.save(walk, step, canvas, past)

    return keep


def _walk(request: Request, preset: Preset, checkpoint: Loaded, canvas: Canvas, number: int) -> Walk:
    if isinstance(checkpoint, Walks):
        return checkpoint.walk(request, preset, canvas, number)
    return Walk(_sigmas(request, preset), STEPS[preset.step], _guider(request, preset))


def _guider(request: Request, preset: Preset):
    assert request.guidance is not None, "a settled request has its guidance"
    return classifier_free(request.guidance, preset.interval, preset.rescale)


def _sigmas(request: Request, preset: Preset) -> torch.Tensor:
    assert request.steps is not None, "a settled request has its steps"
    return shift_sigmas(SCHEDULES[preset.schedule](request.steps), preset.shift)
