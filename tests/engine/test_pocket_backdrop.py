from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.backdrop import Anchor, anchor, carry
from zoetrope.engine.families.pocket.plan import MARKS, PIVOT, still_stage
from zoetrope.training.plans import plan_of
from zoetrope.training.world.picture import stage
from zoetrope.training.world.script import write_scene

GRID = (9, 16)


def seen(scene, at: int) -> torch.Tensor:
    return torch.from_numpy(stage(scene, at)).permute(2, 0, 1).float() / 127.5 - 1


@pytest.mark.parametrize("camera", ["pan left", "tilt up", "push in", "pull back", "orbit right"])
def test_a_stage_seen_once_is_known_where_the_camera_goes(camera: str) -> None:
    fixed = {"camera": camera, "setting": "meadow", "style": "plain", "cut": False, "weather": "clear"}
    scene = write_scene(np.random.default_rng(3), frames=61, fixed=fixed)
    plan, first = plan_of(scene), seen(scene, 30)
    carried = carry(Anchor(first, plan.camera[0, 30]), plan, torch.tensor([15, 45]), GRID)
    for made, at in zip(carried, (15, 45), strict=True):
        left, moved = (first - seen(scene, at)).square().mean(), (made - seen(scene, at)).square().mean()
        assert moved < 0.5 * left


def test_a_camera_that_rests_sees_the_same() -> None:
    scene = write_scene(np.random.default_rng(1), frames=13, fixed={"camera": "static", "cut": False})
    plan, picture = plan_of(scene), torch.randn(3, 144, 256)
    held = carry(Anchor(picture, plan.camera[0, 0]), plan, torch.arange(13), GRID)
    assert torch.equal(held, picture.expand(13, -1, -1, -1))


def test_what_covers_the_stage_is_filled_from_around() -> None:
    stage_, covered = torch.zeros(3, 48, 64), torch.zeros(48, 64, dtype=torch.bool)
    covered[20:30, 20:30] = True
    picture = torch.full((3, 48, 64), 0.5)
    picture[:, covered] = -1
    found = anchor(picture, stage_, covered, torch.zeros(4))
    torch.testing.assert_close(found.beyond, torch.full((3, 48, 64), 0.5))


def test_an_empty_stage_has_nobody_and_rests() -> None:
    plan = plan_of(write_scene(np.random.default_rng(2), frames=13))
    still = still_stage(plan)
    assert not still.traits.any()
    assert not still.camera.any()
    rope = len(plan.signs[0]) - MARKS + PIVOT
    assert plan.signs[0, rope]
    assert not still.signs[:, rope:].any()
    assert torch.equal(still.signs[:, :rope], plan.signs[:, :rope])


def test_what_one_picture_has_not_seen_is_the_others() -> None:
    scene = write_scene(np.random.default_rng(1), frames=13, fixed={"camera": "static", "cut": False})
    plan, covered = plan_of(scene), torch.zeros(144, 256, dtype=torch.bool)
    covered[40:100, 40:100] = True
    full = torch.ones(3, 144, 256)
    first = anchor(-full, 0 * full, covered, plan.camera[0, 0], 0)
    last = anchor(full, 0 * full, covered.flip(1), plan.camera[0, 12], 12)
    carried = carry(replace(first, later=(last,)), plan, torch.tensor([0, 1, 6, 12]), GRID)
    assert float(carried[0, :, 70, 128].max()) < -0.9
    assert float(carried[0, :, 70, 70].min()) > 0.9
    assert float(carried[3, :, 70, 128].min()) > 0.9
    assert float(carried[1, :, 70, 70].min()) > 0.5
    assert float(carried[2, :, 70, 185].max()) < -0.9
    assert float(carried[2, :, 70, 128].abs().max()) < 0.1


def test_after_the_last_picture_earlier_ones_tell_what_it_hides() -> None:
    scene = write_scene(np.random.default_rng(1), frames=13, fixed={"camera": "static", "cut": False})
    plan, covered = plan_of(scene), torch.zeros(144, 256, dtype=torch.bool)
    covered[40:100, 40:100] = True
    full = torch.ones(3, 144, 256)
    first = anchor(-full, 0 * full, ~covered, plan.camera[0, 0], 0)
    last = anchor(full, 0 * full, covered, plan.camera[0, 6], 6)
    after = carry(replace(first, later=(last,)), plan, torch.tensor([12]), GRID)[0]
    assert float(after[:, 70, 70].max()) < -0.9
    assert float(after[:, 120, 200].min()) > 0.9
