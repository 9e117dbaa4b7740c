"""Chinese captions from the attributes that are to be said. Knows no pixels, no motion and no English."""

from __future__ import annotations

import numpy as np

from zoetrope.training.world import phrases_zh as p
from zoetrope.training.world.vocabulary import NAMES
from zoetrope.training.world.wording import ALOFT, LOOK, THING, Facts, chance, pick, shuffled, without_pace


def compose(facts: Facts, rng: np.random.Generator) -> str:
    """A caption that says the facts: a sentence or a keyword list."""
    if chance(rng, 0.25):
        return list_keywords(keywords(facts, rng), rng)
    return sentence(facts, rng)


def name(axis: str, value: str, rng: np.random.Generator) -> str:
    """A word for a value; the canonical one half of the time."""
    names = NAMES[axis][value].zh
    return names[0] if chance(rng, 0.5) else pick(rng, names)


def bare_noun(facts: Facts, rng: np.random.Generator) -> str:
    """Attributes and noun, such as 红色的条纹小球."""
    noun = name("object", facts["object"], rng) if "object" in facts else pick(rng, p.NOUNS_FREE)
    parts = []
    if "colour" in facts:
        alone = not {"surface", "material"} & facts.keys()
        colour = name("colour", facts["colour"], rng)
        parts.append(colour if alone or len(colour) > 1 else f"{colour}色")
    tables = (("surface", p.SURFACE), ("material", p.MATERIAL))
    parts += [pick(rng, table[facts[axis]]) for axis, table in tables if axis in facts]
    parts = parts if chance(rng, 0.7) else shuffled(rng, parts)
    if "size" in facts:
        noun = noun.removeprefix("小")
        size = pick(rng, p.SIZE[facts["size"]])
        if len(size) == 1:
            noun = size + noun
        else:
            parts.insert(0, size)
    qualities = "".join(parts)
    if len(qualities) > 1 and not qualities.endswith("的") and chance(rng, 0.55):
        qualities += "的"
    return qualities + noun


def noun_phrase(facts: Facts, rng: np.random.Generator) -> str:
    """The thing with its measure word, or without."""
    bare = bare_noun(facts, rng)
    if chance(rng, 0.2):
        return bare
    counters = p.COUNTERS[facts["object"]] if "object" in facts else p.COUNTERS_FREE
    return f"一{pick(rng, counters)}{bare}"


def other_phrase(facts: Facts, rng: np.random.Generator) -> str:
    """The second thing, or a word for something."""
    second = {axis: facts[f"second_{axis}"] for axis in ("object", "colour") if f"second_{axis}" in facts}
    return noun_phrase(second, rng) if second else pick(rng, p.SOMETHING)


def verb(facts: Facts, rng: np.random.Generator) -> str:
    """What happens, with pace and order."""
    said = pick(rng, p.VERBS[facts["action"]])
    pace = pick(rng, p.PACE[facts["pace"]]) if "pace" in facts else ""
    if "then" in facts:
        said = pick(rng, p.ORDER).format(first=pace + said, then=pace + pick(rng, p.VERBS[facts["then"]]))
    else:
        said = pace + said
    return said.replace("{other}", other_phrase(facts, rng)) if "{other}" in said else said


def core(facts: Facts, rng: np.random.Generator) -> str:
    """Who does what and where."""
    subject = noun_phrase(facts, rng)
    where = place(facts, rng) if "setting" in facts else ""
    if facts.get("action") == "collides" and "then" not in facts and chance(rng, 0.35):
        said = pick(rng, p.MEETING).format(one=subject, other=other_phrase(facts, rng))
        if "pace" in facts:
            said += f"，{pick(rng, p.PACE_AFTER[facts['pace']])}"
        return f"{where}，{said}" if where else said
    if "action" not in facts:
        said = f"{where.removeprefix('在')}有{subject}" if where else subject
    elif where and chance(rng, 0.3):
        gap, running = ("，", "") if chance(rng, 0.5) else ("有", pick(rng, p.PROGRESSIVE))
        said = f"{where.removeprefix('在')}{gap}{subject}{running}{verb(facts, rng)}"
    else:
        said = subject + where + verb(facts, rng)
    if "second_object" in facts and facts.get("action") != "collides":
        said += f"，{pick(rng, p.BESIDE).format(other=other_phrase(facts, rng))}"
    return said


