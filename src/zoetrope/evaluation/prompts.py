"""The fixed list of prompts that every scorecard uses, each with what must be seen. Knows no clips and no networks.

Four groups: `balanced` covers every value of every axis in turn; `talking` has robots that speak; `order` asks for two
actions; `held-out` asks for the combinations that training never sees. The words are those of the stage's captions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from typing import Any

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.evaluation.axes import AXES, NO_SECOND, shows_pace
from zoetrope.training.world import captions_en, captions_zh
from zoetrope.training.world.captions import truth
from zoetrope.training.world.casting import CHAINED, HELD_OUT, combination_held_out, fair_order
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import MATERIALS

SEED = 2_026
BALANCED, TALKING, ORDER, HELD = 240, 16, 24, 60  # 340 prompts; twelve of each held-out combination
FRAMES = 60
DEFAULTS = {"light": "day", "weather": "clear", "style": "plain", "pace": "normal"}
SPOKEN_DEFAULT = 4  # a default value is said in one prompt of this many: silence means it, but proves nothing
ALWAYS = ("object", "colour", "setting", "action", "camera", "then")
COMPANY = ("second_object", "second_colour")  # said of collisions only


@dataclass(frozen=True)
class Prompt:
    """Words, and what they ask for on each axis that they name; seed makes its clip repeatable."""

    index: int
    text: str
    language: str
    group: str
    expected: Mapping[str, str]
    held_out: str = ""
    material: str = ""
    seed: int = 0


@cache
def prompts() -> tuple[Prompt, ...]:
    """The whole list, always the same, in an order in which every beginning of it is a fair sample."""
    rng = np.random.default_rng(SEED)
    groups = [_balanced(rng), _talking(rng), _order(rng), _held_out(rng)]
    rows = [(place / len(rows), row) for rows in map(list, groups) for place, row in enumerate(rows)]
    rows.sort(key=lambda pair: pair[0])
    return tuple(_prompt(index, *row, rng) for index, (_, row) in enumerate(rows))


def stating(every: Iterable[Prompt], axes: Collection[str]) -> list[Prompt]:
    """Those prompts that ask for something on one of some axes; `then` is asked for where two actions are.

    Raises: InvalidRequest for an axis that there is not.
    """
    if strange := sorted(set(axes) - set(AXES)):
        raise InvalidRequest(f"there is no axis {', '.join(strange)} to measure; the axes are {', '.join(AXES)}.")
    return [p for p in every if any(p.expected.get(axis, NO_SECOND) != NO_SECOND for axis in axes)]


def _prompt(index: int, group: str, pins: dict[str, Any], name: str, rng: np.random.Generator) -> Prompt:
    facts = _facts(pins, index, rng)
    language = ("en", "zh")[index % 2]
    compose = captions_en.compose if language == "en" else captions_zh.compose
    text = compose(facts, rng)
    expected = {axis: facts[axis] for axis in AXES if axis in facts}
    if not shows_pace(facts["action"], facts.get("then", NO_SECOND)):
        expected.pop("pace", None)
    if facts["action"] in CHAINED and "then" not in facts:
        expected["then"] = NO_SECOND
    return Prompt(index, text, language, group, expected, name, facts.get("material", ""), SEED + index)


def _facts(pins: dict[str, Any], index: int, rng: np.random.Generator) -> dict[str, str]:
    """What the words say: of a scene that can exist, so that nothing impossible is asked."""
    scene = write_scene(rng, frames=FRAMES, fixed=pins)
    facts = {axis: value for axis, value in truth(scene).items() if axis in AXES or axis in COMPANY or axis in pins}
    said = {axis: value for axis, value in facts.items() if axis in ALWAYS or (axis in pins and axis not in DEFAULTS)}
    if facts["action"] == "collides":
        said |= {axis: facts[axis] for axis in COMPANY if axis in facts}
    for turn, (axis, default) in enumerate(DEFAULTS.items()):
        if facts[axis] != default or (index // 2 + turn) % SPOKEN_DEFAULT == 0:
            said[axis] = facts[axis]
    return {axis: said[axis] for axis in facts if axis in said}


def _rounds(rng: np.random.Generator, axis: str) -> Iterator[str]:
    """Every value of an axis in turn, each round in another order."""
    values = [value for value in AXES[axis] if value != NO_SECOND]
    while True:
        for place in rng.permutation(len(values)):
            yield values[place]


def _balanced(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Any], str]]:
    axes = ("object", "colour", "setting", "light", "weather", "style", "action", "pace", "camera")
    turns = {axis: _rounds(rng, axis) for axis in axes}
    materials = cycle(MATERIALS)
    plain = {"weather": 2, "style": 2, "pace": 2}  # of three prompts, how many leave the axis at its default
    for place in range(BALANCED):
        pins: dict[str, Any] = {
            axis: next(turns[axis]) for axis in axes if place % 3 >= plain.get(axis, 0) or axis not in plain
        }
        pins |= {axis: DEFAULTS[axis] for axis in plain if axis not in pins}
        if pins["action"] == "talks":
            pins["object"] = "robot"
        if pins["action"] in ("bounces", "falls"):
            pins["material"] = next(materials)  # said, so that the rebound can be held against its law
        while combination_held_out(pins):
            pins |= {axis: next(turns[axis]) for axis in ("colour", "setting", "weather")}
            if "material" in pins:
                pins["material"] = next(materials)
        yield "balanced", pins | _still_company(pins), ""


def _talking(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Any], str]]:
    colours, settings, paces = _rounds(rng, "colour"), _rounds(rng, "setting"), _rounds(rng, "pace")
    for place in range(TALKING):
        setting = next(settings)
        setting = "stage" if setting == "sea" else setting
        pins = {"object": "robot", "action": "talks", "colour": next(colours), "setting": setting, "pace": next(paces)}
        camera = ("static", "push in", "orbit left", "static")[place % 4]
        yield "talking", _simple(pins) | {"pace": pins["pace"], "camera": camera}, ""


def _order(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Any], str]]:
    pairs = [(a, b) for a in CHAINED for b in CHAINED if fair_order(a, b)]
    objects, colours, settings = (_rounds(rng, axis) for axis in ("object", "colour", "setting"))
    for place in rng.choice(len(pairs), ORDER, replace=False):
        first, second = pairs[place]
        while True:
            pins = {"object": next(objects), "colour": next(colours), "setting": next(settings)}
            if "talks" in (first, second):
                pins["object"] = "robot"
            if not combination_held_out(pins):
                break
        yield "order", _simple(pins | {"action": first, "then": second}) | {"camera": "static"}, ""


def _held_out(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Any], str]]:
    turns = {axis: _rounds(rng, axis) for axis in ("object", "colour", "setting", "action", "camera")}
    for place in range(HELD):
        combination = HELD_OUT[place % len(HELD_OUT)]
        while True:
            pins: dict[str, Any] = {axis: next(turn) for axis, turn in turns.items()} | dict(combination)
            if pins["action"] == "talks" and pins["object"] != "robot":
                continue
            if (
                sum(
                    combination_held_out({k: pins[k] for k in c if k in pins}) and c.items() <= pins.items()
                    for c in HELD_OUT
                )
                == 1
            ):
                break
        if place % 2:
            pins["camera"] = "static"
        yield "held-out", _simple(pins) | {"camera": pins["camera"]}, " + ".join(combination.values())


def _simple(pins: dict[str, Any]) -> dict[str, Any]:
    """Everything that is not asked for stays at its default."""
    rest = {"light": "day", "weather": "clear", "style": "plain", "pace": "normal", "camera": "static"}
    return rest | {"then": None} | pins | _still_company(pins)


def _still_company(pins: dict[str, Any]) -> dict[str, Any]:
    company: dict[str, Any] = {"cut": False, "badge": False}
    if pins["action"] != "collides":
        company["second_object"] = None
    return company | {"then": pins.get("then")}
