"""A file is verified at its address as on the disk, with the credentials beside it; nothing but the web is asked."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from zoetrope.core.errors import MediaError
from zoetrope.release.verify_fetch import fetched


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and leads astray where it is asked to."""

    def do_GET(self):
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_file_comes_with_the_credentials_that_lie_beside_it_and_leaves_nothing(tmp_path, address):
    (tmp_path / "a.webm").write_bytes(b"a clip")
    with fetched(f"{address}/a.webm?token=1") as path:
        assert path.read_bytes() == b"a clip"
        assert not path.with_suffix(".c2pa").exists()
    (tmp_path / "a.c2pa").write_bytes(b"its credentials")
    with fetched(f"{address}/a.webm?token=1") as path:
        assert path.with_suffix(".c2pa").read_bytes() == b"its credentials"
    assert not path.parent.exists()


def test_what_is_missing_too_large_or_leads_away_is_one_clear_sentence(tmp_path, address):
    (tmp_path / "large.mp4").write_bytes(bytes(2000))
    for place, said in (
        ("none.mp4", "File not found"),
        ("large.mp4", "larger than"),
        ("away.mp4", "away from the web|not allowed"),
    ):
        with pytest.raises(MediaError, match=said), fetched(f"{address}/{place}", most=1000):
            pass
