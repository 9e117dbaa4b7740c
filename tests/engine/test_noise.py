from itertools import pairwise

import pytest
import torch
from tiny_family import Tiny

from zoetrope.core.request import Request
from zoetrope.core.variety import Variation
from zoetrope.engine.generate import make, prepare
from zoetrope.engine.noise import Seeds, draw

SHAPE = (200, 100)


def test_both_ends_of_a_way_are_the_noise_of_their_seeds() -> None:
    assert torch.equal(draw(SHAPE, Seeds(3, 4, 0.0)), draw(SHAPE, 3))
    assert torch.equal(draw(SHAPE, Seeds(3, 4, 1)), draw(SHAPE, 4))
    assert torch.equal(draw(SHAPE, Seeds(3).named("plan")), draw(SHAPE, Seeds(3, 4, 0).named("plan")))


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
def test_noise_is_as_normal_anywhere_on_the_way(strength: float) -> None:
    mixed = draw(SHAPE, Seeds(3, 4, strength))
    assert abs(float(mixed.mean())) < 0.03
    assert float(mixed.std()) == pytest.approx(1, abs=0.03)


def test_the_way_is_gone_evenly() -> None:
    here = [draw(SHAPE, Seeds(3, 4, step / 10)) for step in range(11)]
    steps = torch.stack([(after - before).norm() for before, after in pairwise(here)])
    assert float(steps.max() / steps.min()) < 1.02
    away = torch.stack([(each - here[0]).norm() for each in here])
    assert bool((away.diff() > 0).all())


def test_a_shot_goes_from_its_seed_to_the_other_and_tells_both() -> None:
    def shot(seed: int, variation: Variation | None):
        asked = Request("bright", size="48x32", seconds=1, seed=seed, variation=variation)  # type: ignore[arg-type]
        return make(*prepare(asked, Tiny(), None))

    own, other = shot(7, None), shot(8, None)
    assert (shot(7, Variation(0.0, 8)).frames == own.frames).all()
    assert (shot(7, Variation(1.0, 8)).frames == other.frames).all()
    drawn = shot(7, Variation(0.2)).request.variation
    assert drawn is not None
    assert drawn.seed is not None
