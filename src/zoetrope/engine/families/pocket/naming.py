"""The things that a prompt names, with their colours, in both languages.

A shot of pocket has two things; who names more is told. Knows no network and no pictures, so that requests are checked
before any weights load.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

COLOURS = {
    **{each: each for each in ("red", "orange", "yellow", "green", "cyan")},
    **{each: each for each in ("blue", "purple", "pink", "white", "black")},
    **{"violet": "purple", "golden": "yellow", "crimson": "red", "scarlet": "red", "teal": "cyan", "turquoise": "cyan"},
    **{"红": "red", "橙": "orange", "黄": "yellow", "绿": "green", "青": "cyan", "蓝": "blue", "紫": "purple"},
    **{"粉": "pink", "白": "white", "黑": "black", "橘": "orange"},
}
THINGS = {
    **{each: each for each in ("ball", "cube", "star", "ring", "car", "boat", "bird", "fish", "lantern", "robot")},
    **{"sphere": "ball", "box": "cube", "block": "cube", "hoop": "ring", "ship": "boat", "lamp": "lantern"},
    **{
        "球球": "ball",
        "球": "ball",
        "方块": "cube",
        "立方体": "cube",
        "盒子": "cube",
        "星星": "star",
        "五角星": "star",
    },
    **{"星": "star", "圆环": "ring", "圆圈": "ring", "环": "ring", "小车": "car", "汽车": "car", "车": "car"},
    **{"小船": "boat", "帆船": "boat", "船": "boat", "鸟儿": "bird", "鸟": "bird", "鱼儿": "fish", "鱼": "fish"},
    **{"灯笼": "lantern", "机器人": "robot"},
}
FAR = 4  # English words between a colour and its thing at most; characters in Chinese
WORD = re.compile(r"[a-z]+", re.IGNORECASE)
STOPS = frozenset({"a", "an", "the", "and", "with", "on", "in", "at", "to", "past", "into"})
ARTICLES = frozenset({"a", "an", "another", "the", "its", "this", "that"})
COUNTS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"couple": 2, "pair": 2, "several": 3, "many": 3},
    **{"两": 2, "二": 2, "双": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10},
}
JOINS = frozenset({"and", "with", "into", "past", "near", "by", "beside", "hits"})  # between two things
SIZED = frozenset({"small", "tiny", "little", "large", "big", "huge"})
NOT_THERE = frozenset({"no", "not", "without", "like"})  # before a name: it is not meant to be seen
INK_WORDS = "|".join(word for word in COLOURS if word.isascii())
SCENERY = re.compile(  # a colour before its name is not a thing's
    rf"\b(?:{INK_WORDS}) (?=(?:back|grass|sky|sea\b|ocean|water|snow"
    rf"|sand|cloud|"
    r"meadow|field|ground|wall|dune|light|street|curtain|floor|carpet|moon|sun))"
    r"|golden[- ]hour|白天|白昼|黄昏|雪白|蓝天|白云|黄沙|白雪|绿草|青山|黑暗|黑夜|红日|青草"
    r"|[红橙黄绿青蓝紫粉白黑]色?的?(?:草|雪|大?海|沙|天空|背景|墙|幕|云|月|水面)",
    re.IGNORECASE,
)
_INKS = "".join(word for word in COLOURS if not word.isascii())
_KINDS = "|".join(sorted((word for word in THINGS if not word.isascii()), key=len, reverse=True))
CHINESE = re.compile(f"([{_INKS}])色?[^，。、；]{{0,{FAR}}}?({_KINDS})")
_MANY = "".join(word for word in COUNTS if not word.isascii())
CHINESE_COUNT = re.compile(f"([{_MANY}])[只个条艘辆颗盏][^，。、；和与]{{0,{2 * FAR}}}?({_KINDS})")
CHINESE_BARE = re.compile(f"(?<![没无像流停动])({_KINDS})(?<!车(?=[站道]))(?<!星(?=[空光夜辰期]))(?<!环(?=[绕境]))")

APART = (  # of two things, which colour has one and which the other
    re.compile(
        rf"\bone (?:is )?({INK_WORDS})\b.{{1,20}}?\b(?:one|other|another) (?:one )?(?:is )?({INK_WORDS})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"一[个只辆颗条艘]?是?([{_INKS}])[^。]{{0,4}}?一[个只辆颗条艘]?是?([{_INKS}])"),
)


@dataclass(frozen=True)
class Named:
    """A thing as a prompt names it once; colour is None where none stands beside it."""

    kind: str
    colour: str | None
    count: int = 1
    sized: bool = False
    another: bool = False  # and none that was named before

    def __str__(self) -> str:
        return f"{self.colour} {self.kind}" if self.colour else self.kind


def coloured_things(prompt: str) -> list[tuple[str, str]]:
    """The things that a prompt names together with a colour, as (object, colour) in order of mention."""
    said = [(each.kind, each.colour) for each in _english(prompt) if each.colour is not None]
    return said + [(THINGS[thing], COLOURS[colour]) for colour, thing in CHINESE.findall(prompt.replace("粉红", "粉"))]


def colours_named(prompt: str) -> set[str]:
    """The colours that a prompt has any word for, but for those of the scenery."""
    prompt = SCENERY.sub(" ", prompt)
    words = {word.lower() for word in WORD.findall(prompt)}
    return {COLOURS[ink] for ink in COLOURS if (ink in words if ink.isascii() else ink in prompt)}


def ink_words(prompt: str) -> int:
    """How many words for a colour a prompt has, but for those of the scenery."""
    prompt = SCENERY.sub(" ", prompt)
    return sum(word.lower() in COLOURS for word in WORD.findall(prompt)) + sum(each in _INKS for each in prompt)


def things_named(prompt: str) -> list[Named]:
    """The things that a prompt names, each once: a name without a colour is any of its kind that was named before."""
    found = _named_once(prompt)
    apart = next((match for each in APART if (match := each.search(prompt))), None)
    if apart is not None and len(found) == 2 and {each.colour for each in found} == {None}:
        return [replace(each, colour=COLOURS[ink.lower()]) for each, ink in zip(found, apart.groups(), strict=True)]
    return found


def things_seen(prompt: str) -> list[Named]:
    """The things that a prompt names, two of a kind where it counts more: so many are shown."""
    things = things_named(prompt)
    return things[:2] if len({each.kind for each in things}) == 1 else things


def _named_once(prompt: str) -> list[Named]:
    found: list[Named] = []
    for each in [*_english(prompt), *_chinese(prompt)]:
        alike = [other for other in found if other.kind == each.kind]
        if each.another or not any(each.colour is None or other.colour in (None, each.colour) for other in alike):
            found += [replace(each, count=1)] * each.count
    return found


def _english(prompt: str) -> list[Named]:
    words = [word.lower() for word in WORD.findall(prompt)]
    found = []
    for place, word in enumerate(words):
        if word in THINGS and not NOT_THERE & set(words[max(0, place - 2) : place]):
            before = words[max(0, place - FAR) : place]
            colour = _colour_before(before)
            another = _is_another(before, [each for each in found if each.kind == THINGS[word]], colour)
            found.append(Named(THINGS[word], colour, _count_before(before), _sized_before(before), another))
        elif word == "one" and found and (colour := _colour_of_one(words[max(0, place - FAR) : place])):
            found.append(replace(found[-1], colour=colour, count=1, another=True))
    return found


def _is_another(words: list[str], alike: list[Named], colour: str | None) -> bool:
    """Whether a thing, by the words before it, is none of those of its kind: `another robot`, `a blue robot`."""
    article = next((word for word in reversed(words) if word in ARTICLES or word in THINGS), "")
    new = article in ("a", "an") and colour is not None and all(each.colour != colour for each in alike)
    return bool(alike) and (article == "another" or new)


def _colour_of_one(words: list[str]) -> str | None:
    """The colour of `a huge black one`, by the words before the last."""
    group = list(takewhile(lambda word: word not in STOPS, reversed(words)))
    joined = words[: len(words) - len(group)][-2:]
    there = len(joined) == 2 and joined[0] in JOINS and joined[1] in ("a", "an", "the")
    return _colour_before(words) if there else None


def _sized_before(words: list[str]) -> bool:
    """Whether a word for the size of a thing stands before it, in its own group of words."""
    group = takewhile(lambda word: word not in STOPS and word not in THINGS, reversed(words))
    return not SIZED.isdisjoint(group)


def _count_before(words: list[str]) -> int:
    """How many of a thing there are, by the word for it that stands nearest before it."""
    for word in reversed(words):
        if word in STOPS or word in THINGS:
            return 1
        if word in COUNTS:
            return COUNTS[word]
    return 1


def _colour_before(words: list[str]) -> str | None:
    """The colour that stands nearest before a thing, in its own group of words."""
    for word in reversed(words):
        if word in STOPS or word in THINGS:
            return None
        if word in COLOURS:
            return COLOURS[word]
    return None


def _chinese(prompt: str) -> list[Named]:
    prompt = prompt.replace("粉红", "粉")
    inks = {match.start(2): COLOURS[match[1]] for match in CHINESE.finditer(prompt)}
    counts = {match.start(2): COUNTS[match[1]] for match in CHINESE_COUNT.finditer(prompt)}
    return [
        Named(THINGS[match[1]], inks.get(match.start(1)), counts.get(match.start(1), 1))
        for match in CHINESE_BARE.finditer(prompt)
    ]


def sized(prompt: str) -> list[bool]:
    """Whether a word for its size stands before each thing that an English prompt names."""
    return [each.sized for each in _english(prompt)]


def say_too_many(named: Sequence[Named | str], most: int) -> str:
    """Write in one clause that a prompt names more things than a shot has."""
    return f"pocket shows {most} things in a shot, and the prompt names {len(named)} ({', '.join(map(str, named))})"
