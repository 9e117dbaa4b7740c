"""The camera of given pictures is found by carrying one to another."""

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.filmed import camera_through, track_of
from zoetrope.training.plans import plan_of
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.script import write_scene

NUMBERS = [0, 12, 23]


def pictures(name, seed):
    """Three pictures of a scene, where things hide its stage, and its plan."""
    scene = write_scene(np.random.default_rng(seed), frames=24, fixed={"camera": name, "cut": False, "style": "plain"})
    centre, radius = places(scene)
    y, x = np.mgrid[:144, :256]
    hidden = np.zeros((len(NUMBERS), 144, 256), bool)
    for spots, radii in zip(centre, radius, strict=True):
        for row, number in enumerate(NUMBERS):
            hidden[row] |= np.hypot(x - spots[number][0], y - spots[number][1]) < 1.5 * radii[number] + 2
    seen = torch.from_numpy(draw(scene)[NUMBERS]).permute(0, 3, 1, 2) / 127.5 - 1
    return seen, torch.from_numpy(hidden), plan_of(scene)


@pytest.mark.parametrize(("name", "column"), [("pan left", 0), ("tilt up", 1), ("push in", 2), ("orbit right", 3)])
def test_an_even_move_is_found_with_its_amount(name, column):
    seen, hidden, plan = pictures(name, 3)
    rest = torch.zeros(24, 4)
    found = camera_through(torch.tensor(NUMBERS), seen, hidden, rest, plan.marks[0, 0], (9, 16))
    assert found is not None
    travel, true = found[-1] - found[0], plan.camera[0, 23] - plan.camera[0, 0]
    assert float(travel[column] / true[column]) == pytest.approx(1, abs=0.25)


def test_what_is_as_expected_stays_as_expected():
    seen, hidden, plan = pictures("pan left", 6)
    assert camera_through(torch.tensor(NUMBERS), seen, hidden, plan.camera[0, :24], plan.marks[0, 0], (9, 16)) is None
    one = torch.tensor(NUMBERS[:1])
    assert camera_through(one, seen[:1], hidden[:1], torch.zeros(24, 4), plan.marks[0, 0], (9, 16)) is None


def test_a_zoom_keeps_its_focus_in_place():
    near, far = track_of(torch.tensor([[0, 0, 0.5, 0, 0.2], [0, 0, -0.5, 0, 0.2]]), 3)
    assert torch.allclose(near, far.flip(0))
    assert torch.equal(near[0], torch.zeros(4))
    assert float((0.2 - near[2, 1]) * near[2, 2].exp()) == pytest.approx(0.2)
