"""One plain spelling for the many ways to write the same words, so that lists need one entry for each.

Compatibility forms, invisible characters, accents, look-alike letters, traditional characters and characters written as
their two halves are folded away. Knows no list; `views` goes on from here with spellings that lose word boundaries.
"""

from __future__ import annotations

import importlib.util
import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u180e")  # letters by category, but drawn as nothing
_DROPPED = ("Mn", "Me", "Cf", "Co", "Cs", "Cn")
_LATIN = re.compile(
    r"(?:LATIN|NEGATIVE (?:SQUARED|CIRCLED) LATIN|SQUARED LATIN|REGIONAL INDICATOR|MODIFIER|PARENTHESIZED LATIN)"
    r"(?: SMALL| CAPITAL| LETTER| SYMBOL| TURNED| REVERSED| SIDEWAYS| OPEN| SCRIPT| DOTLESS| LONG| BARRED| INVERTED)*"
    r" ([A-Z])(?: WITH [A-Z -]+)?"
)
# What looks like a Latin letter in the faces of today, beyond what the tables of Unicode list; capitals likewise.
_PAIRS = "кk тt мm нh вb ьb ъb уy пn иu гr зe бb хx ωw ηn τt κk μu σo ςc ρp εe βb ζz χx γy סo וi ןi חn"
_ALIKE = {pair[0]: pair[1] for pair in _PAIRS.split()}
_SPACE = re.compile(r"\s+")
_DATA = Path(__file__).with_name("data")


def plain(text: str) -> str:
    """Fold a text to its plain spelling: lower case, no accents, Latin letters for look-alikes, simplified characters.

    Runs of white space become one space. Applied to its own outcome it changes nothing.
    Source: Unicode TR15 (compatibility forms) and TR39 (look-alikes, as packaged by confusable-homoglyphs); OpenCC t2s.
    """
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if _kept(letter))
    text = unicodedata.normalize("NFC", text).translate(_FOLD).casefold()
    text = _simplified(_rejoined(text)) if not text.isascii() else text
    return _SPACE.sub(" ", text).strip()


@cache
def _kept(letter: str) -> bool:
    return letter.isascii() or (letter not in _INVISIBLE and unicodedata.category(letter) not in _DROPPED)


class _Fold(dict[int, str]):
    """A table for str.translate that finds the Latin letter behind each character when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _latin(chr(code))
        return folded


_FOLD = _Fold({code: chr(code) for code in range(32, 127)} | dict.fromkeys(range(32), " ") | {127: ""})


def _latin(letter: str) -> str:
    if _is_east_asian(letter):
        return letter
    if letter.lower() in _ALIKE:
        return _ALIKE[letter.lower()]
    named = _LATIN.fullmatch(unicodedata.name(letter, ""))
    if named:
        return named[1].lower()
    twins = [twin["c"] for twin in _confusables().get(letter, ()) if twin["c"].isascii() and twin["c"].isalnum()]
    return min(twins, key=lambda twin: (len(twin), not twin.isalpha(), twin)) if twins else letter


def _is_east_asian(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF" and not 0x1F000 <= ord(letter) <= 0x1FAFF


@cache
def _confusables() -> dict[str, list[dict[str, str]]]:
    return _packaged("confusable_homoglyphs", "confusables.json")


@cache
def _converter() -> Any:
    import opencc  # 0.1 s to read its tables; only texts that are not ASCII need them

    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    return _converter().convert(text)


def _rejoined(text: str) -> str:
    pairs, pattern = _halves()
    return pattern.sub(lambda found: pairs[found[0]], text)


@cache
def _halves() -> tuple[dict[str, str], re.Pattern[str]]:
    """Characters that are at times written as their two halves, to slip past lists."""
    pairs = yaml.safe_load((_DATA / "halves.yaml").read_text(encoding="utf-8"))
    return pairs, re.compile("|".join(map(re.escape, pairs)))


@cache
def syllables() -> dict[str, str]:
    """The usual reading of each Chinese character in Latin letters without tones; u with dots is written v."""
    return {sign: _toneless(marked.partition(",")[0]) for sign, marked in _marked().items()}


@cache
def readings(sign: str) -> tuple[str, ...]:
    """All readings of a Chinese character, the usual one first, and those with v also with u."""
    said = [_toneless(marked) for marked in _marked()[sign].split(",")]
    return tuple(dict.fromkeys([*said, *(reading.replace("v", "u") for reading in said)]))


@cache
def _marked() -> dict[str, str]:
    return {chr(int(code)): marked for code, marked in _packaged("pypinyin", "pinyin_dict.json").items()}


def _toneless(marked: str) -> str:
    letters = unicodedata.normalize("NFD", marked).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def _packaged(package: str, name: str) -> Any:
    """A JSON file inside a package that need not be imported: pypinyin takes seconds to start with its phrases."""
    found = importlib.util.find_spec(package)
    assert found is not None, f"{package} is a dependency"
    assert found.origin is not None, f"{package} is installed as files"
    return json.loads(Path(found.origin).with_name(name).read_text(encoding="utf-8"))
