"""Actions off the ground: bouncing, falling, jumping, flying, floating, swinging. Knows no cameras or pictures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from zoetrope.engine.families.pocket import paces
from zoetrope.training.world import physics
from zoetrope.training.world.grounded import shuttle
from zoetrope.training.world.physics import Rail
from zoetrope.training.world.scene import Contact
from zoetrope.training.world.takes import Cue, Take, make_take
from zoetrope.training.world.vocabulary import MATERIALS


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


def airborne(cue: Cue, path: Rail, height: Rail, touches: list[tuple[float, float]]) -> Take:
    """The take of a thing that flies and lands along two rails."""
    x, vx = path.at(cue.times)
    y, vy = height.at(cue.times)
    up = y > cue.rest + 1e-6
    angle = -(x - cue.x) / cue.thing.radius if cue.thing.kind in ("ball", "ring") else np.zeros_like(x)
    return make_take(
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
    top = cue.headroom * paces.HOPS[cue.pace] * float(cue.rng.uniform(paces.HOPS_LEAST, 1.0))
    start = cue.rest + top if cue.y is None else max(cue.y, cue.rest)
    height = Rail(start, physics.launch_speed(top) if start - cue.rest < 0.1 else 0.0)
    drift = cue.direction * min(cue.vary(paces.ALONG[cue.pace] * paces.DRIFTS), 0.95 * cue.room / max(cue.seconds, 0.4))
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
    return replace(take, angle=tremble, air_speed=take.air_speed * (cue.times >= hold))


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
    return replace(take, angle=np.zeros_like(take.x), stretch=stretch, y=take.y + sink)


def hover(cue: Cue, level: float, bob: np.ndarray) -> np.ndarray:
    """Heights around a level, reached from where the thing is."""
    if cue.y is None:
        return level + bob
    rise = paces.eased(cue.times, 0.7)
    return cue.y + (level + bob - bob[0] - cue.y) * rise


def flies(cue: Cue) -> Take:
    """Cross the air with a gentle wave."""
    x, vx = shuttle(cue, cue.vary(paces.SPEEDS["flies"][cue.pace])).at(cue.times)
    level = cue.rest + cue.headroom * float(cue.rng.uniform(0.55, 0.85))
    rate, phase = cue.vary(4.0), float(cue.rng.uniform(0, 2 * math.pi))
    bob = 0.07 * np.sin(rate * cue.times + phase)
    y = hover(cue, level, bob)
    vy = np.gradient(y, cue.times) if len(y) > 1 else np.zeros_like(y)
    speed = np.hypot(vx, vy)
    return make_take(x, y, angle=0.25 * np.clip(vy, -1, 1) * np.sign(vx), air_speed=speed)


def floats(cue: Cue) -> Take:
    """Bob slowly in the air, or on the water line where there is water."""
    rate = cue.vary(paces.BOBS[cue.pace])
    phase = float(cue.rng.uniform(0, 2 * math.pi))
    wave = np.sin(rate * cue.times + phase)
    sway = np.cos(rate * 0.5 * cue.times + phase)
    x = cue.x + cue.direction * min(paces.SWAYS, cue.room / 3) * (sway - sway[0])
    if cue.wet:
        level, bob = cue.rest - paces.DRAUGHT * cue.thing.radius, paces.BOB_AFLOAT * wave
    else:
        level, bob = cue.rest + cue.headroom * float(cue.rng.uniform(0.3, 0.55)), paces.BOB * wave
    return make_take(x, hover(cue, level, bob), angle=paces.LEANS * sway, air_speed=np.full_like(x, 0.1))


def swings(cue: Cue) -> Take:
    """Hang from a pivot and swing with the period of the length."""
    longest = cue.ceiling + cue.thing.radius - cue.rest - paces.CLEARS
    length = longest * cue.vary(paces.ROPE[cue.pace], paces.ROPES)
    length = max(length, cue.thing.radius + paces.SHORTEST_ROPE)
    amplitude = float(np.clip(math.asin(min(1.0, cue.room / 2 / length)), *paces.SWINGS))
    rate = paces.pendulum_rate(length, amplitude)
    lean = cue.direction * amplitude * np.cos(rate * cue.times + float(cue.rng.choice((0.0, 0.5, math.pi / 2))))
    pivot = (cue.x, cue.ceiling + cue.thing.radius)
    x, y = pivot[0] + length * np.sin(lean), pivot[1] - length * np.cos(lean)
    speed = np.abs(np.gradient(lean, cue.times)) * length if len(x) > 1 else np.zeros_like(x)
    return make_take(x, y, angle=lean, air_speed=speed, pivot=pivot)
