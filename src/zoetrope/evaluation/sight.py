"""What is seen of a clip: things along their paths, the camera, and what follows from both. Knows no networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoetrope.evaluation.axes import AXES, THING_AXES

SEEN = 0.5  # score above which a thing counts as seen in a frame


@dataclass(frozen=True, eq=False)
class Sighting:
    """One thing through a clip.

    Shapes: place (t, 2), NaN where it is not seen; presence, radius, stretch, mouth, way (t,); turn (t, 2), cosine and
    sine of its turn times the folds of its kind; chances maps `THING_AXES` to (values,) that sum to 1.
    Units: place and radius in pixels; way is the chance that it looks right.
    """

    place: np.ndarray
    presence: np.ndarray
    radius: np.ndarray
    stretch: np.ndarray
    mouth: np.ndarray
    way: np.ndarray
    turn: np.ndarray
    chances: dict[str, np.ndarray]

    @property
    def seen(self) -> np.ndarray:
        """Frames in which the thing is in the picture. Shapes: bool (t,)."""
        return (self.presence > SEEN) & ~np.isnan(self.place[:, 0])

    def value(self, axis: str) -> str:
        return AXES[axis][int(self.chances[axis].argmax())]


@dataclass(frozen=True, eq=False)
class CameraSeen:
    """The camera from frame to frame; over a cut it is taken to stand.

    name is a value of the axis; sure says how much of the backdrop the path explains. Shapes: path (t, 4): centre x and
    y, logarithm of the zoom, sine of the turn, from zero. Units: metres.
    """

    name: str
    path: np.ndarray
    sure: float


@dataclass(frozen=True, eq=False)
class Sight:
    """What a clip shows; the first thing is the one that acts.

    chances maps the axes of pictures and of motion to (values,); touches are moments in seconds; shape is height and
    width in pixels.
    """

    things: tuple[Sighting, ...]
    camera: CameraSeen
    chances: dict[str, np.ndarray]
    touches: np.ndarray
    shape: tuple[int, int]

    def value(self, axis: str) -> str:
        """The value seen on an axis; of the main thing where a thing has it."""
        if axis in THING_AXES:
            return self.things[0].value(axis) if self.things else "nothing"
        if axis == "camera":
            return self.camera.name
        return AXES[axis][int(self.chances[axis].argmax())]
