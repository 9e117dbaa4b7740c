"""`--lora FILE[@STRENGTH][@high|@low]`: adapters as typed."""

from pathlib import Path
from typing import Literal

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Adapter

EXPERTS: tuple[Literal["high", "low"], ...] = ("high", "low")


def read_adapter(written: str) -> Adapter:
    """Split FILE@STRENGTH@EXPERT from its end; what is left out is 1, and both experts.

    Raises: InvalidRequest for a strength that is no number.
    """
    expert: Literal["both", "high", "low"] = "both"
    for each in EXPERTS:
        if written.endswith(f"@{each}") and not Path(written).is_file():
            expert, written = each, written.removesuffix(f"@{each}")
    file, separator, strength = written.rpartition("@")
    if not separator or Path(written).is_file():
        return Adapter(written, expert=expert)
    try:
        return Adapter(file, float(strength), expert)
    except ValueError:
        raise InvalidRequest(
            f"--lora was {written!r}; the strength after @ is a number, such as style.safetensors@0.8, and after it "
            "@high or @low may name one of two experts."
        ) from None
