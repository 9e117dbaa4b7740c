"""Bring a file from an address to be verified: http and https only, of bounded size and time, into a temporary file."""

from __future__ import annotations

import contextlib
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from zoetrope.core.errors import MediaError
from zoetrope.release.credentials_beside import ENDING, beside

MOST_BYTES = 512 << 20  # half an hour of 720p at 2 Mbit/s
_SECONDS = 30  # without any byte
_CHUNK = 1 << 18
_LONGEST_ENDING = 6


def is_address(text: str) -> bool:
    """Whether a person gave an address instead of a file."""
    return text.startswith(("http://", "https://"))


@contextlib.contextmanager
def fetched(address: str, most: int = MOST_BYTES) -> Iterator[Path]:
    """The file behind an address, and the credentials that lie beside it there, as long as the block lasts.

    Units: most in bytes. Raises: MediaError when it cannot be had, or is larger than that.
    """
    ending = PurePosixPath(urlsplit(address).path).suffix[:_LONGEST_ENDING]
    safe = ending if ending[1:].isalnum() else ""
    with tempfile.TemporaryDirectory(prefix="zoetrope-") as folder:
        path = Path(folder) / f"fetched{safe}"
        try:
            _bring(address, path, most)
        except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise MediaError(f"cannot fetch {address}: {reason}; check the address, or give a file") from error
        apart = beside(path)
        if apart is not None:
            with contextlib.suppress(urllib.error.URLError, HTTPException, OSError, ValueError, MediaError):
                _bring(_beside(address), apart, most)
        yield path


def _beside(address: str) -> str:
    """The address of the credentials that lie beside a file."""
    parts = urlsplit(address)
    return parts._replace(path=str(PurePosixPath(parts.path).with_suffix(ENDING))).geturl()


def _bring(address: str, path: Path, most: int) -> None:
    opener = urllib.request.build_opener(_OnlyWeb)
    with opener.open(address, timeout=_SECONDS) as answer, path.open("wb") as file:
        got = 0
        while part := answer.read(_CHUNK):
            got += len(part)
            if got > most:
                raise MediaError(
                    f"cannot fetch {address}: it is larger than {most >> 20} MiB; fetch and cut it yourself"
                )
            file.write(part)


class _OnlyWeb(urllib.request.HTTPRedirectHandler):
    """Follows redirects to the web alone, never to files of this machine."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not is_address(newurl):
            raise MediaError(f"cannot fetch {req.full_url}: it leads away from the web; give the file itself")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
