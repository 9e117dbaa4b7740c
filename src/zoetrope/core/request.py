"""What is asked for: one shot. A request that exists is well formed; whether a checkpoint can make it, `limits` says.

Knows no checkpoint, no torch and no files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from zoetrope.core.agreement import check_agreement
from zoetrope.core.conditions import Condition
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.seeds import check_seed
from zoetrope.core.sizes import Size, read_size
from zoetrope.core.time import Seconds, exact_seconds
from zoetrope.core.variety import Approved, Variation, check_best_of

LONGEST_PROMPT = 2000  # characters; a page of text, far more than any checkpoint reads
MOST_STEPS = 200  # past this a second-order step of any family changes nothing that can be seen
MOST_GUIDANCE = 30.0  # past this every known checkpoint burns out
MOST_ADAPTER = 10.0  # adapters are trained at 1; ten times that only breaks the picture


@dataclass(frozen=True)
class Adapter:
    """A small file of weights (LoRA) that is laid over a checkpoint for one request.

    `source` is its path; `expert` is which of two experts it is for, where a checkpoint has two.
    Raises: InvalidRequest for a strength that is no number from -10 to 10, and for no name.
    """

    source: str
    strength: float = 1.0
    expert: Literal["both", "high", "low"] = "both"

    def __post_init__(self) -> None:
        if not isinstance(self.source, str) or not self.source:
            raise InvalidRequest(f"an adapter was {self.source!r}; name its file, such as style.safetensors.")
        number = isinstance(self.strength, int | float) and not isinstance(self.strength, bool)
        if not number or not abs(self.strength) <= MOST_ADAPTER:
            raise InvalidRequest(
                f"the strength of {self.source} was {self.strength!r}; it must be a number from {-MOST_ADAPTER:g} to "
                f"{MOST_ADAPTER:g}, and 1 is what it was trained at."
            )
        if self.expert not in ("both", "high", "low"):
            raise InvalidRequest(f"the expert of {self.source} was {self.expert!r}; it must be both, high or low.")


@dataclass(frozen=True)
class Request:
    """One shot, as asked for. None means: the preset, or chance for the seed, decides; a draft's request has no None.

    Units: seconds 0 is a still; guidance 1 follows the prompt without pushing; `best_of` is how many seeds are
    tried, of which the best is made; a draft's request has 1, and the seed that was chosen. `draft` is what this shot
    finishes.
    Raises: InvalidRequest for the first field that is wrong, with what is possible.
    """

    prompt: str
    negative: str = ""
    seconds: Seconds = Fraction(5)
    size: Size = Size(256, 144)  # noqa: RUF009 (frozen value)
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    preset: str = "standard"
    checkpoint: str = "pocket"
    conditions: tuple[Condition, ...] = ()
    sound: bool = True
    strict: bool = False
    adapters: tuple[Adapter, ...] = ()
    variation: Variation | None = None
    draft: Approved | None = None
    best_of: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", exact_seconds(self.seconds))
        object.__setattr__(self, "size", read_size(self.size))
        object.__setattr__(self, "conditions", _several("conditions", self.conditions))
        object.__setattr__(self, "adapters", _several("adapters", self.adapters))
        _check_prompt(self.prompt)
        check_text("negative prompt", self.negative)
        check_text("preset", self.preset)
        check_text("checkpoint", self.checkpoint)
        for field, kind in (("sound", bool), ("strict", bool), ("variation", Variation), ("draft", Approved)):
            _check_kind(field, getattr(self, field), kind)
        for adapter in self.adapters:
            _check_kind("adapter", adapter, Adapter)
        if self.seed is not None:
            check_seed(self.seed)
        if self.steps is not None:
            _check_steps(self.steps)
        if self.guidance is not None:
            _check_guidance(self.guidance)
        check_agreement(self.prompt, self.conditions, self.size)
        _check_chance(self)

    @property
    def still(self) -> bool:
        return self.seconds == 0


def _check_chance(request: Request) -> None:
    check_best_of(request.best_of)
    if request.best_of > 1 and request.draft is not None:
        raise InvalidRequest(
            f"a draft is finished under its own seed, but the best of {request.best_of} was asked for; leave one out."
        )
    if request.variation is not None and request.seed is None and request.draft is None:
        raise InvalidRequest("a variation was asked for, but not of which shot; give the seed that it varies.")


def _check_prompt(prompt: str) -> None:
    check_text("prompt", prompt)
    if not any(each.isprintable() and not each.isspace() for each in prompt):
        raise InvalidRequest(
            'the prompt is empty; say what the shot shows, for instance "a red ball bounces on a meadow".'
        )


def check_text(name: str, text: str) -> None:
    """Raises: InvalidRequest for what is no text, or more than anything reads."""
    if not isinstance(text, str):
        raise InvalidRequest(f"the {name} must be text, not {type(text).__name__}.")
    if len(text) > LONGEST_PROMPT:
        raise InvalidRequest(
            f"the {name} has {len(text)} characters; at most {LONGEST_PROMPT} are read, so shorten it."
        )


def _check_kind(field: str, value: object, kind: type) -> None:
    if not isinstance(value, kind) and not (value is None and kind in (Variation, Approved)):
        wanted = "True or False" if kind is bool else f"of the kind {kind.__name__}"
        raise InvalidRequest(f"{field} was {value!r:.60}; it must be {wanted}.")


def _several(field: str, values: Any) -> tuple[Any, ...]:
    try:
        return tuple(values)
    except TypeError:
        raise InvalidRequest(f"{field} was {values!r:.60}; it must be a list, which may be empty.") from None


def _check_steps(steps: int) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= MOST_STEPS:
        raise InvalidRequest(f"steps was {steps!r}; it must be a whole number from 1 to {MOST_STEPS}.")


def _check_guidance(guidance: float) -> None:
    number = isinstance(guidance, int | float) and not isinstance(guidance, bool) and math.isfinite(guidance)
    if not number or not 0 <= guidance <= MOST_GUIDANCE:
        raise InvalidRequest(
            f"guidance was {guidance!r}; it must be a number from 0 to {MOST_GUIDANCE:g}, and 1 means none."
        )
