"""How a caller directs motion: paths of things and of the camera, what is held still, what is said when.

Each is a condition like those in `conditions`. Knows no pictures and no family.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.sizes import Size
from zoetrope.core.time import Seconds, exact_seconds, show_seconds

Point = tuple[Seconds, float, float]
MOST_POINTS = 1000  # of one stroke: more than frames, so that any drawn line fits
DIRECTIONS = {
    "pan": ("left", "right"),
    "tilt": ("up", "down"),
    "push": (),
    "pull": (),
    "orbit": ("left", "right"),
    "shake": (),
}
MOST = {"pan": 1.0, "tilt": 0.5, "push": 1.0, "pull": 1.0, "orbit": 0.9, "shake": 0.1}
SHAKES = ((1.9, 0.0), (3.1, 1.3), (4.3, 2.9))  # hertz and phase of the waves that a shaking hand is made of


@dataclass(frozen=True)
class Stroke:
    """The path of one thing, drawn on the frame; before its first moment and after its last the thing stays there.

    `thing` counts the things of the prompt from 1.
    Units: points are (seconds, x, y), x and y in fractions of the frame from its upper left.
    Raises: InvalidRequest for points outside the frame or out of order.
    """

    points: tuple[Point, ...]
    thing: int = 1

    def __post_init__(self) -> None:
        points = tuple((exact_seconds(at), float(x), float(y)) for at, x, y in self.points)
        object.__setattr__(self, "points", points)
        if not 1 <= len(points) <= MOST_POINTS:
            raise InvalidRequest(f"a stroke had {len(points)} points; it takes 1 to {MOST_POINTS}.")
        for at, x, y in points:
            if not (0 <= x <= 1 and 0 <= y <= 1):
                raise InvalidRequest(
                    f"the stroke's point ({x:g}, {y:g}) at {show_seconds(at)} s lies outside the frame; x and y are "
                    "fractions of it, from 0 to 1."
                )
        for (before, *_), (after, *_) in pairwise(points):
            if after <= before:
                raise InvalidRequest(
                    f"a stroke's points must follow each other in time; {show_seconds(after)} s came after "
                    f"{show_seconds(before)} s."
                )
        if isinstance(self.thing, bool) or not isinstance(self.thing, int) or self.thing < 1:
            raise InvalidRequest(f"a stroke's thing was {self.thing!r}; it counts from 1, in the order of the prompt.")

    def path(self, moments: np.ndarray) -> np.ndarray:
        """Where the thing is at moments in seconds: (t,) in, (t, 2) out; straight from point to point."""
        times = [float(at) for at, *_ in self.points]
        places = zip(*((x, y) for _, x, y in self.points), strict=True)
        return np.stack([np.interp(moments, times, each) for each in places], axis=1)


@dataclass(frozen=True)
class CameraMove:
    """One move of the camera over a whole shot: its name, such as "pan left", and how far.

    Units: pan in frame widths, tilt and shake in frame heights, push and pull in how much larger or smaller things get
    (0.3 is 1.3 times), orbit in radians.
    """

    name: str
    amount: float

    def __post_init__(self) -> None:
        kind, _, side = self.name.partition(" ")
        if kind not in DIRECTIONS or (side not in DIRECTIONS[kind] if DIRECTIONS[kind] else side):
            raise InvalidRequest(f"the camera move was {self.name!r}; the moves are {', '.join(move_names())}.")
        if not (math.isfinite(self.amount) and 0 < self.amount <= MOST[kind]):
            raise InvalidRequest(
                f"{self.name} was asked for by {self.amount:g}; a {kind} takes more than 0 and up to {MOST[kind]:g}."
            )


def move_names() -> list[str]:
    """Every camera move by name."""
    return [f"{kind} {side}" if side else kind for kind, sides in DIRECTIONS.items() for side in sides or ("",)]


@dataclass(frozen=True)
class CameraPath:
    """Where the camera goes: moves that all go on over the whole shot, or a pose for each frame.

    Units: a pose is (x, y, zoom, turn): how far the camera has gone right and up in frame heights, how much larger
    things are than at rest, and by how many radians it has gone round to the right.
    """

    moves: tuple[CameraMove, ...] = ()
    poses: tuple[tuple[float, float, float, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "moves", tuple(self.moves))
        object.__setattr__(self, "poses", tuple(tuple(map(float, pose)) for pose in self.poses))
        if bool(self.moves) == bool(self.poses):
            raise InvalidRequest("a camera path takes either moves or a pose for each frame.")
        if any(len(pose) != 4 or not all(map(math.isfinite, pose)) or pose[2] <= 0 for pose in self.poses):
            raise InvalidRequest("a camera pose is four numbers: x, y, zoom above 0, turn.")
        kinds = [move.name.partition(" ")[0].replace("pull", "push") for move in self.moves]
        if len(set(kinds)) < len(kinds):
            raise InvalidRequest("two moves of the camera are of one kind; give each kind once.")

    def track(self, frames: int, size: Size) -> np.ndarray:
        """Poses of all frames, (t, 4); moves that travel do so evenly about the resting camera."""
        if self.poses:
            return np.array(self.poses)
        track = np.zeros((frames, 4))
        track[:, 2] = 1
        part = np.linspace(0, 1, frames) if frames > 1 else np.zeros(1)
        for move in self.moves:
            kind, _, side = move.name.partition(" ")
            sign = -1 if side in ("left", "down") else 1
            if kind == "pan":
                track[:, 0] += sign * move.amount * size.width / size.height * (part - 0.5)
            elif kind == "tilt":
                track[:, 1] += sign * move.amount * (part - 0.5)
            elif kind in ("push", "pull"):
                track[:, 2] *= (1 + move.amount) ** (part if kind == "push" else 1 - part)
            elif kind == "orbit":
                track[:, 3] += sign * move.amount * (part - 0.5)
            else:
                track[:, :2] += move.amount * _shaken(frames)
        return track


def _shaken(frames: int) -> np.ndarray:
    """A hand's shake (t, 2), at most about 1; frames are taken as twelfths of a second."""
    at = np.arange(frames)[:, None] / 12
    waves = [np.sin(2 * math.pi * hertz * at + phase + np.array([0.0, 2.1])) / hertz for hertz, phase in SHAKES]
    return np.sum(waves, axis=0) / sum(1 / hertz for hertz, _ in SHAKES)


