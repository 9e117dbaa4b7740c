"""Credentials beside a file whose kind has no place for them: a `.c2pa` file of the same name.

Who moves or sends such a file moves two. It knows files and no certificates; signing and reading are done elsewhere.
Source: C2PA Technical Specification 2.2, section 11.4 (external manifests); other readers look for the same name.
"""

import contextlib
import os
from pathlib import Path
from types import MappingProxyType

from zoetrope.core.errors import MediaError
from zoetrope.media.places import writing

KINDS = MappingProxyType({".webm": "video/webm"})
ENDING = ".c2pa"
_MOST_BYTES = 16 << 20  # a manifest of ours is 13 kB; one with thumbnails of many inputs a few megabytes


def beside(path: str | Path) -> Path | None:
    """Where the credentials of a file lie, None for kinds that hold their own."""
    place = Path(path)
    return place.with_suffix(ENDING) if place.suffix.lower() in KINDS else None


def read_beside(path: Path) -> bytes | None:
    """What lies beside a file, None where nothing does. Raises: MediaError when it cannot be read or is huge."""
    place = beside(path)
    if place is None or not place.is_file():
        return None
    try:
        with place.open("rb") as file:
            found = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise MediaError(f"cannot read {place}, the credentials of {path.name}: {error.strerror}") from error
    if len(found) > _MOST_BYTES:
        raise MediaError(f"cannot read {place}: credentials of over {_MOST_BYTES >> 20} MiB are none that we know")
    return found


class Companion:
    """The credentials of a file that is being released, on their way to their name; for most kinds there are none."""

    def __init__(self, path: Path) -> None:
        self._target, self._before, self._placed = beside(path), None, False

    def place(self, file: Path) -> None:
        """Move what was signed beside an unfinished file to its name. Raises: MediaError when that fails."""
        made = beside(file)
        if made is None or self._target is None:
            return
        with writing(self._target):
            self._before = self._target.read_bytes() if self._target.is_file() else None
            os.replace(made, self._target)
        self._placed = True

    def withdraw(self, file: Path | None) -> None:
        """Leave what was there before: the file itself never appeared."""
        made = beside(file) if file is not None else None
        with contextlib.suppress(OSError):
            if made is not None:
                made.unlink(missing_ok=True)
            if self._placed and self._target is not None:
                if self._before is None:
                    self._target.unlink(missing_ok=True)
                else:
                    self._target.write_bytes(self._before)
        self._placed = False
