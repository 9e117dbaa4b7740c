"""Other words for what pocket shows, said in the words that it has read: other words for one, and what is nearest.

`bounce` is `bounces` and nobody needs to be told; a truck is shown as a car, which is told. People and creatures are
shown as what stands in for them where no other thing is named. What is left is unknown. Nothing that captions say is
ever changed. Knows no network.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType

from zoetrope.engine.families.pocket.naming import things_named
from zoetrope.engine.families.pocket.plain_words import as_meant
from zoetrope.engine.families.pocket.words import WORD, Lexicon, mistyped

THESAURUS = Path(__file__).with_name("thesaurus.toml")
EVERYWHERE = ("same", "nearest")  # tables of words that stand for others whatever is beside them
TABLES = (*EVERYWHERE, "stand-ins")


def other_forms() -> MappingProxyType[str, str]:
    """Words that mean the same as a known one, by themselves, in both languages."""
    return _table("same")


def nearest() -> MappingProxyType[str, str]:
    """What is shown as something else, by itself, in both languages."""
    return _table("nearest")


@cache
def _table(name: str) -> MappingProxyType[str, str]:
    table = tomllib.loads(THESAURUS.read_text(encoding="utf-8"))[name]
    return MappingProxyType({word: known for known, words in table.items() for word in words.split(", ")})


def stand_ins() -> MappingProxyType[str, str]:
    """What is shown as something else where a prompt names no thing, by itself, in both languages."""
    return _table("stand-ins")


@cache
def _any_of(*tables: str) -> re.Pattern[str]:
    """Any word or phrase of some tables, the longest first."""
    words = sorted((word for name in tables for word in _table(name)), key=len, reverse=True)
    english = "|".join(re.escape(word) for word in words if word.isascii())
    chinese = "|".join(word for word in words if not word.isascii())
    return re.compile(rf"\b(?:{english})\b(?!['’])|{chinese}", re.IGNORECASE)


def in_known_words(prompt: str, lexicon: Lexicon) -> str:
    """A prompt with every word that has another for it replaced by that one; mistyped ones are put right."""
    known = _replaced(spelt(prompt, lexicon))
    word = _stood_in_for(known)
    match = next((each for each in _any_of("stand-ins").finditer(known) if each[0] == word), None)
    if match is None:
        return known
    return known[: match.start()] + stand_ins()[match[0].lower()] + known[match.end() :]


def shown_as(prompt: str, lexicon: Lexicon) -> dict[str, str]:
    """The words of a prompt that are shown as something else or read as others, in their order."""
    right = spelt(prompt, lexicon)
    cast = _stood_in_for(_replaced(right))
    table = nearest() if cast is None else {**nearest(), cast.lower(): stand_ins()[cast.lower()]}
    found = [match[0].lower() for match in _any_of(*TABLES).finditer(right)]
    return _slips(prompt, lexicon) | {word: table[word] for word in found if word in table}


def _replaced(text: str) -> str:
    return _any_of(*EVERYWHERE).sub(lambda match: {**other_forms(), **nearest()}[match[0].lower()], text)


def _stood_in_for(known: str) -> str | None:
    """The first of people and creatures that a text means, as it is written there, where it names no thing."""
    meant = as_meant(known)
    match = None if things_named(meant) else _any_of("stand-ins").search(meant)
    return match and match[0]


def _slips(prompt: str, lexicon: Lexicon) -> dict[str, str]:
    """Words that are mistyped, and none that is somebody's word for something else."""
    return mistyped(_any_of(*TABLES).sub(" ", prompt), lexicon)


def spelt(prompt: str, lexicon: Lexicon) -> str:
    """A prompt with its mistyped words put right."""
    slips = _slips(prompt, lexicon)
    return WORD.sub(lambda match: slips.get(match[0].lower(), match[0]), prompt) if slips else prompt
