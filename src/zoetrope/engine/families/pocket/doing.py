"""Who of two things does what, by the words of a prompt in both languages. Knows no network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from zoetrope.engine.families.pocket.naming import THINGS, Named, things_seen
from zoetrope.engine.families.pocket.signs import HANGS, LANDS, OF_CAMERA, OF_WEATHER, SIGNS, STANDS, STOPS, STOPS_DOING
from zoetrope.engine.families.pocket.usual import AT_HOME

HITS = re.compile(r"\bhit(?:s|ting)?\b|\bcollid|\bcrash|\bbump|撞|碰", re.IGNORECASE)
ALONE = frozenset({"swings", "rebounds", "collides"})  # need a rope, a wall or another, of which a stage has one
CLAUSES = re.compile(
    r"[,;.，；。]|\b(?:and|while|whilst|as|but)(?= (?:a|an|the|another|one|its|two)\b)|\bwhile\b|同时|而(?!且)|并且",
    re.IGNORECASE,
)
_LATIN = "|".join(word for word in THINGS if word.isascii())
_HAN = "|".join(sorted((word for word in THINGS if not word.isascii()), key=len, reverse=True))
THING = re.compile(rf"\b(?:{_LATIN})\b|{_HAN}", re.IGNORECASE)
Act: TypeAlias = tuple[str, re.Pattern[str]]
ACTS: list[Act] = [(value, re.compile(sign.sure, re.IGNORECASE)) for value, sign in SIGNS["action"].items()]
PACES = [(value, re.compile(sign.sure, re.IGNORECASE)) for value, sign in SIGNS["pace"].items() if sign.sure]
RESTS = "rests"  # what who stands still does: an action beside those that planners know
AT_REST = re.compile(f"{STOPS.pattern}|{STANDS.pattern}|{HANGS.pattern}", re.IGNORECASE)
BIRD, COMES_DOWN = "bird", frozenset({"flies", "floats", "falls"})  # which lands, whatever of these it was read to do
BEFORE_IT = re.compile(  # an action that stands before the thing that does it: `a spinning ring`, 旋转的圆环
    rf"[a-z]*ing (?:(?!(?:a|an|the|in|on|at|to|past|over|into|and|with|by)\b)[a-z]+ ){{0,2}}(?:{_LATIN})\b"
    rf"|[着个不停]*的[^，。；]{{0,4}}?(?:{_HAN})",
    re.IGNORECASE,
)
ON_ANOTHER = re.compile(
    rf"\b(?:on|onto|upon|atop|on top of) (?:(?!(?:beside|near|next|in|at|by|behind|under|with|and)\b)\w+ ){{1,4}}?"
    rf"(?:{_LATIN})\b"
    rf"|[在到][^，。；]{{0,6}}(?:{_HAN})的?[顶头]?[上顶]",
    re.IGNORECASE,
)
ANOTHER = re.compile(r"\banother\b|另", re.IGNORECASE)
OF_THE_LAST = re.compile(r"^ ?(?:that|which|who)\b", re.IGNORECASE)
TOGETHER = re.compile(r"\band\b|[和与跟同、]", re.IGNORECASE)
BESIDE = re.compile(
    r"\b(?:past|over|beside|near|behind|under|above|around|next|towards?|into|by)\b|旁|边", re.IGNORECASE
)


class Doing(NamedTuple):
    """An action, the clause that says it, and its pace: said there, or of all in a clause that names nothing."""

    act: str
    clause: str
    pace: str | None


def second_act(text: str, said: Mapping[str, str]) -> Doing | None:
    """What the second thing of a prompt does, None where no words say it.

    text is as it is meant and said what is read of it, by axis. Two that meet do so as one action.
    """
    kinds = [said.get("object"), said.get("second_object")]
    things = things_seen(text)
    if None in kinds or sorted(each.kind for each in things) != sorted(map(str, kinds)) or HITS.search(text):
        return None
    which = 1 if things[1].kind == kinds[1] else 0
    return next((doing for who, doing in _doings(text, things) if who == which), None)


def rest_in(text: str, said: Mapping[str, str]) -> str | None:
    """`action` where the first thing of a prompt stands, hangs or stops, `then` where it stops after what it does.

    text is as it is meant and said what is read of it, by axis.
    """
    plain = STOPS_DOING.sub(" ", OF_CAMERA.sub(" ", text))
    if "then" in said:
        return None
    if _may_land(said) and LANDS.search(plain):
        return "then"
    acts = _acts_of_first(plain, said, {RESTS: AT_REST})
    if RESTS in acts and (set(acts) == {RESTS} or "action" not in said):
        return "action"
    return "then" if acts[-1:] == [RESTS] and STOPS.search(plain) else None


def sits_on_second(text: str, said: Mapping[str, str]) -> bool:
    """Whether the first thing of a prompt comes to rest on the second one: `a bird sits on a cube`, 小鸟落在车上."""
    things = things_seen(text)
    if len(things) != 2 or [each.kind for each in things] != [said.get("object"), said.get("second_object")]:
        return False
    match = ON_ANOTHER.search(text)
    return match is not None and [each.kind for each in things_seen(match[0])] == [said["second_object"]]


def at_rest(said: Mapping[str, str], rest: str | None, text: str) -> dict[str, str]:
    """What is said of a shot, by axis, with the action by which a planner writes who stands, hangs, floats or lands."""
    if rest is None:
        return dict(said)
    if rest == "then":
        return {**said, "action": "flies"} if _may_land(said) else dict(said)
    if HANGS.search(text):
        return {**said, "action": "swings"}
    wet = said.get("setting", AT_HOME.get(said.get("object", ""))) == "sea"
    return {**said, "action": "floats" if wet else "talks"}


def without_rest(text: str) -> str:
    """A text without the words that say that something stands, hangs or stops, and that a bird lands."""
    lands = any(each.kind == BIRD for each in things_seen(text))
    return AT_REST.sub(" ", LANDS.sub(" ", text) if lands else text)


def _may_land(said: Mapping[str, str]) -> bool:
    return said.get("object") == BIRD and said.get("action", "flies") in COMES_DOWN


def _acts_of_first(text: str, said: Mapping[str, str], more: Mapping[str, re.Pattern[str]]) -> list[str]:
    """What the first thing of a prompt does, in the order of the words, with `more` than the actions that are known."""
    signs = [*ACTS, *more.items()]
    if "second_object" not in said:
        plain = OF_WEATHER.sub(" ", text)
        found = sorted((match.start(), act) for act, sign in signs for match in sign.finditer(plain))
        return [act for _, act in found]
    things = things_seen(text)
    kinds = [each.kind for each in things]
    if len(kinds) != 2 or said.get("object") not in kinds:
        return []
    first = kinds.index(said["object"])
    return [doing.act for who, doing in _doings(text, things, signs) if who == first]


def _doings(text: str, things: Sequence[Named], signs: Sequence[Act] = ACTS) -> Iterator[tuple[int, Doing]]:
    """Who does what, by the number of the thing, in the order of the words."""
    clauses = CLAUSES.split(OF_WEATHER.sub(" ", OF_CAMERA.sub(" ", text)))
    of_all = " ".join(clause for clause in clauses if not THING.search(clause))
    for clause in clauses:
        found = [(match, who) for match in THING.finditer(clause) for who in _who(clause[: match.end()], things)]
        acts = sorted(
            ((match, act) for act, sign in signs for match in sign.finditer(clause)), key=lambda each: each[0].start()
        )
        for match, act in acts:
            ahead = BEFORE_IT.match(clause, match.end()) or BEFORE_IT.match(clause, match.start())
            if ahead is not None:
                doers = [who for thing, who in found if thing.end() == ahead.end()]
            else:
                doers = _subjects(clause, [each for each in found if each[0].end() <= match.start()], match.start())
            yield from ((who, Doing(act, clause, _pace(clause) or _pace(of_all))) for who in doers)


def _pace(text: str) -> str | None:
    return next((pace for pace, sign in PACES if sign.search(text)), None)


def _subjects(clause: str, before: Sequence[tuple[re.Match, int]], at: int) -> list[int]:
    """Of the things that a clause names before an action, those that do it."""
    if not before:
        return []
    last, whose = before[-1]
    if OF_THE_LAST.match(clause[last.end() : at]):
        return [whose]
    between = clause[before[0][0].end() : last.start()]
    if TOGETHER.search(between) and not BESIDE.search(between):
        return [who for _, who in before]
    return [who for match, who in before if match.start() == before[0][0].start()]


def _who(upto: str, things: Sequence[Named]) -> list[int]:
    """Which of a prompt's things is named last in a text; both where one name says so."""
    named = things_seen(upto)
    if not named:
        return []
    alike = [at for at, each in enumerate(things) if each.kind == named[-1].kind]
    just = [at for at in alike if things[at].colour == named[-1].colour] or alike
    if len(named) > len(THING.findall(upto)):
        return just
    return just[-1:] if ANOTHER.search(upto) else just[:1]
