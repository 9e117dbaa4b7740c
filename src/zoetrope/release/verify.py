"""What made this file, and is that claim intact: every layer asked, weighed, and said in sentences.

Works without network on files; `verify_fetch` brings a file from an address first. Reads files of strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoetrope.release.asset import Layer
from zoetrope.release.registry import Record
from zoetrope.release.verify_judge import Evidence, Verdict, contradictions, judge, show_id
from zoetrope.release.verify_layers import Looked, Readers, look

_SAYS: dict[Verdict, str] = {
    "intact": "Made with Zoetrope on this machine or by a house that it trusts, and unchanged since.",
    "signed elsewhere": (
        "Made with Zoetrope and unchanged since it was signed, but by a signer whom this machine does not know: its "
        "marks agree with its credentials, and nothing proves who the signer is."
    ),
    "marked": (
        "Made with Zoetrope: its invisible mark and its metadata agree. Such a file cannot hold signed credentials, so "
        "nothing proves that it is unchanged."
    ),
    "changed": (
        "Made with Zoetrope, and changed since: its invisible mark answers, and its credentials are gone or broken, as "
        "after another program encoded, cut or stripped it."
    ),
    "forged": "Do not trust what this file says of itself: its layers contradict each other.",
    "signed by others": (
        "Not made with Zoetrope, as far as can be told: whole credentials of somebody else say where it comes from."
    ),
    "resembles": (
        "It carries no mark, and it looks like something that was released here: a copy whose marks were destroyed, or "
        "a picture that was given to make it."
    ),
    "claimed": (
        "It says of itself that it was made by AI. Nothing signed or invisible supports that, and nothing speaks "
        "against it."
    ),
    "unknown": (
        "Nothing in this file says where it comes from. That proves nothing: most files, and all whose marks were "
        "destroyed, look like this."
    ),
}


@dataclass(frozen=True, eq=False)
class Report:
    """What is known of a file: a verdict, every layer by name, every contradiction, and the facts behind them."""

    file: str
    verdict: Verdict
    layers: tuple[Layer, ...]
    contradictions: tuple[str, ...]
    facts: dict[str, Any]
    looked: Looked

    @property
    def headline(self) -> str:
        """The verdict in one or two sentences."""
        return _SAYS[self.verdict]

    def sentences(self) -> tuple[str, ...]:
        """Everything that a person should read, the verdict first."""
        facts = [f"{name.capitalize()}: {value}." for name, value in self.facts.items()]
        layers = [f"{layer.name.capitalize()} ({layer.state}): {layer.says}." for layer in self.layers]
        return (self.headline, *self.contradictions, *facts, *layers)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        found = self.looked.credentials
        return {
            "file": self.file,
            "sha256": self.looked.sha256,
            "verdict": self.verdict,
            "says": self.headline,
            "contradictions": list(self.contradictions),
            "facts": self.facts,
            "layers": {layer.name: {"state": layer.state, "says": layer.says} for layer in self.layers},
            "credentials": {
                "state": found.state,
                "issuer": found.issuer,
                "generator": found.generator,
                "time": found.time,
                "actions": [vars(action) for action in found.actions],
                "ingredients": [vars(given) | {"problems": list(given.problems)} for given in found.ingredients],
                "problems": list(found.problems),
            },
            "label": dict(self.looked.label) if self.looked.label is not None else None,
        }


def verify(path: Path, readers: Readers, *, name: str | None = None) -> Report:
    """Ask and weigh every layer of a file; `name` stands for it in the report where it came from an address.

    Raises: MediaError when it is no media that can be read, is damaged, or too large to be looked at safely.
    """
    looked = look(path, readers)
    seen = looked.evidence
    return Report(
        file=name or str(path),
        verdict=judge(seen),
        layers=looked.layers,
        contradictions=contradictions(seen),
        facts=_facts(seen),
        looked=looked,
    )


def _facts(seen: Evidence) -> dict[str, Any]:
    """Who, with what, when and which, each from the strongest layer that tells it."""
    record: Record | None = seen.exact or seen.marked or (seen.asked[0] if seen.asked else None)
    signed = seen.signed if seen.signed and seen.signed.whole else None
    named = list(seen.marks) or [mark for mark in (signed.mark if signed else None, seen.noted) if mark is not None]
    found = {
        "signed by": signed.issuer if signed else "",
        "made with": (record.checkpoint if record else "") or (signed.checkpoint if signed else ""),
        "made at": (record.made_at.isoformat(timespec="seconds") if record else "") or (signed.when if signed else ""),
        "id": show_id(named[0]) if named else "",
        "producer": seen.note or "",
    }
    return {name: value for name, value in found.items() if value}
