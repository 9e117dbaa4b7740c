"""Words for a scene: captions in English, Chinese and mixtures, negative prompts, and the lexicon of both.

Knows which attributes a caption states and which it leaves free; knows no pixels and no samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from zoetrope.training.world import captions_en, captions_zh, phrases_en, phrases_zh
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.vocabulary import NAMES
from zoetrope.training.world.wording import Facts, chance, pick, shuffled, texts_in, words_of

Language = Literal["en", "zh", "mixed"]

# Share of captions that state an attribute; the unusual is nearly always said, so that silence mostly means default.
SAID = {
    "object": 0.97,
    "colour": 0.95,
    "size": 0.7,
    "surface": 0.85,
    "material": 0.75,
    "setting": 0.9,
    "light": 0.8,
    "weather": 0.9,
    "style": 0.92,
    "action": 0.97,
    "pace": 0.88,
    "camera": 0.88,
    "then": 1.0,
    "cut": 0.8,
    "second_object": 0.9,
    "second_colour": 0.9,
}
DEFAULTS = {
    "surface": "plain",
    "weather": "clear",
    "style": "plain",
    "pace": "normal",
    "camera": "static",
    "light": "day",
}
DEFAULT_SAID = {"light": 0.5, "camera": 0.15, "weather": 0.12, "surface": 0.08, "style": 0.06, "pace": 0.06}
STILL_SAID = 0.6  # share of stills whose caption names the action that the moment belongs to
NEGATED = ("colour", "object", "weather", "style", "setting", "light", "camera", "surface")


@dataclass(frozen=True)
class Caption:
    """A caption; mentioned is the set of axes that it states."""

    text: str
    language: Language
    mentioned: frozenset[str]


def captions(scene: Scene, rng: np.random.Generator, language: Language | None = None) -> Caption:
    """Words for a scene, in a random language unless one is given."""
    if language is None:
        language = ("en", "zh", "mixed")[int(rng.choice(3, p=(0.44, 0.44, 0.12)))]
    facts = choose(truth(scene), rng)
    text = {"en": captions_en.compose, "zh": captions_zh.compose, "mixed": _mixed}[language](facts, rng)
    return Caption(text, language, frozenset(facts) - {"still"})


def truth(scene: Scene) -> dict[str, str]:
    """Every attribute of a scene that words can state, by axis."""
    lead = scene.things[0]
    acts = [act for act in scene.acts if act.thing == 0]
    facts = {
        "object": lead.kind,
        "colour": lead.colour,
        "size": lead.size,
        "surface": lead.surface,
        "material": lead.material,
        "setting": scene.setting,
        "light": scene.light,
        "weather": scene.weather,
        "style": scene.style,
        "action": acts[0].name,
    }
    if len(scene.things) > 1:
        facts |= {"second_object": scene.things[1].kind, "second_colour": scene.things[1].colour}
    if scene.frames == 1:
        return facts | {"still": "still"}
    facts |= {"pace": acts[0].pace, "camera": scene.camera.name}
    if len(acts) > 1:
        facts["then"] = acts[1].name
    if scene.cut is not None:
        zoom = scene.motion.camera[:, 2]
        facts["cut"] = "closer" if zoom[scene.cut] > zoom[scene.cut - 1] else "wider"
    return facts


def negative(scene: Scene, rng: np.random.Generator) -> str:
    """A negative prompt: names of a few attributes that the scene does not have."""
    facts = truth(scene)
    present = {facts.get("second_object"), facts.get("second_colour"), *facts.values()}
    axes = shuffled(rng, NEGATED)[: int(rng.integers(1, 5))]
    language = captions_en if chance(rng, 0.5) else captions_zh
    said = []
    for axis in axes:
        absent = [value for value in NAMES[axis] if value not in present]
        said.append(language.name(axis, pick(rng, absent), rng))
    return language.list_keywords(said, rng)


@cache
def lexicon() -> tuple[list[str], list[str]]:
    """Every English word (lower case) and every Chinese character that captions can say, sorted."""
    english, chinese = set(), set()
    tables = [value for module in (phrases_en, phrases_zh) for key, value in vars(module).items() if key.isupper()]
    for text in texts_in([*tables, NAMES]):
        words, characters = words_of(text)
        english.update(words)
        chinese.update(characters)
    return sorted(english), sorted(chinese)


def choose(facts: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """The facts that this caption states."""
    said = {}
    for axis, value in facts.items():
        share = DEFAULT_SAID[axis] if DEFAULTS.get(axis) == value else SAID.get(axis, 1.0)
        if axis == "action" and "still" in facts:
            share = STILL_SAID
        if chance(rng, share):
            said[axis] = value
    if "action" not in said:
        said.pop("then", None)
        said.pop("pace", None)
    if "second_object" not in said:
        said.pop("second_colour", None)
    return said


def _mixed(facts: Facts, rng: np.random.Generator) -> str:
    """Both languages in one caption: mixed keywords, or a core in one and the look in the other."""
    if chance(rng, 0.4):
        whole = chance(rng, 0.7)
        english = captions_en.keyword_groups(facts, whole, rng)
        chinese = captions_zh.keyword_groups(facts, whole, rng)
        both = [pick(rng, (english[group], chinese[group])) for group in english]
        return captions_en.list_keywords(both if chance(rng, 0.5) else shuffled(rng, both), rng)
    look = {axis: facts[axis] for axis in ("light", "weather", "style", "camera", "cut") if axis in facts}
    rest = {axis: value for axis, value in facts.items() if axis not in look}
    if chance(rng, 0.5):
        return captions_zh.punctuate("，".join([captions_zh.core(rest, rng), *captions_en.extras(look, rng)]), rng)
    where = [captions_en.place(rest, rng)] if "setting" in rest else []
    core = " ".join([captions_en.core(rest, 0, rng), *where])
    return pick(rng, ("，", ", ")).join([core, *captions_zh.extras(look, rng)])
