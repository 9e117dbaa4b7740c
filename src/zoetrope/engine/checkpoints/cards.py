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
class Card:
    """One published checkpoint. What is not known is None, and nothing here is guessed.

    `repositories` are (hub, name, revision); `excluded` holds ISO 3166 codes of territories, and EU for all of its.
    """

    name: str
    family: str
    title: str
    tasks: tuple[str, ...]
    repositories: tuple[tuple[str, str, str], ...]
    licence: str
    licence_url: str | None = None
    excluded: tuple[str, ...] = ()
    download_bytes: int | None = None
    memory: tuple[str, ...] = ()
    note: str = ""

    def repository(self, source: str) -> tuple[str, str] | None:
        """Name and revision on a hub."""
        return next(((name, revision) for hub, name, revision in self.repositories if hub == source), None)


# Members of the European Union. Source: european-union.europa.eu, countries, 2026.
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


@cache
def cards() -> Mapping[str, Card]:
    """Every card by its name, as cards.yaml has them."""
    held = yaml.safe_load(files("zoetrope.engine.checkpoints").joinpath("cards.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({name: _card(name, facts) for name, facts in held.items()})


def check_territory(card: Card, territory: str | None) -> None:
    """Hold a checkpoint's licence against where it is to be used; nothing is known without a territory.

    Raises: Refused.
    """
    if territory is None:
        return
    here = territory.strip().upper()
    if here in card.excluded or ("EU" in card.excluded and here in _EU.split()):
        raise Refused(
            f"{card.name} is under {card.licence}, which does not hold in {here} (ZOETROPE_TERRITORY); "
            f"its excluded territories are {', '.join(card.excluded)}, see {card.licence_url}."
        )


def _card(name: str, facts: Mapping[str, Any]) -> Card:
    repositories = tuple((hub, *place) for hub, place in facts["repositories"].items())
    listed = {key: tuple(facts[key]) for key in ("tasks", "excluded", "memory") if facts.get(key)}
    plain = {key: facts[key] for key in ("family", "title", "licence", "licence_url", "download_bytes") if key in facts}
    return Card(name=name, repositories=repositories, note=facts.get("note") or "", **({"tasks": ()} | listed), **plain)
