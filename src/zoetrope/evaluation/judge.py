"""Hold what was seen and heard against what was asked. Knows no networks and no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zoetrope.evaluation.axes import NO_SECOND, THING_AXES
from zoetrope.evaluation.onsets import onsets, pair
from zoetrope.evaluation.physics import physics
from zoetrope.evaluation.picture import around_things, flicker
from zoetrope.evaluation.sight import Sight, Sighting
from zoetrope.evaluation.voice import agreement, voice_envelope

THERE = 0.15  # share of frames in which a thing must be seen to count as in the clip
HEARD = 0.08  # seconds: the bar of issue and table alike
CONTACT_ACTIONS = ("bounces", "falls", "jumps", "rebounds", "collides")
QUIET = ("talks",)  # its syllables begin again and again: onsets there are no contacts


@dataclass(frozen=True)
class Verdict:
    """Whether each asked axis is right, and what was seen instead."""

    right: dict[str, bool]
    seen: dict[str, str]


def judge(sight: Sight, expected: Mapping[str, str]) -> Verdict:
    """Right or wrong on every asked axis; the thing is the one of the two seen that fits best."""
    lead = _lead(sight, expected)
    seen = {axis: sight.value(axis) for axis in expected if axis not in THING_AXES}
    seen |= {axis: lead.value(axis) if lead is not None else "nothing" for axis in THING_AXES if axis in expected}
    return Verdict({axis: seen[axis] == value for axis, value in expected.items()}, seen)


def _lead(sight: Sight, expected: Mapping[str, str]) -> Sighting | None:
    there = [thing for thing in sight.things if thing.seen.mean() >= THERE]
    if not there:
        return None
    if expected.get("action") != "collides":
        return there[0]
    return max(there, key=lambda thing: sum(thing.value(a) == expected[a] for a in THING_AXES if a in expected))


def measure(
    frames: np.ndarray, sound: np.ndarray | None, sight: Sight, expected: Mapping[str, str]
) -> dict[str, list[float]]:
    """Every number that this clip can give; an axis that it says nothing about gives an empty list.

    Shapes: frames uint8 (t, h, w, 3); sound (2, s) or None.
    """
    acts = {expected.get("action", sight.value("action")), expected.get("then", NO_SECOND)}
    out: dict[str, list[float]] = {}
    if sound is not None and acts & set(CONTACT_ACTIONS) and not acts & set(QUIET):
        out |= contacts_heard(sight.touches, onsets(sound), len(frames) / 12)
    alone = expected.get("action") == "talks" and expected.get("then", NO_SECOND) == NO_SECOND
    if sound is not None and alone and sight.things:
        mouth = np.where(sight.things[0].seen, sight.things[0].mouth, 0)
        out["voice"] = [agreement(mouth, voice_envelope(sound))]
    if expected.get("camera") == "static" == sight.value("camera"):
        out |= _at_rest(frames, sight, expected)
    return out


def contacts_heard(touches: np.ndarray, heard: np.ndarray, seconds: float) -> dict[str, list[float]]:
    """Each visible contact: 1 if something begins within 80 ms, and by how much; and sounds that no contact explains.

    Contacts in the first and last 60 ms are left out: their sound or their picture lies outside.
    """
    touches = touches[(touches > 0.06) & (touches < seconds - 0.06)]
    offsets, _ = pair(heard, touches, HEARD)
    _, extra = pair(heard, touches, 0.2)
    hits = ~np.isnan(offsets)
    return {
        "contact": [float(hit) for hit in hits],
        "offset": [float(abs(o)) for o in offsets[hits]],
        "false onsets": [float(extra)],
    }


def _at_rest(frames: np.ndarray, sight: Sight, expected: Mapping[str, str]) -> dict[str, list[float]]:
    """What only a resting camera shows: flights and flicker."""
    out: dict[str, list[float]] = {}
    if expected.get("action") in ("bounces", "falls", "jumps") and len(frames) > 12 and sight.things:
        laws = physics(sight.things[0].place, sight.touches, sight.shape[0])
        out |= {"gravity": laws.gravity_errors(), "restitution": list(laws.restitution)}
    if expected.get("weather", "clear") == "clear" == sight.value("weather"):
        scale = frames.shape[1] / sight.shape[0]
        places, radii = ([t.place * scale for t in sight.things], [t.radius * scale for t in sight.things])
        out["flicker"] = [flicker(frames, around_things(len(frames), frames.shape[1], frames.shape[2], places, radii))]
    return out
