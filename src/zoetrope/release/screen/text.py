"""Screen the words of a request: prompt, negative prompt, spoken lines, names. Knows no picture and no sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zoetrope.release.screen import minors
from zoetrope.release.screen.policy import ScreenPolicy
from zoetrope.release.screen.verdict import Finding, Signal, Verdict, judge
from zoetrope.release.screen.views import Reading

TOGETHER = "request"  # the role of what no text of a request says alone


def screen_text(texts: Mapping[str, str], policy: ScreenPolicy) -> Verdict:
    """Read every text of one request, before any work is done for it.

    The keys are roles that a person knows: "prompt", "negative prompt", "line 2", "name of the film". A role that
    begins with "negative" is what to avoid; with guidance below 1 it is not avoided, so name it otherwise then.
    """
    signals = minors.signals_in(texts)
    findings = [minors.refusal(_guilty(texts))] if minors.forbids(signals) else []
    for role, text in texts.items():
        findings += _listed(role, text, policy)
    return judge(findings, signals)


def _guilty(texts: Mapping[str, str]) -> str:
    """The one text that breaks the rule by itself, or all together."""
    alone = (role for role, text in texts.items() if minors.forbids(minors.signals_of(text)))
    return next(alone, TOGETHER)


def _listed(role: str, text: str, policy: ScreenPolicy) -> Iterator[Finding]:
    reading = Reading(text)
    for terms, matcher in policy.matchers:
        for index in matcher.find(reading):
            found = terms[index]
            yield Finding(found.category, policy.severity(found.category, found.severity), role, found.entry)


__all__ = ["TOGETHER", "Signal", "screen_text"]
