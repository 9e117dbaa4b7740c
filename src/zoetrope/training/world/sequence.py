"""Joins two actions of one thing into one take: the second starts where the first is at that moment."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from zoetrope.engine.families.pocket.bodies import DISCS
from zoetrope.engine.families.pocket.paces import eased
from zoetrope.training.world.actions import PERFORM
from zoetrope.training.world.scene import FRAMES_PER_SECOND, Act
from zoetrope.training.world.speech import mouth_of
from zoetrope.training.world.takes import Cue, Take

TOUCHING = ("bounces", "falls", "jumps")
TRACKS = ("x", "y", "angle", "stretch", "mouth", "ground_speed", "air_speed")


def perform_both(cue: Cue, first: str, second: str) -> tuple[Take, tuple[Act, ...]]:
    """Two actions in order, each about half of the time; a landing that ends the first is absorbed."""
    seed = int(cue.rng.integers(2**63))
    wish = cue.seconds * float(cue.rng.uniform(0.45, 0.55))
    opening = replace(cue, seconds=wish + 0.4, room=max(0.15, cue.room / 2), rng=np.random.default_rng(seed))
    moment = wish
    if first in TOUCHING:
        touches = [c.seconds for c in PERFORM[first](opening).contacts if 0 < c.seconds < cue.seconds - 0.3]
        moment = min(touches, key=lambda s: abs(s - wish), default=wish)
    start = min(len(cue.times) - 1, math.ceil(moment * FRAMES_PER_SECOND - 1e-6))
    opening = replace(opening, times=np.append(cue.times[:start], moment), rng=np.random.default_rng(seed))
    before = PERFORM[first](opening)
    spoken = tuple(s for s in before.syllables if s[0] + s[1] <= moment + 0.1)
    before = replace(
        before,
        contacts=tuple(c for c in before.contacts if c.seconds <= moment + 1e-6),
        syllables=spoken,
        mouth=mouth_of(spoken, opening.times),
    )
    closing = replace(
        opening,
        seconds=cue.seconds - moment,
        times=cue.times[start:] - moment,
        rng=cue.rng,
        x=float(before.x[-1]),
        y=float(before.y[-1]),
    )
    after = _settled(closing, PERFORM[second](closing), before, second)
    acts = (Act(first, 0, cue.pace, 0, start), Act(second, 0, cue.pace, start, len(cue.times)))
    return _join(before, after, moment), acts


def _settled(cue: Cue, take: Take, before: Take, name: str) -> Take:
    """Ease out what the first action left over: height above the new track and turn of the body."""
    fade = 1 - eased(cue.times, 0.45)
    x, y = take.x, take.y
    if name in ("rolls", "slides", "jumps", "talks", "rebounds", "collides"):
        y = y + (before.y[-1] - cue.rest) * fade
    elif name == "swings" or (name == "falls" and take.y[0] > before.y[-1] + 0.1):
        x, y = x + (before.x[-1] - x[0]) * fade, y + (before.y[-1] - y[0]) * fade
    left = float(before.angle[-1])
    if cue.thing.kind in DISCS:
        return replace(take, x=x, y=y, angle=take.angle + left)
    left = (left + math.pi) % (2 * math.pi) - math.pi
    return replace(take, x=x, y=y, angle=take.angle + left * fade)


def _join(before: Take, after: Take, moment: float) -> Take:
    tracks = {name: np.concatenate((getattr(before, name)[:-1], getattr(after, name))) for name in TRACKS}
    late = tuple(replace(contact, seconds=contact.seconds + moment) for contact in after.contacts)
    spoken = tuple((start + moment, length, pitch, loud) for start, length, pitch, loud in after.syllables)
    partner = after.partner or before.partner
    if before.partner is not None and after.partner is None:
        partner = _stretched(before.partner, 0, len(after.x), drop_last=True)
    elif after.partner is not None:
        partner = _stretched(after.partner, len(before.x) - 1, 0)
    return Take(
        **tracks,
        contacts=before.contacts + late,
        wall=after.wall if before.wall is None else before.wall,
        pivot=after.pivot if before.pivot is None else before.pivot,
        syllables=before.syllables + spoken,
        partner=partner,
    )


def _stretched(take: Take, head: int, tail: int, drop_last: bool = False) -> Take:
    """A take that waits for some frames before and stays where it ended for some after."""
    moving = ("ground_speed", "air_speed")
    tracks = {}
    for name in TRACKS:
        track = getattr(take, name)[:-1] if drop_last else getattr(take, name)
        first, last = (0.0, 0.0) if name in moving else (track[0], track[-1])
        tracks[name] = np.concatenate((np.full(head, first), track, np.full(tail, last)))
    return replace(take, **tracks)
