"""`--lora FILE@STRENGTH`: adapters as typed."""

from pathlib import Path

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Adapter


def read_adapter(written: str) -> Adapter:
    """Split FILE@STRENGTH at its last @; a file without a strength has the one it was trained at.

    Raises: InvalidRequest for a strength that is no number.
    """
    file, separator, strength = written.rpartition("@")
    if not separator or Path(written).is_file():
        return Adapter(written)
    try:
        return Adapter(file, float(strength))
    except ValueError:
        raise InvalidRequest(
            f"--lora was {written!r}; the strength after @ is a number, such as style.safetensors@0.8."
        ) from None
