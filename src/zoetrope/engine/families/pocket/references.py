"""References: the names that prompts call them by, put into words, and their looks, put into plans.

Knows what is seen in their pictures by `seeing`; knows no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from torch import Tensor

from zoetrope.core.conditions import Reference
from zoetrope.core.motion import Cue
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.plan import AXES, STAGE
from zoetrope.engine.families.pocket.reader import stated
from zoetrope.engine.families.pocket.seeing import Looks, Seer, with_looks

CHINESE = {
    **dict(
        zip(AXES["object"], ("球", "方块", "星星", "圆环", "小车", "小船", "鸟", "鱼", "灯笼", "机器人"), strict=True)
    ),
    **{colour: f"{sign}色的" for colour, sign in zip(AXES["colour"], "红橙黄绿青蓝紫粉白黑", strict=True)},
    **dict(zip(STAGE["setting"], ["草地", "沙滩", "城市", "雪地", "沙漠", "房间", "海面", "舞台"], strict=True)),
}


def named(request: Request, seer: Seer) -> tuple[Request, list[Looks]]:
    """The request with its references' names put into words, and what those that are things look like."""
    by_name: dict[str, list[Reference]] = {}
    for condition in request.conditions:
        if isinstance(condition, Reference):
            by_name.setdefault(condition.name, []).append(condition)
    things, words = [], {}
    for name in sorted(by_name, key=lambda each: request.prompt.find(f"@{each}")):
        looks = seer.looks(by_name[name])
        if looks is not None:
            things.append(looks)
            words[name] = [looks.value("colour"), looks.value("object")]
        else:
            words[name] = [seer.place(by_name[name])["setting"]]
    others = (each for each in request.conditions if not isinstance(each, Reference))
    said = [replace(each, prompt=called(each.prompt, words)) if isinstance(each, Cue) else each for each in others]
    return replace(request, prompt=called(request.prompt, words), conditions=tuple(said)), things


def called(prompt: str, words: Mapping[str, Sequence[str]]) -> str:
    """A prompt with names put into words, in its own language."""
    chinese = bool(re.search(r"[\u4e00-\u9fff]", prompt))
    for name in sorted(filter(None, words), key=len, reverse=True):
        told = "".join(CHINESE[word] for word in words[name]) if chinese else f"the {' '.join(words[name])}"
        prompt = prompt.replace(f"@{name}", told)
    return prompt


def know_looks(known: Known, things: Iterable[Looks], facts: Tensor) -> Known:
    """Slots that are called as a reference looks get its surface, material and badge."""
    said, left = stated(facts[0]), list(things)
    for slot, asked in enumerate(("", "second_")):
        for looks in left:
            if (looks.value("object"), looks.value("colour")) == (
                said.get(f"{asked}object"),
                said.get(f"{asked}colour"),
            ):
                left.remove(looks)
                known = with_looks(known, slot, looks, sized=None)
                break
    return known
