"""The best of several seeds: all are begun, their estimates are scored early, and only the best one goes on.

The shot that comes is the one that its seed makes alone, to the byte. Knows no family: what is good, its scorer says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from zoetrope.core.cancel import Cancel
from zoetrope.core.errors import Unsupported
from zoetrope.core.events import Notice, OnEvent
from zoetrope.core.request import Request
from zoetrope.core.seeds import MOST
from zoetrope.engine.canvas import Canvas, Tokens
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families import Family, Loaded
from zoetrope.engine.progress import tell_steps
from zoetrope.engine.walking import Begun, begin

EARLY = 4  # a scored estimate is a quarter of the way, where the layout stands and three quarters are still unpaid


@runtime_checkable
class Scores(Protocol):
    """A family that can tell early how good a shot will be."""

    def score(self, checkpoint: Loaded, request: Request, canvas: Canvas, denoised: Tokens) -> float:
        """How good an estimate is for its request, higher is better; compared within one request alone."""
        ...


def check_choice(request: Request, family: Family) -> None:
    """Raises: Unsupported where the best of several is asked for and nothing tells which is the best."""
    if request.best_of > 1 and not isinstance(family, Scores):
        raise Unsupported(
            f"{family.limits.checkpoint} cannot tell early which of {request.best_of} shots is the best; leave best-of "
            "out and choose among seeds yourself, or use pocket."
        )


def choose(
    request: Request, family: Family, checkpoint: Loaded, on_event: OnEvent | None, cancel: Cancel | None
) -> tuple[Request, Begun]:
    """Begin all candidates of a prepared request; the best one's request, and what is begun of it.

    Raises: Cancelled, between two steps.
    """
    assert isinstance(family, Scores), "checked before"
    tried: list[tuple[float, Request]] = []
    best: Begun | None = None
    for candidate in candidates(request):
        begun = _early(candidate, family, checkpoint, on_event, cancel)
        assert begun.past is not None, "a step was made"
        tried.append((family.score(checkpoint, candidate, begun.canvas, begun.past.denoised), candidate))
        if best is None or tried[-1][0] > max(score for score, _ in tried[:-1]):
            best = begun
    assert best is not None, "there is one candidate at least"
    chosen = max(tried, key=lambda pair: pair[0])[1]
    if on_event is not None:
        said = ", ".join(f"{_number(each)} ({score:.2f})" for score, each in tried)
        on_event(Notice(f"seed {_number(chosen)} was chosen of {said}."))
    return chosen, best


def candidates(request: Request) -> Iterator[Request]:
    """The requests among which the best is chosen: seeds in a row, or those that the shot is varied to."""
    varied = request.variation
    for number in range(request.best_of):
        if varied is not None:
            assert varied.seed is not None, "a prepared request knows its seeds"
            other = replace(varied, seed=(varied.seed + number) % (MOST + 1))
            yield replace(request, variation=other, best_of=1)
        else:
            assert request.seed is not None, "a prepared request knows its seeds"
            yield replace(request, seed=(request.seed + number) % (MOST + 1), best_of=1)


def _number(request: Request) -> int | None:
    return request.seed if request.variation is None else request.variation.seed


def _early(
    request: Request, family: Family, checkpoint: Loaded, on_event: OnEvent | None, cancel: Cancel | None
) -> Begun:
    """A candidate after its first steps."""
    begun = begin(request, family.presets[request.preset], checkpoint)
    steps = max(1, round((len(begun.walk.sigmas) - 1) / EARLY))
    left: list[Begun] = []
    denoise(
        begun.predict,
        begun.canvas,
        begun.walk.sigmas[: steps + 1],
        step=begun.walk.step,
        on_step=tell_steps(on_event, checkpoint, None, 0),
        cancel=cancel,
        keep=lambda step, canvas, past: left.append(replace(begun, canvas=canvas, step=step, past=past)),
    )
    return left[-1]
