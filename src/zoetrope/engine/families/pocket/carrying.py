"""What a later prompt leaves open of who, where and what they do, in words: as it was. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping

from zoetrope.engine.families.pocket.axes import AXES, STAGE
from zoetrope.engine.families.pocket.plan import Plan, sign_of, trait_of

OF_WORDS = {  # where another word than the value's own is read best; nothing is said of what is usual
    "rests": "stands still",
    "plain": "",
    "day": "",
    "clear": "",
    "normal": "",
    "wood": "wooden",
    "sunset": "at sunset",
    "night": "at night",
    "rain": "in the rain",
    "snow": "snow is falling",
    "petals": "petals are falling",
    "ink wash": "ink wash style",
    "pencil sketch": "pencil sketch style",
    "neon": "neon style",
    "pixel art": "pixel art style",
}
PLACES = {
    "meadow": "on a meadow",
    "beach": "on the beach",
    "city": "in the city",
    "snowfield": "on a snowfield",
    "desert": "in the desert",
    "room": "in a room",
    "sea": "on the sea",
    "stage": "on a stage",
}
LOOKS = ("size", "surface", "colour", "material", "object")


def shown_in(plan: Plan) -> dict[str, str]:
    """Who and where a plan shows, by axis."""
    shown = {axis: trait_of(plan, 0, axis) for axis in AXES} if plan.traits[0, 0, 0] else {}
    if plan.traits[0, 1, 0]:
        shown |= {f"second_{axis}": trait_of(plan, 1, axis) for axis in ("object", "colour")}
    return shown | {axis: sign_of(plan, axis) for axis in STAGE}


def carried(text: str, now: Mapping[str, str], was: Mapping[str, str], second: str | None = None) -> str:
    """A prompt with what it leaves open as it was, in words.

    now is what it says by axis, was what is shown and what was said to happen, each with its heading if it tells one;
    second is what the second thing does.
    Another thing brings its own looks and deeds, another place its own light and weather.
    """
    kept: dict[str, str] = {}
    if now.get("object", was.get("object")) == was.get("object"):
        kept |= {axis: was[axis] for axis in (*LOOKS, "second_object", "second_colour") if axis in was}
        if "action" not in now:
            kept |= {axis: was[axis] for axis in ("action", "pace", "heading") if axis in was}
    if now.get("setting", was.get("setting")) == was.get("setting"):
        kept |= {axis: was[axis] for axis in ("setting", "light", "weather") if axis in was}
    if "style" in was:
        kept["style"] = was["style"]
    if "second_object" in now:
        kept.pop("second_colour", None)
    kept = {axis: value for axis, value in kept.items() if axis not in now}
    return ", ".join(filter(None, (text.strip(" ,.;，。；"), *_words(kept, now, second))))


def _words(kept: Mapping[str, str], now: Mapping[str, str], second: str | None) -> list[str]:
    """What is kept, as parts of a sentence."""
    says = {axis: OF_WORDS.get(value, value) for axis, value in kept.items()}
    thing = " ".join(filter(None, (says.get(axis, "") for axis in LOOKS)))
    if thing and "object" not in kept:
        thing += f" {now['object']}"
    way = f"to the {kept['heading']}" if "heading" in kept else ""
    doing = " ".join(filter(None, (thing, says.get("action", ""), says.get("pace", ""), way)))
    other = " ".join(filter(None, (says.get("second_colour", ""), says.get("second_object", ""), second or "")))
    place = PLACES.get(kept.get("setting", ""), "")
    stage = (says.get(axis, "") for axis in ("light", "weather", "style"))
    return [doing, f"and a {other}" if "second_object" in kept else "", place, *stage]
