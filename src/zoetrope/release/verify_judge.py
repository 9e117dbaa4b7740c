"""Weigh what the layers of a file say: one verdict, and every point in which they contradict each other.

Pure reasoning on values: opens no file and knows no codec, so each rule can be tested by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zoetrope.release.marks.base import Found
from zoetrope.release.registry import Record

Verdict = Literal[
    "intact", "signed elsewhere", "marked", "changed", "forged", "signed by others", "resembles", "claimed", "unknown"
]


@dataclass(frozen=True)
class Signed:
    """Signed credentials as they were found.

    `whole`: signature and content belong together. `trusted`: by the root of this house or one that was named.
    `mark` is the id of the marks that they bind to, None where they name none of ours; `given` are the ids of marks
    that they say their ingredients carried.
    """

    whole: bool
    trusted: bool
    issuer: str
    generator: str
    when: str = ""
    checkpoint: str = ""
    mark: int | None = None
    given: frozenset[int] = frozenset()
    problem: str = ""


@dataclass(frozen=True)
class Evidence:
    """Everything that the layers of one file say. None: the layer is silent.

    `able` are the layers that a file of this kind and size could carry. `noted` is the id in the metadata, `note` what
    they say besides; `exact` is the release of these very bytes, `marked` one of the id that was read, `alike` one that
    looks the same, with the bits in which it differs, `asked` one whose mark was found by asking for it.
    """

    able: frozenset[str]
    signed: Signed | None = None
    note: str | None = None
    noted: int | None = None
    picture: Found | None = None
    sound: Found | None = None
    exact: Record | None = None
    marked: Record | None = None
    alike: tuple[Record, int] | None = None
    asked: tuple[Record, Found] | None = None

    @property
    def marks(self) -> tuple[int, ...]:
        """The ids of all marks that were found, those that were read first."""
        asked = self.asked[1] if self.asked else None
        return tuple(found.id for found in (self.picture, self.sound, asked) if found)


def contradictions(seen: Evidence) -> tuple[str, ...]:
    """Every pair of layers that cannot both be right, each in one sentence."""
    found = []
    if seen.signed is not None and not seen.signed.whole:
        found.append(f"The credentials were not made for this content: {seen.signed.problem}.")
    named = _named(seen)
    for first, layer in zip(list(named)[:1] * len(named), named, strict=True):
        if named[layer] != named[first]:
            found.append(f"The {first} names {show_id(named[first])}, but the {layer} names {show_id(named[layer])}.")
    if _mark_is_missing(seen):
        found.append(
            "The credentials bind to an invisible mark, but neither picture nor sound carries it, and this house did "
            "not sign them: they were made for other content, or by somebody who only claims to be Zoetrope."
        )
    return tuple(found)


def judge(seen: Evidence) -> Verdict:
    """What all of it comes to."""
    if contradictions(seen):
        return "changed" if _only_outlived(seen) else "forged"
    if seen.exact or (seen.signed and seen.signed.whole and seen.signed.trusted):
        return "intact"
    if seen.marks:
        if seen.signed and seen.signed.whole and seen.signed.mark is not None:
            return "signed elsewhere"
        return "marked" if "credentials" not in seen.able and seen.noted is not None else "changed"
    if seen.signed and seen.signed.whole:
        return "signed by others"
    if seen.alike:
        return "resembles"
    return "claimed" if seen.note is not None else "unknown"


def show_id(mark: int) -> str:
    """An id as every layer writes it."""
    return f"{mark:012x}"


def _named(seen: Evidence) -> dict[str, int]:
    """The id that each layer names; marks of ingredients that whole credentials list contradict nothing."""
    given = seen.signed.given if seen.signed and seen.signed.whole else frozenset()
    found = {
        "signed credentials": seen.signed.mark if seen.signed else None,
        "picture mark": seen.picture.id if seen.picture else None,
        "sound mark": seen.sound.id if seen.sound else None,
        "registry's own mark": seen.asked[1].id if seen.asked else None,
        "metadata": seen.noted,
        "registry": seen.exact.mark if seen.exact else None,
    }
    return {layer: mark for layer, mark in found.items() if mark is not None and mark not in given}


def _mark_is_missing(seen: Evidence) -> bool:
    """Whether whole credentials of somebody else bind to marks that are nowhere."""
    signed = seen.signed
    if signed is None or not signed.whole or signed.trusted or signed.mark is None or seen.exact:
        return False
    able = seen.able & {"picture mark", "sound mark"}
    return bool(able) and not seen.marks


def _only_outlived(seen: Evidence) -> bool:
    """Whether the one fault is a broken signature over content whose marks agree with it: edited after signing."""
    if seen.signed is None or seen.signed.whole or len(contradictions(seen)) > 1:
        return False
    return bool(seen.marks) and seen.signed.mark in (*seen.marks, None)
