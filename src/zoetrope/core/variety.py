"""How one shot relates to others: a relative of a seed's shot, and a draft that was approved.

Knows no torch and no files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.seeds import check_seed

if TYPE_CHECKING:
    from zoetrope.core.sizes import Size
    from zoetrope.core.time import Seconds

MOST_SEEDS = 64  # that one shot is chosen from; four times the work of the largest batch that web studios offer


@dataclass(frozen=True)
class Variation:
    """A relative of a seed's shot: all its chance is moved on the way to that of another seed.

    Units: strength 0 is the seed's own shot, 1 the other seed's; None draws the other seed.
    Raises: InvalidRequest for a strength or a seed that is none.
    """

    strength: float
    seed: int | None = None

    def __post_init__(self) -> None:
        if not _is_number(self.strength) or not 0 <= self.strength <= 1:
            raise InvalidRequest(
                f"the strength of a variation was {self.strength!r}; it must be a number from 0, the seed's own shot, "
                "to 1, the other seed's."
            )
        if self.seed is not None:
            check_seed(self.seed)


@dataclass(frozen=True)
class Origin:
    """Which shot latents are of: what two shots must have in common to be a draft and its final.

    `prompt` and `given` are digests of the prompt and of what was given.
    """

    checkpoint: str
    size: Size
    seconds: Seconds
    sound: bool
    seed: int
    variation: Variation | None
    prompt: str
    given: str


@dataclass(frozen=True, eq=False)
class Approved:
    """A draft that was approved: its latents, from which the same shot is finished.

    Shapes: video float32 (n, c), sound float32 (m, c'). `mark` is the number under which the draft was released.
    Units: strength is the noise level at which finishing begins, above 0 up to 1: how little of the draft stays.
    Raises: InvalidRequest for a strength that is none.
    """

    video: np.ndarray
    sound: np.ndarray
    origin: Origin
    strength: float = 0.5  # where the layout holds and edges are made anew; see docs/log.md
    mark: int | None = None

    def __post_init__(self) -> None:
        if not _is_number(self.strength) or not 0 < self.strength <= 1:
            raise InvalidRequest(
                f"the strength of finishing was {self.strength!r}; it must lie above 0, where the draft stays as it "
                "is, and up to 1."
            )


def check_best_of(count: int) -> int:
    """Return how many seeds are tried.

    Raises: InvalidRequest if it is not a whole number from 1 to 64.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_SEEDS:
        raise InvalidRequest(f"best of was {count!r}; it must be a whole number from 1 to {MOST_SEEDS}, and 1 is none.")
    return count


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
