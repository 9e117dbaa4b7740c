"""The camera is found between stretches of given pictures, and leads from one to the next without a jolt."""

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.passage import camera_along, way_through
from zoetrope.engine.families.pocket.plan import METRE
from zoetrope.training.plans import plan_of
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.script import write_scene

RUNS = [(0, 6), (7, 12)]
NUMBERS = torch.tensor([*range(7), *range(43, 49)])


def loop(name, seed):
    """The end of a scene and then its beginning, where things hide the stage, how large they are, and its plan."""
    fixed = {"camera": name, "cut": False, "style": "plain", "weather": "clear", "second_object": None}
    scene = write_scene(np.random.default_rng(seed), frames=37, fixed=fixed)
    given = [*range(30, 37), *range(6)]
    centre, radius = places(scene)
    y, x = np.mgrid[:144, :256]
    spots, radii = centre[0][given], radius[0][given]
    hidden = np.hypot(x - spots[:, :1, None], y - spots[:, 1:, None]) < 1.7 * radii[:, None, None] + 2
    seen = torch.from_numpy(draw(scene)[given]).permute(0, 3, 1, 2) / 127.5 - 1
    sizes = torch.tensor([[radii[first], radii[last]] for first, last in RUNS]).float()
    return seen, torch.from_numpy(hidden), sizes, plan_of(scene)


@pytest.mark.parametrize(("name", "column"), [("pan left", 0), ("push in", 2)])
def test_the_way_back_is_as_far_as_the_way_was(name, column):
    seen, hidden, sizes, plan = loop(name, 3)
    track = camera_along(RUNS, NUMBERS, seen, hidden, sizes, 49, plan.marks[0, 0], (9, 16))
    back, went = track[43] - track[6], plan.camera[0, 0] - plan.camera[0, 36]
    assert float(back[column] / went[column]) == pytest.approx(1, abs=0.25)
    begins = (track[48] - track[43]) / (plan.camera[0, 5] - plan.camera[0, 0])
    assert float(begins[column]) == pytest.approx(1, abs=0.4)
    radius = METRE * 144 * plan.radii()[0, 0] * track[[6, 43], 2].exp()
    torch.testing.assert_close(radius, sizes[[0, 1], [1, 0]], rtol=0.1, atol=0)


def test_a_way_passes_through_what_is_known_without_a_jolt():
    starts, ends = torch.tensor([[0.0, 0, 0, 0], [1.0, 0, 0, 0]]), torch.tensor([[0.3, 0, 0, 0], [1.2, 0, 0, 0]])
    track = way_through([(0, 6), (31, 36)], starts, ends, 43)
    torch.testing.assert_close(track[[0, 6, 31, 36]], torch.stack([starts[0], ends[0], starts[1], ends[1]]))
    assert float(track[:, 0].diff().diff().abs().max()) < 0.011
    assert float(track[37:, 0].diff().max()) < float(track[36, 0] - track[35, 0])
    rest = way_through([(0, 6), (31, 31)], torch.zeros(2, 4), torch.zeros(2, 4), 37)
    assert not rest.any()
