"""A hub on the loopback address, for tests of pulls: it lists and hands out files, and fails as it is told."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(eq=False)
class SmallHub:
    """One repository. `cuts` are bytes after which answers for a path end, one for each request."""

    name: str
    files: dict[str, bytes]
    cuts: dict[str, list[int]] = field(default_factory=dict)
    lies: dict[str, bytes] = field(default_factory=dict)  # what is handed out instead
    sizes: dict[str, int] = field(default_factory=dict)  # what is listed instead
    statuses: dict[str, list[int]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=lambda: {"main": "a" * 40, "master": "b" * 40})
    ranges: bool = True
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)  # path, Range, Authorization
    address: str = ""

    def tree(self) -> list[dict]:
        """As Hugging Face lists: large files by SHA-256, small ones by git's name of them."""
        found: list[dict] = [{"type": "directory", "path": "transformer", "oid": "0"}]
        for path, data in self.files.items():
            size = self.sizes.get(path, len(data))
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            entry: dict = {"type": "file", "path": path, "size": size, "oid": blob}
            if path.endswith(".safetensors"):
                entry |= {"lfs": {"oid": hashlib.sha256(data).hexdigest(), "size": size}}
            found.append(entry)
        return found

    def list(self) -> dict:
        """As ModelScope does."""
        files = [
            {"Type": "blob", "Path": path, "Size": len(data), "Sha256": hashlib.sha256(data).hexdigest()}
            for path, data in self.files.items()
        ]
        folder = {"Type": "tree", "Path": "transformer", "Size": 0}
        commit = {"LatestCommitter": {"Id": self.commits.get("master", "")}}
        return {"Code": 200, "Data": {"Files": [folder, *files]} | commit}


def read_files(folder: Path) -> dict[str, bytes]:
    """A folder as the files of a repository."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@contextmanager
def serve(hub: SmallHub) -> Iterator[SmallHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            told, _, revision = path.removeprefix(f"/api/models/{hub.name}/").partition("/")
            if told == "revision" and revision in hub.commits:
                self._say(200, json.dumps({"sha": hub.commits[revision]}).encode())
            elif told == "tree" and revision in hub.commits.values():
                self._tree()
            elif path == f"/api/v1/models/{hub.name}/repo/files":
                self._say(200, json.dumps(hub.list()).encode())
            else:
                revision, _, name = path.partition("/resolve/")[2].partition("/")
                there = name in hub.files and revision in (*hub.commits, *hub.commits.values())
                self._file(name) if there else self._say(404, b"")

        def _tree(self) -> None:
            """In two pages."""
            entries, second = hub.tree(), "cursor" in self.path
            half = len(entries) // 2
            link = {} if second else {"Link": f'<{hub.address}{self.path}&cursor=2>; rel="next"'}
            self._say(200, json.dumps(entries[half:] if second else entries[:half]).encode(), link)

        def _file(self, name: str) -> None:
            asked = self.headers.get("Range")
            hub.asked.append((name, asked, self.headers.get("Authorization")))
            if hub.statuses.get(name):
                return self._say(hub.statuses[name].pop(0), b"")
            data = hub.lies.get(name, hub.files[name])
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.ranges else 0
            if start >= len(data) > 0:
                return self._say(416, b"")
            head = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
            cut = hub.cuts.get(name)
            self._say(206 if start else 200, data[start:], head, cut.pop(0) if cut else None)

        def _say(self, code: int, body: bytes, headers: dict[str, str] | None = None, cut: int | None = None) -> None:
            self.send_response(code)
            for key, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body[:cut])
            if cut is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
