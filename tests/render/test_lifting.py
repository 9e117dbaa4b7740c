"""Pictures of our own clips are given without their label, so that it does not pile up or turn into scenery."""

import numpy as np
import pytest

from zoetrope.core.conditions import Keyframe, Region, Soundtrack
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import LIMITS
from zoetrope.release.door_policy import Policy, open_policy
from zoetrope.release.label import Label
from zoetrope.render.lifting import bare, bare_request

FRAMES = np.broadcast_to(np.linspace(60, 180, 256, dtype=np.uint8)[None, None, :, None], (12, 144, 256, 3))


@pytest.fixture
def policy(tmp_path) -> Policy:
    return open_policy(tmp_path)


def labelled(policy: Policy) -> np.ndarray:
    return Label(policy.profile, (256, 144), rate=12).draw(FRAMES.copy(), 0)


def test_a_given_clip_loses_its_label_and_nothing_else(policy: Policy) -> None:
    shown = labelled(policy)
    assert (shown != FRAMES).any()
    left = np.abs(bare(shown, policy, LIMITS.clock).astype(int) - FRAMES)
    assert left.mean() < 0.5
    np.testing.assert_array_equal(bare(FRAMES.copy(), policy, LIMITS.clock), FRAMES)


def test_every_picture_of_a_request_is_lifted(policy: Policy) -> None:
    shown, sound = labelled(policy), np.zeros((2, 24_000), np.float32)
    mask = np.eye(144, 256, dtype=bool)
    cut = bare_request(Request("a ball", conditions=(Region(shown, mask),)), policy, LIMITS.clock).conditions[0]
    assert isinstance(cut, Region)
    assert (cut.frames != shown).any()
    begun = Request("a ball", conditions=(Keyframe("first", shown[0]), Soundtrack(sound)))
    keyframe, soundtrack = bare_request(begun, policy, LIMITS.clock).conditions
    assert isinstance(keyframe, Keyframe)
    np.testing.assert_array_equal(keyframe.picture, cut.frames[0])
    assert isinstance(soundtrack, Soundtrack)
    assert soundtrack.sound is sound
