"""What things do, and where they are, when nobody says: what they are for. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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

    A seed chooses among what a thing usually does.
    """
    thing = said.get("object")
    if thing is None:
        return dict(said)
    does = USUALLY[thing]
    usual = {"action": does[int(np.random.default_rng(seed).integers(len(does)))]}
    if thing in AT_HOME:
        usual["setting"] = AT_HOME[thing]
    return {**usual, **said}
