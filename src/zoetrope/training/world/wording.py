"""Small choices that every caption writer makes, and how a caption splits into words. Knows no language's phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

Choice = TypeVar("Choice")
Facts = Mapping[str, str]
ALOFT = ("flies", "floats", "swings")
THING = ("object", "colour", "size", "surface", "material")
LOOK = ("pace", "setting", "light", "weather", "style", "camera")


def pick(rng: np.random.Generator, choices: Sequence[Choice]) -> Choice:
    """One of the choices."""
    return choices[int(rng.integers(len(choices)))]


def chance(rng: np.random.Generator, share: float) -> bool:
    """True in that share of calls."""
    return bool(rng.random() < share)


def shuffled(rng: np.random.Generator, parts: Sequence[Choice]) -> list[Choice]:
    """The parts in a random order."""
    return [parts[int(place)] for place in rng.permutation(len(parts))]


def without_pace(facts: Facts) -> Facts:
    """The same facts, but for the pace."""
    return {axis: value for axis, value in facts.items() if axis != "pace"}


def words_of(text: str) -> tuple[list[str], list[str]]:
    """English words in lower case (split at hyphens) and Chinese characters of a text, in order."""
    return re.findall("[a-z]+", text.lower()), re.findall("[\u4e00-\u9fff]", text)


def texts_in(tables: Iterable[Any]) -> Iterator[str]:
    """Every phrase in nested tables, without its {places}; keys of mappings are not phrases."""
    for table in tables:
        if isinstance(table, str):
            yield re.sub("{[a-z]+}", " ", table)
        elif isinstance(table, Mapping):
            yield from texts_in(table.values())
        elif isinstance(table, Sequence):
            yield from texts_in(table)
