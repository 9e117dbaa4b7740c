"""Other words for what pocket shows, said in the words that it has read: other words for one, and what is nearest.

`bounce` is `bounces` and nobody needs to be told; a truck is shown as a car, which is told. What is left is unknown.
Nothing that captions say is ever changed. Knows no network.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType

from zoetrope.engine.families.pocket.words import WORD, Lexicon, mistyped

THESAURUS = Path(__file__).with_name("thesaurus.toml")


@cache
def other_forms() -> MappingProxyType[str, str]:
    """Words that mean the same as a known one, by themselves, in both languages."""
    return _table("same")


@cache
def nearest() -> MappingProxyType[str, str]:
    """What is shown as something else, by itself, in both languages."""
    return _table("nearest")


def _table(name: str) -> MappingProxyType[str, str]:
    table = tomllib.loads(THESAURUS.read_text(encoding="utf-8"))[name]
    return MappingProxyType({word: known for known, words in table.items() for word in words.split(", ")})


@cache
def _all() -> re.Pattern[str]:
    """Any word or phrase that another stands for, the longest first."""
    words = sorted({**other_forms(), **nearest()}, key=len, reverse=True)
    english = "|".join(re.escape(word) for word in words if word.isascii())
    chinese = "|".join(word for word in words if not word.isascii())
    return re.compile(rf"\b(?:{english})\b(?!['’])|{chinese}", re.IGNORECASE)


def in_known_words(prompt: str, lexicon: Lexicon) -> str:
    """A prompt with every word that has another for it replaced by that one; mistyped ones are put right."""
    return _all().sub(lambda match: {**other_forms(), **nearest()}[match[0].lower()], spelt(prompt, lexicon))


def shown_as(prompt: str, lexicon: Lexicon) -> dict[str, str]:
    """The words of a prompt that are shown as something else or read as others, in their order."""
    found = [match[0].lower() for match in _all().finditer(spelt(prompt, lexicon))]
    return _slips(prompt, lexicon) | {word: nearest()[word] for word in found if word in nearest()}


def _slips(prompt: str, lexicon: Lexicon) -> dict[str, str]:
    """Words that are mistyped, and none that is somebody's word for something else."""
    said = _all().sub(" ", prompt)
    return mistyped(said, lexicon)


def spelt(prompt: str, lexicon: Lexicon) -> str:
    """A prompt with its mistyped words put right."""
    slips = _slips(prompt, lexicon)
    return WORD.sub(lambda match: slips.get(match[0].lower(), match[0]), prompt) if slips else prompt
