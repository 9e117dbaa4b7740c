"""A written plan at the pace that was asked: what an action does by the clock keeps to the law of its pace.

The planner knows where things go and when they touch; how fast, it knows in three of four shots. What leaves gravity
alone is put right here: runs are made longer or shorter, two that collide come sooner or later to the same touch, and
what bobs, swings, spins and talks goes by its own law. How high things hop is the planner's, since their times follow
from it. Knows no network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from zoetrope.engine.families.pocket import paces
from zoetrope.engine.families.pocket.bodies import half_width, turned_lift
from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.paces import eased, within
from zoetrope.engine.families.pocket.plan import AXES, PIVOT, SLOTS, TRACK, Plan, sign_of
from zoetrope.engine.families.pocket.speaking import CHANCES, syllables, voice_envelope
from zoetrope.engine.noise import Seeds, draw

X, Y, SPIN, MOUTH, GROUND_SPEED, AIR_SPEED, CONTACT, OFFSET = (
    TRACK.index(name) for name in ("x", "y", "spin", "mouth", "ground_speed", "air_speed", "contact", "offset")
)
WALL, WALL_AT, WALL_SIDE = 1, 2, 3  # marks: whether there is a wall, where, and on which side
GOES = 0.1  # m/s below which a thing stands, and has no pace that could be changed
CRUISE, FIRST = 60, 95  # percentiles of speeds at which a thing goes mostly, and at the start of a slide
LATER = 0.95  # of the speed at the start of a slide, the speed of that percentile
APPROACH, HURRIED = 12, 75  # pictures before two things touch, and the percentile of their steps that is their pace
RUN = 4  # pictures before a touch that tell how fast a thing runs into it
NEARER = 2 / 3  # of the spread of a law that is aimed at: its edges are hard to tell from the next pace
RISES = 0.7  # seconds in which a thing comes to where it floats
ALOFT = 0.1  # metres above the ground from which a thing that spins is held to hang in the air
SLOWEST, FASTEST, TRIED = 1.0, 7.0, 61  # rad/s between which the rate of what sways is sought
SAID = 64  # syllables at most in five seconds


@dataclass(frozen=True, eq=False)
class Shot:
    """What is paced: the things' tracks (SLOTS, t, k), changed in place, from the first picture that is free."""

    tracks: np.ndarray
    marks: np.ndarray
    bodies: tuple[tuple[str, float], ...]
    pace: str
    start: int
    wet: bool
    chances: Callable[[int], np.ndarray]

    @property
    def anchor(self) -> int:
        """The last picture that is told, else the first."""
        return max(0, self.start - 1)

    @property
    def seconds(self) -> np.ndarray:
        """Since the anchor, of every picture from the start on."""
        return (np.arange(self.start, self.tracks.shape[1]) - self.anchor) / FRAME_RATE

    @property
    def rest(self) -> float:
        """Height of the first thing's middle when it stands."""
        return float(self.marks[0]) + self.bodies[0][1]


def keep_pace(plan: Plan, stated: Mapping[str, str], known: Known | None, seeds: Seeds | int) -> Plan:
    """The plan of one shot in which the first thing does the one thing that is stated at the pace that is.

    Where paths are told beyond the shot's beginning, they have the pace that they have.
    """
    mend = MEND.get(stated.get("action", ""))
    start = _free_from(known, plan.camera.shape[1])
    if mend is None or "pace" not in stated or "then" in stated or start is None:
        return plan
    tracks = plan.tracks[0].double().cpu().numpy().copy()

    def chances(count: int) -> np.ndarray:
        drawn = draw((count, CHANCES), seeds.named("speech") if isinstance(seeds, Seeds) else seeds)
        return (0.5 + 0.5 * torch.erf(drawn / math.sqrt(2))).double().numpy()

    kinds = AXES["object"]
    number = plan.traits[0, :, 1 : 1 + len(kinds)].argmax(1).tolist()
    bodies = tuple((kinds[each], radius) for each, radius in zip(number, plan.radii()[0].tolist(), strict=True))
    wet = sign_of(plan, "setting") == "sea"
    marks = plan.marks[0].double().cpu().numpy()
    mend(Shot(tracks, marks, bodies, stated["pace"], start, wet, chances))
    return replace(plan, tracks=torch.from_numpy(tracks)[None].to(plan.tracks))


def _free_from(known: Known | None, count: int) -> int | None:
    """The picture from which on nothing is told of what things do; None if there is none."""
    if known is None:
        return 0 if count > RUN else None
    told = known.rows[:count, : SLOTS * len(TRACK)].any(1)
    start = int(told.sum())
    return start if start < count - RUN and bool(told[:start].all()) else None


