"""A face detector behind an operator's HTTP address, asked in the words in which moderators are.

    POST {"kind": "pictures", "pictures": ["<base64 JPEG>", ...]}
    -> 200 {"opinions": [{"category": "face", "score": 0.98, "picture": 0, "box": [0.1, 0.2, 0.3, 0.5]}, ...]}

One opinion for each face of a real person; the box, in shares of the picture, may be left out. It does not know whose
it is, nor what follows from one: `consent` does.
"""

from __future__ import annotations

import math

import numpy as np

from zoetrope.release.label import Box
from zoetrope.release.screen.endpoint import Endpoint
from zoetrope.release.screen.moderators import LIKELY

FACE = "face"
_MOST = 16  # pictures of a clip, spread evenly: one question


class EndpointFaces:
    """An operator's face detector. Satisfies `consent.FaceDetector` and `door_sight.FindsFaces`.

    Units: seconds for one question. Raises: InvalidRequest for an address or a time that is none.
    """

    def __init__(self, url: str, seconds: float = 5.0) -> None:
        self._endpoint = Endpoint(url, {FACE: "log"}, seconds)

    def faces(self, pictures: np.ndarray) -> int:
        """How many faces are likely. Shapes: (n, h, w, 3) uint8. Raises: NoAnswer."""
        chosen = np.unique(np.linspace(0, len(pictures) - 1, min(len(pictures), _MOST)).round().astype(int))
        opinions = self._endpoint.check_pictures(pictures[chosen])
        return sum(opinion.category == FACE and opinion.score >= LIKELY for opinion in opinions)

    def boxes(self, picture: np.ndarray) -> tuple[Box, ...]:
        """Where likely faces are, as far as the detector says. Shapes: (h, w, 3) uint8. Raises: NoAnswer."""
        opinions = self._endpoint.check_pictures(picture[None])
        found = [each.box for each in opinions if each.category == FACE and each.score >= LIKELY and each.box]
        return tuple(_in_pixels(box, picture.shape[1], picture.shape[0]) for box in found)


def _in_pixels(box: tuple[float, float, float, float], width: int, height: int) -> Box:
    left, top, right, bottom = box
    return int(left * width), int(top * height), math.ceil(right * width), math.ceil(bottom * height)
