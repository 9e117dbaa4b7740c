"""English captions from the attributes that are to be said. Knows no pixels, no motion and no Chinese."""

from __future__ import annotations

import numpy as np

from zoetrope.training.world import phrases_en as p
from zoetrope.training.world.vocabulary import NAMES
from zoetrope.training.world.wording import ALOFT, LOOK, THING, Facts, chance, pick, shuffled, without_pace


def compose(facts: Facts, rng: np.random.Generator) -> str:
    """A caption that says the facts: a sentence, a director's line or a keyword list."""
    kind = rng.random()
    if kind < 0.25:
        return list_keywords(keywords(facts, rng), rng)
    if kind < 0.5:
        return directors_line(facts, rng)
    return sentences(facts, rng)


def name(axis: str, value: str, rng: np.random.Generator) -> str:
    """A word for a value; the canonical one half of the time."""
    names = NAMES[axis][value].en
    return names[0] if chance(rng, 0.5) else pick(rng, names)


def bare_noun(facts: Facts, rng: np.random.Generator) -> str:
    """Adjectives and noun without an article; surface and material may follow the noun."""
    before, after = [], []
    if "size" in facts:
        before.append(name("size", facts["size"], rng))
    if "surface" in facts:
        late = chance(rng, 0.4)
        (after if late else before).append(
            pick(rng, p.SURFACE_AFTER[facts["surface"]]) if late else name("surface", facts["surface"], rng)
        )
    if "colour" in facts:
        before.insert(len(before) if chance(rng, 0.7) else min(1, len(before)), name("colour", facts["colour"], rng))
    if "material" in facts:
        late = chance(rng, 0.35)
        (after if late else before).append(
            pick(rng, p.MATERIAL_AFTER[facts["material"]]) if late else name("material", facts["material"], rng)
        )
    noun = name("object", facts["object"], rng) if "object" in facts else pick(rng, p.NOUNS_FREE)
    return " ".join([*before, noun, *after])


def noun_phrase(facts: Facts, rng: np.random.Generator) -> str:
    """The thing with its article."""
    bare = bare_noun(facts, rng)
    if chance(rng, 0.15):
        return f"the {bare}"
    return f"{'an' if bare[0] in 'aeiou' else 'a'} {bare}"


def other_phrase(facts: Facts, rng: np.random.Generator) -> str:
    """The second thing, or a word for something."""
    second = {axis: facts[f"second_{axis}"] for axis in ("object", "colour") if f"second_{axis}" in facts}
    return noun_phrase(second, rng) if second else pick(rng, p.SOMETHING)


def verb(facts: Facts, form: int, rng: np.random.Generator) -> str:
    """What happens, in the third person (form 0) or the -ing form (form 1), with pace and order."""
    said = pick(rng, p.VERBS[facts["action"]])[form]
    if "then" in facts:
        later = pick(rng, p.VERBS[facts["then"]])[form]
        said = pick(rng, p.ORDER).format(first=said, then=later)
    if "{other}" in said:
        said = said.replace("{other}", other_phrase(facts, rng))
    if "pace" in facts:
        early = p.PACE_BEFORE[facts["pace"]]
        if early and "then" not in facts and chance(rng, 0.4):
            return f"{pick(rng, early)} {said}"
        return f"{said} {pick(rng, p.PACE[facts['pace']])}"
    return said


def core(facts: Facts, form: int, rng: np.random.Generator) -> str:
    """Who does what."""
    subject = noun_phrase(facts, rng)
    if facts.get("action") == "collides" and "then" not in facts and chance(rng, 0.35):
        said = pick(rng, p.MEETING).format(one=subject, other=other_phrase(facts, rng))
        return said + (f" {pick(rng, p.PACE[facts['pace']])}" if "pace" in facts else "")
    if "action" in facts:
        running = form == 0 and "then" not in facts and chance(rng, 0.2)
        subject = f"{subject} is {verb(facts, 1, rng)}" if running else f"{subject} {verb(facts, form, rng)}"
    elif form == 0:
        subject = f"{pick(rng, p.SENTENCE_OPENINGS)} {subject}"
    if "second_object" in facts and facts.get("action") != "collides":
        subject += f" {pick(rng, p.BESIDE).format(other=other_phrase(facts, rng))}"
    return subject


def place(facts: Facts, rng: np.random.Generator) -> str:
    """Where it happens."""
    aloft = facts.get("action") in ALOFT and "then" not in facts
    return pick(rng, (p.PLACE_ABOVE if aloft and chance(rng, 0.4) else p.PLACE)[facts["setting"]])


def adverbials(facts: Facts, rng: np.random.Generator) -> list[str]:
    """Place, light and weather as phrases that follow a verb."""
    said = []
    if "setting" in facts:
        said.append(place(facts, rng))
    if "light" in facts:
        said.append(pick(rng, p.LIGHT[facts["light"]]))
    if "weather" in facts:
        said.append(pick(rng, p.WEATHER[facts["weather"]]))
    return said if chance(rng, 0.6) else shuffled(rng, said)


