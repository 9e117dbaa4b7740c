"""Which way a thing goes: read from a prompt, and kept by a plan or its mirror image."""

import pytest
import torch

from zoetrope.engine.families.pocket.heading import headed, heading
from zoetrope.engine.families.pocket.plan import CAMERA, CAST, MARKS, SLOTS, TRACK, Plan, no_badges


@pytest.mark.parametrize(
    ("prompt", "way"),
    [
        ("a red ball rolls from left to right", "right"),
        ("a car slides in from the right and leaves", "left"),
        ("a bird flies off to the left", "left"),
        ("a robot moving toward the right edge of frame", "right"),
        ("a ball rolls, the camera pans to the left", None),
        ("a ball bounces in its right place", None),
        ("pan left across a ball", None),
        ("小车从左边开到右边", "right"),
        ("小球从画面右侧滚到左侧", "left"),
        ("球滚向左边，镜头向右移", "left"),
        ("镜头向左环绕", None),
    ],
)
def test_a_prompt_says_which_way_its_thing_goes(prompt: str, way: str | None) -> None:
    assert heading(prompt) == way


def going(by: float) -> Plan:
    tracks, camera, cast = torch.zeros(1, SLOTS, 13, len(TRACK)), torch.zeros(1, 13, len(CAMERA)), torch.zeros(1, CAST)
    tracks[0, 0, :, 0] = torch.linspace(0.1, 0.1 + by, 13)
    tracks[0, 0, :, 1:] = torch.rand(12 + 1, len(TRACK) - 1, generator=torch.Generator().manual_seed(3))
    camera[0] = torch.rand(13, len(CAMERA), generator=torch.Generator().manual_seed(4))
    cast[0, -MARKS:] = torch.arange(1.0, MARKS + 1)
    return Plan(tracks, camera, cast, no_badges(1))


def assert_same(plan: Plan, other: Plan) -> None:
    for one, two in zip(vars(plan).values(), vars(other).values(), strict=True):
        assert torch.equal(one, two)


def test_a_plan_that_goes_there_or_nowhere_stays() -> None:
    for plan, way in ((going(1.0), "right"), (going(-1.0), "left"), (going(0.1), "left")):
        assert headed(plan, way) is plan


def test_a_plan_that_goes_elsewhere_is_mirrored() -> None:
    plan = going(1.0)
    other = headed(plan, "left")
    assert torch.equal(other.tracks[..., 0], -plan.tracks[..., 0])
    assert torch.equal(other.tracks[..., 1], plan.tracks[..., 1])
    assert torch.equal(other.marks[:, [2, 3, 5]], -plan.marks[:, [2, 3, 5]])
    assert torch.equal(other.marks[:, [0, 1, 4, 6]], plan.marks[:, [0, 1, 4, 6]])
    assert torch.equal(other.camera[..., [0, 3]], -plan.camera[..., [0, 3]])
    assert_same(headed(other, "right"), plan)
    assert torch.equal(headed(plan, "left", camera_free=False).camera, plan.camera)
