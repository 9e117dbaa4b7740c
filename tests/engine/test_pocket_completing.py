"""Stages painted to what is seen of them: what is seen stays, what is missing is no longer the bare mean."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.backdrop import Anchor
from zoetrope.engine.families.pocket.completing import Completer
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.loading import loaded
from zoetrope.engine.noise import Seeds
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.world.script import write_scene

GRID = (9, 16)


@pytest.fixture(scope="module")
def completer() -> Completer:
    return loaded(POCKET, choose_numerics()).completer  # type: ignore[attr-defined]


def seen_in(columns: int) -> Anchor:
    """A stage of which so many columns of tokens on the left are seen."""
    seen = torch.zeros(144, 256)
    seen[:, : 16 * columns] = 1
    ripples = 0.2 * torch.sin(torch.arange(256) / 9).expand(3, 144, -1)
    return Anchor(ripples * seen, torch.zeros(4), seen=seen)


def test_what_is_missing_is_painted_and_what_is_seen_stays(completer: Completer) -> None:
    plan = plan_of(write_scene(np.random.default_rng(1), frames=13, fixed={"setting": "meadow", "light": "day"}))
    seen = seen_in(8)
    whole = completer.complete(seen, plan, GRID, Seeds(3))
    assert torch.allclose(whole.beyond[..., :120], seen.beyond[..., :120], atol=1e-5)
    assert float(whole.beyond[..., 140:].std()) > 0.02
    again, other = (completer.complete(seen, plan, GRID, Seeds(seed)) for seed in (3, 4))
    assert torch.equal(again.beyond, whole.beyond)
    assert not torch.equal(other.beyond, whole.beyond)


def test_little_that_is_missing_is_left_as_it_was_filled(completer: Completer) -> None:
    plan = plan_of(write_scene(np.random.default_rng(2), frames=13))
    seen = seen_in(15)
    assert completer.complete(seen, plan, GRID, Seeds(3)) is seen


def test_each_picture_keeps_what_it_has_seen_itself(completer: Completer) -> None:
    plan = plan_of(write_scene(np.random.default_rng(1), frames=13, fixed={"setting": "meadow", "light": "day"}))
    nearer = torch.tensor([0.0, 0.0, 0.3, 0.0])
    first = seen_in(8)
    later = replace(first, beyond=-first.beyond, camera=nearer, picture=12)
    whole = completer.complete(replace(first, later=(later,)), plan, GRID, Seeds(3))
    (end,) = whole.later
    assert (whole.picture, end.picture) == (0, 12)
    torch.testing.assert_close(whole.beyond[..., :128], first.beyond[..., :128])
    torch.testing.assert_close(end.beyond[..., :128], later.beyond[..., :128])
    assert float(end.beyond[..., 140:].std()) > 0.02
