"""The best of several seeds: each is scored by what its shot is planned to be, and only the best one is made.

The shot that comes is the one that its seed makes alone, to the byte. Knows no family: what is good, its scorer says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.errors import Unsupported
from zoetrope.core.events import Notice, OnEvent
from zoetrope.core.request import Request
from zoetrope.core.seeds import MOST
from zoetrope.engine.families import Family, Loaded


@runtime_checkable
class Scores(Protocol):
    """A family that can tell before it is made how good a shot will be."""

    def score(self, checkpoint: Loaded, request: Request) -> float:
        """How good a shot promises to be, higher is better, at a small part of what making it costs.

        Compared within one request alone.
        """
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
) -> Request:
    """The request for the best of all candidates of a prepared request, the first where several are as good.

    Raises: Cancelled, between two candidates.
    """
    assert isinstance(family, Scores), "checked before"
    tried: list[tuple[float, Request]] = []
    for candidate in candidates(request):
        stop_if(cancel, f"after {len(tried)} of {request.best_of} seeds were scored")
        tried.append((family.score(checkpoint, candidate), candidate))
    chosen = max(tried, key=lambda pair: pair[0])[1]
    if on_event is not None:
        said = ", ".join(f"{_number(each)} ({score:.2f})" for score, each in tried)
        on_event(Notice(f"seed {_number(chosen)} was chosen of {said}."))
    return chosen


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
