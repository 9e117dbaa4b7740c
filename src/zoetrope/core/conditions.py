"""What a caller gives of a shot; everything else is made.

Each condition is a small frozen value. It knows what it holds and what is wrong with it; it does not know how a family
turns pictures and sound into latents, nor where it lands on a canvas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraPath, Cue, Hold, Stroke
from zoetrope.core.sizes import Size
from zoetrope.core.time import Seconds, exact_seconds


@dataclass(frozen=True, eq=False)
class Keyframe:
    """A picture that the shot shows at a moment: at the first frame, the last one, or so many seconds after the start.

    Shapes: picture uint8 (h, w, 3), RGB.
    Raises: InvalidRequest if the picture or the moment is none.
    """

    at: Seconds | Literal["first", "last"]
    picture: np.ndarray

    def __post_init__(self) -> None:
        if self.at not in ("first", "last"):
            object.__setattr__(self, "at", exact_seconds(self.at))
        _check_frames(self.picture, "the keyframe's picture", axes=3)

    @property
    def size(self) -> Size:
        return _size_of(self.picture)


@dataclass(frozen=True, eq=False)
class Extend:
    """The shot begins with these frames and goes on from them; they are part of the draft.

    How many frames fit is a matter of the family's clock: pocket takes 1, 7, 13 and so on.
    Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s) in [-1, 1] from the first of these frames on, or None.
    `memory` is what the checkpoint that made these frames noted of them (`Draft.memory`), which no picture shows.
    """

    frames: np.ndarray
    sound: np.ndarray | None = None
    memory: object = None

    def __post_init__(self) -> None:
        _check_frames(self.frames, "the frames to extend")
        _check_sound(self.sound, "the sound to extend")

    @property
    def size(self) -> Size:
        return _size_of(self.frames)


@dataclass(frozen=True, eq=False)
class Region:
    """Make a part of a shot anew and keep the rest: an edit, an outpaint, or a retake of a range of time.

    Shapes: frames uint8 (t, h, w, 3); mask bool (h, w) or (t, h, w), True where the shot is made anew; sound float32
    (2, s) that is kept, or None to make it anew; sound_mask bool (s,), True where the sound is made anew, or None to
    keep all of it.
    """

    frames: np.ndarray
    mask: np.ndarray
    sound: np.ndarray | None = None
    sound_mask: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check_frames(self.frames, "the region's frames")
        _check_sound(self.sound, "the region's sound")
        mask = self.mask
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
            raise InvalidRequest("the region's mask must be an array of booleans, True where the picture is made anew.")
        if mask.shape not in (self.frames.shape[:3], self.frames.shape[1:3]):
            raise InvalidRequest(
                f"the region's mask has shape {mask.shape}; give {self.frames.shape[1:3]} for all frames alike or "
                f"{self.frames.shape[:3]} for each its own."
            )
        _check_sound_mask(self.sound_mask, self.sound)
        if not mask.any():
            raise InvalidRequest("the region's mask is empty, so nothing would be made; mark the part to make anew.")

    @property
    def size(self) -> Size:
        return _size_of(self.frames)


@dataclass(frozen=True, eq=False)
class Soundtrack:
    """The whole sound is given and the picture is made to it.

    Shapes: sound float32 (2, s) in [-1, 1].
    """

    sound: np.ndarray

    def __post_init__(self) -> None:
        if self.sound is None:
            raise InvalidRequest("a soundtrack needs sound, as an array (2, samples) of float32.")
        _check_sound(self.sound, "the soundtrack")


@dataclass(frozen=True, eq=False)
class Footage:
    """The whole picture is given and the sound is made to it.

    Shapes: frames uint8 (t, h, w, 3).
    """

    frames: np.ndarray

    def __post_init__(self) -> None:
        _check_frames(self.frames, "the footage")

    @property
    def size(self) -> Size:
        return _size_of(self.frames)


@dataclass(frozen=True, eq=False)
class Control:
    """A clip that says how the shot moves or is built, frame by frame, and is not shown itself.

    `kind` is what it draws: pose, depth, edge, face, background and so on; a checkpoint names those it knows.
    Shapes: frames uint8 (t, h, w, 3).
    """

    frames: np.ndarray
    kind: str

    def __post_init__(self) -> None:
        _check_frames(self.frames, "the control clip")
        if not isinstance(self.kind, str) or not self.kind.strip():
            raise InvalidRequest("the control clip has no kind; say what it draws, for instance depth or pose.")

    @property
    def size(self) -> Size:
        return _size_of(self.frames)


@dataclass(frozen=True, eq=False)
class Reference:
    """A picture, of any size, of somebody or something that the shot shows; it is no frame of the shot.

    The prompt calls it @name where it has one; several references of one name show one and the same.
    Shapes: picture uint8 (h, w, 3).
    """

    picture: np.ndarray
    name: str = ""

    def __post_init__(self) -> None:
        _check_frames(self.picture, "the reference", axes=3)
        if not isinstance(self.name, str) or not re.fullmatch(r"\w*", self.name):
            raise InvalidRequest(f"the reference's name was {self.name!r}; it is letters, digits and _ alone.")


@dataclass(frozen=True, eq=False)
class ReferenceSound:
    """A sound of something that the shot shows, such as a stroke on it; it is no sound of the shot itself.

    The prompt calls it @name; references of one name, pictures and sounds alike, tell of one and the same.
    Shapes: sound float32 (2, s) in [-1, 1].
    """

    sound: np.ndarray
    name: str

    def __post_init__(self) -> None:
        if self.sound is None:
            raise InvalidRequest("a reference to a sound needs sound, as an array (2, samples) of float32.")
        _check_sound(self.sound, "the sound that is referred to")
        if not isinstance(self.name, str) or not re.fullmatch(r"\w+", self.name):
            raise InvalidRequest(
                f"the name of a sound was {self.name!r}; it needs one, of letters, digits and _ alone."
            )


@dataclass(frozen=True, eq=False)
class Restyle:
    """The shot is made out of a clip: the more strength, the less of the clip stays.

    Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s) that stays where the shot is heard as the clip is, or None.
    Units: strength above 0 to 1; at 1 nothing of the clip stays.
    """

    frames: np.ndarray
    strength: float = 0.8  # the default of the video-to-video pipelines that people know
    sound: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check_frames(self.frames, "the clip to restyle")
        _check_sound(self.sound, "the sound of the clip to restyle")
        if isinstance(self.strength, bool) or not isinstance(self.strength, int | float) or not 0 < self.strength <= 1:
            raise InvalidRequest(f"the strength of a restyle was {self.strength!r}; it must lie above 0 and up to 1.")

    @property
    def size(self) -> Size:
        return _size_of(self.frames)


Condition: TypeAlias = (
    Keyframe
    | Extend
    | Region
    | Soundtrack
    | Footage
    | Control
    | Reference
    | ReferenceSound
    | Restyle
    | Stroke
    | CameraPath
    | Hold
    | Cue
)


def with_clip_sound(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions with the sound of the clip that is restyled as the soundtrack, unless another one is given."""
    if any(isinstance(each, Soundtrack) for each in conditions):
        return conditions
    sounds = (each.sound for each in conditions if isinstance(each, Restyle))
    return (*conditions, *(Soundtrack(sound) for sound in sounds if sound is not None))


