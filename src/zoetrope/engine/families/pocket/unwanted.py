"""What a negative prompt takes away: where the prompt leaves something open, what is unwanted is not what comes.

Knows what prompts mean and nothing of plans or pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from torch import Tensor

from zoetrope.engine.families.pocket.reader import ASKED, answered, stated

PARTS = re.compile(
    r"[,，、;；.。\n]|\b(?:and|or|no)\b|[和或与]"
)  # a negative prompt is a list more often than a sentence
OPEN = tuple(axis for axis in ASKED if axis not in ("then", "second_object", "second_colour", "cut"))

Say = Callable[[str], Mapping[str, str]]


def without(facts: Tensor, prompt: str, negative: str, say: Say, seed: int) -> Tensor:
    """The facts (1, FACTS) of a prompt with another answer wherever one is unwanted and the prompt does not ask for it.

    `say` reads what a text states, by axis, and nothing that is only usual.
    """
    asked, answers = say(prompt), stated(facts[0])
    rng = np.random.default_rng(seed)
    for axis, values in _unwanted(negative, say).items():
        left = [value for value in ASKED[axis] if value not in values]
        for whose in (axis, f"second_{axis}"):
            there = whose == axis or whose in answers
            if there and whose not in asked and answers.get(whose) not in left and left:
                answers[whose] = str(rng.choice(left))
    return answered(answers).to(facts)


def _unwanted(negative: str, say: Say) -> dict[str, set[str]]:
    """The values that a negative prompt names, by axis, in the axes' own order."""
    named: dict[str, set[str]] = {axis: set() for axis in OPEN}
    for part in _parts(negative):
        for axis, value in say(part).items():
            if axis in named:
                named[axis].add(value)
    return {axis: values for axis, values in named.items() if values}


def _parts(negative: str) -> Iterator[str]:
    return (part.strip() for part in PARTS.split(negative) if part.strip())
