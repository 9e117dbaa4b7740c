"""How things stand in given pictures: read from true pictures by laying the sketch on them."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.plan import TRACK, Plan
from zoetrope.engine.families.pocket.posing import pose_in, stood_as_seen
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.video_codec import to_signed
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

SPIN, WAY = TRACK.index("spin"), TRACK.index("way")
GRID = (9, 16)


def shot(kind: str, seed: int) -> tuple[Plan, torch.Tensor]:
    fixed = {
        "object": kind,
        "action": "flies",
        "size": "large",
        "weather": "clear",
        "cut": False,
        "second_object": None,
    }
    scene = write_scene(np.random.default_rng(seed), frames=13, fixed=fixed)
    return plan_of(scene), to_signed(torch.from_numpy(draw(scene))[None])[0]


@pytest.fixture(scope="module")
def sketcher():
    return loaded(POCKET, choose_numerics()).sketcher  # type: ignore[attr-defined]


def off(one: float, other: float) -> float:
    return abs((one - other + math.pi) % (2 * math.pi) - math.pi)


@pytest.mark.parametrize(("kind", "seed"), [("bird", 1), ("fish", 2), ("car", 3)])
def test_way_and_turn_are_read(sketcher, kind: str, seed: int) -> None:
    plan, pictures = shot(kind, seed)
    pose = pose_in(sketcher, plan, 0, pictures[:, 6], 6, GRID)
    assert pose.way == float(plan.tracks[0, 0, 6, WAY])
    assert off(pose.angle, float(plan.tracks[0, 0, :7, SPIN].sum())) < 0.1
    assert pose.left < 0.6


def test_a_plan_stands_as_it_is_seen(sketcher) -> None:
    plan, pictures = shot("bird", 1)
    wrong = replace(plan, tracks=plan.tracks.clone())
    wrong.tracks[0, 0, 0, SPIN] += 2.0
    wrong.tracks[0, 0, :, WAY] *= -1
    right = stood_as_seen(sketcher, wrong, [0, 12], pictures[:, [0, 12]].transpose(0, 1), GRID)
    angle, true = (each.tracks[0, 0, :, SPIN].cumsum(0) for each in (right, plan))
    assert max(off(float(one), float(other)) for one, other in zip(angle, true, strict=True)) < 0.15
    torch.testing.assert_close(right.tracks[0, 0, [0, 12], WAY], plan.tracks[0, 0, [0, 12], WAY])


def test_what_is_not_seen_decides_nothing(sketcher) -> None:
    plan, pictures = shot("bird", 1)
    elsewhere = replace(plan, tracks=plan.tracks.clone())
    elsewhere.tracks[0, 0, :, 0] = -1.5 if float(plan.tracks[0, 0, 0, 0]) > 0 else 1.5
    same = stood_as_seen(sketcher, elsewhere, [0], pictures[:, :1].transpose(0, 1), GRID)
    torch.testing.assert_close(same.tracks, elsewhere.tracks)


def test_what_is_out_of_sight_is_not_seen_to_stand(sketcher) -> None:
    plan, pictures = shot("bird", 3)
    away = plan.tracks.clone()
    away[0, 0, :, 0] += 10
    assert pose_in(sketcher, replace(plan, tracks=away), 0, pictures[:, 0], 0, GRID).left == 1
