import numpy as np
import pytest

from zoetrope.core.conditions import Extend, Footage, Keyframe, Reference, Region
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraPath, Cue, Hold, Stroke, read_moves
from zoetrope.core.request import Request

PICTURE = np.zeros((144, 256, 3), np.uint8)
CLIP = PICTURE[None].repeat(7, 0)
STILL = np.ones((144, 256), bool)
CAMERA = CameraPath(read_moves("push 0.2"))


@pytest.mark.parametrize(
    ("conditions", "says"),
    [
        ((Keyframe("first", PICTURE), Keyframe(0, PICTURE)), "two keyframes were set at the start"),
        ((Keyframe(2, PICTURE), Keyframe("2.0", PICTURE)), "two keyframes were set at 2 s"),
        ((Extend(CLIP), Keyframe("first", PICTURE)), "two pictures were given for the start"),
        ((Extend(CLIP), Extend(CLIP)), "more than one Extend"),
        ((Footage(CLIP), Region(CLIP, STILL)), "Footage and Region contradict"),
        ((Hold(STILL), CAMERA), "Hold and CameraPath contradict"),
        ((Hold(STILL[:80]),), "the Hold holds pictures of 256x80, but the shot is 256x144"),
        ((Stroke(((0, 0, 0),)), Stroke(((0, 1, 1),))), "two strokes were drawn for thing 1"),
        ((Cue(2, "it jumps"), Cue(2, "it rolls")), "two prompts were set at 2 s"),
        ((Reference(PICTURE, "hero"),), "write @hero where it appears"),
        ((Reference(PICTURE),) * 13, "13 references were given; a shot takes up to 12"),
    ],
)
def test_contradictions_are_refused_with_both_sides(conditions, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        Request("a ball", conditions=conditions)


def test_a_name_that_nobody_bears_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="names @villain, but no reference has that name; those given: @hero"):
        Request("@hero meets @villain", conditions=(Reference(PICTURE, "hero"),))


def test_what_agrees_is_taken() -> None:
    shown = (Reference(PICTURE, "hero"), Reference(PICTURE, "hero"), Keyframe("last", PICTURE), CAMERA)
    assert len(Request("@hero rolls", conditions=shown).conditions) == 4
