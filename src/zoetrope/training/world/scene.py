"""What happens in one clip of the toy stage: attributes, motion and contacts. Knows no pixels, samples or words.

World axes: x to the right and y upwards, in metres; the resting camera shows `VIEW_HEIGHT` metres from top to bottom
and its centre is the origin. Time zero is the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FRAMES_PER_SECOND = 12
METRE = 0.45  # share of the frame height that one metre fills at the resting camera (the stage's law)
VIEW_HEIGHT = 1 / METRE
GRAVITY = 9.8


@dataclass(frozen=True)
class Badge:
    """A marking that no word describes: a pattern number and two colours."""

    pattern: int
    inner: tuple[int, int, int]
    outer: tuple[int, int, int]


@dataclass(frozen=True)
class Thing:
    """One object. Values are keys of `vocabulary`; radius is half of its drawn height, in metres."""

    kind: str
    colour: str
    size: str
    surface: str
    material: str
    radius: float
    badge: Badge | None = None

    @property
    def body(self) -> tuple[str, float]:
        """Kind and radius."""
        return self.kind, self.radius


@dataclass(frozen=True)
class Act:
    """One action of one thing: name is a key of `vocabulary.ACTIONS`; frames [start, stop)."""

    name: str
    thing: int
    pace: str
    start: int
    stop: int


@dataclass(frozen=True)
class CameraMove:
    """name is a key of `vocabulary.CAMERAS`; amount 0..1 is the strength of the move over the whole clip."""

    name: str
    amount: float


@dataclass(frozen=True)
class Contact:
    """A moment of touch, with what decides its sound. other is 'ground', 'wall' or the index of the other thing."""

    seconds: float
    thing: int
    speed: float
    x: float
    other: str | int = "ground"


@dataclass(frozen=True, eq=False)
class Motion:
    """Tracks of every thing, one row a frame.

    Shapes: centre (things, t, 2) metres; angle (things, t) radians, anticlockwise; stretch (things, t) height factor at
    constant area (1 = at rest); mouth (things, t) opening 0..1; ground_speed (things, t) m/s while touching the ground,
    else 0; air_speed (things, t) m/s while airborne, else 0; camera (t, 4): centre x, centre y in metres, zoom
    (1 = at rest, >1 nearer), turn (radians of orbit: parallax of the backdrop and skew of things).
    """

    centre: np.ndarray
    angle: np.ndarray
    stretch: np.ndarray
    mouth: np.ndarray
    ground_speed: np.ndarray
    air_speed: np.ndarray
    camera: np.ndarray


@dataclass(frozen=True, eq=False)
class Scene:
    """A whole clip before it is drawn and heard: the truth that evaluation reads.

    ground is the height of the floor line in metres; wall is the x of a drawn wall's face (None if there is none) and
    wall_side says where the wall stands (-1 left, 1 right); cut is the first frame after a cut, or None (the camera
    track jumps there); pivot is where a swinging thing hangs (metres). syllables is (seconds, length, pitch Hz,
    strength) of each spoken syllable; seed decides all ornament (texture, drops, clouds) and never anything measured.
    """

    seed: int
    width: int
    height: int
    frames: int
    setting: str
    light: str
    weather: str
    style: str
    camera: CameraMove
    things: tuple[Thing, ...]
    acts: tuple[Act, ...]
    motion: Motion
    contacts: tuple[Contact, ...]
    ground: float
    wall: float | None = None
    wall_side: int = 1
    cut: int | None = None
    pivot: tuple[float, float] | None = None
    syllables: tuple[tuple[float, float, float, float], ...] = ()
