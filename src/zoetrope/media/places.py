"""Where a file goes: is the place writable, and how a file appears there whole or not at all.

Knows nothing about what the bytes mean.
"""

import contextlib
import errno
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

from av.error import FFmpegError

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.media.containers import Container, container_of

# A five-second clip is below 1 MB, ProRes of it 3 MB; with less than this free the disk counts as full.
LEAST_FREE_BYTES = 8 * 1024 * 1024

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.EFBIG: "the file grew beyond the size allowed here; make it shorter or choose another folder",
    errno.EACCES: "this user may not write there; choose another folder or change its permissions",
    errno.EPERM: "this user may not write there; choose another folder or change its permissions",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.ENOENT: "the folder does not exist; make it first or choose another",
    errno.ENOTDIR: "a part of the path is a file, not a folder; choose another path",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EIO: "the disk reports a fault; choose another disk",
}


def check_output(path: str | Path, *, needed_bytes: int = LEAST_FREE_BYTES) -> Container:
    """Make sure that a file can be written at `path`, before any work is done for it; leaves nothing behind.

    Raises: InvalidRequest for an unknown ending; MediaError when the folder is missing, cannot be written or is full,
    or when something that is not a file stands at `path`.
    """
    container = container_of(path)
    check_place(Path(path), needed_bytes=needed_bytes)
    return container


def check_place(place: Path, *, needed_bytes: int = LEAST_FREE_BYTES) -> None:
    """Make sure that a file of any kind can be written there; leaves nothing behind. Raises: as `check_output`."""
    if "\0" in str(place):
        raise InvalidRequest("the file name holds a zero byte; leave it out")
    if not _is_text(place):
        raise InvalidRequest(
            f"the file name {str(place)!r} is no text, and credentials name their file; choose another"
        )
    with writing(place):
        _check_names(place)
        probe = Placed(place)
        try:
            probe.temporary.write_bytes(b"\0")
        finally:
            probe.discard()
        free = shutil.disk_usage(place.parent).free
    if free < needed_bytes:
        raise MediaError(
            f"cannot write {place}: the disk has {free / 1e6:.1f} MB left and {needed_bytes / 1e6:.1f} MB are needed; "
            "free some space or choose another folder"
        )


def _is_text(place: Path) -> bool:
    """Whether a name is text in UTF-8, which names from other encodings need not be."""
    try:
        str(place).encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_names(place: Path) -> None:
    if place.is_dir():
        raise MediaError(f"cannot write {place}: a folder of that name is there; choose another name")
    if place.exists() and not place.is_file():
        raise MediaError(f"cannot write {place}: it is a device or pipe, not a file; choose another name")
    folder = place.parent
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise MediaError(f"cannot write {place}: the folder {folder} {what}; make it first or choose another folder")


def reason(error: BaseException) -> str:
    """One clause that says why the system refused, and what to do."""
    number = getattr(error, "errno", None)
    if number in _REASONS:
        return _REASONS[number]
    return f"the system says {getattr(error, 'strerror', None) or error}"


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system or the encoder raises while `path` is written into one clear MediaError."""
    try:
        yield
    except (OSError, FFmpegError) as error:
        raise MediaError(f"cannot write {path}: {reason(error)}") from error


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


class Placed:
    """A hidden temporary file beside its target, which takes the target's place on `commit` and vanishes otherwise.

    It vanishes on `discard`, when it is forgotten, and when the interpreter ends.
    Raises: OSError when the temporary file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = path.with_name(f".{path.stem[:80]}.{secrets.token_hex(4)}.part{path.suffix}")
        os.close(os.open(self.temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        self._cleaner = weakref.finalize(self, _remove, self.temporary)

    def commit(self) -> None:
        """Put the finished file in its place; readers see the old file or the new one, never a part."""
        os.replace(self.temporary, self.path)
        self._cleaner.detach()

    def discard(self) -> None:
        """Remove the unfinished file; the target stays as it was."""
        self._cleaner()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at once; it is whole or not there. Raises: MediaError."""
    with writing(path):
        placed = Placed(path)
        try:
            placed.temporary.write_bytes(data)
            placed.commit()
        finally:
            placed.discard()


def check_readable(path: Path) -> None:
    """Raises: MediaError when there is no file with content at `path`, or it may not be read."""
    try:
        if path.is_dir():
            raise MediaError(f"cannot read {path}: it is a folder; give a file")
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise MediaError(f"cannot read {path}: there is no such file; check the name") from error
    except (OSError, ValueError) as error:
        raise MediaError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if empty:
        raise MediaError(f"cannot read {path}: the file is empty; give an intact one")
