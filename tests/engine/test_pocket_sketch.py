from dataclasses import replace

import pytest
import torch

from zoetrope.engine.families.pocket.plan import AXES, CAST, METRE, PATCH, SLOTS, TRACK, Plan, no_badges
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig, lay
from zoetrope.engine.families.pocket.views import look_at

GRID = (5, 6)
HIGH, WIDE = GRID[0] * PATCH, GRID[1] * PATCH
START = 1 + len(AXES["object"]) + len(AXES["colour"])


@pytest.fixture(scope="module")
def sketcher() -> Sketcher:
    torch.manual_seed(0)
    return Sketcher(SketcherConfig(thing_width=16, stage_width=16, layers=1)).eval()


def ball(x: float = 0.1, y: float = 0.2, frames: int = 7) -> Plan:
    """A small ball that stands still in a resting camera, far above the ground."""
    cast = torch.zeros(1, CAST)
    cast[0, [0, 1, START]] = 1
    cast[0, -7] = -5.0
    tracks = torch.zeros(1, SLOTS, frames, len(TRACK))
    tracks[0, 0, :, 0], tracks[0, 0, :, 1], tracks[0, 0, :, 3] = x, y, 1
    return Plan(tracks, torch.zeros(1, frames, 4), cast, no_badges(1))


def nobody(plan: Plan) -> Plan:
    cast = plan.cast.clone()
    cast[:, :1] = 0
    return replace(plan, cast=cast)


def test_a_sketch_holds_what_its_fields_say_of_single_places(sketcher: Sketcher) -> None:
    plan, picture = ball(), torch.tensor([3])
    whole, empty = (sketcher.sketch(each, picture, GRID)[:, 0] for each in (plan, nobody(plan)))
    x = round(WIDE / 2 + 0.1 * METRE * HIGH)
    y = round(HIGH / 2 - 0.2 * METRE * HIGH)
    spots = torch.tensor([[[x + 0.5, y + 0.5], [x + 2.5, y - 1.5]]])
    with torch.no_grad():
        above = sketcher.thing_at(look_at(plan, picture.expand(1, 2)), 0, spots, GRID)[0]
    for made, (at_x, at_y) in zip(above, spots[0].long().tolist(), strict=True):
        torch.testing.assert_close(whole[:, at_y, at_x], lay(empty[:, at_y, at_x], made), atol=1e-4, rtol=1e-4)


def test_things_change_nothing_far_from_them(sketcher: Sketcher) -> None:
    plan = ball(x=-0.6)
    whole, empty = (sketcher.sketch(each, torch.arange(7), GRID) for each in (plan, nobody(plan)))
    assert torch.equal(whole[..., WIDE // 2 :], empty[..., WIDE // 2 :])
    assert not torch.equal(whole, empty)


def test_a_thing_that_is_out_of_sight_is_no_trouble(sketcher: Sketcher) -> None:
    plan = ball(x=40.0)
    assert torch.equal(
        sketcher.sketch(plan, torch.arange(7), GRID), sketcher.sketch(nobody(plan), torch.arange(7), GRID)
    )


def test_a_resting_camera_sees_the_same_stage(sketcher: Sketcher) -> None:
    frames = sketcher.sketch(nobody(ball()), torch.arange(7), GRID)
    assert frames.shape == (3, 7, HIGH, WIDE)
    assert torch.equal(frames[:, :1].expand_as(frames), frames)
