"""A moderator behind an operator's HTTP address: sends pictures or sound as JSON, reads opinions back.

    POST {"kind": "pictures", "pictures": ["<base64 JPEG>", ...]}
    POST {"kind": "sound", "rate": 24000, "sound": "<base64 WAV, 16 bits, stereo>"}
    -> 200 {"opinions": [{"category": "sexual", "score": 0.93, "picture": 0}, ...]}

An opinion may say where: "box": [left, top, right, bottom] in shares of the picture. Everything else, and everything
late, is a failure; what follows from one is decided in `moderators`.
"""

from __future__ import annotations

import base64
import io
import json
import math
import time
import wave
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np

from zoetrope.core.errors import InvalidRequest, ZoetropeError
from zoetrope.release.screen.moderators import Opinion
from zoetrope.release.screen.verdict import SEVERITIES, Severity

_LONGEST_SIDE = 512  # pixels; classifiers look at 224 to 448
_MOST_PICTURES = 16  # in one question, about 1 MB
_MOST_ANSWER = 1 << 20  # bytes
_LONGEST_WAIT = 120.0


class NoAnswer(ZoetropeError):
    """A moderator could not be asked, or its answer could not be read. Never leaves the screen."""


class Endpoint:
    """An operator's moderator over HTTP or HTTPS, without redirects and without proxies.

    Units: seconds for one question, from connecting to the last byte of the answer.
    Raises: InvalidRequest for an address, a severity or a time that is none.
    """

    def __init__(self, url: str, categories: Mapping[str, Severity], seconds: float = 5.0) -> None:
        parts = urlsplit(str(url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidRequest(f"the moderator's address {url!r} must begin with http:// or https://")
        if not categories or any(severity not in SEVERITIES for severity in categories.values()):
            raise InvalidRequest(f"each category of the moderator at {url} must be one of {', '.join(SEVERITIES)}")
        if not 0 < seconds <= _LONGEST_WAIT:
            raise InvalidRequest(f"the moderator at {url} must answer within 0 to {_LONGEST_WAIT:g} seconds")
        self._parts, self._seconds = parts, seconds
        self._categories = dict(categories)

    @property
    def name(self) -> str:
        return f"{self._parts.hostname}{self._parts.path}"

    @property
    def categories(self) -> Mapping[str, Severity]:
        return self._categories

    def check_pictures(self, pictures: np.ndarray) -> Sequence[Opinion]:
        """Shapes: (n, h, w, 3) uint8. Raises: NoAnswer."""
        opinions: list[Opinion] = []
        for first in range(0, len(pictures), _MOST_PICTURES):
            some = [_jpeg(picture) for picture in pictures[first : first + _MOST_PICTURES]]
            answer = self._ask({"kind": "pictures", "pictures": some})
            opinions += [replace(each, picture=each.picture + first) for each in answer]
        return opinions

    def check_sound(self, sound: np.ndarray, rate: int) -> Sequence[Opinion]:
        """Shapes: (2, s) float32 in [-1, 1]. Raises: NoAnswer."""
        return self._ask({"kind": "sound", "rate": rate, "sound": _wav(sound, rate)})

    def _ask(self, question: Mapping[str, Any]) -> list[Opinion]:
        deadline = time.monotonic() + self._seconds
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        assert self._parts.hostname is not None
        connection = kind(self._parts.hostname, self._parts.port, timeout=self._seconds)
        path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        try:
            connection.request("POST", path, json.dumps(question), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise NoAnswer(f"{self.name} answered with status {answer.status}")
            return _opinions(_read(answer, connection, deadline))
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(f"{self.name} gave no answer that can be read: {error!r}") from error
        finally:
            connection.close()


def _read(answer: HTTPResponse, connection: HTTPConnection, deadline: float) -> bytes:
    """The whole answer, in time, however slowly it drips."""
    read = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise NoAnswer("the answer came too slowly")
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = answer.read1(65536)
        if not part:
            return read
        read += part
        if len(read) > _MOST_ANSWER:
            raise NoAnswer(f"the answer is longer than {_MOST_ANSWER} bytes")


def _opinions(answer: bytes) -> list[Opinion]:
    said = json.loads(answer)
    rows = said.get("opinions") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        raise NoAnswer("the answer holds no list of opinions")
    return [_opinion(row) for row in rows]


def _opinion(row: Any) -> Opinion:
    if not isinstance(row, dict) or not isinstance(row.get("category"), str):
        raise NoAnswer("an opinion names no category")
    score, picture = row.get("score"), row.get("picture", 0)
    if not isinstance(score, int | float) or isinstance(score, bool) or not isinstance(picture, int):
        raise NoAnswer("an opinion holds no score")
    if not math.isfinite(score):
        raise NoAnswer("a score is no number")
    return Opinion(row["category"], float(score), picture, _box(row.get("box")))


def _box(said: Any) -> tuple[float, float, float, float] | None:
    if said is None:
        return None
    numbers = isinstance(said, list) and len(said) == 4 and all(isinstance(each, int | float) for each in said)
    if not numbers or not (0 <= said[0] < said[2] <= 1 and 0 <= said[1] < said[3] <= 1):
        raise NoAnswer("a box is not left, top, right and bottom in shares of the picture")
    return float(said[0]), float(said[1]), float(said[2]), float(said[3])


def _jpeg(picture: np.ndarray) -> str:
    scale = _LONGEST_SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done, "any picture of bytes can be written as JPEG"
    return base64.b64encode(data.tobytes()).decode()


def _wav(sound: np.ndarray, rate: int) -> str:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound.T, -1, 1) * 32767).astype("<i2").tobytes())
    return base64.b64encode(data.getvalue()).decode()
