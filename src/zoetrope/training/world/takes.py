"""What an action is told and what it returns: cues, takes, and the size of things. Knows no single action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zoetrope.engine.families.pocket import bodies
from zoetrope.training.world.scene import Contact, Thing


@dataclass(frozen=True, eq=False)
class Cue:
    """Orders for one take.

    times (t,) run from 0 to `seconds` inclusive; x, y is where the thing is (None: the action chooses its height);
    room is how far its centre may travel in x, towards `direction` first; ceiling is the highest fair centre.
    partner is the other thing of a collision.
    """

    rng: np.random.Generator
    thing: Thing
    pace: str
    seconds: float
    times: np.ndarray
    ground: float
    ceiling: float
    room: float
    direction: int
    x: float = 0.0
    y: float | None = None
    wet: bool = False
    partner: Thing | None = None

    @property
    def rest(self) -> float:
        """Height of the centre when the thing stands on the ground."""
        return self.ground + self.thing.radius

    @property
    def headroom(self) -> float:
        """Metres between standing and the ceiling."""
        return max(0.2, self.ceiling - self.rest)

    def vary(self, value: float, spread: float = 0.15) -> float:
        """A value within a share of the given one."""
        return value * float(self.rng.uniform(1 - spread, 1 + spread))


@dataclass(frozen=True, eq=False)
class Take:
    """Tracks (t,) of one take and its events; partner is the other thing's take after a collision."""

    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray
    stretch: np.ndarray
    mouth: np.ndarray
    ground_speed: np.ndarray
    air_speed: np.ndarray
    contacts: tuple[Contact, ...] = ()
    wall: float | None = None
    pivot: tuple[float, float] | None = None
    syllables: tuple[tuple[float, float, float, float], ...] = ()
    partner: Take | None = None


def half_width(thing: Thing) -> float:
    """Half of the drawn width in metres."""
    return bodies.half_width(*thing.body)


def make_take(x: np.ndarray, y: np.ndarray, **others: Any) -> Take:
    """A take at rest but for the fields that are given."""
    zero = np.zeros_like(x)
    still = Take(x=x, y=y, angle=zero, stretch=zero + 1, mouth=zero, ground_speed=zero, air_speed=zero)
    return replace(still, **others)
