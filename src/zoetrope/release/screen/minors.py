"""The rule that sexual content with minors is refused: in what is asked for, in what is given, in what was made.

It is code. No list, no severity, no allow-list, no policy and no setting reaches it, since it takes none: callers give
it text and opinions and get back the halves that it saw. Where both halves meet, in one text or across the texts and
pictures of one request, `forbids` is true and the verdict is `block`. It refuses too much rather than too little:
a text that condemns such content is refused like one that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from zoetrope.release.screen import minors_words
from zoetrope.release.screen.terms import Matcher, Term
from zoetrope.release.screen.verdict import MINORS, Finding, Signal
from zoetrope.release.screen.views import Reading

NOTHING: frozenset[Signal] = frozenset()
BOTH: frozenset[Signal] = frozenset(("minor", "sexual"))
ADULT = 18
SURE = 0.5  # an opinion of a moderator from this score on counts for the rule, whatever a policy says of it
OPINIONS: Mapping[str, frozenset[Signal]] = {
    "minor": frozenset(("minor",)),
    "sexual": frozenset(("sexual",)),
    "nudity": frozenset(("sexual",)),
    MINORS: BOTH,
}

_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s+|\n+")
_BELOW_18 = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_NUMBERS: tuple[str, ...] = tuple(_BELOW_18.split())
_AGE_EN = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)})(?: |-|‐)?(?:years?|yrs?|y)(?: |-|‐)?(?:olds?|o)\b|\b(\d{{1,2}}) ?yo\b"
    rf"|\b(?:aged?|age of)(?: |:|-)*(\d{{1,2}}|{'|'.join(_NUMBERS)})\b"
)
_AGE_ZH = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,2}) ?岁")
_DIGITS_ZH = "零一二三四五六七八九"


def forbids(signals: frozenset[Signal]) -> bool:
    """Whether both halves are there."""
    return signals >= BOTH


def refusal(role: str) -> Finding:
    """What the verdict says when both halves are there."""
    return Finding(MINORS, "block", role)


def signals_in(texts: Mapping[str, str]) -> frozenset[Signal]:
    """The halves that the texts of one request show, read together.

    A negative prompt takes away, so nakedness in it says nothing about the shot, unless it alone holds both halves or
    takes the clothes from a child.
    """
    shown = "\n".join(text for role, text in texts.items() if not is_negative(role))
    avoided = "\n".join(text for role, text in texts.items() if is_negative(role))
    signals = signals_of(shown)
    if forbids(signals_of(avoided)):
        return BOTH
    if "minor" in signals and _holds("CLOTHES", Reading(avoided)):
        return BOTH
    return signals


def signals_of(text: str) -> frozenset[Signal]:
    """The halves that one text shows: sure words anywhere in it, doubtful ones within a sentence."""
    whole = Reading(text)
    child, sexual = _shows_child(whole), _holds("SEXUAL", whole)
    if child != sexual and any(_completes(Reading(part), child=child) for part in _SENTENCE.split(text)):
        return BOTH
    halves: dict[Signal, bool] = {"minor": child, "sexual": sexual}
    return frozenset(half for half, seen in halves.items() if seen)


def _completes(sentence: Reading, *, child: bool) -> bool:
    """Whether a doubtful word makes up for the half that is missing."""
    if child:
        return _holds("SUGGESTIVE", sentence) and _shows_child(sentence)
    return _holds("YOUNG", sentence) and _holds("SEXUAL", sentence)


def is_negative(role: str) -> bool:
    """Whether a role of a text names what the shot should not show."""
    return role.lower().startswith("negative")


def _shows_child(reading: Reading) -> bool:
    return _holds("CHILDREN", reading) or any(age < ADULT for age in _ages(reading.plain))


@cache
def _matcher(name: str) -> Matcher:
    words = _split(getattr(minors_words, name))
    return Matcher([Term(word) for word in words], allow=_split(minors_words.ORDINARY))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.replace("\n", "").split("|") if word.strip()]


def _holds(name: str, reading: Reading) -> bool:
    return bool(_matcher(name).find(reading))


def _ages(text: str) -> list[int]:
    """Ages in years that a plain text states."""
    said = [next(filter(None, found.groups())) for found in _AGE_EN.finditer(text)]
    ages = [int(word) if word.isdigit() else _NUMBERS.index(word) + 1 for word in said]
    return ages + [_number_zh(found[1]) for found in _AGE_ZH.finditer(text)]


def _number_zh(word: str) -> int:
    if word.isdigit():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return _DIGITS_ZH.index(word[-1]) + (10 * _DIGITS_ZH.index(word[0]) if len(word) > 1 else 0)
    return 10 * (_DIGITS_ZH.index(tens) if tens else 1) + (_DIGITS_ZH.index(ones) if ones else 0)
