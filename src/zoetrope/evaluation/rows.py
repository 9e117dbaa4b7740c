"""The rows of a scorecard: from records of single clips to measured numbers beside their bars. Knows no clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zoetrope.evaluation.axes import AXES, NO_SECOND
from zoetrope.evaluation.proven import Proof
from zoetrope.training.world.casting import HELD_OUT
from zoetrope.training.world.vocabulary import MATERIALS

Record = Mapping[str, Any]

BARS = {"object": 0.95, "colour": 0.97, "setting": 0.95, "action": 0.90, "camera": 0.90}
HELD_OUT_BAR, CONTACT_BAR, OFFSET_BAR, VOICE_BAR = 0.75, 0.85, 0.040, 0.6
NAMED_BY = {" + ".join(c.values()): tuple(axis for axis in c if axis in AXES) for c in HELD_OUT}


@dataclass(frozen=True)
class Row:
    """One line: measured is None where no clip said anything; bar is None where none is set.

    kind is how a number reads: "share", "ms", "dB" or "" for a plain one; lower says that less is better; proof says
    how often the detector of this row is right on true renders, None where none is needed.
    """

    name: str
    measured: float | None
    n: int
    bar: float | None = None
    kind: str = "share"
    lower: bool = False
    proof: Proof | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none, or where the detector's word does not count."""
        if self.bar is None or self.measured is None or (self.proof is not None and not self.proof.counts):
            return None
        return self.measured <= self.bar if self.lower else self.measured >= self.bar

    def text(self, value: float | None) -> str:
        """The value as people read it."""
        if value is None:
            return "–"
        return {"share": f"{value:.1%}", "ms": f"{value * 1000:.0f} ms", "dB": f"{value:.1f} dB"}.get(
            self.kind, f"{value:.2f}"
        )


def rows(records: Iterable[Record], proof: Mapping[str, Proof] | None = None) -> tuple[Row, ...]:
    """All rows, in the order of the table; proof says by axis how far the detectors can be believed."""
    every, proof = list(records), proof or {}
    clips = [record for record in every if record["right"]]
    axes = [
        replace(_share(axis, _of(clips, axis), BARS.get(axis)), proof=proof.get(axis))
        for axis in AXES
        if axis != "then"
    ]
    return (*axes, *_compositions(clips), *_sounds(every), *_laws(every), *_pictures(every))


def _of(records: Iterable[Record], axis: str) -> list[bool]:
    return [record["right"][axis] for record in records if axis in record["right"]]


def _share(name: str, verdicts: list[bool], bar: float | None = None) -> Row:
    return Row(name, float(np.mean(verdicts)) if verdicts else None, len(verdicts), bar)


def _compositions(clips: list[Record]) -> list[Row]:
    ordered = [r for r in clips if r["expected"].get("then", NO_SECOND) != NO_SECOND]
    held = [r for r in clips if r["held_out"]]
    named = [all(r["right"][axis] for axis in NAMED_BY[r["held_out"]] if axis in r["right"]) for r in held]
    out = [
        _share("order of actions", [r["right"]["action"] and r["right"]["then"] for r in ordered]),
        _share("held-out: all that was asked", [all(r["right"].values()) for r in held], HELD_OUT_BAR),
        _share("held-out: the combination", named),
    ]
    for language, name in (("en", "English"), ("zh", "Chinese")):
        verdicts = [right for r in clips if r["language"] == language for right in r["right"].values()]
        out.append(_share(f"all axes, {name}", verdicts))
    return out


def _numbers(records: Iterable[Record], name: str) -> list[float]:
    return [value for record in records for value in record["numbers"].get(name, ())]


def _middle(
    name: str,
    values: list[float],
    how: Callable[[list[float]], Any],
    bar: float | None = None,
    kind: str = "",
    lower: bool = True,
) -> Row:
    return Row(name, float(how(values)) if values else None, len(values), bar, kind, lower)


def _sounds(records: list[Record]) -> list[Row]:
    return [
        _middle("contacts heard within 80 ms", _numbers(records, "contact"), np.mean, CONTACT_BAR, "share", False),
        _middle("contact offset, median", _numbers(records, "offset"), np.median, OFFSET_BAR, "ms"),
        _middle("onsets without a contact, a clip", _numbers(records, "false onsets"), np.mean),
        _middle("mouth against voice, correlation", _numbers(records, "voice"), np.mean, VOICE_BAR, "", False),
    ]


def _laws(records: list[Record]) -> list[Row]:
    misses = [
        abs(value - MATERIALS[record["material"]].restitution)
        for record in records
        if record.get("material")
        for value in record["numbers"].get("restitution", ())
    ]
    return [
        _middle("gravity error, median", _numbers(records, "gravity"), np.median, kind="share"),
        _middle("restitution error, median", misses, np.median),
    ]


def _pictures(records: list[Record]) -> list[Row]:
    return [
        _middle("flicker of still ground, levels", _numbers(records, "flicker"), np.median),
        _middle("first frame against the given picture", _numbers(records, "first frame"), np.mean, None, "dB", False),
        _middle("seam of an extension, times the usual change", _numbers(records, "seam"), np.median),
        _middle("drift over 30 s, levels", _numbers(records, "drift"), np.median),
    ]
