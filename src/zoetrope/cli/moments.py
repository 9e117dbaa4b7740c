"""Moments and ranges of time as people type them."""

from fractions import Fraction

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.time import exact_seconds, show_seconds


def read_moment(option: str, written: str) -> Fraction:
    """Read "2.5s" or "2.5". Raises: InvalidRequest, naming the option."""
    try:
        return exact_seconds(written)
    except InvalidRequest:
        raise InvalidRequest(f"{option} was {written!r}; it is seconds from the start, such as 2.5s.") from None


def read_range(start: str, end: str, length: Fraction) -> tuple[Fraction, Fraction]:
    """Read a range of time within a clip. Units: length in seconds. Raises: InvalidRequest for one that is none."""
    first, last = read_moment("--from", start), read_moment("--to", end)
    if first >= last:
        raise InvalidRequest(
            f"the range from {show_seconds(first)} s to {show_seconds(last)} s is empty; let it end after it begins."
        )
    if last > length:
        raise InvalidRequest(
            f"the range ends at {show_seconds(last)} s, but the clip at {show_seconds(length)} s; let it end with it."
        )
    return first, last
