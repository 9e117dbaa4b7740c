"""One file from a hub to its place: resumed where it was cut, and thrown away if it is not what the hub promised.

Knows no checkpoint.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.hub import Hub, Remote, refusal
from zoetrope.engine.checkpoints.models_folder import UNFINISHED

BLOCK = 1 << 20  # bytes that are read and told at once
ATTEMPTS = 6  # in a row without one new byte; with the waits below, half a minute
_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before each new attempt
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)  # answers that pass. Source: RFC 9110 and RFC 6585
_NO_SUCH_RANGE = 416
_FROM = re.compile(r"bytes (\d+)-")

Tell = Callable[[int], None]
Wait = Callable[[float], None]


class _Cut(Exception):
    """The hub did not answer, or stopped in between."""


def fetch(hub: Hub, remote: Remote, path: Path, tell: Tell, wait: Wait) -> str:
    """Put a file in its place, from the bytes that are there on; returns its SHA-256.

    `tell` hears how many bytes are there; what it raises stops the fetch, and the bytes stay for the next one.
    Raises: WeightsError if the hub does not give it, gives something else, or the connection stays cut.
    """
    part = path.with_name(f"{path.name}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            path.replace(part)  # it is read again and checked, as if it had just come
        with part.open("ab+") as file:
            got = _Got(remote, file, tell)
            _read_all(hub, remote, got, wait)
        _check(remote, part, got)
        part.replace(path)
    except OSError as error:
        raise WeightsError(f"{path} cannot be written ({error.strerror or error}); is the disk full?") from error
    return got.sums[0].hexdigest()


class _Got:
    """The bytes of a file that came so far, and their hashes."""

    def __init__(self, remote: Remote, file: BinaryIO, tell: Tell) -> None:
        self._remote, self._file, self._tell = remote, file, tell
        self.restart(keep=file.seek(0, 2) <= remote.size)

    def restart(self, keep: bool = False) -> None:
        """Begin with nothing, or with what the file holds."""
        self.size, self.sums = 0, [hashlib.sha256()]
        if self._remote.blob is not None:
            # Git names a file by the SHA-1 of its size and bytes. It finds damage; against forgery there is TLS.
            self.sums.append(hashlib.sha1(f"blob {self._remote.size}\0".encode(), usedforsecurity=False))
        self._file.seek(0)
        if not keep:
            self._file.truncate()
        while block := self._file.read(BLOCK):
            self._count(block)

    def append(self, block: bytes) -> None:
        self._file.write(block)
        self._count(block)

    def _count(self, block: bytes) -> None:
        for each in self.sums:
            each.update(block)
        self.size += len(block)
        self._tell(self.size)


def _read_all(hub: Hub, remote: Remote, got: _Got, wait: Wait) -> None:
    failed = 0
    while got.size < remote.size:
        before = got.size
        try:
            _read_on(hub, remote, got)
            said = "the connection was cut"
        except _Cut as error:
            said = str(error)
        failed = 0 if got.size > before else failed + 1
        if failed >= ATTEMPTS:
            raise WeightsError(
                f"{remote.path} stopped at {got.size} of {remote.size} bytes from {hub.endpoint} ({said}); the same "
                "pull goes on from there."
            )
        if got.size < remote.size:
            wait(_WAITS[min(failed, len(_WAITS) - 1)])


def _read_on(hub: Hub, remote: Remote, got: _Got) -> None:
    """Append what the hub sends until it stops. A hub that begins elsewhere than asked is read from its beginning."""
    try:
        answer = hub.open(remote.url, got.size)
    except HTTPError as error:
        if error.code == _NO_SUCH_RANGE:  # what is there is no beginning of the file
            got.restart()
        elif error.code not in _TRANSIENT:
            raise WeightsError(refusal(remote.path, hub.endpoint, error)) from error
        raise _Cut(f"HTTP {error.code}") from error
    except (OSError, HTTPException) as error:
        raise _Cut(str(getattr(error, "reason", error))) from error
    with answer:
        if got.size and not _begins_at(answer, got.size):
            got.restart()
        for block in _blocks(answer, remote.size - got.size):
            got.append(block)


def _begins_at(answer: Any, start: int) -> bool:
    said = _FROM.match(answer.headers.get("Content-Range", ""))
    return answer.status == 206 and said is not None and int(said[1]) == start


def _blocks(answer: Any, most: int) -> Iterator[bytes]:
    """What comes, and no more than is wanted; a cut connection is told apart from a disk that cannot be written."""
    while most > 0:
        try:
            block = answer.read(min(BLOCK, most))
        except (OSError, HTTPException) as error:
            raise _Cut(str(error) or type(error).__name__) from error
        if not block:
            return
        most -= len(block)
        yield block


def _check(remote: Remote, part: Path, got: _Got) -> None:
    for promised, counted in zip((remote.sha256, remote.blob), got.sums, strict=False):
        found = counted.hexdigest()
        if promised is not None and promised.lower() != found:
            part.unlink()
            raise WeightsError(
                f"{remote.path} was thrown away: its hash is {found[:12]}..., and the hub promised {promised[:12]}...; "
                "pull again, and if it stays so the hub's file is damaged or was changed."
            )
