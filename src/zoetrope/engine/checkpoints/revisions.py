"""Which state of its repositories a checkpoint is pulled from: one commit from the first byte to the last.

A card may name a branch, since nobody knew its commit; the hub is asked for it when a pull begins, and what it says is
kept beside what was fetched. Knows no files of a checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoetrope.core.errors import InvalidRequest, WeightsError
from zoetrope.engine.checkpoints.cards import Card, Place

if TYPE_CHECKING:
    from zoetrope.engine.checkpoints.hub import Hub, Remote

PINS = ".revisions.json"  # of an unfinished pull
NOTE = "zoetrope.json"  # what was pulled, from where, with which hashes
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT = 7  # letters of a commit that stand for it


@dataclass(frozen=True)
class Pin:
    """One repository of a pull. `asked` is a branch, tag or commit; `revision` the commit that it was, if known.

    `listing` stands for the files that were listed, where the hub tells no commit.
    """

    name: str
    asked: str
    revision: str
    listing: str | None = None

    @property
    def told(self) -> str:
        """In a few words."""
        if not is_commit(self.revision):
            return f"{self.name} at {self.revision}, whose commit the hub did not tell"
        asked = "" if self.asked == self.revision else f", then {self.asked}"
        return f"{self.name} at commit {self.revision}{asked}"


def is_commit(revision: str) -> bool:
    """Whether a revision cannot come to mean something else."""
    return _COMMIT.fullmatch(revision) is not None


def short(revision: str) -> str:
    """For a table."""
    return revision[:10] if is_commit(revision) else revision


def pin(hub: Hub, card: Card, places: tuple[Place, ...], folder: Path, asked: str | None) -> tuple[Place, ...]:
    """The places at their commits: those that an unfinished pull began with, else those of this moment.

    `asked` is the revision that the caller wants of the checkpoint's own repository.
    Raises: WeightsError if an unfinished pull is of another revision, or the hub has none of that name.
    """
    if asked is not None:
        own = places[0].name
        places = tuple(replace(place, revision=asked) if place.name == own else place for place in places)
    before = _read_pins(folder / PINS)
    if before and _goes_on(before, places):
        return tuple(replace(place, revision=each.revision) for place, each in zip(places, before, strict=True))
    pins = tuple(Pin(place.name, place.revision, _commit(hub, place)) for place in places)
    if before and [(each.name, each.revision) for each in before] != [(each.name, each.revision) for each in pins]:
        raise WeightsError(
            f"{card.name} was begun with {before[0].told}, and {pins[0].told} was asked for now; pull "
            f"`--revision {before[0].revision}` to go on, or begin anew after `zoetrope models remove {card.name}`."
        )
    _write_pins(folder / PINS, pins)
    return tuple(replace(place, revision=each.revision) for place, each in zip(places, pins, strict=True))


def check_listing(card: Card, chosen: Iterable[Remote], folder: Path) -> None:
    """Where the hub told no commit, hold what it lists against what it listed when the pull began.

    Raises: WeightsError.
    """
    pins = _read_pins(folder / PINS)
    if all(is_commit(each.revision) for each in pins):
        return
    facts = sorted((remote.path, remote.size, remote.sha256 or remote.blob) for remote in chosen)
    listing = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    if pins[0].listing not in (None, listing):
        raise WeightsError(
            f"{card.name} has changed on its hub since this pull began; begin anew after `zoetrope models remove "
            f"{card.name}`."
        )
    _write_pins(folder / PINS, (replace(pins[0], listing=listing), *pins[1:]))


def check_here(card: Card, folder: Path, asked: str | None) -> None:
    """Refuse another revision than the one that is here. Raises: InvalidRequest."""
    found = pulled(folder)
    if asked is None or (found and _means(asked, found[0])):
        return
    here = found[0].told if found else "a revision that nobody wrote down"
    raise InvalidRequest(
        f"{card.name} is here as {here}; to have {asked} instead, `zoetrope models remove {card.name}` first."
    )


def pulled(folder: Path) -> tuple[Pin, ...]:
    """What a folder was pulled from, the checkpoint's own repository first; nothing if it was not pulled."""
    return _read_pins(folder / NOTE)


def take_pins(folder: Path) -> list[dict[str, str]]:
    """What an unfinished pull was of, for the note of a finished one; it is forgotten here."""
    found = [asdict(each) for each in _read_pins(folder / PINS)]
    (folder / PINS).unlink(missing_ok=True)
    return [{key: value for key, value in each.items() if value is not None} for each in found]


def _goes_on(before: tuple[Pin, ...], places: tuple[Place, ...]) -> bool:
    """Whether each place means what the pull began with, though its branch may have moved since."""
    if len(before) != len(places):
        return False
    return all(
        each.name == place.name and _means(place.revision, each) for each, place in zip(before, places, strict=True)
    )


def _means(asked: str, found: Pin) -> bool:
    is_short = len(asked) >= _SHORT and found.revision.startswith(asked)
    return asked in (found.asked, found.revision) or is_short


def _commit(hub: Hub, place: Place) -> str:
    return place.revision if is_commit(place.revision) else hub.commit(place) or place.revision


def _read_pins(path: Path) -> tuple[Pin, ...]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["repositories"]
        return tuple(
            Pin(each["name"], each.get("asked", each["revision"]), each["revision"], each.get("listing"))
            for each in found
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()


def _write_pins(path: Path, pins: tuple[Pin, ...]) -> None:
    path.write_text(json.dumps({"repositories": [asdict(each) for each in pins]}), encoding="utf-8")
