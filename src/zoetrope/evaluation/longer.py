"""Clips that begin from something given: a first picture, or the clip before. Knows no detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zoetrope.core.conditions import Extend, Keyframe
from zoetrope.evaluation.axes import NO_SECOND
from zoetrope.evaluation.picture import psnr, seam
from zoetrope.evaluation.prompts import Prompt
from zoetrope.training.world.crowd import excerpt
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

if TYPE_CHECKING:
    from zoetrope.evaluation.scorecard import Generate

WHOLE = 30  # seconds that an extension reaches
RATE, SAMPLES = 12, 24_000  # frames and samples a second
KEPT = RATE + 1  # frames of the clip so far that the next part sees: a second, on the codec's grid of 1 + 6k frames
HEARD = KEPT * SAMPLES // RATE  # samples that last as long


def from_picture(generate: Generate, prompt: Prompt, seconds: float) -> dict[str, list[float]]:
    """Generate from the first frame of a true render of the prompt; how like it the clip begins."""
    pins = {axis: value for axis, value in prompt.expected.items() if value != NO_SECOND}
    scene = write_scene(np.random.default_rng(prompt.seed), fixed=pins)
    picture = draw(excerpt(scene, np.arange(2)))[0]
    draft = generate(prompt.text, seconds=seconds, seed=prompt.seed, conditions=(Keyframe("first", picture),))
    return {"first frame": [psnr(draft.frames[0], picture)]}


def to_half_a_minute(generate: Generate, prompt: Prompt, seconds: float) -> dict[str, list[float]]:
    """Extend a clip part by part to 30 s; how the joins look and how far the colours wander."""
    draft = generate(prompt.text, seconds=seconds, seed=prompt.seed)
    frames, joins = draft.frames, []
    sound = draft.sound
    while len(frames) < WHOLE * RATE:
        tail = None if sound is None else np.ascontiguousarray(sound[:, -HEARD:])
        given = Extend(frames[-KEPT:], tail)
        draft = generate(prompt.text, seconds=seconds, seed=prompt.seed + len(joins) + 1, conditions=(given,))
        joins.append(len(frames))
        frames = np.concatenate((frames, draft.frames[KEPT:]))
        if sound is not None and draft.sound is not None:
            sound = np.concatenate((sound, draft.sound[:, HEARD:]), axis=1)
    judged = seam(frames, joins)
    return {"seam": [judged.jump], "drift": [judged.drift]}


def record(numbers: dict[str, list[float]]) -> dict[str, Any]:
    """A record of a scorecard that asks for no axis and gives numbers only."""
    return {"expected": {}, "seen": {}, "right": {}, "numbers": numbers}
