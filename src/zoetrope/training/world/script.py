"""Writes one clip of the toy stage: who, where, what happens, how the camera sees it. Knows no pixels and no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.families.pocket.bodies import touching_distance
from zoetrope.training.world import vocabulary as v
from zoetrope.training.world.actions import PERFORM
from zoetrope.training.world.cameras import HALF_VIEW, camera_track, ceiling, cut_to, fit_shift, pan_distance, visible
from zoetrope.training.world.casting import cast, is_held_out
from zoetrope.training.world.scene import (
    FRAMES_PER_SECOND,
    Act,
    Badge,
    CameraMove,
    Motion,
    Scene,
    Thing,
)
from zoetrope.training.world.sequence import perform_both
from zoetrope.training.world.takes import Cue, Take, half_width, make_take

__all__ = ["is_held_out", "write_scene"]

ATTEMPTS = 6
STILL_SECONDS = 2.0  # a still is one moment of an action this long
BADGE_PATTERNS = 8


@dataclass(frozen=True)
class Plan:
    """What is decided before anything moves. Units: half and ground in metres."""

    cast: Mapping[str, Any]
    things: tuple[Thing, ...]
    frames: int
    half: float
    ground: float
    move: CameraMove
    closest: float


@dataclass(frozen=True, eq=False)
class Footage:
    """One attempt: the takes of thing 0 joined, the camera, and the share of frames that show the things."""

    take: Take
    acts: tuple[Act, ...]
    camera: np.ndarray
    seen: float


def write_scene(
    rng: np.random.Generator,
    *,
    width: int = 256,
    height: int = 144,
    frames: int = 61,
    fixed: Mapping[str, Any] | None = None,
    held_out: bool = False,
) -> Scene:
    """One clip; axes that `fixed` does not pin are drawn at random.

    held_out draws one of the combinations that training never sees; otherwise none is drawn unless it is pinned.
    Raises: InvalidRequest for an unknown axis or value, or frames < 1.
    """
    if frames < 1:
        raise InvalidRequest(f"a clip of {frames} frames was asked for; it has at least 1")
    drawn = cast(rng, fixed or {}, held_out, frames, narrow=width < 0.8 * height)
    plan = _plan(rng, drawn, width / height * HALF_VIEW, frames)
    best: Footage | None = None
    for _ in range(ATTEMPTS):
        footage = _film(rng, plan)
        if best is None or footage.seen > best.seen:
            best = footage
        if best.seen >= 0.95:
            break
        plan = replace(plan, move=replace(plan.move, amount=plan.move.amount * 0.85))
    assert best is not None
    cut, camera = _cut(rng, plan, best)
    return _scene(rng, plan, replace(best, camera=camera), width, height, cut)


def _plan(rng: np.random.Generator, drawn: Mapping[str, Any], half: float, frames: int) -> Plan:
    lead = Thing(
        drawn["object"],
        drawn["colour"],
        drawn["size"],
        drawn["surface"],
        drawn["material"],
        v.RADII[drawn["size"]],
        _badge(rng) if drawn["badge"] else None,
    )
    things = [lead]
    if drawn["second_object"] is not None:
        size = drawn["second_size"]
        things.append(
            Thing(
                drawn["second_object"],
                drawn["second_colour"],
                size,
                "plain",
                drawn["second_material"],
                v.RADII[size],
                _badge(rng) if drawn["badge"] else None,
            )
        )
    ground = HALF_VIEW * (1 - 2 * float(rng.uniform(0.72, 0.80)))
    move = CameraMove(drawn["camera"], float(rng.uniform(0.65, 1.0)) if drawn["camera"] != "static" else 0.0)
    closest = min(2.1, max(1.3, half / (1.9 * half_width(lead))))
    return Plan(drawn, tuple(things), frames, half, ground, move, closest)


def _badge(rng: np.random.Generator) -> Badge:
    red, green, blue, *outer = (int(part) for part in rng.integers(20, 256, 6))
    return Badge(int(rng.integers(BADGE_PATTERNS)), (red, green, blue), (outer[0], outer[1], outer[2]))


def _film(rng: np.random.Generator, plan: Plan) -> Footage:
    lead = plan.things[0]
    pan = pan_distance(plan.move, plan.frames, plan.half)
    direction = int(rng.choice((-1, 1)))
    if pan and rng.random() < 0.7:
        direction = int(np.sign(pan))
    near = plan.closest if plan.move.name in ("push in", "pull back") else 1.0
    reach = half_width(lead)
    room = 2 * (plan.half / near - 1.02 * reach) + direction * pan * 0.9
    if plan.cast["action"] == "rebounds":
        room -= 0.1
    if plan.cast["action"] == "collides":
        room -= touching_distance(*(thing.body for thing in plan.things))
    take, acts = _perform(rng, plan, direction, max(0.2, room))
    focus = float(np.clip(take.y.mean() if len(take.y) else 0.0, plan.ground + 0.2, 0.35))
    camera = camera_track(plan.move, plan.frames, plan.half, focus, plan.closest)
    x, spread = take.x, reach
    if take.partner is not None:
        x, spread = (take.x + take.partner.x) / 2, reach + np.abs(take.partner.x - take.x).max() / 2
    if take.wall is not None:
        x = np.concatenate((take.x, np.full(plan.frames, take.wall)))
        view = np.concatenate((camera, camera))
        take = _moved(take, fit_shift(x, view, plan.half, reach * 0.8, rng))
    else:
        take = _moved(take, fit_shift(x, camera, plan.half, float(spread), rng))
    seen = visible(take.x, take.y, camera, plan.half, lead.radius)
    if take.partner is not None:
        seen = seen & visible(take.partner.x, take.partner.y, camera, plan.half, plan.things[1].radius)
    return Footage(take, acts, camera, float(seen.mean()))


def _perform(rng: np.random.Generator, plan: Plan, direction: int, room: float) -> tuple[Take, tuple[Act, ...]]:
    times = np.arange(plan.frames) / FRAMES_PER_SECOND
    length = plan.frames / FRAMES_PER_SECOND
    if plan.frames == 1:
        times, length = rng.uniform(0.1, 1.6, 1), STILL_SECONDS
    lead = plan.things[0]
    cue = Cue(
        rng=rng,
        thing=lead,
        pace=plan.cast["pace"],
        seconds=length,
        times=times,
        ground=plan.ground,
        ceiling=ceiling(plan.move.name, lead.radius),
        room=room,
        direction=direction,
        wet=plan.cast["setting"] == "sea",
        partner=plan.things[1] if len(plan.things) > 1 else None,
    )
    first, second = plan.cast["action"], plan.cast["then"]
    if second is None or plan.frames < 4:
        return PERFORM[first](cue), (Act(first, 0, cue.pace, 0, plan.frames),)
    return perform_both(cue, first, second)


def _moved(take: Take, shift: float) -> Take:
    partner = None if take.partner is None else _moved(take.partner, shift)
    return replace(
        take,
        x=take.x + shift,
        contacts=tuple(replace(contact, x=contact.x + shift) for contact in take.contacts),
        wall=None if take.wall is None else take.wall + shift,
        pivot=None if take.pivot is None else (take.pivot[0] + shift, take.pivot[1]),
        partner=partner,
    )


def _cut(rng: np.random.Generator, plan: Plan, footage: Footage) -> tuple[int | None, np.ndarray]:
    """The first frame after a cut (None without one) and the camera with it: nearer or wider, the thing in view."""
    if not plan.cast["cut"] or plan.frames < 2:
        return None, footage.camera
    frame = min(plan.frames - 1, max(1, round(plan.frames * float(rng.uniform(0.4, 0.6)))))
    x, y = footage.take.x[frame:], footage.take.y[frame:]
    span = np.ptp(x) / 2 + half_width(plan.things[0])
    if footage.take.partner is not None:
        span = max(span, np.abs(footage.take.partner.x[frame:] - x).max() + half_width(plan.things[0]))
    factor = 1.5 if span * 1.6 < plan.half / footage.camera[frame:, 2].max() else 0.72
    return frame, cut_to(
        footage.camera, frame, float(x.mean()), float(np.clip(y.mean(), plan.ground + 0.2, 0.3)), factor
    )


def _scene(rng: np.random.Generator, plan: Plan, footage: Footage, width: int, height: int, cut: int | None) -> Scene:
    take, things = footage.take, plan.things
    guest = take.partner
    if guest is None and len(things) > 1:
        guest = _bystander(rng, plan, footage)
        things = things if guest is not None else things[:1]
    takes = (take,) if guest is None else (take, guest)
    motion = Motion(
        centre=np.stack([np.stack((t.x, t.y), axis=-1) for t in takes]),
        angle=np.stack([t.angle for t in takes]),
        stretch=np.stack([t.stretch for t in takes]),
        mouth=np.stack([t.mouth for t in takes]),
        ground_speed=np.stack([t.ground_speed for t in takes]),
        air_speed=np.stack([t.air_speed for t in takes]),
        camera=footage.camera,
    )
    last = (plan.frames - 1) / FRAMES_PER_SECOND  # a touch after the last frame is neither seen nor heard
    return Scene(
        seed=int(rng.integers(2**31)),
        width=width,
        height=height,
        frames=plan.frames,
        setting=plan.cast["setting"],
        light=plan.cast["light"],
        weather=plan.cast["weather"],
        style=plan.cast["style"],
        camera=plan.move,
        things=things,
        acts=footage.acts,
        motion=motion,
        contacts=tuple(sorted((c for c in take.contacts if c.seconds <= last), key=lambda c: c.seconds)),
        ground=plan.ground,
        wall=take.wall,
        wall_side=1 if take.wall is None or take.wall > take.x.mean() else -1,
        cut=cut,
        pivot=take.pivot,
        syllables=tuple(s for s in take.syllables if s[0] <= last),
    )


def _bystander(rng: np.random.Generator, plan: Plan, footage: Footage) -> Take | None:
    """A second thing that stands still beside the path of the first; None where there is no room and nobody asked."""
    take, thing, camera = footage.take, plan.things[1], footage.camera
    gap = half_width(plan.things[0]) + half_width(thing) + 0.04
    before, after = take.x.min() - gap, take.x.max() + gap
    if take.wall is not None:
        before, after = (before, np.inf) if take.wall > take.x.mean() else (-np.inf, after)
    half = plan.half / np.median(camera[:, 2])
    middle = float(np.median(camera[:, 0]))
    edge = half - 0.6 * half_width(thing)
    spots = [spot for spot in (before, after) if abs(spot - middle) <= edge]
    if not spots and plan.cast["second_pinned"]:
        spots = [min((before, after), key=lambda spot: abs(spot - middle))]
    if not spots:
        return None
    x = np.full(plan.frames, spots[int(rng.integers(len(spots)))])
    return make_take(x, np.full_like(x, plan.ground + thing.radius))
