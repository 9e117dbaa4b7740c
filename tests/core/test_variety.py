from dataclasses import replace

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import exact_seconds
from zoetrope.core.variety import Approved, Origin, Variation

NONE = np.zeros((0, 2), np.float32)
DRAFT = Approved(NONE, NONE, Origin("tiny", Size(48, 32), exact_seconds(1), True, 7, None, "", ""))


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), True, "much"])
def test_a_variation_lies_between_two_seeds(strength) -> None:
    with pytest.raises(InvalidRequest, match="strength of a variation"):
        Variation(strength)


@pytest.mark.parametrize("strength", [0, 1.1, float("inf"), None])
def test_finishing_begins_at_a_noise_level(strength) -> None:
    with pytest.raises(InvalidRequest, match="strength of finishing"):
        replace(DRAFT, strength=strength)


@pytest.mark.parametrize("count", [0, 65, True, 1.5])
def test_the_best_is_of_some(count) -> None:
    with pytest.raises(InvalidRequest, match="best of was"):
        Request("a ball", best_of=count)


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="best of 4"):
        Request("a ball", best_of=4, draft=DRAFT)
    with pytest.raises(InvalidRequest, match="not of which shot"):
        Request("a ball", variation=Variation(0.2))
    assert Request("a ball", seed=1, variation=Variation(0.2), best_of=4).best_of == 4
