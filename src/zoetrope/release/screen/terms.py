"""Find listed terms in a text, however they are spelled, by one walk over each of its views.

Words end at word edges; what only a view brought together must also pass `evidence`. Knows no category, no severity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import ahocorasick

from zoetrope.release.screen.evidence import (
    Spelled,
    is_disguised,
    looks_taken_apart,
    parts_characters,
    sounds_meant,
    stands_free,
)
from zoetrope.release.screen.normalise import plain
from zoetrope.release.screen.views import Reading, View, squeezed

_MASKED = re.compile(r"[a-z]+(?:[*#%&?]+[a-z]+)+")  # one sign for each letter that was left out
_SHORTEST_MASKED = 4
_EVERY = -1  # stands for every term where ordinary phrases excuse

Span = tuple[int, int]


@dataclass(frozen=True)
class Term:
    """What to look for, and the ordinary phrases in which it may stand. A star at the end matches longer words too."""

    text: str
    allow: tuple[str, ...] = ()


class Matcher:
    """Many terms, ready to be found; building takes far longer than finding, so keep it."""

    def __init__(self, terms: Sequence[Term], allow: Iterable[str] = ()) -> None:
        self._terms = spelled = [Spelled(term.text) for term in terms]
        self._plain = _Words((term.plain, k) for k, term in enumerate(spelled))
        self._apart = _Words((term.joined, k) for k, term in enumerate(spelled) if term.may_be_apart)
        disguised = [(word, k) for k, term in enumerate(spelled) if term.may_be_disguised for word in term.leets]
        self._leet = _Words(disguised)
        self._sound = _Words((sound, k) for k, term in enumerate(spelled) for sound in term.sounds)
        phrases = [(phrase, k) for k, term in enumerate(terms) for phrase in term.allow]
        phrases += [(phrase, _EVERY) for phrase in allow]
        self._excuses = _Words((squeezed(plain(phrase)).text, k) for phrase, k in phrases)
        self._masks: dict[str, set[str]] = {}
        for word in {word for term in spelled for word in term.plain.split() if word.isascii() and word.isalpha()}:
            self._masks.setdefault(word[0], set()).add(word)

    def find(self, reading: Reading) -> dict[int, Span]:
        """The index of each term that a text holds, with the first place of it in the plain text."""
        excused = list(self._excused(reading))
        found: dict[int, Span] = {}
        for index, (start, stop) in self._all(reading):
            if not any(who in (index, _EVERY) and left <= start and stop <= right for who, left, right in excused):
                found.setdefault(index, (start, stop))
        return found

    def _all(self, reading: Reading) -> Iterator[tuple[int, Span]]:
        yield from self._as_written(reading)
        yield from self._taken_apart(self._apart, reading.squeezed, reading)
        yield from self._taken_apart(self._leet, reading.leet, reading)
        yield from self._by_sound(reading)
        yield from self._masked(reading.plain)

    def _as_written(self, reading: Reading) -> Iterator[tuple[int, Span]]:
        for first, last, index in self._plain.found_in(reading.plain):
            if self._at_edges(reading, first, last + 1, index):
                yield index, (first, last + 1)

    def _taken_apart(self, words: _Words, view: View, reading: Reading) -> Iterator[tuple[int, Span]]:
        text = reading.plain
        for first, last, index in words.found_in(view.text):
            term = self._terms[index]
            start, stop = view.span(first, last)
            if not self._at_edges(reading, start, stop, index):
                continue
            if view.altered and not is_disguised(view, first, last, text):
                continue
            if view.altered and not (stands_free(text, start, stop) or term.is_prefix):
                continue
            if looks_taken_apart(term, view, first, last, text):
                yield index, (start, stop)

    def _at_edges(self, reading: Reading, start: int, stop: int, index: int) -> bool:
        return reading.edges[start] and (reading.edges[stop] or self._terms[index].is_prefix)

    def _by_sound(self, reading: Reading) -> Iterator[tuple[int, Span]]:
        if not self._sound:
            return
        view = reading.sounded
        for first, last, index in self._sound.found_in(view.text):
            start, stop = view.span(first, last)
            if not self._at_edges(reading, start, stop, index):
                continue
            if sounds_meant(self._terms[index], view, first, last, reading.plain):
                yield index, (start, stop)

    def _masked(self, text: str) -> Iterator[tuple[int, Span]]:
        """Put every listed word that fits in the place of a masked one, and look again around it."""
        for token in _MASKED.finditer(text):
            shape = re.compile(re.sub(r"[*#%&?]", "[a-z]", token[0]))
            shown = sum(map(str.isalpha, token[0]))
            if len(token[0]) < _SHORTEST_MASKED or 2 * shown < len(token[0]):
                continue
            for word in self._masks.get(token[0][0], ()):
                if shape.fullmatch(word):
                    yield from self._with_word(text, word, token.start())

    def _with_word(self, text: str, word: str, place: int) -> Iterator[tuple[int, Span]]:
        """Terms that hold a word put at a place of the text, in the stead of as many signs."""
        other = text[:place] + word + text[place + len(word) :]
        for first, last, index in self._plain.found_in(other):
            inside = first <= place and place + len(word) <= last + 1
            if inside and stands_free(other, first, last + 1):
                yield index, (first, last + 1)

    def _excused(self, reading: Reading) -> Iterator[tuple[int, int, int]]:
        """Where ordinary phrases stand in the plain text, and which term each of them excuses."""
        if not self._excuses:
            return
        view = reading.squeezed
        for first, last, index in self._excuses.found_in(view.text):
            start, stop = view.span(first, last)
            torn = any(parts_characters(reading.plain, view.start[k], view.start[k + 1]) for k in range(first, last))
            if reading.edges[start] and not torn:
                yield index, start, stop


class _Words:
    """An Aho-Corasick automaton in which several terms may share a spelling."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        grouped: dict[str, list[int]] = {}
        for word, index in words:
            if word:
                grouped.setdefault(word, []).append(index)
        self._automaton = ahocorasick.Automaton()
        for word, indices in grouped.items():
            self._automaton.add_word(word, (len(word), indices))
        self._automaton.make_automaton()

    def __bool__(self) -> bool:
        return len(self._automaton) > 0

    def found_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        """First and last character, and the index, of every word that the text holds."""
        if not text or not self:
            return
        for last, (length, indices) in self._automaton.iter(text):
            for index in indices:
                yield last - length + 1, last, index
