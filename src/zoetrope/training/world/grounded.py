"""Actions along the ground: rolling, sliding, spinning, walls and collisions. Knows no cameras or pictures."""

from __future__ import annotations

import numpy as np

from zoetrope.engine.families.pocket import paces
from zoetrope.engine.families.pocket.bodies import DISCS, touching_distance, turned_lift
from zoetrope.training.world import physics
from zoetrope.training.world.physics import Rail
from zoetrope.training.world.scene import Contact, Thing
from zoetrope.training.world.takes import Cue, Take, half_width, make_take
from zoetrope.training.world.vocabulary import MATERIALS


def shuttle(cue: Cue, speed: float) -> Rail:
    """Travel at one speed inside the room, with smooth turns at its ends; slower where the room is too short."""
    turn, least = 0.4, 0.3
    speed = min(speed, cue.room / (least + turn / 4))
    straight = cue.room / speed - turn / 4
    path = Rail(cue.x, cue.direction * speed)
    while path.end < cue.seconds:
        path.run(straight)
        path.run(turn, -2 * path.speed / turn)
    return path


def rolls(cue: Cue) -> Take:
    """Roll without slipping: the angle is the distance over the radius."""
    path = shuttle(cue, cue.vary(paces.SPEEDS["rolls"][cue.pace]))
    x, vx = path.at(cue.times)
    angle = -(x - cue.x) / cue.thing.radius
    return make_take(
        x, cue.rest + turned_lift(cue.thing.kind, cue.thing.radius, angle), angle=angle, ground_speed=np.abs(vx)
    )


def slides(cue: Cue) -> Take:
    """Glide upright with steady friction to a stop; pushed back when there is time left."""
    speed = cue.vary(paces.SPEEDS["slides"][cue.pace])
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
    return make_take(x, np.full_like(x, cue.rest), ground_speed=np.abs(vx))


def spins(cue: Cue) -> Take:
    """Turn in place about the centre."""
    rate = cue.vary(paces.SPINS[cue.pace]) * -cue.direction
    angle = rate * cue.times
    x = np.full_like(cue.times, cue.x)
    aloft = cue.y is not None and cue.y > cue.rest + 0.1
    y = (cue.y if aloft and cue.y is not None else cue.rest) + turned_lift(cue.thing.kind, cue.thing.radius, angle)
    rub = np.full_like(x, 0.0 if aloft else abs(rate) * cue.thing.radius)
    return make_take(x, y, angle=angle, ground_speed=rub)


def _turning(cue: Cue, thing: Thing, x: np.ndarray) -> np.ndarray:
    return -(x - x[0]) / thing.radius if thing.kind in DISCS else np.zeros_like(x)


def rebounds(cue: Cue) -> Take:
    """Run into a wall and come back with the material's restitution; pushed again when it has stopped."""
    speed = cue.vary(paces.SPEEDS["rebounds"][cue.pace])
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
    return make_take(x, still, angle=_turning(cue, cue.thing, x), ground_speed=np.abs(vx), contacts=contacts, wall=face)


def collides(cue: Cue) -> Take:
    """Run into the partner: momentum is kept, then both roll out."""
    partner = cue.partner
    assert partner is not None, "a collision needs two things"
    reach = touching_distance(cue.thing.body, partner.body)
    speed = cue.vary(paces.SPEEDS["collides"][cue.pace]) * cue.direction
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
    touch = (
        cue.x
        + speed * moment
        + cue.direction * reach * half_width(cue.thing) / (half_width(cue.thing) + half_width(partner))
    )
    contact = Contact(wait + moment, 0, abs(speed - other), touch, 1)
    level = np.full_like(x, cue.ground + partner.radius)
    guest = make_take(u, level, angle=_turning(cue, partner, u), ground_speed=np.abs(vu))
    return make_take(
        x,
        np.full_like(x, cue.rest),
        angle=_turning(cue, cue.thing, x),
        ground_speed=np.abs(vx),
        contacts=(contact,) if contact.seconds <= cue.seconds else (),
        partner=guest,
    )