def _aim(value: float, law: float, spread: float = paces.SPREAD) -> float:
    """What a value becomes: itself where it keeps to the law, else what keeps to it well."""
    return value if within(value, law, spread) == value else within(value, law, spread * NEARER)


def _speeds(path: np.ndarray) -> np.ndarray:
    return np.abs(np.diff(path)) * FRAME_RATE


def _run(act: str) -> Callable[[Shot], None]:
    """Make the way of a thing that goes to and fro longer or shorter, about its middle or from where it is told."""

    def mend(shot: Shot) -> None:
        track, law = shot.tracks[0], paces.SPEEDS[act][shot.pace]
        path = track[shot.anchor :, X]
        speed = np.percentile(_speeds(path), FIRST) / LATER if act == "slides" else np.percentile(_speeds(path), CRUISE)
        share = _aim(float(speed), law) / max(float(speed), 1e-6)
        if speed < GOES or share == 1:
            return
        middle = path[0] if shot.start else (path.min() + path.max()) / 2
        track[shot.start :, X] = (middle + share * (path - middle))[shot.start - shot.anchor :]
        track[shot.start :, [GROUND_SPEED, AIR_SPEED]] *= share
        if act == "rolls":
            kind, radius = shot.bodies[0]
            angle = track[0, SPIN] - (track[:, X] - track[0, X]) / radius
            track[shot.start :, Y] = (shot.rest + turned_lift(kind, radius, angle))[shot.start :]

    return mend


def _rebound(shot: Shot) -> None:
    """The same of what runs into its wall and back, about the wall."""
    track = shot.tracks[0]
    hits = [at for at in np.flatnonzero(track[:, CONTACT] > 0).tolist() if at > 1]
    if shot.start or not hits or not shot.marks[WALL]:
        return
    speed = float(np.median([_into(track[:, X], at) for at in hits]))
    share = _aim(speed, paces.SPEEDS["rebounds"][shot.pace]) / max(speed, 1e-6)
    if speed < GOES or share == 1:
        return
    face = shot.marks[WALL_AT] - math.copysign(half_width(*shot.bodies[0]), shot.marks[WALL_SIDE])
    track[:, X] = face + share * (track[:, X] - face)
    track[:, GROUND_SPEED] *= share
    track[hits, CONTACT] = speed * share


def _into(path: np.ndarray, at: int) -> float:
    """Metres a second at which a path runs into a touch after a picture."""
    return float(np.median(_speeds(path[max(0, at - RUN) : at + 1])))


def _collide(shot: Shot) -> None:
    """Two that collide do so when and where they did, but run into it and away from it faster or slower.

    They run into it evenly, from where they stood.
    """
    hits = np.flatnonzero(shot.tracks[0, :, CONTACT] > 0)
    if shot.start or len(hits) != 1 or not 1 < hits[0] < shot.tracks.shape[1] - 2:
        return
    at, late = int(hits[0]), shot.tracks[0, hits[0], OFFSET]
    steps = np.diff(shot.tracks[:, max(0, at - APPROACH) : at + 1, X])
    into = np.array([_hurried(each) for each in steps])
    speed = float(np.abs(into).max()) * FRAME_RATE
    share = _aim(speed, paces.SPEEDS["collides"][shot.pace]) / max(speed, 1e-6)
    if speed < GOES:
        return
    moments = np.arange(shot.tracks.shape[1], dtype=float)
    asked = np.clip(at + late + share * (moments - at - late), 0, moments[-1])
    knots = np.insert(moments, at + 1, at + late)
    for track, pace in zip(shot.tracks, into, strict=True):
        path, angle = track[:, X].copy(), np.cumsum(track[:, SPIN])
        met, reach = path[at] + late * (path[at] - path[at - 1]), abs(path[at] - path[0])
        track[:, X] = np.interp(asked, knots, np.insert(path, at + 1, met))
        track[: at + 1, X] = met + np.clip(share * pace * (moments - at - late), -reach, reach)[: at + 1]
        track[1:, SPIN] = np.diff(np.interp(asked, moments, angle))
        track[:, GROUND_SPEED] = np.abs(np.gradient(track[:, X])) * FRAME_RATE
    shot.tracks[0, at, CONTACT] *= share


def _hurried(steps: np.ndarray) -> float:
    """The step that most of the steps (t,) of a path that waits first are short of, the way that they lead."""
    way = math.copysign(1.0, float(steps.sum()))
    return way * float(np.percentile(way * steps, HURRIED))


