"""Who looks at pictures and listens to sound: an interface for an operator's weights or service, asked in one way.

No moderator ships, since no weights do. A moderator that fails stops the work for every category that it would block.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from zoetrope.release.screen import minors
from zoetrope.release.screen.verdict import UNCHECKED, Finding, Severity, Signal

LIKELY = (
    0.5  # the score from which an opinion is a finding; a moderator scales its scores so that this is its threshold
)

_LOG = logging.getLogger("zoetrope.screen")


@dataclass(frozen=True)
class Opinion:
    """What a moderator thinks, and where it sees it, if it says so.

    Units: score in [0, 1]; `picture` counts from 0 within what it was given; box is left, top, right and bottom in
    shares of the picture.
    """

    category: str
    score: float
    picture: int = 0
    box: tuple[float, float, float, float] | None = None


class Moderator(Protocol):
    """Somebody who looks and listens. `categories` says what it is asked about and what follows.

    The categories `minor`, `sexual`, `nudity` and `sexual_minors` also feed the rule about minors, whatever their
    severity. Any exception means that it could not say.
    """

    @property
    def name(self) -> str: ...

    @property
    def categories(self) -> Mapping[str, Severity]: ...

    def check_pictures(self, pictures: np.ndarray) -> Sequence[Opinion]:
        """Shapes: pictures (n, h, w, 3) uint8."""
        ...

    def check_sound(self, sound: np.ndarray, rate: int) -> Sequence[Opinion]:
        """Shapes: sound (2, s) float32 in [-1, 1]. Units: rate in samples a second."""
        ...


@dataclass(frozen=True)
class Asked:
    """What all moderators together said of one thing."""

    findings: tuple[Finding, ...]
    signals: frozenset[Signal]


def ask(
    moderators: Sequence[Moderator],
    question: Callable[[Moderator], Sequence[Opinion]],
    role: str,
    severity: Callable[[str, Severity], Severity],
    go_on_without: frozenset[str],
) -> Asked:
    """Ask each moderator the same; one that fails stops the work unless all it looks for may be missed."""
    findings: list[Finding] = []
    signals: set[Signal] = set()
    for moderator in moderators:
        severities: dict[str, Severity] = {}
        for category, said in moderator.categories.items():
            severities[category] = severity(category, said)
        try:
            opinions = list(question(moderator))
        except Exception as error:
            _LOG.error("the moderator %s gave no answer about the %s: %r", moderator.name, role, error)
            findings += _unanswered(severities, role, moderator.name, go_on_without)
            continue
        for opinion in opinions:
            signals |= _signals(opinion)
            if opinion.score >= LIKELY and opinion.category in severities:
                findings.append(Finding(opinion.category, severities[opinion.category], role, moderator.name))
    return Asked(tuple(dict.fromkeys(findings)), frozenset(signals))


def _signals(opinion: Opinion) -> frozenset[Signal]:
    sure = opinion.score >= minors.SURE
    return minors.OPINIONS.get(opinion.category, minors.NOTHING) if sure else minors.NOTHING


def _unanswered(
    severities: Mapping[str, Severity], role: str, name: str, go_on_without: frozenset[str]
) -> Iterator[Finding]:
    """One finding for each category that nobody looked for: a block, or a note where the operator may miss it."""
    for category, severity in severities.items():
        missed = severity != "block" and category in go_on_without and category not in minors.OPINIONS
        outcome: Severity = "log" if missed else "block"
        yield Finding(UNCHECKED, outcome, role, f"{name}:{category}")
