"""Files that prove a consent, kept in one folder under their digests, readable by their owner alone.

Knows no registry and does not look inside.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from zoetrope.core.errors import InvalidRequest, MediaError

_MOST = 512 * 1024**2  # bytes; some minutes of a telephone's video


def keep_file(file: Path, folder: Path) -> str:
    """Copy a file into the folder under its digest: hexadecimal SHA-256.

    Raises: InvalidRequest when it is empty or too large; MediaError when it cannot be read or kept.
    """
    try:
        if file.stat().st_size > _MOST:
            raise InvalidRequest(f"{file} is larger than {_MOST >> 20} MB; give a shorter recording")
        data = file.read_bytes()
        if not data:
            raise InvalidRequest(f"{file} is empty; give the release or the recording itself")
        sha256 = hashlib.sha256(data).hexdigest()
        place = folder / sha256
        if not place.exists():
            _write(data, place)
    except OSError as error:
        raise MediaError(f"cannot keep {file} as evidence: {error}") from error
    return sha256


def _write(data: bytes, place: Path) -> None:
    part = place.with_suffix(f".{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            copy.write(data)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