def camera_clause(facts: Facts, rng: np.random.Generator) -> str:
    """What the camera does, as a clause."""
    clause = pick(rng, p.CAMERA[facts["camera"]])
    if facts["camera"] != "static" and chance(rng, 0.3):
        manner = pick(rng, p.CAMERA_MANNER)
        return clause.replace("the camera", f"the camera {manner}") if chance(rng, 0.6) else f"{clause} {manner}"
    return clause


def sentences(facts: Facts, rng: np.random.Generator) -> str:
    """One or more full sentences in varied order."""
    facts = dict(facts)
    asides = []
    for axis, table in (("light", p.LIGHT_CLAUSE), ("weather", p.WEATHER_CLAUSE)):
        if axis in facts and chance(rng, 0.25):
            asides.append(pick(rng, table[facts.pop(axis)]))
    phrases = adverbials(facts, rng)
    fronted = phrases[: int(rng.integers(0, len(phrases) + 1))] if chance(rng, 0.25) else []
    main = " ".join([_start(facts, rng), *phrases[len(fronted) :]])
    if fronted:
        main = ", ".join([*fronted, main])
    if "style" in facts:
        style = pick(rng, p.STYLE[facts["style"]])
        main = f"{style}, {main}" if chance(rng, 0.3) else f"{main}{pick(rng, (', ', ' '))}{style}"
    ends = []
    if "camera" in facts:
        ends.append(camera_clause(facts, rng))
        if chance(rng, 0.3):
            main = f"{main}{pick(rng, (', ', ' '))}{pick(rng, p.CAMERA_LINKS)} {ends.pop()}"
    if "cut" in facts:
        ends.append(pick(rng, p.CUT[facts["cut"]]))
    parts = [*asides, main, *ends] if chance(rng, 0.5) else [main, *asides, *ends]
    return finish(parts, rng)


def _start(facts: Facts, rng: np.random.Generator) -> str:
    if "still" in facts:
        return f"{pick(rng, p.STILL_OPENINGS)} {core(facts, 1, rng)}"
    if chance(rng, 0.2):
        return f"{pick(rng, (*p.OPENINGS, *p.SENTENCE_OPENINGS))} {core(facts, 1, rng)}"
    return core(facts, 0, rng)


def directors_line(facts: Facts, rng: np.random.Generator) -> str:
    """The language of a shot list: shot, subject in -ing form, place, then look."""
    if "camera" in facts:
        shot = pick(rng, p.SHOT[facts["camera"]])
        if facts["camera"] != "static" and chance(rng, 0.5):
            shot = f"{pick(rng, p.SHOT_MANNER)} {shot}"
    elif "still" in facts:
        shot = pick(rng, p.STILL_OPENINGS)
    else:
        shot = f"{pick(rng, p.SHOT_FREE[:3])} of" if chance(rng, 0.4) else ""
    main = " ".join(part for part in (shot, core(facts, 1, rng), *adverbials(facts, rng)) if part)
    parts = [main]
    if "camera" in facts and chance(rng, 0.4):
        parts.insert(0, pick(rng, p.SHOT_FREE))
    if "style" in facts:
        parts.insert(0 if chance(rng, 0.4) else len(parts), name("style", facts["style"], rng))
    if "cut" in facts:
        parts.append(pick(rng, p.CUT[facts["cut"]]))
    return finish([", ".join(parts)], rng)


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
        said["action"] = verb(without_pace(facts), 1, rng) if phrase else name("action", facts["action"], rng)
    if "second_object" in facts and not meets:
        said["second"] = other_phrase(facts, rng)
    said |= {axis: name(axis, facts[axis], rng) for axis in LOOK if axis in facts}
    if "cut" in facts:
        said["cut"] = pick(rng, p.CUT[facts["cut"]])
    return said


def extras(facts: Facts, rng: np.random.Generator) -> list[str]:
    """Look, camera and cut as loose fragments."""
    said = [name(axis, facts[axis], rng) for axis in ("light", "weather", "style", "camera") if axis in facts]
    return [*said, pick(rng, p.CUT[facts["cut"]])] if "cut" in facts else said


def list_keywords(said: list[str], rng: np.random.Generator) -> str:
    """Keywords with one kind of separator."""
    return pick(rng, (", ", ", ", ", ", "; ", " ")).join(said)


def finish(parts: list[str], rng: np.random.Generator) -> str:
    """Join clauses as sentences or with commas, with or without capitals and the last full stop."""
    if chance(rng, 0.65):
        text = ". ".join(part[:1].upper() + part[1:] for part in parts)
        return text + ("." if chance(rng, 0.8) else "")
    return pick(rng, (", ", "; ", ", ")).join(parts)
