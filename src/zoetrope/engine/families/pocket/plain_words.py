"""What a prompt says in plain words: places, weather, styles, lights, coloured things. The reader misses some of them.

The reader knows the wordings and the company of captions; a colour beside the name of a thing is one whatever stands
around it, and snow falls whatever the style. Knows no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.naming import WORD, coloured_things
from zoetrope.engine.families.pocket.reader import ASKED, SIZES, UNSAID, facts_of

PLACES = {
    **{"meadow": "meadow", "grass": "meadow", "grassland": "meadow", "草地": "meadow", "草原": "meadow"},
    **{"beach": "beach", "海滩": "beach", "沙滩": "beach", "city": "city", "城市": "city"},
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


def places(prompt: str) -> set[str]:
    """The settings that a prompt names."""
    words = {word.lower() for word in WORD.findall(prompt)}
    return {place for word, place in PLACES.items() if (word in words if word.isascii() else word in prompt)}


def signs(prompt: str, axis: str) -> set[str]:
    """The values of a stage's weather, style or light that a prompt names."""
    return {value for value, told in SIGNS[axis].items() if re.search(f"{NOT}(?:{told})", prompt, re.IGNORECASE)}


def with_plain_words(facts: Tensor, prompt: str) -> Tensor:
    """Facts (1, FACTS) with the colours that were not read though the prompt says them; what was read stays.

    A prompt of which no thing was read at all has the first that it names. Setting, weather, style and light are what
    is named, where one alone is.
    """
    answers = {axis: part.argmax(1) for axis, part in zip(ASKED, facts.split(SIZES, dim=1), strict=True)}
    pairs = coloured_things(prompt)
    named_places = places(prompt)
    if len(named_places) == 1:
        answers["setting"] = _answer("setting", named_places.pop(), facts)
    for axis in SIGNS:
        named = signs(prompt, axis)
        if len(named) == 1:
            answers[axis] = _answer(axis, named.pop(), facts)
    if pairs and int(answers["object"]) == UNSAID:
        answers["object"] = _answer("object", pairs[0][0], facts)
    for asked in ("", "second_"):
        thing, colour = f"{asked}object", f"{asked}colour"
        inks = [of for kind, of in pairs if _is(answers, thing, kind)]
        if inks and int(answers[colour]) == UNSAID:
            answers[colour] = _answer(colour, inks[-1 if asked else 0], facts)
    return facts_of(answers).to(facts)


def _answer(axis: str, value: str, facts: Tensor) -> Tensor:
    return torch.tensor([1 + ASKED[axis].index(value)], device=facts.device)


def _is(answers: Mapping[str, Tensor], axis: str, value: str) -> bool:
    return int(answers[axis]) == 1 + ASKED[axis].index(value)
