"""Pictures are looked at often enough, moderators that do not answer stop the work, known pictures are recognised."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest, MediaError, Refused
from zoetrope.release.screen import Opinion, PictureScreen, ScreenPolicy, open_screen, screen_pictures, screen_sound
from zoetrope.release.screen.endpoint import Endpoint, NoAnswer
from zoetrope.release.screen.faces import EndpointFaces
from zoetrope.release.screen.hashes import read_deny_list
from zoetrope.release.screen.pdq import pdq, pdq_and_mirrored
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

NOISE = np.random.default_rng(0).integers(0, 256, (90, 131, 3), dtype=np.uint8)
# Source: pdqhash 0.2.8, the reference implementation in C++, on the same picture
NOISE_PDQ = "448a6645c3c15ac3b6d8126865e6d5d0334f5516cfc5e28e6f8a994db17c3d4f"


class Counts:
    """Keeps what it was shown."""

    name = "counts"
    categories = {"gore": "block"}  # noqa: RUF012

    def __init__(self):
        self.seen = []

    def check_pictures(self, pictures):
        self.seen += [int(picture[0, 0, 0]) for picture in pictures]
        return []

    def check_sound(self, sound, rate):
        return [Opinion("gore", 0.9)] if rate == 24_000 and sound.shape[0] == 2 else []


@pytest.fixture(scope="module")
def clip():
    return draw(write_scene(np.random.default_rng(3)))


class Service(ThreadingHTTPServer):
    """A moderator on a loopback address; the test says what it answers."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked, self.late, self.status = [], 0.0, 200
        self.answer = b'{"opinions": [{"category": "gore", "score": 0.8}]}'

    def handle_error(self, request, client_address):
        """Whoever waits no longer has closed the connection."""


