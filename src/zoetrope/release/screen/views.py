"""Spellings of a plain text in which words that were taken apart, disguised or spelled by sound come together again.

A view is a string and, for each of its characters, the place in the plain text where it stands. Knows no term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from zoetrope.release.screen.normalise import plain, syllables

# Digits and signs that stand for letters; l and i are one letter, since 1, ! and | may be either.
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "2": "z", "6": "g"}
_LEET |= {"@": "a", "$": "s", "!": "i", "|": "i", "+": "t", "€": "e", "£": "i", "¥": "y", "¡": "i", "§": "s"}
_LONG = 3  # as many of one letter in a row are no spelling but a stretched word
_LIST_SIGNS = frozenset(
    ' ,;:!?()[]"“”‘/|、，。；：！？（）【】《》「」…'
)  # what parts words and clauses in ordinary text


@dataclass(frozen=True)
class View:
    """A respelled text. Units: character k stands for the plain text from start[k] up to stop[k].

    `altered[k]` says that the character itself was disguised, not only its neighbourhood.
    """

    text: str
    start: Sequence[int]
    stop: Sequence[int]
    altered: Sequence[bool] = ()

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The part of the plain text that characters first to last, both included, stand for."""
        return self.start[first], self.stop[last]


class Reading:
    """A text in all its views, each made when it is first asked for; several matchers read the same one."""

    def __init__(self, text: str) -> None:
        self.plain = plain(text)

    @cached_property
    def edges(self) -> list[bool]:
        return edges(self.plain)

    @cached_property
    def squeezed(self) -> View:
        return squeezed(self.plain)

    @cached_property
    def leet(self) -> View:
        return leet(self.plain)

    @cached_property
    def sounded(self) -> View:
        return sounded(self.plain)


def squeezed(text: str) -> View:
    """Only letters, digits and characters; everything between them is gone."""
    at = [place for place, letter in enumerate(text) if letter.isalnum()]
    return View("".join(text[place] for place in at), at, [place + 1 for place in at])


def leet(text: str) -> View:
    """Squeezed, with digits and signs read as letters, and rows of one letter inside a word as one."""
    letters: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    altered: list[bool] = []
    row = 0
    for place, sign in enumerate(text):
        letter = _LEET.get(sign) or ("i" if sign == "l" else sign)
        if not letter.isalnum():
            continue
        near = bool(stops) and not is_loose(text[stops[-1] : place])
        if near and letters[-1] == letter and letter.isascii():
            row += 1
            stops[-1] = place + 1
            altered[-1] = altered[-1] or row >= _LONG or sign in _LEET
            continue
        row = 1
        letters.append(letter)
        starts.append(place)
        stops.append(place + 1)
        altered.append(sign in _LEET)
    return View("".join(letters), starts, stops, altered)


def sounded(text: str) -> View:
    """Chinese characters as toneless syllables, Latin letters as they are, everything else gone."""
    readings = syllables()
    letters: list[str] = []
    at: list[int] = []
    for place, sign in enumerate(text):
        heard = readings.get(sign) or (sign if sign.isascii() and sign.isalpha() else "")
        letters.append(heard)
        at += [place] * len(heard)
    return View("".join(letters), at, [place + 1 for place in at])


def edges(text: str) -> list[bool]:
    """Whether a word may begin or end before each place of a plain text; one more than it has characters.

    Chinese, Japanese and Korean have an edge everywhere; what follows an apostrophe goes on with its word.
    """
    inside = [_joins(left, right) for left, right in pairwise(text)]
    for place in range(2, len(text)):
        if text[place - 1] in "'’" and text[place].isalpha() and text[place - 2].isalpha():
            inside[place - 1] = True
    return [True, *(not joined for joined in inside), True] if text else [True]


@cache
def _joins(left: str, right: str) -> bool:
    if is_character(left) or is_character(right):
        return False
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


@cache
def is_character(sign: str) -> bool:
    """Whether it is of a script that writes no spaces between words."""
    code = ord(sign)
    return (0x2E80 <= code <= 0xD7FF and sign.isalpha()) or 0x20000 <= code <= 0x3FFFF


def is_loose(gap: str) -> bool:
    """Whether what stands between two letters is what ordinary text puts between words and clauses.

    A full stop without a space is not: it parts the letters of a word that hides.
    """
    return any(sign in _LIST_SIGNS for sign in gap)
