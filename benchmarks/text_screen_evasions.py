"""Ways in which people spell a word so that a list does not see it. Written without the tables of the screen itself."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import opencc
from pypinyin import Style, lazy_pinyin

Evasion = Callable[[str, random.Random], str]

_CYRILLIC = dict(zip("aceopxyibhkmt", "асеорхуіЬһкмт", strict=True))
_GREEK = dict(zip("aoviukpt", "αονιυκρτ", strict=True))
_SMALL_CAPITALS = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))
_LEET = dict(zip("oieast", "013457", strict=True))
_LEET_SIGNS = dict(zip("aosi", "@0$!", strict=True))
_ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u030c\u0323\u0331\u0334\u0489"
_SECRET = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\ufe0f"
_EMOJI = "🌸🔥⭐🍎💧🎈"
_HALVES = {"强": "弓虽", "枪": "木仓", "奸": "女干", "炸": "火乍", "弹": "弓单", "裸": "衤果", "情": "忄青"}
_HOMOPHONES = {
    "月光石": "越光时",
    "玻璃翅膀": "波离赤榜",
    "违禁水果": "围巾水果",
    "纸灯笼": "只登龙",
    "秘密花园": "密蜜花圆",
    "发条橙子": "发条成紫",
    "齐柏林飞艇": "奇百林飞挺",
    "杏仁糖": "幸人堂",
    "水晶球": "税精求",
    "猕猴桃": "迷喉逃",
    "核桃仁": "合逃人",
}


def _each(table: dict[str, str]) -> Evasion:
    return lambda term, chance: "".join(table.get(letter, letter) for letter in term)


def _between(*signs: str) -> Evasion:
    def spell(term: str, chance: random.Random) -> str:
        sign = chance.choice(signs)
        return " ".join(sign.join(word) for word in term.split(" "))

    return spell


def _font(first: int) -> Evasion:
    return lambda term, chance: "".join(
        chr(first + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter for letter in term
    )


def _full_width(term: str, chance: random.Random) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in term)


def _accented(term: str, chance: random.Random) -> str:
    marked = "".join(letter + chance.choice(_ACCENTS) if letter != " " else letter for letter in term)
    return unicodedata.normalize("NFC", marked)


def _hidden(term: str, chance: random.Random) -> str:
    return "".join(letter + chance.choice(_SECRET) for letter in term)


def _stretched(term: str, chance: random.Random) -> str:
    place = chance.choice([k for k, letter in enumerate(term) if letter != " "])
    return term[:place] + term[place] * chance.randint(3, 6) + term[place + 1 :]


def _masked(term: str, chance: random.Random) -> str:
    inner = [k for k in range(1, len(term) - 1) if " " not in term[k - 1 : k + 2]]
    place = chance.choice(inner)
    return term[:place] + chance.choice("*#") + term[place + 1 :]


def _shuffled_case(term: str, chance: random.Random) -> str:
    return "".join(chance.choice((letter.upper(), letter)) for letter in term)


def _torn(term: str, chance: random.Random) -> str:
    place = len(term) // 2
    return f"{term[:place].strip()} {term[place:].strip()}"


def _one_sign(term: str, chance: random.Random) -> str:
    place = chance.randint(1, len(term) - 1)
    return term[:place] + chance.choice("-_.*~^") + term[place:]


def _spelled(style: Style, sign: str) -> Evasion:
    return lambda term, chance: sign.join(lazy_pinyin(term, style=style))


def _half_spelled(term: str, chance: random.Random) -> str:
    place = chance.randrange(len(term))
    return term[:place] + lazy_pinyin(term[place])[0] + term[place + 1 :]


def _then(*steps: Evasion) -> Evasion:
    def spell(term: str, chance: random.Random) -> str:
        for step in steps:
            term = step(term, chance)
        return term

    return spell


def _traditional(term: str, chance: random.Random) -> str:
    return opencc.OpenCC("s2t").convert(term)


ENGLISH: dict[str, Evasion] = {
    "capitals": _shuffled_case,
    "full width": _full_width,
    "mathematical bold": _font(0x1D41A),
    "mathematical script": _font(0x1D4EA),
    "double struck": _font(0x1D552),
    "circled": _font(0x24D0),
    "small capitals": _each(_SMALL_CAPITALS),
    "cyrillic look-alikes": _each(_CYRILLIC),
    "greek look-alikes": _each(_GREEK),
    "accents": _accented,
    "invisible characters": _hidden,
    "spaces": _between(" "),
    "dots": _between("."),
    "dashes": _between("-", "_", "–"),
    "stars": _between("*", "~", "|", "/", "+"),
    "emoji": _between(*_EMOJI),
    "one sign": _one_sign,
    "torn in two": _torn,
    "leet": _each(_LEET),
    "leet signs": _each(_LEET_SIGNS),
    "stretched": _stretched,
    "masked letter": _masked,
    "leet and dots": _then(_each(_LEET), _between(".")),
    "look-alikes and hidden": _then(_each(_CYRILLIC), _hidden),
    "full width and spaces": _then(_between(" "), _full_width),
    "accents and stretched": _then(_stretched, _accented),
}
CHINESE: dict[str, Evasion] = {
    "traditional": _traditional,
    "invisible characters": _hidden,
    "spaces": _between(" "),
    "ideographic spaces": _between("\u3000"),
    "dots": _between(".", "·", "。"),
    "stars": _between("*", "~", "-", "_", "+", "|"),
    "emoji": _between(*_EMOJI),
    "one sign": _one_sign,
    "pinyin": _spelled(Style.NORMAL, ""),
    "pinyin with spaces": _spelled(Style.NORMAL, " "),
    "pinyin with tones": _spelled(Style.TONE, " "),
    "pinyin with numbers": _spelled(Style.TONE3, ""),
    "one syllable spelled": _half_spelled,
    "full-width pinyin": _then(_spelled(Style.NORMAL, ""), _full_width),
    "traditional and spaces": _then(_traditional, _between(" ")),
    "traditional and hidden": _then(_traditional, _hidden),
    "halves": _each(_HALVES),
    "homophones": lambda term, chance: _HOMOPHONES.get(term, term),
}