class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        service = self.server
        assert isinstance(service, Service)
        service.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        time.sleep(service.late)
        self.send_response(service.status)
        self.end_headers()
        self.wfile.write(service.answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def endpoint(service, severity="block", seconds=5.0):
    return Endpoint(f"http://127.0.0.1:{service.server_port}/check", {"gore": severity}, seconds)


def test_a_clip_is_looked_at_each_second_and_after_each_cut():
    frames = np.zeros((40, 36, 64, 3), np.uint8)
    frames[17:] = 200
    frames[30] = 90
    frames[:, 0, 0, 0] = np.arange(40)
    whole, parts = Counts(), Counts()
    screen_pictures(frames, 12, ScreenPolicy(moderators=(whole,)))
    screen = PictureScreen(ScreenPolicy(moderators=(parts,)), 12, "clip")
    for start in range(0, 40, 7):
        screen.look(frames[start : start + 7])
    assert whole.seen == parts.seen == [0, 12, 17, 24, 30, 31, 36]


def test_an_endpoint_is_asked_and_believed(service, clip):
    policy = ScreenPolicy(moderators=(endpoint(service),))
    verdict = screen_pictures(clip[:13], 12, policy, role="finished picture")
    assert [(found.category, found.severity) for found in verdict.findings] == [("gore", "block")]
    with pytest.raises(Refused, match="finished picture"):
        verdict.raise_if_blocked()
    (asked,) = service.asked
    sent = cv2.imdecode(np.frombuffer(base64.b64decode(asked["pictures"][1]), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert len(asked["pictures"]) == 2
    assert np.abs(sent.astype(int) - clip[12]).mean() < 8
    assert not screen_sound(np.zeros((2, 240), np.float32), 24_000, policy).allowed
    assert service.asked[-1]["rate"] == 24_000


@pytest.mark.parametrize("answer", [b"", b"{}", b"no", b'{"opinions": [{"category": "gore"}]}', b"[" * 2_000_000])
def test_no_answer_stops_what_would_be_blocked(service, clip, answer):
    service.answer = answer
    for severity, missed, allowed in (("block", "gore", False), ("review", "", False), ("review", "gore", True)):
        policy = ScreenPolicy(moderators=(endpoint(service, severity),), go_on_without=frozenset((missed,)))
        verdict = screen_pictures(clip[:1], 12, policy)
        assert verdict.allowed is allowed
        assert [found.category for found in verdict.findings] == ["unchecked"]


def test_late_answers_refusals_and_absent_services_are_no_answers(service, clip):
    service.status = 500
    assert not screen_pictures(clip[:1], 12, ScreenPolicy(moderators=(endpoint(service),))).allowed
    service.status, service.late = 200, 0.4
    began = time.monotonic()
    assert not screen_pictures(clip[:1], 12, ScreenPolicy(moderators=(endpoint(service, seconds=0.1),))).allowed
    assert time.monotonic() - began < 0.4
    absent = Endpoint("http://127.0.0.1:1/", {"gore": "block"}, 1)
    verdict = screen_pictures(clip[:1], 12, ScreenPolicy(moderators=(absent,)))
    with pytest.raises(Refused, match="gave no answer"):
        verdict.raise_if_blocked()


@pytest.mark.parametrize("given", [("ftp://x", {"a": "block"}, 5), ("http://x", {}, 5), ("http://x", {"a": "b"}, 5)])
def test_an_endpoint_that_cannot_be_is_refused_at_once(given):
    with pytest.raises(InvalidRequest):
        Endpoint(*given)


def test_hashes_are_those_of_the_reference():
    assert pdq(NOISE).bits.hex() == NOISE_PDQ
    assert pdq(NOISE[:, ::-1]) == pdq_and_mirrored(NOISE)[1]
    assert pdq(np.zeros((4, 4, 3), np.uint8)).quality == 0


def test_a_denied_picture_is_known_again_scaled_recoded_and_mirrored(clip, tmp_path):
    others = draw(write_scene(np.random.default_rng(4)))
    listed = tmp_path / "known.csv"
    listed.write_text(f"hash,what\n{pdq(clip[30]).bits.hex()},known case\n# note\n{'0' * 64}\n", encoding="utf-8")
    policy = ScreenPolicy(lists=(), denied=read_deny_list(listed))
    small = cv2.resize(clip[30], (192, 108), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", clip[30], [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    recoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    for seen in (clip[30], small, recoded, small[:, ::-1]):
        verdict = screen_pictures(seen[None], 12, policy)
        assert [(found.category, found.severity) for found in verdict.findings] == [("known_case", "block")]
    assert screen_pictures(others[:1], 12, policy).allowed
    assert screen_pictures(np.zeros((1, 64, 64, 3), np.uint8), 12, policy).allowed
    listed.write_text(pdq(others[0]).bits.hex(), encoding="utf-8")
    assert not screen_pictures(others[:1], 12, ScreenPolicy(denied=read_deny_list(listed))).allowed


def test_what_is_no_deny_list_says_where(tmp_path):
    path = tmp_path / "known.csv"
    path.write_text("0123\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="line 1"):
        read_deny_list(path)
    with pytest.raises(MediaError):
        read_deny_list(tmp_path / "absent.csv")


def test_a_face_detector_behind_an_address_counts_faces(service, clip, tmp_path):
    address = f"http://127.0.0.1:{service.server_port}/faces"
    (tmp_path / "screen.yaml").write_text(f"faces: {{url: '{address}', seconds: 2}}\n", encoding="utf-8")
    faces = open_screen(tmp_path).faces
    assert isinstance(faces, EndpointFaces)
    service.answer = b'{"opinions": [{"category": "face", "score": 0.9}, {"category": "face", "score": 0.1}]}'
    assert faces.faces(clip) == 1
    assert len(service.asked[-1]["pictures"]) == 16
    assert faces.boxes(clip[0]) == ()
    service.answer = b'{"opinions": [{"category": "face", "score": 0.9, "box": [0.5, 0, 0.75, 0.1]}]}'
    assert faces.boxes(clip[0]) == ((128, 0, 192, 15),)
    service.answer = b'{"opinions": [{"category": "face", "score": 0.9, "box": [0.5, 0, 0.25, 0.1]}]}'
    with pytest.raises(NoAnswer, match="box"):
        faces.boxes(clip[0])
    service.status = 500
    with pytest.raises(NoAnswer):
        faces.faces(clip[:1])
    (tmp_path / "screen.yaml").write_text("faces: {address: x}\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="url"):
        open_screen(tmp_path)
