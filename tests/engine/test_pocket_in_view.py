"""A second thing that stands still is seen, and one that is seen stays where it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.in_view import pushed_in_on, stand_in_view
from zoetrope.engine.families.pocket.plan import PATCH, Plan, project
from zoetrope.training.plans import plan_of
from zoetrope.training.world.script import write_scene

GRID = (9, 16)


def plan_with(x: float, camera: str = "static") -> Plan:
    """A ball that bounces on the spot, and a cube that stands somewhere."""
    pins = {"object": "ball", "action": "spins", "camera": camera, "second_object": "cube", "cut": False, "then": None}
    plan = plan_of(write_scene(np.random.default_rng(5), frames=25, fixed=pins))
    tracks = plan.tracks.clone()
    tracks[0, 1, :, 0] = x
    return replace(plan, tracks=tracks)


def seen(plan: Plan) -> float:
    """The share of pictures in which the middle of the second thing is in the frame, by its radius."""
    spots = project(plan.tracks[0, 1, :, :2], plan.camera[0], GRID)
    radius = plan.radii()[0, 1] * 0.9 * (spots[1:, 0].new_tensor(0.45 * GRID[0] * PATCH))
    wide = GRID[1] * PATCH
    return float(((spots[:, 0] > radius) & (spots[:, 0] < wide - radius)).float().mean())


@pytest.mark.parametrize("x", [-9.0, 2.0, 9.0])
@pytest.mark.parametrize("camera", ["static", "pan left"])
def test_what_stood_outside_stands_inside(x: float, camera: str) -> None:
    plan = plan_with(x, camera)
    moved = stand_in_view(plan, GRID)
    assert seen(moved) >= 0.6 > seen(plan)
    assert torch.equal(moved.tracks[:, 0], plan.tracks[:, 0])
    away = (moved.tracks[0, 1, :, 0] - plan.tracks[0, 0, :, 0]).abs().min()
    assert away > plan.radii()[0].sum() / 2  # beside the first and not on it


def test_what_stood_behind_the_first_stands_beside_it() -> None:
    plan = plan_with(0.0)
    behind = plan_with(float(plan.tracks[0, 0, :, 0].median()))
    moved = stand_in_view(behind, GRID)
    assert seen(moved) >= 0.6
    assert (moved.tracks[0, 1, :, 0] - moved.tracks[0, 0, :, 0]).abs().min() >= plan.radii()[0].sum() * 0.99


def test_what_is_seen_or_moves_stays() -> None:
    plan = plan_with(9.0)
    inside = stand_in_view(plan, GRID)
    assert stand_in_view(inside, GRID) is inside
    tracks = plan.tracks.clone()
    tracks[0, 1, :, 0] += torch.linspace(0, 1, 25)
    going = replace(plan, tracks=tracks)
    assert stand_in_view(going, GRID) is going


def test_a_camera_that_pushes_in_comes_nearer_to_who_would_be_lost() -> None:
    plan = plan_with(0.0, "push in")
    nearer = float(plan.camera[0, -1, 2] - plan.camera[0, 0, 2])
    assert nearer > 0.1
    assert pushed_in_on(plan, GRID) is plan
    tracks, half = plan.tracks.clone(), 16 / 9 / 2 / 0.45
    tracks[0, 0, :, 0] = plan.camera[0, 0, 0] + 0.98 * half / float(plan.camera[0, 0, 2].exp())
    aside = replace(plan, tracks=tracks)
    kept = pushed_in_on(aside, GRID)
    first, last = (project(kept.tracks[0, 0, at, :2], kept.camera[0, at], GRID)[0] for at in (0, -1))
    assert float(last) == pytest.approx(
        float(first), abs=256 * float((plan.camera[0, -1, 0] - plan.camera[0, 0, 0]).abs()) + 1
    )
    assert float(project(aside.tracks[0, 0, -1, :2], aside.camera[0, -1], GRID)[0]) > 256
    assert pushed_in_on(plan_with(0.0), GRID).camera.equal(plan_with(0.0).camera)
