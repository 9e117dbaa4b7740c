"""What a hub's repository holds, and where its files are read: Hugging Face's and ModelScope's ways to say it.

Knows no checkpoint and writes no file. Sources: the HTTP interface of huggingface.co (docs/hub/api, `tree` and
`revision`), and that of modelscope.cn (`repo/files` in modelscope/hub/api.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import PurePosixPath
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import Request, urlopen

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.cards import Place

ENDPOINTS: Mapping[str, str] = {"huggingface": "https://huggingface.co", "modelscope": "https://www.modelscope.cn"}
SILENCE = 60.0  # seconds without a byte, after which a connection is as good as cut
_AGENT = "zoetrope"
_BRANCHES = ("main", "master")  # that every repository of the two hubs has
_PAGES = 1000  # of a listing; a repository has a few
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')


@dataclass(frozen=True)
class Remote:
    """One file. `sha256` is of its bytes; `blob` is git's name of them, which Hugging Face says of small ones."""

    path: str
    size: int
    url: str
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True)
class Hub:
    """One hub: which kind it is, where it is, and what to say to be let in."""

    kind: str
    endpoint: str
    token: str | None = None

    def files(self, place: Place) -> tuple[Remote, ...]:
        """All files of a repository. Raises: WeightsError if it cannot be listed."""
        try:
            listed = tuple(self._tree(place) if self.kind == "huggingface" else self._list(place))
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError(f"{self.endpoint} lists {place.name} in a way that is not known ({error!r}).") from error
        for remote in listed:
            _check_path(remote.path, place)
        return tuple(remote for remote in listed if place.folder is None or remote.path.startswith(f"{place.folder}/"))

    def commit(self, place: Place) -> str | None:
        """The commit that a revision is now; None where the hub does not tell. Raises: WeightsError."""
        revision = quote(place.revision, safe="")
        try:
            if self.kind == "huggingface":
                return str(self._ask(f"{self.endpoint}/api/models/{place.name}/revision/{revision}", place)[0]["sha"])
            page, _ = self._ask(f"{self.endpoint}/api/v1/models/{place.name}/repo/files?Revision={revision}", place)
            return (page["Data"].get("LatestCommitter") or {}).get("Id") or None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WeightsError(f"{self.endpoint} tells {place.name} in a way that is not known ({error!r}).") from error

    def open(self, url: str, start: int = 0) -> Any:
        """Begin to read a file at a byte; the answer says by its status whether the hub began there.

        Raises: OSError, HTTPException, which `pull` takes as a cut connection.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise URLError(f"{url} is no address of a hub")
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        request = Request(url, headers=headers)
        if self.token and urlsplit(url).netloc == urlsplit(self.endpoint).netloc:
            # Files are handed out by other hosts, which must not learn the token.
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return urlopen(request, timeout=SILENCE)

    def _tree(self, place: Place) -> Iterator[Remote]:
        base, revision = f"{self.endpoint}/{place.name}/resolve", quote(place.revision, safe="")
        url: str | None = f"{self.endpoint}/api/models/{place.name}/tree/{revision}?recursive=true"
        for _ in range(_PAGES):
            if url is None:
                return
            page, link = self._ask(url, place)
            for entry in page:
                if entry["type"] == "file":
                    path, large = entry["path"], entry.get("lfs")
                    url_of = f"{base}/{revision}/{quote(path)}"
                    if large:
                        yield Remote(path, int(large["size"]), url_of, sha256=large["oid"])
                    else:
                        yield Remote(path, int(entry["size"]), url_of, blob=entry.get("oid"))
            following = _NEXT.search(link)
            url = urljoin(url, following[1]) if following else None

    def _list(self, place: Place) -> Iterator[Remote]:
        base, revision = f"{self.endpoint}/models/{place.name}/resolve", quote(place.revision, safe="")
        page, _ = self._ask(
            f"{self.endpoint}/api/v1/models/{place.name}/repo/files?Revision={revision}&Recursive=true", place
        )
        for entry in page["Data"]["Files"]:
            if entry["Type"] == "blob":
                url = f"{base}/{revision}/{quote(entry['Path'])}"
                yield Remote(entry["Path"], int(entry["Size"]), url, sha256=entry.get("Sha256") or None)

    def _ask(self, url: str, place: Place) -> tuple[Any, str]:
        try:
            with self.open(url) as answer:
                return json.loads(answer.read()), answer.headers.get("Link", "")
        except HTTPError as error:
            named = place.name if place.revision in _BRANCHES else f"{place.name} at {place.revision}"
            raise WeightsError(refusal(named, self.endpoint, error)) from error
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            raise WeightsError(f"{place.name} cannot be listed at {self.endpoint} ({reason}); try again.") from error


def refusal(name: str, endpoint: str, error: HTTPError) -> str:
    """What an answer that is no file means, and what to do."""
    if error.code in (401, 403):
        return (
            f"{endpoint} does not hand out {name} (HTTP {error.code}); accept its licence on its page there, and set "
            "HF_TOKEN or MODELSCOPE_API_TOKEN to a token of yours."
        )
    if error.code == 404:
        return f"{endpoint} has no {name} (HTTP 404); set ZOETROPE_MODEL_SOURCE to the other hub, or look at its page."
    return f"{endpoint} refused {name} (HTTP {error.code} {error.reason}); try again later."


def _check_path(path: str, place: Place) -> None:
    """A listing may not name files outside the folder that it is to fill."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or "\0" in path or ":" in path:
        raise WeightsError(f"{place.name} lists a file at {path!r}, which is no place inside a folder; it was left.")
