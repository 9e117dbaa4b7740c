"""What things do, where they are and how two are told apart when nobody says. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zoetrope.engine.families.pocket.axes import AXES

USUALLY: Mapping[str, tuple[str, ...]] = {
    "ball": ("bounces", "rolls"),
    "cube": ("slides", "falls"),
    "star": ("spins", "floats"),
    "ring": ("rolls", "spins"),
    "car": ("slides",),
    "boat": ("floats",),
    "bird": ("flies",),
    "fish": ("floats", "jumps"),
    "lantern": ("swings", "floats"),
    "robot": ("talks", "jumps"),
}
AT_HOME = {"boat": "sea", "fish": "sea"}


def as_usual(said: Mapping[str, str], seed: int) -> dict[str, str]:
    """What is said of a shot, by axis, with an action and a place where its thing is known and they are not.

    A seed chooses among what a thing usually does, and a colour for a second one that the first has not.
    """
    thing = said.get("object")
    if thing is None:
        return dict(said)
    does, chance = USUALLY[thing], np.random.default_rng(seed)
    usual = {"action": does[int(chance.integers(len(does)))]}
    if "second_object" in said and not {"colour", "second_colour"} <= said.keys():
        told = {said.get("colour"), said.get("second_colour")}
        first, second = chance.permutation([each for each in AXES["colour"] if each not in told])[:2]
        usual |= {"colour": str(first), "second_colour": str(second)}
    if thing in AT_HOME:
        usual["setting"] = AT_HOME[thing]
    return {**usual, **said}