def _spin(shot: Shot) -> None:
    """Turn in place at one rate."""
    track, (kind, radius) = shot.tracks[0], shot.bodies[0]
    rate = float(np.median(track[shot.start :, SPIN])) * FRAME_RATE
    rate = math.copysign(_aim(abs(rate), paces.SPINS[shot.pace]), rate)
    before = np.cumsum(track[:, SPIN])
    track[max(1, shot.start) :, SPIN] = rate / FRAME_RATE
    level = float(np.median(track[:, Y] - turned_lift(kind, radius, before)))
    aloft = level > shot.rest + ALOFT
    lift = turned_lift(kind, radius, np.cumsum(track[:, SPIN]))
    track[shot.start :, Y] = ((level if aloft else shot.rest) + lift)[shot.start :]
    track[shot.start :, GROUND_SPEED] = 0.0 if aloft else abs(rate) * radius


def _float(shot: Shot) -> None:
    """Bob about the height where it mostly is, and sway half as often."""
    track, radius = shot.tracks[0], shot.bodies[0][1]
    rate, turn = swaying(track[shot.anchor :, Y])
    rate = _aim(rate, paces.BOBS[shot.pace])
    level = shot.rest - paces.DRAUGHT * radius if shot.wet else float(np.median(track[shot.start :, Y]))
    deep = paces.BOB_AFLOAT if shot.wet else paces.BOB
    bob = deep * np.sin(rate * shot.seconds + turn)
    sway = np.cos(rate / 2 * shot.seconds + turn)
    wide = min(paces.SWAYS, float(np.ptp(track[shot.start :, X])) / 2)
    x, y, angle = np.median(track[:, X]) - wide * math.cos(turn), level, paces.LEANS * sway
    if shot.start:
        here, risen = track[shot.anchor], eased(shot.seconds, RISES)
        x, y = here[X] - wide * math.cos(turn), here[Y] + (level - deep * math.sin(turn) - here[Y]) * risen
        bob, angle = bob * risen, angle * risen
    track[shot.start :, X], track[shot.start :, Y] = x + wide * sway, y + bob
    track[shot.start :, SPIN] = np.diff(angle, prepend=0.0)


def _swing(shot: Shot) -> None:
    """Swing as far to the sides as before, on a rope whose length is the pace's, with the period of that length."""
    track, (there, x, y) = shot.tracks[0], shot.marks[PIVOT : PIVOT + 3]
    radius = shot.bodies[0][1]
    longest = y - shot.rest - paces.CLEARS
    if shot.start or not there or longest < radius + paces.SHORTEST_ROPE:
        return
    across, down = track[:, X] - x, y - track[:, Y]
    length = _aim(float(np.median(np.hypot(across, down))) / longest, paces.ROPE[shot.pace], paces.ROPES) * longest
    length = max(length, radius + paces.SHORTEST_ROPE)
    _, turn = swaying(np.arctan2(across, down))
    wide = float(np.clip(math.asin(min(1.0, np.ptp(across) / 2 / length)), *paces.SWINGS))
    rate = paces.pendulum_rate(length, wide)
    lean = wide * np.sin(rate * shot.seconds + turn)
    track[:, X], track[:, Y] = x + length * np.sin(lean), y - length * np.cos(lean)
    track[:, SPIN] = np.diff(lean, prepend=0.0)
    track[:, AIR_SPEED] = np.abs(np.gradient(lean)) * FRAME_RATE * length


def _talk(shot: Shot) -> None:
    """Speak in syllables, as fast as is asked."""
    spoken = syllables(paces.SYLLABLE[shot.pace], float(shot.seconds[-1]) + 1 / FRAME_RATE, shot.chances(SAID))
    shot.tracks[0, shot.start :, MOUTH] = voice_envelope(spoken, shot.seconds)


def swaying(path: np.ndarray) -> tuple[float, float]:
    """Rate and phase at the start of the one sine that a path (t,) beside its even drift is most like.

    Units: rad/s, radians.
    """
    times = np.arange(len(path)) / FRAME_RATE
    best = (math.inf, 0.0, 0.0)
    for rate in np.linspace(SLOWEST, FASTEST, TRIED):
        waves = np.stack([np.sin(rate * times), np.cos(rate * times), np.ones_like(times), times], axis=1)
        parts, *_ = np.linalg.lstsq(waves, path, rcond=None)
        missed = float(np.square(waves @ parts - path).sum())
        best = min(best, (missed, float(rate), math.atan2(parts[1], parts[0])))
    return best[1:]


MEND: Mapping[str, Callable[[Shot], None]] = {
    **{act: _run(act) for act in ("rolls", "slides", "flies")},
    "rebounds": _rebound,
    "collides": _collide,
    "spins": _spin,
    "floats": _float,
    "swings": _swing,
    "talks": _talk,
}
