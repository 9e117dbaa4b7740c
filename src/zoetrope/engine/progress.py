"""From steps of the loop to events for the caller: rates, remaining time and previews. Knows no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable

from zoetrope.core.events import OnEvent, PreviewReady, StepDone
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.denoise import StepTaken
from zoetrope.engine.families import Loaded


def tell_steps(
    on_event: OnEvent | None, loaded: Loaded, canvas: Canvas | None, preview_every: int
) -> Callable[[StepTaken], None] | None:
    """Make the loop's `on_step` that tells the caller; None if nobody listens.

    Units: a preview after every so many steps, none if 0 or without a canvas; the last step has none, since the picture
    itself follows.
    """
    if on_event is None:
        return None
    began = time.perf_counter()

    def on_step(taken: StepTaken) -> None:
        seconds = time.perf_counter() - began
        rate = taken.step / max(seconds, 1e-9)
        on_event(StepDone(taken.step, taken.steps, seconds, rate, (taken.steps - taken.step) / rate))
        if canvas is not None and preview_every and taken.step < taken.steps and taken.step % preview_every == 0:
            on_event(PreviewReady(taken.step, loaded.preview(canvas, taken.denoised)))

    return on_step
