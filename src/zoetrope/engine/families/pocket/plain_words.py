"""What a prompt says in plain words, beside what the reader takes from it.

The reader knows the wordings and the company of captions. A colour beside the name of a thing is one whatever stands
around it, snow falls whatever the style; and nothing is meant of which no word is said. Knows no network.
"""

from __future__ import annotations

import re
from collections import Counter

from zoetrope.engine.families.pocket.doing import HITS, ON_ANOTHER, Doing, second_act
from zoetrope.engine.families.pocket.naming import coloured_things, colours_named, ink_words, sized, things_seen
from zoetrope.engine.families.pocket.signs import LIKENED, NEGATED, OF_CAMERA, OF_PLACE, OF_WEATHER, SIGNS, STOPPED

BESIDE = re.compile(r"^[^,;.，。；]*\b(?:past|over|beside|near|behind|under|above|around|next to|towards?)\b[^,;.]*$")
WITH = re.compile(r"[和与跟同]")  # who is hit stands before the word, in Chinese
WALL = re.compile(r"\bwalls?\b|墙|壁", re.IGNORECASE)
ORDER = re.compile(
    r"\bthen\b|\bafter\b|\bafterwards?\b|\bbefore\b|\blater\b|\bfinally\b|\bfirst\b|然后|接着|之后|随后|最后|以后|后来|继而|先.*再",
    re.IGNORECASE,
)
BACKWARDS = re.compile(r"^\W*before\b|[a-z] after (?:it |having )?\w+(?:ing|ed)\b|在[^，。]*之前", re.IGNORECASE)
AT_ITS_WORD = ("setting", "weather", "style", "light", "camera", "cut")  # one that is named is meant, whatever was read
OF_THINGS = ("surface", "material")  # in a prompt of two things it may be the second one's

THINGS = ("object", "second_object")
INKS = {"object": "colour", "second_object": "second_colour"}

PARTS = re.compile(r"[,;，；、.。]| (?=[\u4e00-\u9fff])")
LIST, SHORT = 4, 3.0  # parts of a list of words at least, and words of one at most in the mean; two characters are one

Said = dict[str, str]


def as_meant(prompt: str) -> str:
    """A prompt without what it says is not there, and without what things are only likened to."""
    return NEGATED.sub(" ", LIKENED.sub(lambda match: match[1] or "", STOPPED.sub(" clear weather ", prompt)))


def with_plain_words(read: Said, text: str) -> Said:
    """What was read of a text, by axis, with what the reader missed of its words and without what no word says."""
    said = _in_order(_things(read, text) | _settled(read, text), read, text)
    if {"object", "second_object"} <= said.keys():
        if not _lists(text) and sized(text) == [False, True]:
            said = {axis: value for axis, value in said.items() if axis != "size"}
        if "then" not in said and HITS.search(text) and not WALL.search(text):
            said |= {"action": "collides"}
    second = second_act(text, said)
    if second is not None:
        said = _of_the_first(said, second, text)
    return _of_its_own(said | _colours(said, text), text)


def _of_the_first(said: Said, second: Doing, text: str) -> Said:
    """What is said without what the second thing does, and how fast it does that."""
    paces = named("pace", text.replace(second.clause, " "))
    left = {"pace": paces[0]} if paces and paces[0] != second.pace else {}
    dropped = {"pace"} if second.pace is not None and not paces else set()
    if not ORDER.search(text) and second.act == said.get("then"):
        dropped.add("then")
    return {axis: value for axis, value in (said | left).items() if axis not in dropped}


def named(axis: str, text: str) -> list[str]:
    """The values of an axis that a text settles in so many words, in the order in which it does."""
    text = _of_axis(axis, text)
    places = {
        value: match.start()
        for value, sign in SIGNS[axis].items()
        if sign.sure and (match := re.search(sign.sure, text, re.IGNORECASE))
    }
    return sorted(places, key=lambda value: places[value])


def _lists(text: str) -> bool:
    """Whether a text is words in any order rather than sentences."""
    parts = [part for part in PARTS.split(text) if part.strip()]
    words = sum(len(part.split()) + len(re.findall("[\u4e00-\u9fff]", part)) / 2 for part in parts)
    return len(parts) >= LIST and words <= SHORT * len(parts)


def _of_axis(axis: str, text: str) -> str:
    """A text without what tells nothing on an axis though its words could."""
    if axis == "action":
        return OF_WEATHER.sub(" ", text)
    if axis == "material":
        return OF_PLACE.sub(" ", text)
    return OF_CAMERA.sub(" ", text) if axis == "pace" else text


