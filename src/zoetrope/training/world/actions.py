"""What each action does to its thing: tracks, touches and voice of one take. Knows nothing of cameras or pictures.

A cue says who acts, how long and where; a take is the outcome, sampled at the cue's times.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from zoetrope.training.world import physics
from zoetrope.training.world.physics import Rail
from zoetrope.training.world.scene import Contact, Thing
from zoetrope.training.world.vocabulary import MATERIALS

ROUND = ("ball", "ring", "star")
# Half of the drawn width as a share of the radius.
HALF_WIDTH = {"car": 1.5, "boat": 1.4, "bird": 1.3, "fish": 1.5}
SPEED = {"slowly": 0.35, "normal": 0.75, "fast": 1.5}  # m/s along the ground


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
    partner: Take | None = field(default=None)


def half_width(thing: Thing) -> float:
    """Half of the drawn width in metres."""
    return thing.radius * HALF_WIDTH.get(thing.kind, 1.0)


def corner_lift(kind: str, angle: np.ndarray) -> np.ndarray:
    """How much higher than its radius the centre of a turned thing stands, as a share of the radius."""
    if kind != "cube":
        return np.zeros_like(angle)
    return np.abs(np.cos(angle)) + np.abs(np.sin(angle)) - 1


def make_take(cue: Cue, x: np.ndarray, y: np.ndarray, **tracks) -> Take:
    """A take whose tracks not given are at rest."""
    zero = np.zeros_like(x)
    filled = {"angle": zero, "stretch": zero + 1, "mouth": zero, "ground_speed": zero, "air_speed": zero} | tracks
    return Take(x=x, y=y, **filled)


def squash(cue: Cue, touches: list[tuple[float, float]]) -> np.ndarray:
    """Height factor after impacts: soft things flatten more; gone after a fifth of a second."""
    soft = 0.28 if cue.thing.material == "rubber" else 0.08
    stretch = np.ones_like(cue.times)
    for moment, impact in touches:
        since = cue.times - moment
        stretch -= np.where(since >= 0, soft * min(1.0, impact / 4) * np.exp(-np.maximum(since, 0) / 0.06), 0)
    return stretch


def touches_to_contacts(touches: list[tuple[float, float]], path: Rail, seconds: float) -> tuple[Contact, ...]:
    """Contacts with the ground inside the take."""
    kept = [(moment, impact) for moment, impact in touches if moment <= seconds + 1e-9]
    places = path.at(np.array([moment for moment, _ in kept]))[0] if kept else ()
    return tuple(Contact(m, 0, v, float(x)) for (m, v), x in zip(kept, places, strict=True))


def airborne(cue: Cue, path: Rail, height: Rail, touches: list[tuple[float, float]], tilt: float = 0.0) -> Take:
    """The take of a thing that flies and lands along two rails."""
    x, vx = path.at(cue.times)
    y, vy = height.at(cue.times)
    up = y > cue.rest + 1e-6
    angle = -(x - cue.x) / cue.thing.radius if cue.thing.kind in ("ball", "ring") else tilt * np.minimum(vy, 0)
    return make_take(
        cue,
        x,
        y,
        angle=angle,
        stretch=squash(cue, touches),
        air_speed=np.where(up, np.hypot(vx, vy), 0),
        ground_speed=np.where(up, 0, np.abs(vx)),
        contacts=touches_to_contacts(touches, path, cue.seconds),
    )


def bounces(cue: Cue) -> Take:
    """Drop, rebound by the material's law, and hop up again from rest when the energy is spent."""
    top = cue.headroom * {"slowly": 1.0, "normal": 0.8, "fast": 0.5}[cue.pace] * float(cue.rng.uniform(0.85, 1.0))
    start = cue.rest + top if cue.y is None else max(cue.y, cue.rest)
    height = Rail(start, physics.launch_speed(top) if start - cue.rest < 0.1 else 0.0)
    drift = cue.direction * min(cue.vary(SPEED[cue.pace] * 0.6), 0.95 * cue.room / max(cue.seconds, 0.4))
    path = Rail(cue.x, drift)
    restitution = MATERIALS[cue.thing.material].restitution
    touches: list[tuple[float, float]] = []
    while height.end < cue.seconds:
        touches += physics.land_and_settle(height, cue.rest, restitution, cue.seconds)
        path.run(height.end - path.end)
        if height.end >= cue.seconds:
            break
        pause = 0.1
        path.kick(0.0)
        path.run(pause)
        height.run(pause)
        path.kick(drift)
        height.kick(physics.launch_speed(top * 0.85))
    return airborne(cue, path, height, touches)


