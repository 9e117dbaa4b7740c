"""How a seen thing stands: which way it looks and how far it is turned, by laying its sketch on the picture.

Every way and turn is tried; what leaves least of the picture unexplained is how it stands. Knows no words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.plan import SLOTS, TRACK, Plan, project, trait_of
from zoetrope.engine.families.pocket.sketch import Sketcher, lay
from zoetrope.engine.families.pocket.spotter import FOLDS
from zoetrope.engine.families.pocket.views import View, look_at

ACROSS = 14  # places over a thing, each way
REACH = 1.3  # radii to every side that are looked at
TURNS = 24  # turns tried over a whole one, then halves and quarters of that between them
FINER = (0.5, 0.25)
NEAR = 4  # of those turns, to either side, that a thing may have gone since the picture before
MOST = 0.5  # difference beyond which a place counts no more: something stands before it
UPRIGHT = 0.01  # what a whole turn costs, so that things which look the same in all turns stand upright
EXPLAINS = 0.8  # of the empty stage's difference: a thing that leaves more was not seen
GONE = 0.1  # metres that a thing goes before it looks where it goes
WAY, SPIN = TRACK.index("way"), TRACK.index("spin")


@dataclass(frozen=True)
class Pose:
    """Which way a thing looks, 1 right and -1 left, how far it is turned, and what share of its picture that leaves
    unexplained, 1 is as much as without it. Units: radians.
    """

    way: float
    angle: float
    left: float


@torch.inference_mode()
def pose_in(
    sketcher: Sketcher,
    plan: Plan,
    slot: int,
    picture: Tensor,
    number: int,
    grid: tuple[int, int],
    before: Pose | None = None,
) -> Pose:
    """How a slot's thing stands in a picture of a plan that knows its place and looks.

    Shapes: picture (3, h, w) in [-1, 1]. A pose just before leaves fewer to try.
    """
    spots = _around(plan, slot, number, grid)
    high, wide = picture.shape[1:]
    at = spots / torch.tensor([wide, high]).to(spots) * 2 - 1
    seen = F.grid_sample(picture[None].float(), at[None, None], align_corners=False, padding_mode="border")[0, :, 0].T
    inside = (at.abs() < 1).all(-1).float()
    if not inside.any():
        return Pose(1.0, 0.0, 1.0)
    stage = sketcher.stage_at(_posed(plan, slot, number, torch.zeros(1, 2)), spots[None], grid)

    def off(made: Tensor) -> Tensor:
        error = (made - seen).abs().clamp(max=MOST).mean(-1)
        return (error * inside).sum(1) / inside.sum().clamp_min(1)

    def of(poses: Tensor) -> Tensor:
        view, places = _posed(plan, slot, number, poses), spots.expand(len(poses), -1, -1)
        made = lay(stage, sketcher.thing_at(view, slot, places, grid))
        return off(made) + UPRIGHT * poses[:, 1].abs() / (2 * math.pi)

    step = 2 * math.pi / TURNS
    poses = _tried(step, before)
    best = poses[int(of(poses).argmin())]
    for finer in FINER:
        poses = best.repeat(3, 1)
        poses[:, 1] += torch.tensor([0.0, -1, 1]) * finer * step
        errors = of(poses)
        best = poses[int(errors.argmin())]
    return Pose(float(best[0]), float(best[1]), float(errors.min() / off(stage).clamp_min(1e-6)))


def know_pose(sketcher: Sketcher, known: Known, slot: int, picture: Tensor, grid: tuple[int, int]) -> Known:
    """What is known of a shot whose first picture shows a slot's thing, with how it stands there."""
    pose = pose_in(sketcher, known.plan, slot, picture, 0, grid)
    if pose.left > EXPLAINS:
        return known
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    tracks[0, slot, 0, WAY], tracks[0, slot, 0, SPIN] = pose.way, pose.angle
    rows[0, [slot * len(TRACK) + WAY, slot * len(TRACK) + SPIN]] = True
    return replace(known, plan=replace(known.plan, tracks=tracks), rows=rows)


