"""Clips that begin from something given: a first picture, or the clip before. Knows no detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zoetrope.core.conditions import Keyframe
from zoetrope.evaluation.axes import NO_SECOND
from zoetrope.evaluation.picture import psnr, seam
from zoetrope.evaluation.prompts import Prompt
from zoetrope.training.world.crowd import excerpt
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

if TYPE_CHECKING:
    from zoetrope.evaluation.scorecard import Generate, GoOn

WHOLE = 30  # seconds that an extension reaches
RATE = 12  # frames a second


def from_picture(generate: Generate, prompt: Prompt, seconds: float) -> dict[str, list[float]]:
    """Generate from the first frame of a true render of the prompt; how like it the clip begins."""
    pins = {axis: value for axis, value in prompt.expected.items() if value != NO_SECOND}
    scene = write_scene(np.random.default_rng(prompt.seed), fixed=pins)
    picture = draw(excerpt(scene, np.arange(2)))[0]
    draft = generate(prompt.text, seconds=seconds, seed=prompt.seed, conditions=(Keyframe("first", picture),))
    return {"first frame": [psnr(draft.frames[0], picture)]}


def to_half_a_minute(generate: Generate, go_on: GoOn, prompt: Prompt, seconds: float) -> dict[str, list[float]]:
    """Extend a clip to 30 s as users do; how the joins of its parts look and how far the colours wander."""
    draft = generate(prompt.text, seconds=seconds, seed=prompt.seed)
    parts = [draft.frames]
    for part in go_on(prompt.text, draft.frames, draft.sound, seed=prompt.seed):
        parts.append(part)
        if sum(map(len, parts)) >= WHOLE * RATE:
            break
    joins = np.cumsum([len(part) for part in parts])[:-1].tolist()
    judged = seam(np.concatenate(parts), joins)
    return {"seam": [judged.jump], "drift": [judged.drift]}


def record(numbers: dict[str, list[float]]) -> dict[str, Any]:
    """A record of a scorecard that asks for no axis and gives numbers only."""
    return {"expected": {}, "seen": {}, "right": {}, "numbers": numbers}
