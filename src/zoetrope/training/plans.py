"""The plan of a written scene: what the planner learns to write, and what the network learns to paint to.

Knows no pictures, sound or words.
"""

from __future__ import annotations

import numpy as np
import torch

from zoetrope.engine.families.pocket.plan import AXES, BADGE, CAST, MARKS, SLOTS, STAGE, TRACK, TRAITS, Plan
from zoetrope.training.world.cast import facing
from zoetrope.training.world.scene import FRAMES_PER_SECOND, Scene, Thing


def plan_of(scene: Scene) -> Plan:
    """A batch of one."""
    motion, frames = scene.motion, scene.frames
    tracks = np.zeros((SLOTS, frames, len(TRACK)), np.float32)
    count = len(scene.things)
    angle = motion.angle
    spin = np.diff(angle, axis=1, prepend=0)
    spin[:, 0] = (angle[:, 0] + np.pi) % (2 * np.pi) - np.pi
    channels = (
        motion.centre[..., 0],
        motion.centre[..., 1],
        spin,
        facing(scene),
        np.log(motion.stretch),
        motion.mouth,
        motion.ground_speed,
        motion.air_speed,
    )
    for number, channel in enumerate(channels):
        tracks[:count, :, number] = channel
    for contact in scene.contacts:
        at = contact.seconds * FRAMES_PER_SECOND
        frame = min(int(at), frames - 1)
        if contact.speed > tracks[contact.thing, frame, 8]:
            tracks[contact.thing, frame, 8:] = contact.speed, at - frame
    camera = motion.camera.astype(np.float32)
    camera[:, 2] = np.log(camera[:, 2])
    return Plan(*(torch.from_numpy(each)[None] for each in (tracks, camera, _cast(scene), _badges(scene))))


def _cast(scene: Scene) -> np.ndarray:
    cast = np.zeros(CAST, np.float32)
    for slot, thing in enumerate(scene.things):
        cast[slot * TRAITS : (slot + 1) * TRAITS] = _traits(thing)
    at = SLOTS * TRAITS
    for axis, values in STAGE.items():
        cast[at + values.index(getattr(scene, axis))] = 1
        at += len(values)
    wall, pivot = scene.wall, scene.pivot
    cast[-MARKS] = scene.ground
    if wall is not None:
        cast[-MARKS + 1 : -MARKS + 4] = 1, wall, scene.wall_side
    if pivot is not None:
        cast[-MARKS + 4 :] = 1, *pivot
    return cast


def _badges(scene: Scene) -> np.ndarray:
    badges = np.zeros((SLOTS, BADGE), np.float32)
    for slot, thing in enumerate(scene.things):
        if thing.badge is not None:
            badges[slot, [0, 1 + thing.badge.pattern]] = 1
            badges[slot, -6:] = np.array((*thing.badge.inner, *thing.badge.outer)) / 255
    return badges


def _traits(thing: Thing) -> list[float]:
    values = {"object": thing.kind, **{axis: getattr(thing, axis) for axis in AXES if axis != "object"}}
    return [1.0, *(float(value == values[axis]) for axis, known in AXES.items() for value in known)]