def stood_as_seen(
    sketcher: Sketcher, plan: Plan, numbers: Sequence[int], pictures: Tensor, grid: tuple[int, int]
) -> Plan:
    """The plan with its things turned as they stand in given pictures (k, 3, h, w), and on the way between these."""
    tracks = plan.tracks.clone()
    for slot in range(SLOTS):
        if not plan.traits[0, slot, 0]:
            continue
        met: list[tuple[int, Pose]] = []
        for number, picture in zip(numbers, pictures, strict=True):
            before = met[-1][1] if met and met[-1][0] == number - 1 else None
            pose = pose_in(sketcher, plan, slot, picture, number, grid, before)
            if pose.left <= EXPLAINS:
                met.append((number, pose))
        if met:
            fold = 2 * math.pi / FOLDS.get(trait_of(plan, slot, "object"), 1)
            tracks[0, slot, :, SPIN] = _turned_to(tracks[0, slot, :, SPIN], met, fold)
            tracks[0, slot, :, WAY] = _looking(tracks[0, slot, :, WAY], tracks[0, slot, :, 0], met)
    return replace(plan, tracks=tracks)


def _turned_to(spin: Tensor, met: Sequence[tuple[int, Pose]], fold: float) -> Tensor:
    """Turns between pictures (t,) that come through all poses; what lies between goes as it did, led there evenly."""
    angle = spin.cumsum(0)
    lacks: list[float] = []
    for number, pose in met:
        near = lacks[-1] if lacks else 0.0
        lack = pose.angle - float(angle[number])
        lacks.append(near + (lack - near + fold / 2) % fold - fold / 2)
    led = np.interp(np.arange(len(angle)), [number for number, _ in met], lacks)
    return (angle + torch.from_numpy(led).to(angle)).diff(prepend=angle.new_zeros(1))


def _looking(way: Tensor, x: Tensor, met: Sequence[tuple[int, Pose]]) -> Tensor:
    """Ways (t,) as in all poses: who is seen to look one way does so until it has gone the other way."""
    way = way.clone()
    for number, pose in met:
        for after in (range(number, len(way)), range(number, -1, -1)):
            for at in after:
                gone = float(x[at] - x[number]) * (1 if at > number else -1)
                if (float(way[at]) == pose.way and at != number) or gone * pose.way < -GONE:
                    break
                way[at] = pose.way
    return way


def _tried(step: float, before: Pose | None) -> Tensor:
    """Poses (n, 2) that a thing may have."""
    if before is not None:
        angles = before.angle + torch.arange(-NEAR, NEAR + 1) * step
        return torch.stack([torch.full_like(angles, before.way), angles], dim=1)
    angles = (torch.arange(TURNS) - TURNS // 2) * step
    return torch.cat([torch.stack([torch.full_like(angles, way), angles], dim=1) for way in (1.0, -1.0)])


def _around(plan: Plan, slot: int, number: int, grid: tuple[int, int]) -> Tensor:
    """Places over a thing in a picture, (n, 2) pixels."""
    view = _posed(plan, slot, number, torch.zeros(1, 2))
    middle = project(view.track(slot)[..., :2], view.camera, grid)[0, 0]
    ticks = torch.linspace(-REACH, REACH, ACROSS) * float(view.size(slot, grid)[0, 0])
    return middle + torch.stack(torch.meshgrid(ticks, ticks, indexing="xy"), dim=-1).flatten(0, 1)


def _posed(plan: Plan, slot: int, number: int, poses: Tensor) -> View:
    """One picture of a plan with its thing in every pose."""
    count = len(poses)
    tracks = plan.tracks[:, :, number : number + 1].repeat(count, 1, 1, 1)
    tracks[:, slot, 0, WAY], tracks[:, slot, 0, SPIN] = poses.unbind(1)
    camera = plan.camera[:, number : number + 1].expand(count, -1, -1)
    whole = Plan(tracks, camera, plan.cast.expand(count, -1), plan.badges.expand(count, -1, -1))
    return look_at(whole, torch.zeros(count, 1, dtype=torch.long))
