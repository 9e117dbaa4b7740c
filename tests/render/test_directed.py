"""What directs a shot is no ingredient and shows nobody; what is said later is screened like the prompt."""

from datetime import UTC, datetime

import numpy as np
import pytest

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import Refused
from zoetrope.core.motion import CameraPath, Cue, Hold, Stroke, read_moves
from zoetrope.core.request import Request
from zoetrope.release.screen import ScreenPolicy
from zoetrope.release.screen.lists import Listed, TermList
from zoetrope.render.ingredients import media_of
from zoetrope.render.likeness import Likenesses
from zoetrope.render.screening import screen_words

PICTURE = np.zeros((32, 48, 3), np.uint8)
DIRECTED = (Stroke(((0, 0.1, 0.5),)), CameraPath(read_moves("push 0.2")), Cue(1, "it jumps"))


def test_only_media_are_ingredients() -> None:
    keyframe = Keyframe("first", PICTURE)
    request = Request("a ball", size="48x32", conditions=(*DIRECTED, keyframe))
    assert media_of(request) == (keyframe,)
    held = Request("a ball", size="48x32", conditions=(Hold(PICTURE[..., 0] == 0),))
    assert media_of(held) == ()


def test_directions_show_nobody(tmp_path) -> None:
    request = Request("a ball", size="48x32", conditions=DIRECTED)
    assert Likenesses(tmp_path).check(request, (), datetime.now(UTC)) == ()


def test_words_that_come_later_are_screened() -> None:
    listed = Listed("moonstone", "fruit", "block", "house:fruit:1")
    policy = ScreenPolicy(lists=(TermList("house", (listed,), ()),))
    with pytest.raises(Refused):
        screen_words(Request("a ball rolls", conditions=(Cue(1, "a moonstone rolls"),)), policy)
    screen_words(Request("a ball rolls", conditions=DIRECTED), policy)
