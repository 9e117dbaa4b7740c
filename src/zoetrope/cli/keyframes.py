"""`--image FILE@TIME`: pictures from files, fitted to the size of the shot, at their moments."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

from zoetrope.cli.shooting import Given
from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.sizes import Size
from zoetrope.core.time import exact_seconds


def read_keyframes(written: Sequence[str], size: Size) -> tuple[Given, ...]:
    """Read each picture, scaled to cover the size and cut evenly.

    Raises: InvalidRequest for a time that is none; MediaError for a file that is no picture.
    """
    from zoetrope.media.pictures import fit, read_picture

    parts = [split(image) for image in written]
    return tuple(Given(Keyframe(at, fit(read_picture(file), (size.width, size.height))), file) for file, at in parts)


def split(written: str) -> tuple[Path, Fraction | Literal["first", "last"]]:
    """Split FILE@TIME at its last @; a file without a time is the first frame."""
    file, separator, time = written.rpartition("@")
    if not separator or Path(written).is_file():
        return Path(written), "first"
    if not file:
        raise InvalidRequest(f"--image was {written!r}, which names no file; write FILE@TIME, such as sun.png@2.5s.")
    if time == "first":
        return Path(file), "first"
    if time == "last":
        return Path(file), "last"
    try:
        return Path(file), exact_seconds(time)
    except InvalidRequest:
        raise InvalidRequest(
            f"--image was {written!r}; the time after @ is first, last or seconds, such as sun.png@2.5s."
        ) from None
