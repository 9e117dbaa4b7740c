"""References: the names that prompts call them by, put into words, and their looks, put into facts and plans.

A prompt tells who does what, a reference who that is: what its pictures show outweighs what its words were read as.
Knows what is seen in pictures by `seeing`; knows no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from zoetrope.core.conditions import Reference, ReferenceSound
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.motion import Cue, cues_of
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.gathering import come_later, say_come, say_crowd, say_many, told
from zoetrope.engine.families.pocket.naming import things_named
from zoetrope.engine.families.pocket.noting import with_looks
from zoetrope.engine.families.pocket.plan import AXES, SLOTS, STAGE
from zoetrope.engine.families.pocket.reader import ASKED, SIZES, facts_of, stated
from zoetrope.engine.families.pocket.seeing import Seer
from zoetrope.engine.families.pocket.sounding import called_by_voice, materials, voices
from zoetrope.engine.families.pocket.tracking import Looks
from zoetrope.engine.families.pocket.wordings import in_known_words
from zoetrope.engine.families.pocket.words import Lexicon

CALLED = ("object", "colour")  # what a prompt calls a thing by
ASKED_OF = ("", "second_")  # what the questions about each slot begin with
CHINESE = {
    **dict(
        zip(AXES["object"], ("球", "方块", "星星", "圆环", "小车", "小船", "鸟", "鱼", "灯笼", "机器人"), strict=True)
    ),
    **{colour: f"{sign}色的" for colour, sign in zip(AXES["colour"], "红橙黄绿青蓝紫粉白黑", strict=True)},
    **dict(zip(AXES["material"], ("橡胶", "木头", "金属", "玻璃"), strict=True)),
    **dict(zip(STAGE["setting"], ["草地", "沙滩", "城市", "雪地", "沙漠", "房间", "海面", "舞台"], strict=True)),
}


def named(request: Request, seer: Seer) -> tuple[Request, list[Looks]]:
    """The request with its references' names put into words, and what those that are things look like.

    Who is known by a stroke alone is called by the material that it rings like, who by a voice alone, a robot.
    Raises: InvalidRequest for a sound of what is no thing.
    """
    by_name: dict[str, list[Reference]] = {}
    for condition in request.conditions:
        if isinstance(condition, Reference):
            by_name.setdefault(condition.name, []).append(condition)
    rings, spoken = materials(request), voices(request)
    things, words = [], {name: called_by_voice(request, name) for name in spoken if name not in by_name}
    words |= {name: [most_said(heard)] for name, heard in rings.items() if name not in by_name}
    for name in in_order(request.prompt, by_name):
        looks = seer.looks(by_name[name])
        if looks is not None:
            things.append(looks.made_of(most_said(rings[name])) if name in rings else looks)
            words[name] = [looks.value("colour"), looks.value("object")]
        elif name in rings or name in spoken:
            raise InvalidRequest(f"@{name} has a sound, but its pictures show no thing; name the two differently.")
        else:
            words[name] = [seer.place(by_name[name])["setting"]]
    others = (each for each in request.conditions if not isinstance(each, Reference | ReferenceSound))
    said = [replace(each, prompt=called(each.prompt, words)) if isinstance(each, Cue) else each for each in others]
    return replace(request, prompt=called(request.prompt, words), conditions=tuple(said)), things


def say_unseen(request: Request, seer: Seer, lexicon: Lexicon) -> tuple[Notice, ...]:
    """Tell of things that will not be seen, of a request whose references tell who is there only when looked at.

    Raises: InvalidRequest for such things, where the prompt is to be followed strictly.
    """
    if say_many(request, lexicon) or not any(isinstance(each, Reference) for each in request.conditions):
        return ()
    asked, things = named(request, seer)
    there = things_named(in_known_words(asked.prompt, lexicon))
    shown = [f"{looks.value('colour')} {looks.value('object')}" for looks in things]
    unseen = say_crowd(there if len(there) >= len(shown) else shown)
    for cue, said in zip(cues_of(asked.conditions), cues_of(request.conditions), strict=True):
        if "@" not in said.prompt:  # names were told before
            unseen += say_come(cue, list(map(str, come_later(asked.prompt, cue.prompt, lexicon))))
    return told(unseen, request.strict)


def called(prompt: str, words: Mapping[str, Sequence[str]]) -> str:
    """A prompt with names put into words, in its own language."""
    chinese = bool(re.search(r"[\u4e00-\u9fff]", prompt))
    for name in sorted(filter(None, words), key=len, reverse=True):
        told = "".join(CHINESE[word] for word in words[name]) if chinese else " ".join(words[name])
        if told and not chinese and words[name][0] not in AXES["material"]:  # "a @hit ball", but "@hero jumps"
            told = f"the {told}"
        prompt = prompt.replace(f"@{name}", told)
    return prompt


def most_said(heard: Sequence[str]) -> str:
    """The material that most sounds of one thing ring like, the first of those where they disagree evenly."""
    return max(dict.fromkeys(heard), key=heard.count)


def in_order(prompt: str, names: Iterable[str]) -> list[str]:
    """Names in the order in which a prompt calls them; those that it does not call come last."""
    named = sorted(filter(None, names), key=len, reverse=True)
    said = re.findall("@(?:" + "|".join(map(re.escape, named)) + ")", prompt) if named else []
    return sorted(names, key=lambda name: said.index(f"@{name}") if f"@{name}" in said else len(said))


def slots_of(things: Sequence[Looks], facts: Tensor) -> dict[int, Looks]:
    """Whose looks each slot has: two things in the order of their mention, one where the prompt tells of the like.

    Shapes: facts (1, FACTS). Of more things than slots the first count.
    """
    if len(things) > 1:
        return dict(zip(range(SLOTS), things, strict=False))
    said = stated(facts[0])
    alike = [
        [sum(said.get(f"{asked}{axis}") == looks.value(axis) for axis in CALLED) for asked in ASKED_OF]
        for looks in things
    ]
    return {max(range(SLOTS), key=lambda slot: like[slot]): looks for like, looks in zip(alike, things, strict=True)}


def settle_facts(facts: Tensor, slots: Mapping[int, Looks]) -> Tensor:
    """What a prompt means (1, FACTS), with what slots' looks show in place of what their words were read as."""
    answers = {axis: part.argmax(1) for axis, part in zip(ASKED, facts.split(SIZES, dim=1), strict=True)}
    for slot, looks in slots.items():
        for axis in looks.chances:
            asked = f"{ASKED_OF[slot]}{axis}"
            if asked in ASKED:
                answers[asked] = torch.full_like(answers[asked], 1 + ASKED[asked].index(looks.value(axis)))
    return facts_of(answers).to(facts)


def know_looks(known: Known, slots: Mapping[int, Looks], facts: Tensor) -> Known:
    """Slots get what, of which surface and material, and with which badge their looks show.

    They are large where the prompt says no size: a badge on a small thing is four pixels wide.
    """
    size = stated(facts[0]).get("size", "large")
    for slot, looks in slots.items():
        known = with_looks(known, slot, looks, sized="large" if slot else size)
    return known
