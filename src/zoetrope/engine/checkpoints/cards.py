"""What is known of published checkpoints without having them: tasks, licences, where they lie. Opens none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from zoetrope.core.errors import Refused


@dataclass(frozen=True)
class Licence:
    """Terms of weights. `excluded` are ISO 3166 codes of territories where it does not hold, and EU for all of its."""

    name: str
    url: str
    excluded: tuple[str, ...] = ()
    terms: str = ""

    @property
    def holds(self) -> str:
        """Where, in a few words."""
        return f"not in {', '.join(self.excluded)}" if self.excluded else "everywhere"


@dataclass(frozen=True)
class Place:
    """A repository on a hub, at a revision; `folder` is the only one that is taken of it, or all that is needed."""

    hub: str
    name: str
    revision: str
    folder: str | None = None


@dataclass(frozen=True)
class Card:
    """One published checkpoint. What is not known is None, and nothing here is guessed.

    `additions` are parts that lie in repositories of their own; `runs` is whether this version can make shots with it.
    """

    name: str
    family: str
    title: str
    tasks: tuple[str, ...]
    repositories: tuple[Place, ...]
    licence: Licence
    additions: tuple[Place, ...] = ()
    download_bytes: int | None = None
    runs: bool = True
    note: str = ""

    def places(self, hub: str) -> tuple[Place, ...]:
        """All that a hub has of it, the checkpoint itself first; none if the hub does not have it."""
        own = tuple(place for place in self.repositories if place.hub == hub)
        return (*own, *(place for place in self.additions if place.hub == hub)) if own else ()

    @property
    def hubs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.hub for place in self.repositories))


# Members of the European Union. Source: european-union.europa.eu, countries, 2026.
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


@cache
def cards() -> Mapping[str, Card]:
    """Every card by its name, as cards.yaml has them."""
    held = _read("cards.yaml")
    licences = {name: _licence(facts) for name, facts in held["licences"].items()}
    return MappingProxyType({name: _card(name, facts, licences) for name, facts in held["cards"].items()})


@cache
def memory_rows() -> Mapping[str, Mapping[int, str]]:
    """What each checkpoint is on cards of so many gigabytes, as memory.yaml has it; computed once, for nobody waits."""
    return MappingProxyType(_read("memory.yaml"))


def check_territory(card: Card, territory: str | None) -> None:
    """Hold a checkpoint's licence against where it is to be used; nothing is known without a territory.

    Raises: Refused.
    """
    if territory is None:
        return
    here, excluded = territory.strip().upper(), card.licence.excluded
    if here in excluded or ("EU" in excluded and here in _EU.split()):
        raise Refused(
            f"{card.name} is under the {card.licence.name}, which does not hold in {here} (ZOETROPE_TERRITORY); its "
            f"excluded territories are {', '.join(excluded)}, see {card.licence.url}."
        )


def _card(name: str, facts: Mapping[str, Any], licences: Mapping[str, Licence]) -> Card:
    own = tuple(Place(hub, *place) for hub, place in facts["repositories"].items())
    additions = tuple(Place(hub, *each) for hub, listed in facts.get("additions", {}).items() for each in listed)
    plain = {key: facts[key] for key in ("family", "title", "download_bytes", "runs", "note") if key in facts}
    return Card(
        name=name,
        tasks=tuple(facts["tasks"]),
        repositories=own,
        additions=additions,
        licence=licences[facts["licence"]],
        **plain,
    )


def _licence(facts: Mapping[str, Any]) -> Licence:
    return Licence(facts["name"], facts["url"], tuple(facts.get("excluded", ())), facts.get("terms", ""))


def _read(name: str) -> Any:
    text = files("zoetrope.engine.checkpoints").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # a tenth of the plain one's time
