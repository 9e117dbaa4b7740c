"""What a prompt states: one answer to every question that the planner asks, unsaid where the words leave it open.

Knows the words of the pocket family and no pictures.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.families.pocket.axes import ASKED
from zoetrope.engine.families.pocket.text import TextConfig, TextEncoder

USUAL = {  # what is meant where nothing is said
    "surface": "plain",
    "light": "day",
    "weather": "clear",
    "style": "plain",
    "pace": "normal",
    "camera": "static",
}
UNSAID = 0
SIZES = [1 + len(values) for values in ASKED.values()]
FACTS = sum(SIZES)


class Reader(nn.Module):
    """A text encoder and one linear question an axis, put to its summary alone."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.text = TextEncoder(config)
        self.questions = nn.ModuleDict(
            {axis: nn.Linear(config.width, 1 + len(values)) for axis, values in ASKED.items()}
        )

    def forward(self, numbers: Tensor) -> dict[str, Tensor]:
        """Shapes: numbers (b, m); scores (b, 1 + values) for each axis, the first says that it is not stated."""
        summary = self.text(numbers).summary
        return {axis: question(summary) for axis, question in self.questions.items()}

    def said(self, numbers: Tensor) -> Tensor:
        """What prompts (b, m) state in so many words, (b, FACTS); what is only usual is not said."""
        return facts_of({axis: scores.argmax(1) for axis, scores in self(numbers).items()})


def facts_of(answers: Mapping[str, Tensor]) -> Tensor:
    """Numbers of answers (b,) by axis, 0 for unsaid -> (b, FACTS)."""
    return torch.cat([F.one_hot(answers[axis], 1 + len(values)) for axis, values in ASKED.items()], dim=1).float()


def number_answers(stated: Mapping[str, str]) -> dict[str, int]:
    """The numbers of what is stated by axis, 0 for the rest."""
    return {axis: 1 + values.index(stated[axis]) if axis in stated else UNSAID for axis, values in ASKED.items()}


def answered(stated: Mapping[str, str]) -> Tensor:
    """What one prompt states by axis, as facts (1, FACTS)."""
    return facts_of({axis: torch.tensor([number]) for axis, number in number_answers(stated).items()})


def nothing_said(facts: Tensor) -> Tensor:
    """Facts like those given, (b, FACTS), of which none is stated."""
    silent = {axis: torch.zeros(len(facts), dtype=torch.long, device=facts.device) for axis in ASKED}
    return facts_of(silent).to(facts)


def stated(facts: Tensor) -> dict[str, str]:
    """What the facts (FACTS,) of one prompt state, by axis."""
    answers = {axis: int(part.argmax()) for axis, part in zip(ASKED, facts.split(SIZES), strict=True)}
    return {axis: ASKED[axis][number - 1] for axis, number in answers.items() if number != UNSAID}
