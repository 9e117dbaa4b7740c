"""What a prompt says in plain words: places, weather, styles, lights, coloured things. The reader misses some of them.

The reader knows the wordings and the company of captions; a colour beside the name of a thing is one whatever stands
around it, and snow falls whatever the style. Knows no network.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.naming import WORD, coloured_things, sized, things_named
from zoetrope.engine.families.pocket.reader import ASKED, SIZES, UNSAID, facts_of

PLACES = {
    **{"meadow": "meadow", "grass": "meadow", "grassland": "meadow", "草地": "meadow", "草原": "meadow"},
    **{"beach": "beach", "海滩": "beach", "沙滩": "beach", "city": "city", "城市": "city"},
    **{"street": "city", "town": "city", "街": "city"},
    **{"snowfield": "snowfield", "雪地": "snowfield", "雪原": "snowfield"},
    **{"desert": "desert", "dunes": "desert", "沙漠": "desert", "沙丘": "desert"},
    **{"sea": "sea", "ocean": "sea", "大海": "sea", "海上": "sea", "海面": "sea"},
    **{"room": "room", "房间": "room", "屋里": "room", "stage": "stage", "舞台": "stage"},
}
NOT = r"(?<!\bno )(?<!\bnot )(?<!without )(?<!没)(?<!没有)(?<!不)(?<!无)"
SIGNS = {
    "weather": {
        "rain": r"\brain(?:s|y|ing|fall|storm)?\b|(?<!花瓣)雨",
        "snow": r"\bsnow(?:s|ing|fall|flakes?)\b|\bsnowy weather|\bfalling snow|\bsnow (?:is )?fall"
        r"|下雪|下着雪|雪花|飘雪",
        "petals": r"\bpetals?\b|花瓣",
    },
    "style": {
        "ink wash": r"\bink\b|水墨",
        "pencil sketch": r"\bpencil\b|铅笔|素描",
        "neon": r"\bneon\b|霓虹",
        "pixel art": r"\bpixels?\b|像素",
    },
    "light": {
        "sunset": r"\bsunset\b|\bdusk\b|日落|黄昏|夕阳|傍晚",
        "night": r"\bnight(?:time)?\b|\bmidnight\b|夜|晚上",
    },
}
HITS = re.compile(r"\bhit(?:s|ting)?\b|\bcollid|\bcrash|\bbump|撞|碰", re.IGNORECASE)
LIST = re.compile(r"(?:[,;，；、].*){3}|(?:[\u4e00-\u9fff] +){3}", re.DOTALL)  # of words, in any order
BESIDE = re.compile(r"^[^,;.，。；]*\b(?:past|over|beside|near|behind|under|above|around|next to|towards?)\b[^,;.]*$")
WALL = re.compile(r"\bwalls?\b|墙|壁", re.IGNORECASE)
ACTS = {
    "bounces": r"\bbounc|弹跳|蹦",
    "falls": r"\bfall(?:s|ing)?\b(?! (?:snow|rain|petals))|\bdrop(?:s|ping)?\b|落下|掉下",
    "rolls": r"\broll(?:s|ing)?\b|滚",
    "slides": r"\bslid(?:es|ing)\b|\bglid|滑",
    "flies": r"\bfl(?:ies|ying)\b|\bsoar|飞(?!机)",
    "swings": r"\bsw(?:ing|ay)|摆动|摇摆",
    "floats": r"\bfloat|漂浮|漂在",
    "jumps": r"\bjump|\bhop(?:s|ping)\b|\bleap|跳起|跳跃",
    "spins": r"\bspin|\brotat|\btwirl|旋转",
    "talks": r"\btalk|\bspeak|\bchat|说话|讲话",
}


def places(prompt: str) -> set[str]:
    """The settings that a prompt names."""
    words = {word.lower() for word in WORD.findall(prompt)}
    return {place for word, place in PLACES.items() if (word in words if word.isascii() else word in prompt)}


def signs(prompt: str, axis: str) -> set[str]:
    """The values of a stage's weather, style or light that a prompt names."""
    return {value for value, told in SIGNS[axis].items() if re.search(f"{NOT}(?:{told})", prompt, re.IGNORECASE)}


def with_plain_words(facts: Tensor, prompt: str) -> Tensor:
    """Facts (1, FACTS) with the colours that were not read though the prompt says them; what was read stays.

    Setting, weather, style and light are what is named, where one alone is; things are those that are named, where the
    reader took others, and two of which one hits the other collide.
    """
    answers = {axis: part.argmax(1) for axis, part in zip(ASKED, facts.split(SIZES, dim=1), strict=True)}
    pairs = coloured_things(prompt)
    answers |= {axis: _answer(axis, value, facts) for axis, value in _things(answers, prompt).items()}
    named_places = places(prompt)
    if len(named_places) == 1:
        answers["setting"] = _answer("setting", named_places.pop(), facts)
    for axis in SIGNS:
        named = signs(prompt, axis)
        if len(named) == 1:
            answers[axis] = _answer(axis, named.pop(), facts)
    two = UNSAID not in (int(answers["object"]), int(answers["second_object"]))
    if two and not LIST.search(prompt) and sized(prompt) == [False, True]:
        answers["size"] = _answer("size", None, facts)
    if two and int(answers["then"]) == UNSAID and HITS.search(prompt) and not WALL.search(prompt):
        answers["action"] = _answer("action", "collides", facts)
    falls = {"falls"} if signs(prompt, "weather") else set()  # most often the weather's
    acts = [act for act, told in ACTS.items() if act not in falls and re.search(told, prompt, re.IGNORECASE)]
    if len(acts) == 1 and int(answers["action"]) == UNSAID:
        answers["action"] = _answer("action", acts[0], facts)
    for asked in ("", "second_"):
        thing, colour = f"{asked}object", f"{asked}colour"
        inks = [of for kind, of in pairs if _is(answers, thing, kind)]
        if inks and int(answers[colour]) == UNSAID:
            answers[colour] = _answer(colour, inks[-1 if asked else 0], facts)
    return facts_of(answers).to(facts)


def _things(answers: Mapping[str, Tensor], prompt: str) -> dict[str, str | None]:
    """Which things a sentence names in their order, with their colours, where other ones were read."""
    named = things_named(prompt)
    axes = ("object", "second_object")
    read = [None if int(answers[axis]) == UNSAID else ASKED[axis][int(answers[axis]) - 1] for axis in axes]
    kinds = [each.kind for each in named]
    if LIST.search(prompt):
        return {}
    one = len(kinds) == 1 and kinds[0] not in read and read[1] is None
    two = len(kinds) == 2 and (Counter(read) != Counter(kinds) or (read != kinds and bool(BESIDE.search(prompt))))
    if not one and not two:
        return {}
    told: dict[str, str | None] = {"second_object": None, "second_colour": None}
    for asked, each in zip(("", "second_"), named, strict=False):
        told |= {f"{asked}object": each.kind, f"{asked}colour": each.colour}
    return told


def _answer(axis: str, value: str | None, facts: Tensor) -> Tensor:
    number = UNSAID if value is None else 1 + ASKED[axis].index(value)
    return torch.tensor([number], device=facts.device)


def _is(answers: Mapping[str, Tensor], axis: str, value: str) -> bool:
    return int(answers[axis]) == 1 + ASKED[axis].index(value)
