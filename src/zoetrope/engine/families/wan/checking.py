"""What a Wan checkpoint refuses of the pictures and clips that a request gives, before anything loads. Needs no torch.

Contradictions between conditions that hold for every checkpoint are `core.agreement`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoetrope.core.conditions import Control, Extend, Keyframe, Reference
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.time import Clock

if TYPE_CHECKING:
    from zoetrope.engine.families.wan.facts import Wan

# What VACE's control clips may draw. Source: process_map of vace/annotators/composition.py, github.com/ali-vilab/VACE.
CONTROLS = ("depth", "flow", "gray", "layout", "pose", "scribble")
ACTED = ("pose", "face")  # the control clips of Animate, one of each
ACTED_PAST = (1, 5)  # frames of a shot before that Animate goes on from. Source: WanAnimatePipeline
MOST_REFERENCES = 3  # Source: src_ref_image_1 to _3 of vace/gradios/vace_wan_demo.py, the authors' own door


def check_given(wan: Wan, request: Request, limits: Limits) -> tuple[Notice, ...]:
    """Refuse what contradicts itself or the checkpoint.

    Raises: InvalidRequest, Unsupported.
    """
    moments = keyframe_moments(request, limits.clock)
    if len(set(moments)) < len(moments):
        raise InvalidRequest("two keyframes were given for one frame; give one of them.")
    if wan.animates:
        _check_acted(request, limits)
        return ()
    if wan.composes:
        return _check_composed(request, limits, moments)
    _check_keyframes(wan, request, limits, moments)
    return ()


def keyframe_moments(request: Request, clock: Clock) -> tuple[int, ...]:
    """The frames at which pictures are given, in the order of the conditions."""
    last = clock.frames(request.seconds) - 1
    named = {"first": 0, "last": last}
    keyframes = (condition for condition in request.conditions if isinstance(condition, Keyframe))
    return tuple(named[each.at] if isinstance(each.at, str) else clock.frame_at(each.at) for each in keyframes)


def _check_keyframes(wan: Wan, request: Request, limits: Limits, moments: tuple[int, ...]) -> None:
    frames = limits.clock.frames(request.seconds)
    possible = {0, frames - 1} if wan.sees_pictures else {0}
    if wan.sees_pictures and 0 not in moments:
        raise InvalidRequest(f"{limits.checkpoint} makes shots out of a first picture; give a keyframe at 'first'.")
    if wan.looks_twice and len(moments) < 2:
        raise InvalidRequest(f"{limits.checkpoint} goes from a first picture to a last one; give both keyframes.")
    for moment in moments:
        if moment not in possible:
            where = "first and last" if wan.sees_pictures else "first"
            raise InvalidRequest(
                f"a keyframe was set at frame {moment}; {limits.checkpoint} knows keyframes at {where}."
            )


def _check_acted(request: Request, limits: Limits) -> None:
    """Somebody's picture, and one clip each of the pose and of the face."""
    name = limits.checkpoint
    controls = [condition for condition in request.conditions if isinstance(condition, Control)]
    for control in controls:
        if control.kind not in ACTED:
            raise Unsupported(f"{name} has not learned control clips of {control.kind!r}; it knows pose and face.")
    for kind in ACTED:
        count = sum(control.kind == kind for control in controls)
        if count != 1:
            raise InvalidRequest(f"{count or 'no'} {kind} clips were given; {name} takes one of a pose, one of a face.")
    references = sum(isinstance(condition, Reference) for condition in request.conditions)
    if references != 1:
        raise InvalidRequest(f"{references or 'no'} references were given; {name} takes one picture of who acts.")
    for condition in request.conditions:
        if isinstance(condition, Extend) and len(condition.frames) not in ACTED_PAST:
            raise InvalidRequest(f"{len(condition.frames)} frames to extend were given; {name} goes on from 1 or 5.")


def _check_composed(request: Request, limits: Limits, moments: tuple[int, ...]) -> tuple[Notice, ...]:
    controls = [condition for condition in request.conditions if isinstance(condition, Control)]
    references = [condition for condition in request.conditions if isinstance(condition, Reference)]
    begun = next((len(each.frames) for each in request.conditions if isinstance(each, Extend)), 0)
    name = limits.checkpoint
    for control in controls:
        if control.kind not in CONTROLS:
            known = ", ".join(CONTROLS)
            raise Unsupported(f"{name} has not learned control clips of {control.kind!r}; it knows {known}.")
    if len(controls) > 1:
        raise InvalidRequest(f"{len(controls)} control clips were given; {name} follows one.")
    if len(references) > MOST_REFERENCES:
        raise InvalidRequest(f"{len(references)} references were given; {name} takes up to {MOST_REFERENCES}.")
    for moment in moments:
        if moment < begun:
            raise InvalidRequest(
                f"a keyframe was set at frame {moment}, which the clip to extend shows already; give one of them."
            )
    if begun + len(moments) == limits.clock.frames(request.seconds):
        raise InvalidRequest("a picture was given for every frame, so nothing would be made; ask for more seconds.")
    names = sorted({each.name for each in references if each.name})
    if len(names) < 2:
        return ()
    said = ", ".join(f"@{each}" for each in names)
    return (Notice(f"{name} does not know which picture is which of {said}; say in the prompt what they look like."),)
