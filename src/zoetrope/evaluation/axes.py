"""The axes that the scorecard judges, with the values of each. Knows no pictures and no words."""

from __future__ import annotations

from zoetrope.training.world.vocabulary import (
    ACTIONS,
    CAMERAS,
    COLOURS,
    LIGHTS,
    OBJECTS,
    PACES,
    SETTINGS,
    STYLES,
    WEATHERS,
)

NO_SECOND = "nothing"  # the value of `then` when one action fills the clip

AXES: dict[str, tuple[str, ...]] = {
    "object": OBJECTS,
    "colour": tuple(COLOURS),
    "setting": SETTINGS,
    "light": LIGHTS,
    "weather": WEATHERS,
    "style": STYLES,
    "action": ACTIONS,
    "pace": PACES,
    "camera": CAMERAS,
    "then": (*ACTIONS, NO_SECOND),
}
FRAME_AXES = ("setting", "light", "weather", "style")
THING_AXES = ("object", "colour")
MOTION_AXES = ("action", "then", "pace")


def shows_pace(action: str, then: str = NO_SECOND) -> bool:
    """Whether a pace can be seen: by gravity a fall is the same slowly and as usual."""
    return {action, then} - {"falls", NO_SECOND} != set()
