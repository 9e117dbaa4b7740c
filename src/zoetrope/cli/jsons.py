"""JSON files that a person wrote: read whole, or refused in one sentence."""

import json
import math
from pathlib import Path
from typing import Any

from zoetrope.core.errors import InvalidRequest, MediaError

MOST_BYTES = 1 << 20  # a thousand points of a stroke are 30 kB


def read_json(path: Path) -> Any:
    """The content of a file. Raises: MediaError where it cannot be read, InvalidRequest where it is no JSON."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(f"cannot read {path}: {reason.lower()}; check the name") from error
    if len(content) > MOST_BYTES:
        raise InvalidRequest(f"{path} is larger than {MOST_BYTES >> 20} MB, which no file of motion is; give another.")
    try:
        return json.loads(content.decode("utf-8"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidRequest(f"{path} is no JSON: {error.msg.lower()} at {where}; correct it there.") from None
    except (ValueError, RecursionError):
        raise InvalidRequest(f"{path} is no JSON; write it as text in UTF-8.") from None


def is_row(value: Any, count: int) -> bool:
    """Whether a value is a list of so many finite numbers."""
    return isinstance(value, list) and len(value) == count and all(map(_is_number, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