def place(facts: Facts, rng: np.random.Generator) -> str:
    """Where it happens, beginning with 在."""
    aloft = facts.get("action") in ALOFT and "then" not in facts
    return pick(rng, (p.PLACE_ABOVE if aloft and chance(rng, 0.4) else p.PLACE)[facts["setting"]])


def camera_clause(facts: Facts, rng: np.random.Generator) -> str:
    """What the camera does."""
    if facts["camera"] == "static":
        return pick(rng, p.CAMERA_STILL)
    if chance(rng, 0.25):
        return name("camera", facts["camera"], rng)
    manner = pick(rng, p.CAMERA_MANNER) if chance(rng, 0.4) else ""
    return f"镜头{manner}{pick(rng, p.CAMERA_MOVE[facts['camera']])}"


def extras(facts: Facts, rng: np.random.Generator) -> list[str]:
    """Look, camera and cut as loose clauses."""
    said = [
        pick(rng, table[facts[axis]])
        for axis, table in (("light", p.LIGHT), ("weather", p.WEATHER), ("style", p.STYLE))
        if axis in facts
    ]
    if "camera" in facts:
        said.append(camera_clause(facts, rng))
    if "cut" in facts:
        said.append(pick(rng, p.CUT[facts["cut"]]))
    return said


def sentence(facts: Facts, rng: np.random.Generator) -> str:
    """Clauses in varied order, with full-width or half-width punctuation."""
    main = core(facts, rng)
    early, late = [], []
    for clause in extras(facts, rng):
        (early if chance(rng, 0.35) else late).append(clause)
    if "camera" in facts and chance(rng, 0.2):
        early.insert(0, pick(rng, p.SHOT_FREE))
    if "still" in facts and chance(rng, 0.6):
        early.insert(0, pick(rng, p.STILL_OPENINGS).rstrip("："))
    elif "still" not in facts and chance(rng, 0.1):
        main = pick(rng, p.OPENINGS) + main
    return punctuate("，".join([*early, main, *late]), rng)


def punctuate(text: str, rng: np.random.Generator) -> str:
    """End a sentence or not; sometimes write it with half-width signs."""
    text = text + ("。" if chance(rng, 0.5) else "")
    if chance(rng, 0.2):
        text = text.replace("，", pick(rng, (",", ", "))).replace("。", ".").replace("：", ":")
    return text


def keywords(facts: Facts, rng: np.random.Generator) -> list[str]:
    """Short phrases, one or more attributes each."""
    said = list(keyword_groups(facts, chance(rng, 0.7), rng).values())
    return said if chance(rng, 0.5) else shuffled(rng, said)


def keyword_groups(facts: Facts, whole: bool, rng: np.random.Generator) -> dict[str, str]:
    """Keywords by what they say; the thing and its attributes are one keyword if `whole`."""
    if whole:
        said = {"thing": bare_noun(facts, rng)}
    else:
        said = {axis: name(axis, facts[axis], rng) for axis in THING if axis in facts}
    meets = facts.get("action") == "collides"
    if "action" in facts:
        phrase = "then" in facts or (meets and "second_object" in facts)
        said["action"] = verb(without_pace(facts), rng) if phrase else name("action", facts["action"], rng)
    if "second_object" in facts and not meets:
        said["second"] = other_phrase(facts, rng)
    said |= {axis: name(axis, facts[axis], rng) for axis in LOOK if axis in facts}
    if "cut" in facts:
        said["cut"] = pick(rng, p.CUT[facts["cut"]])
    return said


def list_keywords(said: list[str], rng: np.random.Generator) -> str:
    """Keywords with one kind of separator."""
    return pick(rng, ("，", "，", "、", " ", ", ")).join(said)
