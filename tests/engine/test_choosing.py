from threading import Event

import numpy as np
import pytest
from tiny_family import Tiny

from zoetrope.core.errors import Cancelled, Unsupported
from zoetrope.core.events import Notice, StepDone
from zoetrope.core.request import Request
from zoetrope.core.variety import Variation
from zoetrope.engine.choosing import candidates
from zoetrope.engine.generate import generate
from zoetrope.engine.loading import unload_all


class Judged(Tiny):
    """Likes one seed, and remembers what it was shown."""

    def __init__(self, liked: int | None) -> None:
        super().__init__()
        object.__setattr__(self, "liked", liked)
        object.__setattr__(self, "shown", [])

    def score(self, checkpoint, request) -> float:
        self.shown.append(request)  # type: ignore[attr-defined]
        varied = request.variation
        return float((varied.seed if varied else request.seed) == self.liked)  # type: ignore[attr-defined]


class StopsAfter(Event):
    """Set once so many have been shown."""

    def __init__(self, shown: list, count: int) -> None:
        super().__init__()
        self._shown, self._count = shown, count

    def is_set(self) -> bool:
        return len(self._shown) >= self._count


def ask(**fields) -> Request:
    return Request("bright", **({"size": "48x32", "seconds": 1, "seed": 7, "steps": 8} | fields))  # type: ignore[arg-type]


def test_the_best_goes_on_and_is_what_its_seed_makes_alone() -> None:
    family, events = Judged(9), []
    made = generate(ask(best_of=4), family=family, on_event=events.append)
    alone = generate(ask(seed=9), family=family)
    assert made.request == alone.request
    assert np.array_equal(made.frames, alone.frames)
    assert np.array_equal(made.sound, alone.sound)  # type: ignore[arg-type]
    assert [request.seed for request in family.shown] == [7, 8, 9, 10]  # type: ignore[attr-defined]
    said = [event.text for event in events if isinstance(event, Notice)]
    assert any(text.startswith("seed 9 was chosen of 7 (0.00), 8 (0.00), 9 (1.00)") for text in said)


def test_no_step_is_paid_for_those_that_lose() -> None:
    events = []
    generate(ask(best_of=4), family=Judged(9), on_event=events.append)
    assert sum(isinstance(event, StepDone) for event in events) == 8


def test_of_several_that_are_as_good_the_first_is_made() -> None:
    assert generate(ask(best_of=4), family=Judged(None)).request.seed == 7


def test_seeds_end_where_numbers_end_and_variations_are_chosen_among_too() -> None:
    assert [each.seed for each in candidates(ask(seed=2**32 - 1, best_of=2))] == [2**32 - 1, 0]
    made = generate(ask(best_of=3, variation=Variation(0.3, 20)), family=Judged(22))
    assert (made.request.seed, made.request.variation) == (7, Variation(0.3, 22))


def test_a_family_that_cannot_tell_refuses_before_weights_load() -> None:
    family = Tiny()
    unload_all()
    with pytest.raises(Unsupported, match="cannot tell early which of 4"):
        generate(ask(best_of=4), family=family)
    assert family.loads == []


def test_the_search_can_be_stopped() -> None:
    family = Judged(9)
    flag = StopsAfter(family.shown, 2)  # type: ignore[attr-defined]
    with pytest.raises(Cancelled, match="after 2 of 4 seeds"):
        generate(ask(best_of=4), family=family, cancel=flag)
    assert len(family.shown) == 2  # type: ignore[attr-defined]