def _check_sound_mask(mask: np.ndarray | None, sound: np.ndarray | None) -> None:
    if mask is None:
        return
    if sound is None:
        raise InvalidRequest("the region has a mask for its sound, but no sound; give the sound that is kept.")
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != sound.shape[1:]:
        raise InvalidRequest(
            f"the mask of the region's sound must be an array of {sound.shape[1]} booleans, True where the sound is "
            "made anew."
        )


def _size_of(frames: np.ndarray) -> Size:
    return Size(int(frames.shape[-2]), int(frames.shape[-3]))


def _check_frames(frames: np.ndarray, what: str, axes: int = 4) -> None:
    wanted = "(h, w, 3)" if axes == 3 else "(t, h, w, 3)"
    if not isinstance(frames, np.ndarray) or frames.dtype != np.uint8:
        raise InvalidRequest(f"{what} must be an array of uint8 {wanted}, RGB.")
    if frames.ndim != axes or frames.shape[-1] != 3 or 0 in frames.shape:
        raise InvalidRequest(f"{what} has shape {frames.shape}; it must be {wanted}, RGB, and not empty.")


def _check_sound(sound: np.ndarray | None, what: str) -> None:
    if sound is None:
        return
    if not isinstance(sound, np.ndarray) or sound.dtype != np.float32 or sound.ndim != 2 or sound.shape[0] != 2:
        raise InvalidRequest(f"{what} must be an array of float32 (2, samples), left and right.")
    if sound.shape[1] == 0:
        raise InvalidRequest(f"{what} is empty; give at least one sample.")
    if not np.isfinite(sound).all():
        raise InvalidRequest(f"{what} holds values that are not finite numbers; give samples in [-1, 1].")
