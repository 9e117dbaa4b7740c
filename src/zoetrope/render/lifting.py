"""Given pictures without the visible label that they came with: what is made of them is labelled anew, once.

Only our own label in the policy's words is known; with a named recipient, whose label may differ, pictures stay as they
are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zoetrope.core.conditions import Condition, Extend, Footage, Keyframe, Region, Restyle
from zoetrope.core.errors import Unsupported
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.release.door_policy import Policy
from zoetrope.release.label import Label


def bare(frames: np.ndarray, policy: Policy, clock: Clock) -> np.ndarray:
    """Pictures without our label. Shapes: uint8 (t, h, w, 3) in and out."""
    high, wide = frames.shape[1:3]
    if policy.recipient is not None:
        return frames
    try:
        label = Label(policy.profile, (wide, high), rate=clock.frame_rate)
    except Unsupported:  # no label fits on so small a picture
        return frames
    return label.lifted(frames)


def bare_request(request: Request, policy: Policy, clock: Clock) -> Request:
    """A request whose given pictures and clips carry no label of ours."""

    def without(given: Condition) -> Condition:
        match given:
            case Extend() | Region() | Footage() | Restyle():
                return replace(given, frames=bare(given.frames, policy, clock))
            case Keyframe():
                return replace(given, picture=bare(given.picture[None], policy, clock)[0])
        return given

    return replace(request, conditions=tuple(map(without, request.conditions)))
