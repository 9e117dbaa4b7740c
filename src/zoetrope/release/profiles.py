"""What the law of a place asks of a release, as data: `law.yaml` holds every constant with its source and date.

It knows no media. `label`, `aigc` and `credentials` do what a profile says; `door` sees to it that they did.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

import yaml

from zoetrope.core.errors import InvalidRequest


@dataclass(frozen=True)
class Constant:
    """One number or name that a text sets: its value, what it says, and where it stands.

    `since` is the day from which it binds, None where nothing binds; `how` is "text" or "quoted".
    """

    value: Any
    says: str
    source: str
    read: date
    how: str
    since: date | None = None


@dataclass(frozen=True)
class Visible:
    """The label that people see.

    Units: least_height is a share of the picture's shorter side, of ink; seconds from the first frame on, None for the
    whole clip. Every group in `must_name` has at least one of its words in `words`.
    """

    words: str
    least_height: float
    seconds: float | None
    must_name: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Profile:
    """What a release must carry.

    Machine-readable layers are written wherever a file can hold them; at least `least_layers` must be there, signed
    credentials among them where `needs_signature`. `needs_provider`: who offers the service must be configured.
    `audible`: sound without pictures carries a notice that is heard.
    """

    name: str
    says: str
    least_layers: int
    visible: Visible
    needs_signature: bool = False
    needs_provider: bool = False
    audible: bool = False


def check_words(words: str, must_name: tuple[tuple[str, ...], ...]) -> None:
    """Raises: InvalidRequest when a visible label lacks what it must name."""
    if not words.strip():
        raise InvalidRequest("the visible label has no words; give some, or leave the choice to the profile")
    for group in must_name:
        if not any(word in words for word in group):
            raise InvalidRequest(f"the visible label {words!r} must name one of: {', '.join(group)}; add it")


def names() -> tuple[str, ...]:
    """The names of all profiles."""
    return tuple(_file()["profiles"])


def constant(name: str) -> Constant:
    """One legal constant with its source. Raises: KeyError for a name that `law.yaml` lacks, our own mistake."""
    return Constant(**_file()["constants"][name])


def law(name: str) -> Any:
    """The value of one legal constant."""
    return constant(name).value


def read_profile(name: str) -> Profile:
    """The profile of a name. Raises: InvalidRequest for an unknown one."""
    found = _file()["profiles"].get(name)
    if found is None:
        raise InvalidRequest(f"there is no label profile {name!r}; use one of: {', '.join(names())}")
    least = found["least_layers"]
    return Profile(
        name=name,
        **found
        | {
            "least_layers": law(least) if isinstance(least, str) else least,
            "visible": _visible(**found["visible"]),
        },
    )


def _visible(words: str, shown: str, names: list[str]) -> Visible:
    must_name = tuple(tuple(law(group)) for group in names)
    check_words(words, must_name)
    return Visible(
        words=words,
        least_height=law("label_height_share"),
        seconds=None if shown == "whole" else law("label_seconds"),
        must_name=must_name,
    )


@functools.cache
def _file() -> Mapping[str, Any]:
    return yaml.safe_load(resources.files("zoetrope.release").joinpath("law.yaml").read_text("utf-8"))
