"""Finding how a thing stands: a body that is laid in a picture is found where it was laid."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.standing import Bodies, Pose, Spread, around, lattice, sampled, stand, unshone
from zoetrope.training.world.sprites import HALF_HEIGHT, HALF_WIDTH, UNIT, shine
from zoetrope.training.world.vocabulary import MATERIALS

SPREAD = Spread(tuple(0.08 * np.arange(-2, 3)), (0.88, 0.94, 1.0, 1.06, 1.12), (1.0, 0.5, 0.25))


def flag(points: Tensor, _: float) -> Tensor:
    """A square with a dark edge, in four colours that grow along it: no turn and no mirror of it looks the same."""
    x, y = points.unbind(1)
    cover = ((x.abs() < 0.9) & (y.abs() < 0.9)).float()
    light = cover * (torch.maximum(x.abs(), y.abs()) < 0.75)
    colours = torch.stack([60 + 180 * (x > 0), 60 + 180 * (y > 0), 120 + 100 * x], dim=1) * light[:, None]
    return torch.cat([colours, 255 * cover[:, None]], dim=1)[None]


def bodies(radius: float) -> Bodies:
    return Bodies.drawn("cube", (0.0, 0.0, 0.3), flag, radius)


def shown(pose: Pose) -> Tensor:
    """A picture (3, h, w) of the flag before grey."""
    y, x = torch.meshgrid(torch.arange(96) + 0.5, torch.arange(128) + 0.5, indexing="ij")
    across, down = (x - pose.x) / pose.radius, (y - pose.y) / pose.radius
    cos, sin = pose.turn.cos(), pose.turn.sin()
    places = torch.stack([(across * cos - down * sin) * pose.way, -across * sin - down * cos], dim=-1)
    made = flag(places.flatten(0, 1), 0.0)[0].unflatten(0, (96, 128)).permute(2, 0, 1)
    return made[:3] + (1 - made[3] / 255) * 110


@pytest.mark.parametrize(("turn", "way"), [(0.0, 1.0), (0.5, 1.0), (-0.4, -1.0), (2.0, 1.0)])
def test_a_body_is_found_where_it_was_laid(turn: float, way: float) -> None:
    true = Pose(*(torch.tensor([each]) for each in (61.0, 50.0, 20.0, turn, way)))
    start = Pose.upright(torch.tensor([59.0, 51.5]), 18.5)
    turns = [number * math.pi / 8 for number in range(16)]
    found = stand(shown(true), start, bodies, turns, SPREAD, most=2)
    assert found[0].off <= found[-1].off
    pose = found[0].pose
    assert float(pose.way) == way
    assert abs((float(pose.turn) - turn + math.pi) % (2 * math.pi) - math.pi) < 0.08
    for name, near in (("x", 0.8), ("y", 0.8), ("radius", 0.8)):
        assert abs(float(getattr(pose, name) - getattr(true, name))) < near


def test_poses_that_are_drawn_and_sampled_agree() -> None:
    pose = Pose(*(torch.tensor([each]) for each in (60.0, 48.0, 22.0, 0.7, -1.0)))
    points = lattice(10.0)
    points = points[(points.abs().amax(1) < 0.65) & (points.abs().amin(1) > 0.1)]
    seen, _ = sampled(shown(pose), pose, points)
    torch.testing.assert_close(seen[0], flag(points, 0.0)[0, :, :3], atol=12, rtol=0)


def test_turns_and_ways_vary_fastest() -> None:
    tried = around(Pose.upright(torch.zeros(2), 10.0), (0.0, 0.1), (1.0,), (0.0, 1.0), (1.0, -1.0))
    assert tried.turn[:4].tolist() == [0, 0, 1, 1]
    assert tried.way[:4].tolist() == [1, -1, 1, -1]
    assert tried.y[4] == 1.0


def test_what_is_open_on_a_ball_has_no_highlight_of_the_world() -> None:
    lights = [light for light in (shine("ball", material) for material in MATERIALS) if light is not None]
    cover = np.max([light[:, :, 3] for light in lights], axis=0)
    down, across = np.indices(cover.shape) + 0.5
    offset = np.stack([across / UNIT - HALF_WIDTH, down / UNIT - HALF_HEIGHT], axis=-1).reshape(1, -1, 2)
    open_ = unshone("ball", torch.from_numpy(offset).float())[0].numpy().reshape(cover.shape) > 0
    assert (cover[open_] > 8).mean() < 0.002
    assert open_[cover == 0].mean() > 0.98
    assert unshone("cube", torch.from_numpy(offset)).all()
