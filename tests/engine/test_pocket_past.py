import numpy as np
import pytest
import torch

from zoetrope.core.motion import CameraMove, CameraPath, Stroke
from zoetrope.core.sizes import Size
from zoetrope.engine.families.pocket.directing import know_past, nothing_known
from zoetrope.engine.families.pocket.past import go_on_moving, lead_on
from zoetrope.engine.families.pocket.plan import CAST, METRE, SLOTS, TRACK, Plan, no_badges, project

SIZE, GRID = Size(256, 144), (9, 16)


def past(pictures=7):
    """A past whose camera pans and whose first thing stands to the right of its middle."""
    tracks, camera = torch.zeros(1, SLOTS, pictures, len(TRACK)), torch.zeros(1, pictures, 4)
    tracks[0, 0, :, 0] = 0.4
    camera[0, :, 0] = torch.linspace(0, 0.3, pictures)
    return Plan(tracks, camera, torch.zeros(1, CAST), no_badges(1))


def test_the_camera_goes_on_from_where_it_is():
    before = past()
    known = know_past(nothing_known(31), before)
    known = go_on_moving(known, CameraPath((CameraMove("pan left", 0.5),)), before, SIZE)
    x = known.plan.camera[0, :, 0]
    steps = x.diff()
    assert torch.equal(known.plan.camera[:, :7], before.camera)
    assert steps[7:].allclose(steps[7], atol=1e-6)
    assert float(x[-1] - x[6]) == pytest.approx(-0.5 * 256 / 144 / METRE, abs=1e-4)


def test_a_stroke_begins_where_its_thing_is():
    before = past()
    (led,) = lead_on([Stroke(((0, 0.9, 0.9), (1, 0.2, 0.5)))], before, SIZE)
    spot = project(before.tracks[0, 0, -1:, :2], before.camera[0, -1:], GRID)[0].numpy() / (256, 144)
    assert np.allclose(led.path(np.array([0.5]))[0], spot, atol=1e-5)
    assert led.points[1:] == Stroke(((1, 0.2, 0.5),)).points
    assert lead_on([Stroke(((0.5, 0.2, 0.5),))], before, SIZE) == []
