import numpy as np
import pytest
from tiny_family import Wide

from zoetrope.core.errors import Refused, Unsupported
from zoetrope.core.motion import CameraMove, CameraPath, Hold, Stroke
from zoetrope.core.request import Request
from zoetrope.media.readers import read_clip
from zoetrope.release.verify import verify
from zoetrope.render.house import open_house, open_readers
from zoetrope.render.live import Outlet, Run, Steering, stream
from zoetrope.render.terms import Means

ASKED = Request("dark", size="256x144", seconds=2, seed=3)


def test_a_stream_is_marked_labelled_and_remembered(tmp_path, home, policy):
    path, shown = tmp_path / "a.mp4", []
    with path.open("wb") as file:
        count = stream(
            ASKED,
            policy,
            Steering(ASKED, policy.screen),
            Run(4, paced=False),
            Outlet(file.write, shown.append),
            Means(Wide()),
        )
    assert count == len(shown) == 48
    clip = read_clip(path)
    assert clip.frames.shape == (48, 144, 256, 3)
    assert abs(clip.sound.shape[1] - 4 * 24_000) < 24_000 // 12
    report = verify(path, open_readers({"ZOETROPE_HOME": str(home)}))
    states = {layer.name: layer.state for layer in report.layers}
    assert states["metadata"] == states["picture mark"] == states["sound mark"] == states["registry"] == "answers"
    assert all((frame.min(-1) > 190).sum() > 40 for frame in shown[:: len(shown) - 1])  # the label stays to the end


def test_a_stream_ends_in_order_when_its_reader_has_gone(policy):
    written = []
    steering = Steering(ASKED, policy.screen)
    count = stream(
        ASKED,
        policy,
        steering,
        Run(None, paced=False),
        Outlet(written.append, ended=lambda: len(written) > 2),
        Means(Wide()),
    )
    assert 0 < count < 200


def test_words_that_steer_are_screened_before_they_take_effect(policy):
    steering = Steering(ASKED, policy.screen)
    with pytest.raises(Refused):
        steering.say("a naked child")
    steering.say("bright")
    assert steering.next().prompt == "dark"  # what was asked for is seen, however soon somebody types
    assert steering.next().prompt == "bright"


def test_moves_are_told_once_and_the_last_word_holds(policy):
    steering = Steering(ASKED, policy.screen)
    path = CameraPath((CameraMove("pan left", 0.2),))
    one, other = Stroke(((0, 0.1, 0.1),)), Stroke(((0, 0.2, 0.2),), thing=2)
    for each in (Hold(np.ones((144, 256), bool)), one, path, other, Stroke(((1, 0.3, 0.3),))):
        steering.lead(each)
    assert steering.next().conditions == (path, other, Stroke(((1, 0.3, 0.3),)))
    assert steering.next().conditions == ()


def test_a_profile_that_needs_a_signature_makes_no_stream(home):
    policy = open_house({"ZOETROPE_HOME": str(home)}, "eu")
    with pytest.raises(Unsupported, match="needs signed credentials"):
        stream(ASKED, policy, Steering(ASKED, policy.screen), Run(1), Outlet(lambda data: None), Means(Wide()))
