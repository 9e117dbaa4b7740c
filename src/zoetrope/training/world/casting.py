"""Which attributes a clip has: random draws, pinned values, combinations kept for evaluation. Knows no motion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.training.world import vocabulary as v
from zoetrope.training.world.scene import Scene

VALUES: dict[str, tuple[Any, ...]] = {
    "object": v.OBJECTS,
    "colour": tuple(v.COLOURS),
    "size": tuple(v.RADII),
    "surface": v.SURFACES,
    "material": tuple(v.MATERIALS),
    "setting": v.SETTINGS,
    "light": v.LIGHTS,
    "weather": v.WEATHERS,
    "style": v.STYLES,
    "action": v.ACTIONS,
    "pace": v.PACES,
    "camera": v.CAMERAS,
    "then": (None, *v.ACTIONS),
    "cut": (False, True),
    "second_object": (None, *v.OBJECTS),
    "second_colour": tuple(v.COLOURS),
    "badge": (False, True),
}
HELD_OUT: tuple[dict[str, str], ...] = (
    {"object": "fish", "colour": "purple"},
    {"object": "car", "material": "glass"},
    {"object": "lantern", "setting": "desert"},
    {"style": "ink wash", "weather": "snow"},
    {"object": "robot", "setting": "sea"},
)
# Weights of axes whose default value is left out of most captions; the other axes are uniform.
WEIGHTS: dict[str, tuple[float, ...]] = {
    "surface": (0.4, 0.2, 0.2, 0.2),
    "weather": (0.4, 0.2, 0.2, 0.2),
    "style": (0.32, 0.17, 0.17, 0.17, 0.17),
    "pace": (0.5, 0.25, 0.25),
    "camera": (0.2, *(0.1,) * 8),
    "size": (0.5, 0.5),
}
# What a thing likes to do: other actions stay possible.
LIKES: dict[str, tuple[str, ...]] = {
    "ball": ("bounces", "rolls"),
    "cube": ("falls", "slides"),
    "star": ("spins", "falls"),
    "ring": ("rolls", "spins"),
    "car": ("slides", "rebounds", "collides"),
    "boat": ("floats", "slides"),
    "bird": ("flies", "jumps"),
    "fish": ("jumps", "flies", "floats"),
    "lantern": ("swings", "floats"),
    "robot": ("jumps", "slides"),
}
ROLLERS = ("ball", "ring", "star", "cube", "lantern")
HOMES = {"boat": "sea", "fish": "sea", "robot": "room", "car": "city", "bird": "meadow"}
CHAINED = ("bounces", "falls", "rolls", "slides", "flies", "floats", "jumps", "spins", "talks")
INDOORS = ("room",)
TRAVELS = ("rolls", "slides", "flies", "rebounds")


def is_held_out(scene: Scene) -> bool:
    """Whether the scene holds a combination that training never sees."""
    return any(
        combination_held_out(
            {
                "object": thing.kind,
                "colour": thing.colour,
                "material": thing.material,
                "setting": scene.setting,
                "style": scene.style,
                "weather": scene.weather,
            }
        )
        for thing in scene.things
    )


def combination_held_out(cast: Mapping[str, Any]) -> bool:
    """Whether attributes of one thing and its stage hold a combination kept for evaluation."""
    return any(all(cast.get(axis) == value for axis, value in combination.items()) for combination in HELD_OUT)


def check_pins(fixed: Mapping[str, Any]) -> None:
    """Refuse axes and values that the stage does not know.

    Raises: InvalidRequest.
    """
    for axis, value in fixed.items():
        if axis not in VALUES:
            raise InvalidRequest(f"the toy stage has no axis {axis!r}; its axes are {', '.join(VALUES)}")
        if value not in VALUES[axis]:
            raise InvalidRequest(f"{axis} cannot be {value!r}; it is one of {', '.join(map(str, VALUES[axis]))}")
    if fixed.get("action") == "talks" or fixed.get("then") == "talks":
        kind = fixed.get("object", "robot")
        if kind != "robot":
            raise InvalidRequest(f"a {kind} cannot talk; only the robot talks: leave the object out or choose robot")


def cast(
    rng: np.random.Generator, fixed: Mapping[str, Any], held_out: bool, frames: int, narrow: bool = False
) -> dict[str, Any]:
    """Attributes of a clip by axis: pinned ones as they are, the others at random.

    With held_out one combination kept for evaluation is drawn on purpose; without, none is, unless it is pinned.
    In a narrow frame things that need space, to collide or to be fast, are mostly small.
    """
    check_pins(fixed)
    pins = dict(fixed)
    if held_out:
        fitting = [c for c in HELD_OUT if all(pins.get(axis, value) == value for axis, value in c.items())]
        if "talks" in (pins.get("action"), pins.get("then")):
            fitting = [c for c in fitting if c.get("object", "robot") == "robot"]
        if fitting:
            pins |= fitting[rng.integers(len(fitting))]
    allowed = held_out or combination_held_out(pins)
    while True:
        drawn = _draw(rng, pins, frames, narrow)
        second = drawn | {"object": drawn["second_object"], "colour": drawn["second_colour"]}
        second["material"] = drawn["second_material"]
        if allowed or not (combination_held_out(drawn) or combination_held_out(second)):
            return drawn


def _pick(rng: np.random.Generator, axis: str) -> Any:
    values = VALUES[axis]
    weights = WEIGHTS.get(axis)
    return values[int(rng.choice(len(values), p=weights))] if weights else values[int(rng.integers(len(values)))]


def _draw(rng: np.random.Generator, pins: Mapping[str, Any], frames: int, narrow: bool) -> dict[str, Any]:
    cast = {axis: pins[axis] if axis in pins else _pick(rng, axis) for axis in VALUES}
    if "action" not in pins:
        cast["action"] = _action(rng, cast, "object" in pins)
    if "talks" in (cast["action"], pins.get("then")):
        cast["object"] = "robot"
    cast["then"] = pins["then"] if "then" in pins else _then(rng, cast, frames)
    _make_sensible(rng, cast, pins)
    cast["cut"] = pins["cut"] if "cut" in pins else bool(frames >= 24 and rng.random() < 0.1)
    cast["badge"] = pins["badge"] if "badge" in pins else bool(rng.random() < 0.25)
    _second(rng, cast, pins)
    crowded = cast["action"] == "collides" or (cast["pace"] == "fast" and cast["action"] in TRAVELS)
    if narrow and crowded:
        for axis in {"size", "second_size"} - pins.keys():
            cast[axis] = "small" if rng.random() < 0.8 else cast[axis]
    if frames == 1 and "camera" not in pins:
        cast["camera"] = "static"
    return cast


def _action(rng: np.random.Generator, cast: Mapping[str, Any], object_pinned: bool) -> str:
    kind = cast["object"]
    weights = []
    for action in v.ACTIONS:
        weight = 1.5 if action in LIKES[kind] else 1.0
        if action == "rolls" and kind not in ROLLERS:
            weight = 0.35
        if action == "talks":
            weight = 1.0 if not object_pinned else (3.0 if kind == "robot" else 0.0)
        weights.append(weight)
    share = np.array(weights)
    return v.ACTIONS[int(rng.choice(len(share), p=share / share.sum()))]


def _then(rng: np.random.Generator, cast: Mapping[str, Any], frames: int) -> str | None:
    if frames < 30 or cast["action"] not in CHAINED or rng.random() > 0.25:
        return None
    seconds = [a for a in CHAINED if fair_order(cast["action"], a) and (a != "talks" or cast["object"] == "robot")]
    return seconds[int(rng.integers(len(seconds)))]


def fair_order(first: str, second: str) -> bool:
    """Whether `second` can follow `first` without a jump: a fall starts in the air."""
    if first == second:
        return False
    aloft = first in ("flies", "floats")
    return (second in ("falls", "bounces", "flies", "floats")) if aloft else second != "falls"


def _make_sensible(rng: np.random.Generator, cast: dict[str, Any], pins: Mapping[str, Any]) -> None:
    kind = cast["object"]
    if "setting" not in pins and kind in HOMES and rng.random() < 0.2:
        cast["setting"] = HOMES[kind]
    if "weather" not in pins and cast["setting"] in INDOORS and rng.random() < 0.75:
        cast["weather"] = "clear"
    turning = {"rolls", "spins"} & {cast["action"], cast["then"]}
    if "surface" not in pins and kind in ("ball", "ring") and turning and cast["surface"] == "plain":
        cast["surface"] = v.SURFACES[1 + int(rng.integers(3))]
    if "size" not in pins and "talks" in (cast["action"], cast["then"]) and rng.random() < 0.5:
        cast["size"] = "large"
    if "pace" not in pins and cast["action"] == "falls":
        cast["pace"] = "normal"


def _second(rng: np.random.Generator, cast: dict[str, Any], pins: Mapping[str, Any]) -> None:
    wanted = cast["action"] == "collides" or rng.random() < 0.15
    if "second_object" in pins:
        wanted = pins["second_object"] is not None or cast["action"] == "collides"
    others = [kind for kind in v.OBJECTS if kind != cast["object"]]
    if pins.get("second_object") is None:
        cast["second_object"] = others[int(rng.integers(len(others)))] if wanted else None
    if "second_colour" not in pins:
        colours = [colour for colour in v.COLOURS if colour != cast["colour"]]
        cast["second_colour"] = colours[int(rng.integers(len(colours)))]
    cast["second_pinned"] = pins.get("second_object") is not None
    cast["second_size"] = _pick(rng, "size")
    cast["second_material"] = _pick(rng, "material")
