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
            case Region():
                return replace(given, frames=_bare_inside(given, policy, clock))
            case Extend() | Footage() | Restyle():
                return replace(given, frames=bare(given.frames, policy, clock))
            case Keyframe():
                return replace(given, picture=bare(given.picture[None], policy, clock)[0])
        return given

    return replace(request, conditions=tuple(map(without, request.conditions)))


def _bare_inside(given: Region, policy: Policy, clock: Clock) -> np.ndarray:
    """A region's pictures without our label: where a whole clip lies inside a larger frame, its label is its size's.

    What the clip is set in repeats its edges, which no label reaches.
    """
    frames = bare(given.frames, policy, clock)
    made = given.mask if given.mask.ndim == 2 else np.logical_and.reduce(given.mask)
    rows, columns = (np.flatnonzero(~np.logical_and.reduce(made, axis=axis)) for axis in (1, 0))
    if not len(rows):
        return frames
    inside = np.s_[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if frames[inside].shape == frames.shape:
        return frames
    whole = frames.copy()
    whole[inside] = bare(frames[inside], policy, clock)
    return whole
