"""The stage's laws in closed form: motion along a rail of constant pushes, bouncing, pendulums and collisions.

Knows nothing of actions, cameras or pictures.
"""

from __future__ import annotations

import math

import numpy as np

from zoetrope.training.world.scene import GRAVITY, Thing
from zoetrope.training.world.vocabulary import MATERIALS

# kg/dm3 of common rubber, beech, steel and window glass.
DENSITY = {"rubber": 1.1, "wood": 0.7, "metal": 7.8, "glass": 2.5}
# Rebounds slower than this leave the ground for less than one picture frame: the thing then rests.
SETTLE_SPEED = 0.35


class Rail:
    """One coordinate as a chain of stretches with constant acceleration; exact at any time.

    Units: metres, seconds.
    """

    def __init__(self, place: float, speed: float = 0.0) -> None:
        self.place = place
        self.speed = speed
        self.end = 0.0
        self._rows: list[tuple[float, float, float, float]] = []

    def run(self, seconds: float, push: float = 0.0) -> None:
        """Move on for some time under a constant acceleration."""
        self._rows.append((self.end, self.place, self.speed, push))
        self.place += self.speed * seconds + 0.5 * push * seconds * seconds
        self.speed += push * seconds
        self.end += seconds

    def kick(self, speed: float) -> None:
        """Change the speed at once, as an impact does."""
        self.speed = speed

    def at(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Place and speed at times; after the end the thing goes on at its last speed.

        Shapes: times (t,); two arrays (t,) out.
        """
        rows = np.array([*self._rows, (self.end, self.place, self.speed, 0.0)])
        row = rows[np.searchsorted(rows[:, 0], times, side="right") - 1]
        since = times - row[:, 0]
        return row[:, 1] + row[:, 2] * since + 0.5 * row[:, 3] * since**2, row[:, 2] + row[:, 3] * since


def flight(height: float, speed: float) -> tuple[float, float]:
    """Seconds until a thing thrown upwards at `speed` from `height` lands, and its impact speed."""
    impact = math.sqrt(max(0.0, speed * speed + 2 * GRAVITY * height))
    return (speed + impact) / GRAVITY, impact


def launch_speed(height: float) -> float:
    """The speed that carries a thing to `height`."""
    return math.sqrt(2 * GRAVITY * max(0.0, height))


def land_and_settle(rail: Rail, floor: float, restitution: float, seconds: float) -> list[tuple[float, float]]:
    """Let a thing fly, land and rebound until it rests or time is over; returns (time, impact speed) of each touch."""
    touches = []
    while rail.end < seconds:
        air, impact = flight(rail.place - floor, rail.speed)
        rail.run(air, -GRAVITY)
        rail.place = floor
        touches.append((rail.end, impact))
        rebound = restitution * impact
        if rebound < SETTLE_SPEED:
            rail.kick(0.0)
            break
        rail.kick(rebound)
    return touches


def mass(thing: Thing) -> float:
    """Mass of a thing in units that only ratios have meaning in."""
    return DENSITY[thing.material] * thing.radius**3


def pair_restitution(one: Thing, other: Thing) -> float:
    """Restitution of two things: the geometric mean of theirs."""
    return math.sqrt(MATERIALS[one.material].restitution * MATERIALS[other.material].restitution)


def collide(one: Thing, other: Thing, speed_one: float, speed_other: float) -> tuple[float, float]:
    """Speeds along x after a central impact: momentum is kept, the relative speed shrinks by the restitution."""
    a, b = mass(one), mass(other)
    common = (a * speed_one + b * speed_other) / (a + b)
    bounce = pair_restitution(one, other) * (speed_one - speed_other) / (a + b)
    return common - b * bounce, common + a * bounce