def read_moves(written: str) -> tuple[CameraMove, ...]:
    """Read moves as people write them: "push 0.3, pan left 0.2".

    Raises: InvalidRequest for words that are no move, or an amount that is none.
    """
    moves = []
    for part in filter(None, (each.strip() for each in re.split("[,;，；]", written))):
        match = re.fullmatch(r"([a-z]+(?: [a-z]+)?)(?: ([0-9.]+))?", part.lower())
        if match is None:
            raise InvalidRequest(f'the camera move was {part!r}; write it as "push 0.3" or "pan left 0.2".')
        name = match[1].removesuffix(" in").removesuffix(" back")
        try:
            amount = float(match[2] or 0.2)
        except ValueError:
            raise InvalidRequest(f"the amount of {part!r} is no number.") from None
        moves.append(CameraMove(name, amount))
    if not moves:
        raise InvalidRequest(f"no camera move was named; the moves are {', '.join(move_names())}.")
    return tuple(moves)


@dataclass(frozen=True, eq=False)
class Hold:
    """A part of the picture that stands still: what lies in it stays where it is, and the camera does not move.

    Shapes: mask bool (h, w), True where nothing moves.
    """

    mask: np.ndarray

    def __post_init__(self) -> None:
        if not isinstance(self.mask, np.ndarray) or self.mask.dtype != np.bool_ or self.mask.ndim != 2:
            raise InvalidRequest("what is held still must be an array (h, w) of booleans.")

    @property
    def size(self) -> Size:
        return Size(self.mask.shape[1], self.mask.shape[0])


@dataclass(frozen=True)
class Cue:
    """From this moment on the shot follows another prompt; who and where stay as the first one says.

    Units: at in seconds after the start.
    """

    at: Seconds
    prompt: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", exact_seconds(self.at))
        if not isinstance(self.prompt, str) or not self.prompt.strip():
            raise InvalidRequest(f"the prompt at {show_seconds(self.at)} s is empty; say what happens from then on.")
        if self.at == 0:
            raise InvalidRequest("a prompt at 0 s is the shot's own; give it as the prompt.")


def cues_of(conditions: Sequence[object]) -> list[Cue]:
    """The cues among some conditions, in the order of time."""
    return sorted((each for each in conditions if isinstance(each, Cue)), key=lambda cue: cue.at)
