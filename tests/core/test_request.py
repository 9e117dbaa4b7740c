from fractions import Fraction

import numpy as np
import pytest

from zoetrope.core.conditions import Extend, Footage, Keyframe, Region, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size

PICTURE = np.zeros((144, 256, 3), np.uint8)
FRAMES = np.zeros((60, 144, 256, 3), np.uint8)


def test_a_request_reads_what_people_write():
    request = Request("a red ball", seconds=2.5, size="192x192")
    assert (request.seconds, request.size, request.seed) == (Fraction(5, 2), Size(192, 192), None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"prompt": "  \n"}, "the prompt is empty"),
        ({"prompt": "x" * 2001}, "2001 characters"),
        ({"prompt": 5}, "must be text"),
        ({"negative": None}, "negative prompt must be text"),
        ({"seconds": float("nan")}, "seconds was nan"),
        ({"size": "big"}, "width x height"),
        ({"seed": -1}, "seed was -1"),
        ({"steps": 0}, "steps was 0"),
        ({"steps": 2.0}, "steps was 2.0"),
        ({"guidance": float("nan")}, "guidance was nan"),
        ({"guidance": -1}, "guidance was -1"),
        ({"guidance": True}, "guidance was True"),
        ({"preset": None}, "preset must be text"),
        ({"checkpoint": 5}, "checkpoint must be text"),
        ({"checkpoint": "a" * 5000}, "5000 characters"),
        ({"sound": "no"}, "sound was 'no'; it must be True or False"),
        ({"strict": None}, "strict was None"),
        ({"variation": 0.2, "seed": 1}, "variation was 0.2; it must be of the kind Variation"),
        ({"draft": "ball.draft"}, "of the kind Approved"),
        ({"adapters": ["style.safetensors"]}, "of the kind Adapter"),
        ({"adapters": None}, "adapters was None; it must be a list"),
        ({"conditions": 5}, "conditions was 5; it must be a list"),
        ({"conditions": ("first frame",)}, "str is not a condition"),
        ({"conditions": (Keyframe("first", PICTURE),), "size": "192x192"}, "scale or crop them to 192x192"),
        ({"conditions": (Footage(FRAMES), Footage(FRAMES))}, "more than one Footage"),
    ],
)
def test_each_wrong_field_is_named_with_what_is_possible(fields, words):
    with pytest.raises(InvalidRequest, match=words):
        Request(**({"prompt": "a red ball"} | fields))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Keyframe("first", PICTURE.astype(np.float32)),
        lambda: Keyframe("first", PICTURE[..., :1]),
        lambda: Keyframe("middle", PICTURE),
        lambda: Keyframe(-1, PICTURE),
        lambda: Extend(FRAMES[:0]),
        lambda: Extend(FRAMES, np.zeros((1, 5), np.float32)),
        lambda: Region(FRAMES, np.zeros((144, 256), bool)),
        lambda: Region(FRAMES, np.ones((144, 255), bool)),
        lambda: Region(FRAMES, np.ones((144, 256), np.uint8)),
        lambda: Soundtrack(np.full((2, 5), np.nan, np.float32)),
        lambda: Soundtrack(np.zeros((2, 0), np.float32)),
        lambda: Soundtrack(None),
    ],
)
def test_a_condition_that_holds_nonsense_cannot_be_made(make):
    with pytest.raises(InvalidRequest):
        make()
