"""Whether what a view brought together is meant, or made by chance of ordinary words that stand side by side.

Knows spans and spellings; knows no automaton and no list.
"""

from __future__ import annotations

from itertools import islice, product

from zoetrope.release.screen.common_words import COMMON
from zoetrope.release.screen.normalise import plain, readings, syllables
from zoetrope.release.screen.views import View, is_character, is_loose, leet, squeezed

_SHORTEST_APART = 4  # letters; three letters come together by chance in abbreviations
_LONG_APART = 6  # letters; of such a term one shred that is no word is enough
_SHORTEST_DISGUISED = 3
_SHORTEST_SOUND = 6  # letters of a term that is spelled by sound alone
_MOST_SOUNDS = 16  # spellings of a term whose characters have several readings
_SHORTEST_HOMOPHONE = 3  # characters; pairs of other characters with the same sound are ordinary words
# Characters of grammar: between two of them a character is a word by itself, not the end or beginning of another.
_PARTICLES = frozenset("的了着过在于和与或把被给向从对是有为以之地得吗呢吧看我你他她它们这那个里中上下时到都也就")
_TONES = frozenset("12345")  # behind a syllable; who writes them spells Chinese, however short the term is


class Spelled:
    """The spellings of one term that the views can hold."""

    def __init__(self, text: str) -> None:
        self.is_prefix = text.endswith("*")
        self.plain = plain(text.removesuffix("*"))
        joined = squeezed(self.plain)
        self.joined = joined.text
        # doubled letters stay doubled where the text writes each by itself
        single = leet(self.plain)
        self.leets = {self.joined.replace("l", "i"): _gaps(joined), single.text: _gaps(single)}
        self.own_gaps = {self.joined: _gaps(joined)} | self.leets
        self.is_chinese = len(self.joined) > 1 and all(sign in syllables() for sign in self.joined)
        choices = [readings(sign) for sign in self.joined] if self.is_chinese else []
        self.sounds = {"".join(said): said for said in islice(product(*choices), _MOST_SOUNDS) if said}
        east = any(map(is_character, self.joined))
        self.may_be_apart = len(self.joined) >= (2 if east else _SHORTEST_APART)
        self.may_be_disguised = not east and min(map(len, self.leets)) >= _SHORTEST_DISGUISED


def _gaps(view: View) -> set[int]:
    """Before which characters the spelling of a term has a gap of its own."""
    return {k for k in range(1, len(view.start)) if view.start[k] > view.stop[k - 1]}


def is_disguised(view: View, first: int, last: int, text: str) -> bool:
    """Whether letters were replaced or stretched, and enough are left to read it as a word."""
    length = last + 1 - first
    real = sum(text[view.start[k]].isalpha() for k in range(first, last + 1))
    return any(view.altered[first : last + 1]) and real * (3 if length >= _LONG_APART else 2) >= length


def stands_free(text: str, start: int, stop: int) -> bool:
    """Whether no letter or digit touches a part of the text; Chinese characters may."""
    around = (text[start - 1] if start else " ", text[stop] if stop < len(text) else " ")
    return not any(sign.isalnum() and not is_character(sign) for sign in around)


def looks_taken_apart(term: Spelled, view: View, first: int, last: int, text: str) -> bool:
    """Whether the gaps inside are no accident of ordinary words that stand side by side.

    Odd signs between letters are always meant. Spaces and commas are where single letters or shreds of words are left.
    """
    cuts = [k for k in range(first + 1, last + 1) if view.start[k] > view.stop[k - 1]]
    own = term.own_gaps[view.text[first : last + 1]]
    odd = [k for k in cuts if k - first not in own]
    if not any(is_loose(text[view.stop[k - 1] : view.start[k]]) for k in odd):
        return True
    starts = [view.start[first], *(view.start[k] for k in cuts)]
    stops = [*(view.stop[k - 1] for k in cuts), view.stop[last]]
    pieces = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
    if any(map(is_character, "".join(pieces))):
        return _stand_alone(pieces, starts, stops, text)
    if all(len(piece) == 1 for piece in pieces):
        return stands_free(text, starts[0], stops[-1])
    if any(text[stop:start].strip() for stop, start in zip(stops, starts[1:], strict=False)):  # commas part words
        return False
    known = [piece in COMMON for piece in pieces]
    return not any(known) or (len(term.joined) >= _LONG_APART and not all(known))


def _stand_alone(pieces: list[str], starts: list[int], stops: list[int], text: str) -> bool:
    """Whether characters that spaces or commas part are no ends and beginnings of words: the inner ones stand alone."""
    if any(len(piece) > 1 for piece in pieces):
        return False
    ends = (text[starts[0] - 1] if starts[0] else " ", text[stops[-1]] if stops[-1] < len(text) else " ")
    return len(pieces) > 2 or not all(map(str.isalnum, ends)) or all(end in _PARTICLES for end in ends)


def sounds_meant(term: Spelled, view: View, first: int, last: int, text: str) -> bool:
    """Whether a row of syllables means the term, and is not made of other words that sound like it."""
    same = other = spelled = toned = 0
    previous = -1
    sound = view.text[first : last + 1]
    for character, reading in zip(term.joined, term.sounds[sound], strict=True):
        start, stop = view.start[first], view.start[first + len(reading) - 1]
        if previous >= 0 and parts_characters(text, previous, start):
            return False
        if is_character(text[start]):
            if not _is_whole(view, first, len(reading)):
                return False
            same, other = same + (text[start] == character), other + (text[start] != character)
        elif stop - start != len(reading) - 1:
            return False
        else:
            spelled, toned = spelled + 1, toned + (text[stop + 1 : stop + 2] in _TONES)
        previous, first = stop, first + len(reading)
    long = len(sound) >= _SHORTEST_SOUND
    if other:
        return long and len(term.joined) >= _SHORTEST_HOMOPHONE
    return spelled > 0 and (same > 0 or long or toned == spelled)


def _is_whole(view: View, first: int, length: int) -> bool:
    """Whether these letters are one character's whole syllable."""
    here = view.start[first]
    around = (view.start[first - 1] if first else -1, *view.start[first + length : first + length + 1])
    return view.start[first + length - 1] == here and here not in around


def parts_characters(text: str, left: int, right: int) -> bool:
    """Whether ordinary punctuation parts two characters; between spelled syllables a space is how they are written."""
    return is_character(text[left]) and is_character(text[right]) and is_loose(text[left + 1 : right])