def falls(cue: Cue) -> Take:
    """Hang trembling for a moment, drop straight, land by the material's law and stay."""
    aloft = cue.y is not None and cue.y > cue.rest + 0.25
    start = cue.y if aloft and cue.y is not None else cue.rest + cue.vary(cue.headroom * 0.92, 0.08)
    thrown = {"slowly": 0.0, "normal": 0.0, "fast": -1.5}[cue.pace]
    restitution = MATERIALS[cue.thing.material].restitution
    down, _ = physics.flight(start - cue.rest, thrown)
    tail = 1.2 if restitution > 0.8 else 2.4
    earliest = 0.17 if cue.y is None else 0.55
    free = max(earliest, cue.seconds - down - 0.35)
    least = min(free, max(earliest, cue.seconds - down - tail))
    hold = 0.0 if aloft else float(cue.rng.uniform(least, free))
    hold = min(hold, 1.6) if restitution < 0.8 else hold
    height = Rail(start)
    height.run(hold)
    height.kick(thrown)
    touches = physics.land_and_settle(height, cue.rest, restitution, cue.seconds + 0.01)
    take = airborne(cue, Rail(cue.x), height, touches)
    tremble = 0.05 * np.sin(cue.times * 25) * (cue.times < hold)
    return Take(**{**take.__dict__, "angle": tremble, "air_speed": take.air_speed * (cue.times >= hold)})


def shuttle(cue: Cue, speed: float) -> Rail:
    """Travel at one speed inside the room, with smooth turns at its ends."""
    path = Rail(cue.x, cue.direction * speed)
    turn = 0.5
    straight = max(0.0, cue.room - speed * turn / 4) / speed
    if straight < 0.4:
        speed = max(0.05, (cue.room - 0.02) / 0.6)
        straight, path = 0.45, Rail(cue.x, cue.direction * speed)
    while path.end < cue.seconds:
        path.run(straight)
        path.run(turn, -2 * path.speed / turn)
    return path


def rolls(cue: Cue) -> Take:
    """Roll without slipping: the angle is the distance over the radius."""
    path = shuttle(cue, cue.vary(SPEED[cue.pace]))
    x, vx = path.at(cue.times)
    angle = -(x - cue.x) / cue.thing.radius
    lift = corner_lift(cue.thing.kind, angle) * cue.thing.radius
    return make_take(cue, x, cue.rest + lift, angle=angle, ground_speed=np.abs(vx))


def slides(cue: Cue) -> Take:
    """Glide upright with steady friction to a stop; pushed back when there is time left."""
    speed = cue.vary(SPEED[cue.pace] * 1.5)
    distance = min(cue.room, max(speed * 0.5, speed * cue.seconds * 0.6))
    slide = 2 * distance / speed
    path = Rail(cue.x)
    direction = cue.direction
    while path.end < cue.seconds:
        path.kick(direction * speed)
        path.run(slide, -direction * speed / slide)
        path.kick(0.0)
        path.run(0.2)
        direction = -direction
    x, vx = path.at(cue.times)
    return make_take(cue, x, np.full_like(x, cue.rest), ground_speed=np.abs(vx))


def ease(times: np.ndarray, seconds: float) -> np.ndarray:
    """0 to 1 in the given time, smooth at both ends."""
    part = np.clip(times / max(seconds, 1e-6), 0, 1)
    return part * part * (3 - 2 * part)


def hover(cue: Cue, level: float, bob: np.ndarray) -> np.ndarray:
    """Heights around a level, reached from where the thing is."""
    if cue.y is None:
        return level + bob
    rise = ease(cue.times, 0.7)
    return cue.y + (level + bob - bob[0] - cue.y) * rise


def flies(cue: Cue) -> Take:
    """Cross the air with a gentle wave."""
    x, vx = shuttle(cue, cue.vary(SPEED[cue.pace] * 1.3)).at(cue.times)
    level = cue.rest + cue.headroom * float(cue.rng.uniform(0.55, 0.85))
    rate, phase = cue.vary(4.0), float(cue.rng.uniform(0, 2 * math.pi))
    bob = 0.07 * np.sin(rate * cue.times + phase)
    y = hover(cue, level, bob)
    vy = np.gradient(y, cue.times) if len(y) > 1 else np.zeros_like(y)
    speed = np.hypot(vx, vy)
    return make_take(cue, x, y, angle=0.25 * np.clip(vy, -1, 1) * np.sign(vx), air_speed=speed)


def floats(cue: Cue) -> Take:
    """Bob slowly in the air, or on the water line where there is water."""
    rate = cue.vary({"slowly": 1.8, "normal": 3.0, "fast": 5.0}[cue.pace])
    phase = float(cue.rng.uniform(0, 2 * math.pi))
    wave = np.sin(rate * cue.times + phase)
    sway = np.cos(rate * 0.5 * cue.times + phase)
    x = cue.x + cue.direction * min(0.1, cue.room / 3) * (sway - sway[0])
    if cue.wet:
        level, bob = cue.rest - 0.35 * cue.thing.radius, 0.06 * wave
    else:
        level, bob = cue.rest + cue.headroom * float(cue.rng.uniform(0.3, 0.55)), 0.13 * wave
    return make_take(cue, x, hover(cue, level, bob), angle=0.12 * sway, air_speed=np.full_like(x, 0.1))


