"""Whether what is given of a shot agrees with itself. Knows no checkpoint: what one can do, `limits` says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

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
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraPath, Cue, Hold, Stroke
from zoetrope.core.sizes import Size
from zoetrope.core.time import show_seconds

CONDITIONS = get_args(Condition)
SINGLE = (Extend, Region, Soundtrack, Footage, Restyle, CameraPath, Hold)  # a shot takes one of each of these
PICTURED = (Keyframe, Extend, Region, Footage, Control, Restyle, Hold)  # as large as the shot
CLOSE_UP = "face"  # the control clip that shows a part of somebody, square and of a size of its own
RIVALS = (  # what the first gives, the second gives too
    (Footage, Region),
    (Footage, Extend),
    (Footage, Keyframe),
    (Region, Extend),
    (Region, Keyframe),
    (Restyle, Footage),
    (Hold, CameraPath),
)
MOST_REFERENCES = 12


def check_agreement(prompt: str, conditions: Sequence[Condition], size: Size) -> None:
    """Refuse conditions that contradict each other, the prompt or the size.

    Raises: InvalidRequest, naming both sides.
    """
    for condition in conditions:
        if not isinstance(condition, CONDITIONS):
            names = ", ".join(kind.__name__ for kind in CONDITIONS)
            raise InvalidRequest(f"{type(condition).__name__} is not a condition; the conditions are {names}.")
        if isinstance(condition, Control) and condition.kind == CLOSE_UP:
            _check_square(condition.size)
        elif isinstance(condition, PICTURED) and condition.size != size:
            raise InvalidRequest(
                f"the {type(condition).__name__} holds pictures of {condition.size}, but the shot is {size}; "
                f"scale or crop them to {size}, or ask for size {condition.size}."
            )
    for kind in SINGLE:
        if sum(isinstance(condition, kind) for condition in conditions) > 1:
            raise InvalidRequest(f"more than one {kind.__name__} was given; a shot takes one.")
    for kinds in RIVALS:
        if all(any(isinstance(condition, kind) for condition in conditions) for kind in kinds):
            raise InvalidRequest(
                f"{kinds[0].__name__} and {kinds[1].__name__} contradict each other; give one of them."
            )
    _check_once([_moment(each) for each in conditions if isinstance(each, Keyframe)], "keyframes were set at")
    if any(isinstance(each, Extend) for each in conditions):
        _check_once(
            ["the start", *(_moment(e) for e in conditions if isinstance(e, Keyframe))], "pictures were given for"
        )
    _check_once([f"{show_seconds(each.at)} s" for each in conditions if isinstance(each, Cue)], "prompts were set at")
    _check_once([f"thing {each.thing}" for each in conditions if isinstance(each, Stroke)], "strokes were drawn for")
    said = "\n".join([prompt, *(each.prompt for each in conditions if isinstance(each, Cue))])
    _check_references(said, [each for each in conditions if isinstance(each, Reference | ReferenceSound)])


def _check_square(size: Size) -> None:
    if size.width != size.height:
        raise InvalidRequest(f"the control clip of a face is {size}; crop it to a square around the face.")


def _moment(keyframe: Keyframe) -> str:
    if keyframe.at in ("first", 0):
        return "the start"
    return "the end" if keyframe.at == "last" else f"{show_seconds(keyframe.at)} s"


def _check_once(moments: Sequence[str], what: str) -> None:
    for moment in moments:
        if moments.count(moment) > 1:
            raise InvalidRequest(f"two {what} {moment}; give one of them.")


def _check_references(prompt: str, references: Sequence[Reference | ReferenceSound]) -> None:
    if len(references) > MOST_REFERENCES:
        raise InvalidRequest(f"{len(references)} references were given; a shot takes up to {MOST_REFERENCES}.")
    given = sorted({each.name for each in references if each.name}, key=len, reverse=True)
    named = set()
    for called in re.findall(r"@(\w+)", prompt):  # in Chinese no space ends a name
        name = next((each for each in given if called.startswith(each)), None)
        if name is None:
            known = ", ".join(f"@{each}" for each in sorted(given)) or "none"
            raise InvalidRequest(f"the prompt names @{called}, but no reference has that name; those given: {known}.")
        named.add(name)
    if idle := sorted(set(given) - named):
        raise InvalidRequest(
            f"the reference {idle[0]} is given, but the prompt does not name it; write @{idle[0]} where it appears."
        )
