"""Picture sizes: reading them, and naming the nearest ones that are possible. Knows no checkpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from zoetrope.core.errors import InvalidRequest

_WRITTEN = re.compile(r"\s*(\d{1,5})\s*[x×X*]\s*(\d{1,5})\s*")


@dataclass(frozen=True, order=True)
class Size:
    """Width and height of a picture in pixels.

    Raises: InvalidRequest if a side is not a positive whole number.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if isinstance(side, bool) or not isinstance(side, int) or side < 1:
                raise InvalidRequest(
                    f"size was {self.width!r} by {self.height!r}; both sides must be whole numbers of pixels from 1."
                )

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        return self.width * self.height


def read_size(value: str | Size | tuple[int, int]) -> Size:
    """Read a size: "256x144", (256, 144) or a Size.

    Raises: InvalidRequest if it is none of them.
    """
    if isinstance(value, Size):
        return value
    if isinstance(value, str):
        match = _WRITTEN.fullmatch(value)
        if match is None:
            raise InvalidRequest(f"size was {value!r}; write width x height in pixels, for instance 256x144.")
        return Size(int(match[1]), int(match[2]))
    if isinstance(value, tuple) and len(value) == 2:
        return Size(*value)
    raise InvalidRequest(f"size was {value!r}; give it as width x height in pixels, for instance 256x144.")


def nearest_sizes(asked: Size, possible: Iterable[Size], count: int = 3) -> tuple[Size, ...]:
    """Order the possible sizes by how little the sides change, and keep the first few."""

    def distance(size: Size) -> tuple[int, Size]:
        return (size.width - asked.width) ** 2 + (size.height - asked.height) ** 2, size

    return tuple(sorted(set(possible), key=distance)[:count])