def _grounded(axis: str, value: str | None, text: str) -> bool:
    """Whether a text has any word without which nobody means a value."""
    if value is None:
        return False
    text = _of_axis(axis, text) if axis == "material" else text
    return any(each and re.search(each, text, re.IGNORECASE) for each in SIGNS[axis][value])


def _settled(read: Said, text: str) -> Said:
    """The axes that have signs: what was read where a word stands for it, else what is named."""
    two = len(things_seen(text)) > 1
    said = {}
    for axis in SIGNS:
        value, values = read.get(axis), _acts(text) if axis == "action" else named(axis, text)
        several = axis == "action" and len(values) > 1  # the first is what it does
        if several or not _grounded(axis, value, text) or (axis in AT_ITS_WORD and len(values) == 1):
            missed = bool(values) and not (two and axis in OF_THINGS)
            value = values[0] if missed else None
        if value is not None:
            said[axis] = value
    return said


def _acts(text: str) -> list[str]:
    """What a text says that its thing does, in order: who comes back from a wall does nothing else, unless in turn."""
    acts = named("action", text)
    return ["rebounds"] if "rebounds" in acts and not ORDER.search(text) else acts


def _in_order(said: Said, read: Said, text: str) -> Said:
    """What happens then: where words of order stand between two actions."""
    acts, then = _acts(text), read.get("then")
    if len(acts) == 2 and ORDER.search(text):
        first, second = acts[::-1] if BACKWARDS.search(text) else acts
        return said | {"action": first, "then": second}
    if then not in (None, said.get("action")) and _grounded("action", then, _of_axis("action", text)):
        return said | {"then": then}
    return said


def _things(read: Said, text: str) -> Said:
    """Which things a text names, with their colours: its own in their order where other ones were read."""
    things = things_seen(text)
    kinds, were = [each.kind for each in things], [read.get(axis) for axis in THINGS]
    one = len(kinds) == 1 and kinds[0] != were[0] and were != [None, *kinds]
    two = len(kinds) == 2 and (Counter(were) != Counter(kinds) or (were != kinds and _in_a_row(text)))
    if (one or two) and not _lists(text):
        told = dict(zip(THINGS, things, strict=False))
        colours = {INKS[axis]: each.colour for axis, each in told.items() if each.colour is not None}
        return {axis: each.kind for axis, each in told.items()} | colours
    seen = {axis: read[axis] for axis in THINGS if read.get(axis) in kinds}
    if len(set(seen.values())) < len(seen) and len(kinds) < 2:
        seen.pop("second_object")
    if len(kinds) == 2 and list(seen) == ["object"]:
        seen["second_object"] = kinds[kinds[0] == seen["object"]]
    inks = colours_named(text)
    return seen | {axis: read[axis] for axis in INKS.values() if read.get(axis) in inks}


def _in_a_row(text: str) -> bool:
    """Whether the thing that a text names first is the one that does something to the other."""
    hit = HITS.search(text)
    before = "" if hit is None else text[: hit.start()]
    return bool(BESIDE.search(text) or ON_ANOTHER.search(text)) or (
        bool(things_seen(before)) and not WITH.search(before)
    )


def _of_its_own(said: Said, text: str) -> Said:
    """What is said without a colour that only the other thing has, where every colour's word stands beside a thing."""
    coloured, things = coloured_things(text), things_seen(text)
    if len(coloured) < ink_words(text) or not {"object", "second_object"} <= said.keys():
        return said
    alike = [each.colour for each in things] if len({each.kind for each in things}) < len(things) == 2 else []
    taken = {
        ink
        for place, (thing, ink) in enumerate(INKS.items())
        if said.get(ink) in {each[1] for each in coloured}
        and ((said[thing], said[ink]) not in coloured or (alike and alike[place] is None))
    }
    return {axis: value for axis, value in said.items() if axis not in taken}


def _colours(said: Said, text: str) -> Said:
    """The colours that stand beside the names of things, or anywhere if there is one of each, where none was read."""
    told, inks = {}, colours_named(text)
    for place, (thing, ink) in enumerate(INKS.items()):
        beside = [colour for kind, colour in coloured_things(text) if kind == said.get(thing)]
        if beside and (ink not in said or (said[ink] not in beside and not _lists(text))):
            told[ink] = beside[-place]
    if len(inks) == 1 and len(things_seen(text)) == 1 and not said.keys() & set(INKS.values()):
        told["colour"] = inks.pop()
    return told