def swings(cue: Cue) -> Take:
    """Hang from a pivot and swing with the period of the length."""
    longest = cue.ceiling + cue.thing.radius - cue.rest - 0.05
    length = longest * cue.vary({"slowly": 0.95, "normal": 0.7, "fast": 0.42}[cue.pace], 0.05)
    length = max(length, cue.thing.radius + 0.12)
    amplitude = min(0.75, max(0.2, math.asin(min(1.0, cue.room / 2 / length))))
    rate = physics.pendulum_rate(length, amplitude)
    lean = cue.direction * amplitude * np.cos(rate * cue.times + float(cue.rng.choice((0.0, 0.5, math.pi / 2))))
    pivot = (cue.x, cue.ceiling + cue.thing.radius)
    x, y = pivot[0] + length * np.sin(lean), pivot[1] - length * np.cos(lean)
    speed = np.abs(np.gradient(lean, cue.times)) * length if len(x) > 1 else np.zeros_like(x)
    return make_take(cue, x, y, angle=lean, air_speed=speed, pivot=pivot)


def jumps(cue: Cue) -> Take:
    """Crouch, leap and land on its feet, again and again."""
    top = min(cue.headroom * 0.9, cue.vary({"slowly": 0.6, "normal": 0.45, "fast": 0.22}[cue.pace]))
    speed = physics.launch_speed(top)
    air, impact = physics.flight(0.0, speed)
    pause = {"slowly": 0.6, "normal": 0.35, "fast": 0.15}[cue.pace]
    height, touches, leaps = Rail(cue.rest), [], []
    height.run(min(0.2, pause))
    while height.end < cue.seconds:
        leaps.append(height.end)
        height.kick(speed)
        height.run(air, -physics.GRAVITY)
        height.place, height.speed = cue.rest, 0.0
        touches.append((height.end, impact))
        height.run(pause)
    take = airborne(cue, Rail(cue.x), height, touches)
    crouch = np.ones_like(cue.times)
    for leap in leaps:
        before = leap - cue.times
        crouch -= np.where((before >= 0) & (before < 0.2), 0.22 * np.sin(np.clip(before / 0.2, 0, 1) * math.pi), 0)
    stretch = take.stretch * crouch
    sink = np.where(take.air_speed == 0, cue.thing.radius * (stretch - 1), 0)
    return Take(**{**take.__dict__, "angle": np.zeros_like(take.x), "stretch": stretch, "y": take.y + sink})


def spins(cue: Cue) -> Take:
    """Turn in place about the centre."""
    rate = cue.vary({"slowly": 2.0, "normal": 4.0, "fast": 6.5}[cue.pace]) * -cue.direction
    angle = rate * cue.times
    x = np.full_like(cue.times, cue.x)
    aloft = cue.y is not None and cue.y > cue.rest + 0.1
    y = (cue.y if aloft and cue.y is not None else cue.rest) + corner_lift(cue.thing.kind, angle) * cue.thing.radius
    rub = np.full_like(x, 0.0 if aloft else abs(rate) * cue.thing.radius)
    return make_take(cue, x, y, angle=angle, ground_speed=rub)


def _turning(cue: Cue, thing: Thing, x: np.ndarray) -> np.ndarray:
    return -(x - x[0]) / thing.radius if thing.kind in ROUND else np.zeros_like(x)


def rebounds(cue: Cue) -> Take:
    """Run into a wall and come back with the material's restitution; pushed again when it has stopped."""
    speed = cue.vary({"slowly": 0.7, "normal": 1.2, "fast": 2.0}[cue.pace])
    way = min(cue.room * 0.9, max(0.25, speed * float(cue.rng.uniform(0.35, 0.5)) * min(cue.seconds, 3)))
    face = cue.x + cue.direction * (way + half_width(cue.thing))
    back = MATERIALS[cue.thing.material].restitution * speed
    reach = min(cue.room * 0.9, max(back * 0.7, 0.1))
    path, hits = Rail(cue.x, cue.direction * speed), []
    while path.end < cue.seconds:
        gap = abs(face - path.place) - half_width(cue.thing)
        path.run(gap / speed)
        hits.append(path.end)
        path.kick(-cue.direction * back)
        path.run(2 * reach / back, cue.direction * back * back / (2 * reach))
        path.kick(0.0)
        path.run(0.25)
        push = speed * speed / reach
        path.run(speed / push, cue.direction * push)
    x, vx = path.at(cue.times)
    contacts = tuple(Contact(t, 0, speed, face, "wall") for t in hits if t <= cue.seconds)
    still = np.full_like(x, cue.rest)
    return make_take(
        cue, x, still, angle=_turning(cue, cue.thing, x), ground_speed=np.abs(vx), contacts=contacts, wall=face
    )


