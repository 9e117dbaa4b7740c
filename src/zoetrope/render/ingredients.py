"""What was given to a shot, as its credentials list it; marks and labels found on it travel along.

Knows conditions and marks. It does not know what a checkpoint does with them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from zoetrope.core.conditions import (
    Condition,
    Control,
    Extend,
    Footage,
    Keyframe,
    Reference,
    ReferenceSound,
    Region,
    Restyle,
    Soundtrack,
)
from zoetrope.core.errors import MediaError
from zoetrope.core.request import Request
from zoetrope.release.aigc import read_aigc
from zoetrope.release.asset import Ingredient, digest
from zoetrope.release.door_policy import Policy, can_be_marked

_SOUND_RATE = 24_000
_MEDIA = (Keyframe, Extend, Region, Footage, Restyle, Control, Reference, ReferenceSound, Soundtrack)


def ingredients_of(request: Request, policy: Policy, files: Sequence[Path] = ()) -> tuple[Ingredient, ...]:
    """The media that a request gives, in order; `files` are those that they were read from, one for each, if known."""
    found = [_ingredient(condition, policy) for condition in media_of(request)]
    if not files:
        return tuple(found)
    return tuple(_from_file(given, file) for given, file in zip(found, files, strict=True))


def draft_of(request: Request) -> tuple[Ingredient, ...]:
    """The draft that a request finishes, if any: its latents were looked at, and its mark names its file."""
    if request.draft is None:
        return ()
    state = hashlib.sha256()
    for array in (request.draft.video, request.draft.sound):
        state.update(np.ascontiguousarray(array).data)
    return (Ingredient("draft that is finished", "input", state.hexdigest(), mark=request.draft.mark),)


def media_of(request: Request) -> tuple[Condition, ...]:
    """The conditions that hold pictures or sound, in order; what only directs, such as a stroke, is no ingredient."""
    return tuple(condition for condition in request.conditions if isinstance(condition, _MEDIA))


def _ingredient(condition: Condition, policy: Policy) -> Ingredient:
    match condition:
        case Keyframe(picture=picture, at=at):
            return _seen("input", f"picture at {at}", policy, picture[None])
        case Extend(frames=frames, sound=sound):
            return _seen("parent", "clip that is extended", policy, frames, sound)
        case Region(frames=frames, sound=sound):
            return _seen("parent", "clip that is edited", policy, frames, sound)
        case Footage(frames=frames):
            return _seen("parent", "picture that is given sound", policy, frames)
        case Restyle(frames=frames, sound=sound):
            return _seen("parent", "clip that is made anew", policy, frames, sound)
        case Control(frames=frames, kind=kind):
            return _seen("input", f"clip of {kind}", policy, frames)
        case Reference(picture=picture):
            return _seen("input", "picture that is referred to", policy, picture[None])
        case ReferenceSound(sound=sound):
            return _seen("input", "sound that is referred to", policy, None, sound)
        case Soundtrack(sound=sound):
            return _seen("parent", "sound that is given a picture", policy, None, sound)
        case _:
            raise AssertionError(f"{type(condition).__name__} holds no media")


def _seen(
    relation: Literal["parent", "input"],
    title: str,
    policy: Policy,
    frames: np.ndarray | None,
    sound: np.ndarray | None = None,
) -> Ingredient:
    state, mark = hashlib.sha256(), None
    for array in (frames, sound):
        if array is not None:
            state.update(np.ascontiguousarray(array).data)
    if frames is not None and can_be_marked((frames.shape[2], frames.shape[1])):
        mark = policy.picture_mark.detect(frames)
    if mark is None and sound is not None:
        mark = policy.sound_mark.detect(sound, _SOUND_RATE)
    return Ingredient(title, relation, state.hexdigest(), mark=mark.id if mark else None)


def _from_file(given: Ingredient, file: Path) -> Ingredient:
    """The same ingredient with what its file says: its name, digest, label, and the file for its credentials."""
    label = None
    with contextlib.suppress(MediaError):  # a damaged label on an input is not carried over as if it were one
        label = read_aigc(file)
    said = json.dumps(label, separators=(",", ":")) if label else None
    return replace(given, title=file.name, sha256=digest(file), path=file, aigc=said)
