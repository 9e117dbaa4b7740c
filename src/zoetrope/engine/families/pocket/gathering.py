"""What is asked of a shot beyond what it has room for: too many things, and who and where only a later prompt names.

What words and counts settle is told before weights load. Knows no pictures and no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import UnionType

from zoetrope.core.conditions import Reference, ReferenceSound
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.motion import Cue, cues_of
from zoetrope.core.request import Request
from zoetrope.core.time import show_seconds
from zoetrope.engine.families.pocket.doing import ALONE, second_act
from zoetrope.engine.families.pocket.naming import Named, say_too_many, things_named
from zoetrope.engine.families.pocket.plain_words import as_meant, named
from zoetrope.engine.families.pocket.wordings import in_known_words
from zoetrope.engine.families.pocket.words import Lexicon

THINGS = 2  # of one shot, at most
STAYS = ("setting", "light", "weather", "style")  # all through a shot, as its first prompt says
ANY = re.compile(r"\b(?:things?|objects?|toys?)\b|东西|物体|玩具", re.IGNORECASE)  # which may be whatever comes later


def check_things(request: Request, lexicon: Lexicon) -> tuple[Notice, ...]:
    """Tell of things and stages that will not be seen, so far as words and the number of references tell of them.

    Raises: InvalidRequest for such, where the prompt is to be followed strictly.
    """
    every = (say_many, say_still, say_late, say_elsewhere)
    return told([sentence for say in every for sentence in say(request, lexicon)], request.strict)


def say_many(request: Request, lexicon: Lexicon) -> list[str]:
    """That a first prompt asks for more things than a shot has, if that is sure before anybody looks at references.

    One of them may show no thing but a place.
    """
    pictured = [f"@{name}" if name else "a reference" for name in _names(request, Reference)]
    said = things_named(in_known_words(bare(request, request.prompt), lexicon))
    return say_crowd([*said, *pictured], places=min(1, len(pictured)))


def say_still(request: Request, lexicon: Lexicon) -> list[str]:
    """That a prompt says of its second thing what only a first one can do."""
    text = as_meant(in_known_words(bare(request, request.prompt), lexicon))
    things = things_named(text)
    doing = second_act(text, dict(zip(("object", "second_object"), (each.kind for each in things), strict=False)))
    if doing is None or doing.act not in ALONE:
        return []
    return [f"of two things in a shot of pocket only the first {doing.act}, so the {things[1]} will stand still"]


def say_late(request: Request, lexicon: Lexicon) -> list[str]:
    """That a later prompt names who the first one does not: references, and without these, things by their words."""
    pictured, late = _names(request, Reference), []
    for cue in cues_of(request.conditions):
        new = [f"@{name}" for name in pictured if f"@{name}" in cue.prompt and f"@{name}" not in request.prompt]
        if not pictured:
            first, later = bare(request, request.prompt), bare(request, cue.prompt)
            new += list(map(str, come_later(first, later, lexicon)))
        late += say_come(cue, new)
    return late


def say_elsewhere(request: Request, lexicon: Lexicon) -> list[str]:
    """That a later prompt names another setting, light, weather or style than the first, in so many words."""

    def says(prompt: str) -> dict[str, list[str]]:
        text = as_meant(in_known_words(bare(request, prompt), lexicon))
        return {axis: named(axis, text) for axis in STAYS}

    first, sentences = says(request.prompt), []
    for cue in cues_of(request.conditions):
        said = ((axis, value) for axis, values in says(cue.prompt).items() for value in values)
        new = [f"{axis} {value}" for axis, value in said if value not in first[axis]]
        if new:
            sentences.append(
                "a shot of pocket stays where and as its first prompt says, and the prompt at "
                f"{show_seconds(cue.at)} s names {', '.join(new)}; say that in the first prompt, or make another shot"
            )
    return sentences


def told(sentences: Iterable[str], strict: bool) -> tuple[Notice, ...]:
    """Notices that say so.

    Raises: InvalidRequest, with the first of them, where the prompt is to be followed strictly.
    """
    notices = tuple(Notice(f"{each}.") for each in sentences)
    if strict and notices:
        raise InvalidRequest(f"{notices[0].text[:-1]}; leave strict out to try anyway.")
    return notices


def say_crowd(asked: Sequence[Named | str], *, places: int = 0) -> list[str]:
    """That more things are asked for than a shot has, if that is so though some of them are no things but places."""
    if len(asked) - places <= THINGS:
        return []
    shown = f"only {THINGS} of them" + (f", or {THINGS} and a place," if places else "")
    return [f"{say_too_many(asked, THINGS)}; {shown} will be seen"]


def come_later(prompt: str, later: str, lexicon: Lexicon) -> list[Named]:
    """The things that a later prompt names which cannot be any that the first one tells of."""
    if ANY.search(prompt):
        return []
    there, named = (things_named(in_known_words(each, lexicon)) for each in (prompt, later))
    return [each for each in named if not any(_alike(each, other) for other in there)]


def say_come(cue: Cue, new: Sequence[str]) -> list[str]:
    """That a later prompt is the only one to name somebody, if it is."""
    if not new:
        return []
    whom = "it" if len(new) == 1 else "them"
    return [
        f"a shot of pocket shows who its first prompt names, and only the prompt at {show_seconds(cue.at)} s names "
        f"{', '.join(new)}; name {whom} in the first prompt, for {whom} to be seen"
    ]


def bare(request: Request, prompt: str) -> str:
    """A prompt without the names of a request's references."""
    for name in sorted(filter(None, _names(request, Reference | ReferenceSound)), key=len, reverse=True):
        prompt = prompt.replace(f"@{name}", " ")
    return prompt


def _names(request: Request, kinds: type | UnionType) -> list[str]:
    """The names of references, each once."""
    return list(dict.fromkeys(each.name for each in request.conditions if isinstance(each, kinds)))  # type: ignore[union-attr]


def _alike(one: Named, other: Named) -> bool:
    """Whether two names may be of one thing."""
    return one.kind == other.kind and (one.colour is None or other.colour in (None, one.colour))
