"""A second thing that does something of its own: its plan is written as if it were the first, and laid beside that one.

Planners have met second things that stand, or are run into. Knows no network and no words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch

from zoetrope.engine.families.pocket.directing import Known, with_camera
from zoetrope.engine.families.pocket.doing import Doing
from zoetrope.engine.families.pocket.plan import SLOTS, STAGE, TRACK, TRAITS, Plan

KEPT = (*STAGE, "camera")  # what is said of a shot whoever acts in it


def told_of_second(said: Mapping[str, str], doing: Doing) -> dict[str, str]:
    """What is said, by axis, of a shot in which the second thing alone does something."""
    does = {"action": doing.act} if doing.pace is None else {"action": doing.act, "pace": doing.pace}
    looks = {axis: said[f"second_{axis}"] for axis in ("object", "colour") if f"second_{axis}" in said}
    return {axis: said[axis] for axis in KEPT if axis in said} | looks | does


def known_of_second(known: Known, plan: Plan) -> Known:
    """What is known of a shot like a plan's in which its second thing is alone, and first."""
    cast, badges = plan.cast.clone(), plan.badges.clone()
    cast[:, :TRAITS] = plan.cast[:, TRAITS : 2 * TRAITS]
    cast[:, TRAITS : SLOTS * TRAITS] = 0
    badges[:, 0], badges[:, 1] = plan.badges[:, 1], 0
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    tracks[:, 0] = known.plan.tracks[:, 1]
    rows[:, : len(TRACK)] = known.rows[:, len(TRACK) : 2 * len(TRACK)]
    rows[:, len(TRACK) : SLOTS * len(TRACK)] = False
    own = Known(replace(known.plan, tracks=tracks, cast=cast, badges=badges), rows, torch.ones_like(known.cast))
    return with_camera(own, plan.camera)


def beside(plan: Plan, alone: Plan) -> Plan:
    """A plan whose second thing goes as the first one of another does."""
    tracks = plan.tracks.clone()
    tracks[:, 1] = alone.tracks[:, 0]
    return replace(plan, tracks=tracks)
