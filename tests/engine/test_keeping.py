from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import torch
from tiny_family import Tiny

from zoetrope.core.errors import Cancelled, InvalidRequest
from zoetrope.core.events import StepDone
from zoetrope.core.request import Request
from zoetrope.engine.families import Family
from zoetrope.engine.generate import make, prepare
from zoetrope.engine.keeping import Keeper, digest
from zoetrope.engine.numerics import Numerics

TINY = Tiny()
ASKED = Request("bright things", size="48x32", seconds=1, seed=7, steps=5)  # type: ignore[arg-type]


def settled(step: str) -> tuple[Request, Family]:
    """The request as the loop gets it, and a family that walks by a step rule."""
    request, family = prepare(ASKED, TINY, None)
    presets = {name: replace(preset, step=step) for name, preset in family.presets.items()}

    class Stepping(Tiny):
        @property
        def presets(self):
            return presets

    return request, Stepping()


@pytest.mark.parametrize("step", ["euler", "heun", "ab2", "dpm2m", "unipc"])
@pytest.mark.parametrize("stop", [1, 3])
def test_a_walk_that_was_left_gives_the_bytes_of_one_that_was_not(step: str, stop: int, tmp_path: Path) -> None:
    request, family = settled(step)
    whole = make(request, family)
    keeper, cancel = Keeper(tmp_path / "shot.state", request), Event()

    def leave(event: object) -> None:
        if isinstance(event, StepDone) and event.step == stop:
            cancel.set()

    with pytest.raises(Cancelled):
        make(request, family, on_event=leave, cancel=cancel, keeper=keeper)
    steps: list[int] = []
    again = make(
        request,
        family,
        keeper=keeper,
        on_event=lambda event: steps.append(event.step) if isinstance(event, StepDone) else None,
    )
    assert steps == list(range(stop + 1, 6))
    assert np.array_equal(whole.frames, again.frames)
    assert whole.sound is not None
    assert again.sound is not None
    assert np.array_equal(whole.sound, again.sound)
    assert not list(tmp_path.iterdir())


def test_a_shot_goes_on_in_the_precision_that_it_was_begun_in(tmp_path: Path) -> None:
    request, family = settled("euler")
    keeper, cancel = Keeper(tmp_path / "shot.state", request), Event()
    exact, short = Numerics("cpu", torch.float32), Numerics("cpu", torch.bfloat16)
    with pytest.raises(Cancelled):
        make(request, family, on_event=lambda _: cancel.set(), cancel=cancel, keeper=keeper, numerics=exact)
    for other in (short, replace(exact, int8=True), replace(exact, compiled=True)):
        with pytest.raises(InvalidRequest, match=f"was kept in f32, but this shot is made in {other.precision};"):
            make(request, family, keeper=keeper, numerics=other)
    again = make(request, family, keeper=keeper, numerics=exact)
    assert np.array_equal(again.frames, make(request, family, numerics=exact).frames)


def test_the_state_of_another_shot_is_refused(tmp_path: Path) -> None:
    request, family = settled("euler")
    keeper, cancel = Keeper(tmp_path / "shot.state", request), Event()
    with pytest.raises(Cancelled):
        make(request, family, on_event=lambda _: cancel.set(), cancel=cancel, keeper=keeper)
    other = replace(request, seed=8)
    with pytest.raises(InvalidRequest, match="of another shot"):
        make(other, family, keeper=Keeper(keeper.path, other))
    keeper.path.write_bytes(b"nonsense")
    with pytest.raises(InvalidRequest, match="holds no state of a shot"):
        make(request, family, keeper=keeper)
    assert digest(request) != digest(other)
