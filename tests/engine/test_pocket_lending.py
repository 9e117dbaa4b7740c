"""What given pictures have beyond their sketch goes along with things and stage, and fades."""

import numpy as np
import pytest
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.lending import FADES, lend
from zoetrope.engine.families.pocket.plan import Plan, project
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.world.script import write_scene

GRID = (9, 16)
SLIDES = {
    "object": "cube",
    "action": "slides",
    "size": "large",
    "setting": "room",
    "style": "plain",
    "camera": "static",
}
ALONE = {"second_object": None, "then": None, "cut": False, "badge": False, "weather": "clear"}


@pytest.fixture(scope="module")
def sketcher() -> Sketcher:
    return loaded(POCKET, choose_numerics()).sketcher  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(write_scene(np.random.default_rng(4), frames=49, fixed=SLIDES | ALONE))


def sketched(sketcher: Sketcher, plan: Plan) -> Tensor:
    return sketcher.sketch(plan, torch.arange(plan.camera.shape[1]), GRID)


def spot_of(plan: Plan, number: int) -> tuple[int, int]:
    x, y = project(plan.tracks[0, 0, number, :2], plan.camera[0, number], GRID).round().long().tolist()
    return y, x


def test_a_spot_on_a_thing_goes_along_with_it_and_fades(sketcher: Sketcher, plan: Plan) -> None:
    sketch = sketched(sketcher, plan)
    y, x = spot_of(plan, 12)
    spotted = sketch[:, 12].clone()
    spotted[:, y - 3 : y + 4, x - 3 : x + 4] = -1
    lent = sketch.clone()
    lend(sketcher, lent, {12: spotted}, plan, GRID)
    assert torch.equal(lent[:, 12], spotted)
    assert spot_of(plan, 18) != (y, x)
    changes = [float((sketch - lent)[:, number, *spot_of(plan, number)].mean()) for number in (13, 18, 24, 30)]
    assert changes[0] > 0.5
    assert changes == sorted(changes, reverse=True)
    later = 12 + FADES
    torch.testing.assert_close(lent[:, later:], sketch[:, later:])


def test_what_lies_on_the_stage_stays_there(sketcher: Sketcher, plan: Plan) -> None:
    sketch = sketched(sketcher, plan)
    marked = sketch[:, 12].clone()
    marked[:, 10:20, 10:20] = 1
    lent = sketch.clone()
    lend(sketcher, lent, {12: marked}, plan, GRID)
    change = (lent - sketch)[:, 18].abs().mean(0)
    assert float(change[12:18, 12:18].min()) > 0.1
    change[9:21, 9:21] = 0
    assert float(change.max()) < 1e-4


def test_between_two_pictures_each_gives_way_to_the_other(sketcher: Sketcher, plan: Plan) -> None:
    sketch = sketched(sketcher, plan)
    first, second = (sketch[:, number] + by for number, by in ((12, 0.05), (24, 0.05)))
    lent = sketch.clone()
    lend(sketcher, lent, {12: first, 24: second}, plan, GRID)
    torch.testing.assert_close(
        lent[:, 18, 8:60, 8:60], (sketch[:, 18, 8:60, 8:60] + 0.05).clamp(-1, 1), atol=1e-4, rtol=0
    )


def test_a_picture_that_is_the_sketch_lends_nothing(sketcher: Sketcher, plan: Plan) -> None:
    sketch = sketched(sketcher, plan)
    lent = sketch.clone()
    lend(sketcher, lent, {12: sketch[:, 12].clone()}, plan, GRID)
    torch.testing.assert_close(lent, sketch)