def collides(cue: Cue) -> Take:
    """Run into the partner: momentum is kept, then both roll out."""
    partner = cue.partner
    assert partner is not None, "a collision needs two things"
    reach = half_width(cue.thing) + half_width(partner)
    speed = cue.vary({"slowly": 0.5, "normal": 1.0, "fast": 1.9}[cue.pace]) * cue.direction
    other = -speed * float(cue.rng.choice((0.0, 0.0, 0.6)))
    moment = min(float(cue.rng.uniform(0.3, 0.45)) * min(cue.seconds, 3.2), 0.4 * max(0.3, cue.room) / abs(speed))
    wait = max(0.0, min(cue.seconds * 0.4, 1.5) - moment) if cue.seconds > 2.5 else 0.0
    one, two = Rail(cue.x), Rail(cue.x + speed * moment + cue.direction * reach - other * moment)
    for path, pace in ((one, speed), (two, other)):
        path.run(wait)
        path.kick(pace)
        path.run(moment)
    after = physics.collide(cue.thing, partner, speed, other)
    for path, pace in zip((one, two), after, strict=True):
        path.kick(pace)
        far = max(0.05, min(abs(pace) * 1.2, 0.35 * cue.room))
        path.run(2 * far / max(abs(pace), 1e-3), -pace * abs(pace) / (2 * far))
        path.kick(0.0)
    (x, vx), (u, vu) = one.at(cue.times), two.at(cue.times)
    touch = cue.x + speed * moment + cue.direction * half_width(cue.thing)
    contact = Contact(wait + moment, 0, abs(speed - other), touch, 1)
    level = np.full_like(x, cue.ground + partner.radius)
    guest = make_take(cue, u, level, angle=_turning(cue, partner, u), ground_speed=np.abs(vu))
    return make_take(
        cue,
        x,
        np.full_like(x, cue.rest),
        angle=_turning(cue, cue.thing, x),
        ground_speed=np.abs(vx),
        contacts=(contact,) if contact.seconds <= cue.seconds else (),
        partner=guest,
    )


def talks(cue: Cue) -> Take:
    """Speak in syllables; the mouth is the envelope of the voice."""
    pitch = float(cue.rng.choice((110.0, 150.0, 220.0, 290.0)))
    step = {"slowly": 0.36, "normal": 0.24, "fast": 0.16}[cue.pace]
    spoken, moment = [], float(cue.rng.uniform(0.02, 0.12))
    left = int(cue.rng.integers(2, 6))
    while moment < cue.seconds - 0.06:
        length = cue.vary(step * 0.72, 0.25)
        strength = float(cue.rng.uniform(0.6, 1.0))
        spoken.append((moment, length, pitch * float(cue.rng.uniform(0.9, 1.15)), strength))
        moment += cue.vary(step, 0.15)
        left -= 1
        if left == 0:
            moment += cue.vary(step * 1.5, 0.3)
            left = int(cue.rng.integers(2, 6))
    mouth = voice_envelope(tuple(spoken), cue.times)
    nod = 0.03 * np.sin(cue.times * 2 * math.pi / (step * 4))
    x = np.full_like(cue.times, cue.x)
    y = np.full_like(x, cue.rest)
    return make_take(cue, x, y, angle=nod, mouth=mouth, syllables=tuple(spoken))


def voice_envelope(syllables: tuple[tuple[float, float, float, float], ...], times: np.ndarray) -> np.ndarray:
    """Loudness of a voice, 0..1: each syllable rises in 30 ms, decays slowly and closes at its end.

    Shapes: times (t,) seconds; (t,) out.
    """
    envelope = np.zeros_like(times)
    for start, length, _, strength in syllables:
        since = times - start
        rise = np.clip(since / 0.03, 0, 1)
        fall = np.exp(-np.maximum(since, 0) / length * 0.7) * np.clip((length - since) / 0.04, 0, 1)
        envelope = np.maximum(envelope, strength * rise * fall * (since > 0))
    return envelope


PERFORM: dict[str, Callable[[Cue], Take]] = {
    "bounces": bounces,
    "falls": falls,
    "rolls": rolls,
    "slides": slides,
    "flies": flies,
    "swings": swings,
    "floats": floats,
    "jumps": jumps,
    "spins": spins,
    "rebounds": rebounds,
    "collides": collides,
    "talks": talks,
}
