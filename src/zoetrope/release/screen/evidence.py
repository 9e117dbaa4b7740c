"""Whether what a view brought together is meant, or made by chance of ordinary words that stand side by side.

Knows spans and spellings; knows no automaton and no list.
"""

from __future__ import annotations

from zoetrope.release.screen.common_words import COMMON
from zoetrope.release.screen.normalise import plain, syllables
from zoetrope.release.screen.views import View, is_character, is_loose, leet, squeezed

_SHORTEST_APART = 4  # letters; three letters come together by chance in abbreviations
_SHORTEST_DISGUISED = 3
_SHORTEST_SOUND = 6  # letters of a term that is spelled by sound alone
_SHORTEST_HOMOPHONE = 3  # characters; pairs of other characters with the same sound are ordinary words


class Spelled:
    """The spellings of one term that the views can hold."""

    def __init__(self, text: str) -> None:
        self.is_prefix = text.endswith("*")
        self.plain = plain(text.removesuffix("*"))
        joined = squeezed(self.plain)
        self.joined = joined.text
        self.leet = leet(self.joined).text
        self.own_gaps = {k for k in range(1, len(joined.start)) if joined.start[k] > joined.stop[k - 1]}
        self.is_chinese = len(self.joined) > 1 and all(sign in syllables() for sign in self.joined)
        self.readings = [syllables()[sign] for sign in self.joined] if self.is_chinese else []
        self.sound = "".join(self.readings)
        east = any(map(is_character, self.joined))
        self.may_be_apart = len(self.joined) >= (2 if east else _SHORTEST_APART)
        self.may_be_disguised = not east and len(self.leet) >= _SHORTEST_DISGUISED


def is_disguised(view: View, first: int, last: int, text: str) -> bool:
    """Whether letters were replaced or stretched, and enough are left to read it as a word."""
    real = sum(text[view.start[k]].isalpha() for k in range(first, last + 1))
    return any(view.altered[first : last + 1]) and 2 * real >= last + 1 - first


def stands_free(text: str, start: int, stop: int, *, of_characters: bool = False) -> bool:
    """Whether no letter or digit touches a part of the text; characters count as such only if asked."""
    around = (text[start - 1] if start else " ", text[stop] if stop < len(text) else " ")
    return not any(sign.isalnum() and (of_characters or not is_character(sign)) for sign in around)


def looks_taken_apart(term: Spelled, view: View, first: int, last: int, text: str) -> bool:
    """Whether the gaps inside are no accident of ordinary words that stand side by side.

    Odd signs between letters are always meant. Spaces and commas are where single letters or shreds of words are left.
    """
    cuts = [k for k in range(first + 1, last + 1) if view.start[k] > view.stop[k - 1]]
    odd = [k for k in cuts if k - first not in term.own_gaps]
    if not any(is_loose(text[view.stop[k - 1] : view.start[k]]) for k in odd):
        return True
    starts = [view.start[first], *(view.start[k] for k in cuts)]
    stops = [*(view.stop[k - 1] for k in cuts), view.stop[last]]
    pieces = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
    if all(len(piece) == 1 for piece in pieces):
        return stands_free(text, starts[0], stops[-1], of_characters=True)
    if any(map(is_character, "".join(pieces))):
        return False
    return not any(piece in COMMON for piece in pieces)


def sounds_meant(term: Spelled, view: View, first: int, text: str) -> bool:
    """Whether a row of syllables means the term, and is not made of other words that sound like it."""
    same = other = spelled = 0
    previous = -1
    for character, reading in zip(term.joined, term.readings, strict=True):
        start, stop = view.start[first], view.start[first + len(reading) - 1]
        if previous >= 0 and _parts_characters(text, previous, start):
            return False
        if is_character(text[start]):
            if not _is_whole(view, first, len(reading)):
                return False
            same, other = same + (text[start] == character), other + (text[start] != character)
        elif stop - start != len(reading) - 1:
            return False
        else:
            spelled += 1
        previous, first = stop, first + len(reading)
    long = len(term.sound) >= _SHORTEST_SOUND
    if other:
        return long and len(term.joined) >= _SHORTEST_HOMOPHONE
    return spelled > 0 and (same > 0 or long)


def _is_whole(view: View, first: int, length: int) -> bool:
    """Whether these letters are one character's whole syllable."""
    here = view.start[first]
    around = (view.start[first - 1] if first else -1, *view.start[first + length : first + length + 1])
    return view.start[first + length - 1] == here and here not in around


def _parts_characters(text: str, left: int, right: int) -> bool:
    """Whether ordinary punctuation parts two characters; between spelled syllables a space is how they are written."""
    return is_character(text[left]) and is_character(text[right]) and is_loose(text[left + 1 : right])
