"""What screening says: severities, findings and the verdict. Knows no list, no text and no picture."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, get_args

from zoetrope.core.errors import Refused

Severity: TypeAlias = Literal["block", "review", "log"]
Signal: TypeAlias = Literal["minor", "sexual"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
MINORS = "sexual_minors"  # the category of the rule that nothing switches off; see `minors`
UNCHECKED = "unchecked"  # a moderator that had to answer did not

_LOG = logging.getLogger("zoetrope.screen")
_SPOKEN = {
    MINORS: "it shows or describes sexual content with minors, which is never made",
    UNCHECKED: "a check that must be passed gave no answer, so try again later or tell the operator",
}


@dataclass(frozen=True)
class Finding:
    """One thing that screening found: its category, how much it matters, and which part of the request it lies in.

    `entry` names the list and the place in it for operators (`starter-en:sexual:3`); it never holds the term.
    """

    category: str
    severity: Severity
    role: str
    entry: str = field(default="", repr=False)


@dataclass(frozen=True)
class Verdict:
    """Whether it may go on, what was found, and the reference that a person can quote to the operator.

    `signals` are the two halves of the rule about minors; a later look at the same request adds its own to them.
    """

    allowed: bool
    findings: tuple[Finding, ...]
    reference: str
    signals: frozenset[Signal] = frozenset()

    def raise_if_blocked(self) -> None:
        """Raises: Refused, with category and reference and never with what matched."""
        if self.allowed:
            return
        worst = min(blocking(self.findings), key=lambda finding: finding.category != MINORS)
        reason = _SPOKEN.get(worst.category, f"it falls under the category {worst.category!r} that is not made here")
        raise Refused(
            f"the {worst.role} was refused: {reason}. "
            f"Change it, or quote reference {self.reference} to the operator if this is a mistake."
        )

    def joined(self, other: Verdict) -> Verdict:
        """Both verdicts as one, under the first one's reference."""
        findings = (*self.findings, *(finding for finding in other.findings if finding not in self.findings))
        return replace(
            self,
            allowed=self.allowed and other.allowed,
            findings=findings,
            signals=self.signals | other.signals,
        )


def judge(findings: Iterable[Finding], signals: Iterable[Signal] = (), reference: str | None = None) -> Verdict:
    """The verdict over findings, and one line to the operator's log for each, which holds no term."""
    findings = tuple(dict.fromkeys(findings))
    reference = reference or f"scr-{secrets.token_hex(6)}"
    for finding in findings:
        _LOG.info(
            "%s %s %s in %s (%s)",
            reference,
            finding.severity,
            finding.category,
            finding.role,
            finding.entry or "rule",
        )
    return Verdict(not blocking(findings), findings, reference, frozenset(signals))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that stop the work."""
    return tuple(finding for finding in findings if finding.severity == "block")
