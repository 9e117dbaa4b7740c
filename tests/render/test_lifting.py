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


def test_a_small_clip_in_a_larger_frame_loses_the_label_of_its_own_size(policy: Policy) -> None:
    small = FRAMES[:, :96, :176].copy()
    shown = Label(policy.profile, (176, 96), rate=12).draw(small.copy(), 0)
    around = ((0, 0), (16, 32), (32, 48))
    region = Region(
        np.pad(shown, (*around, (0, 0)), mode="edge"),
        np.pad(np.zeros(shown.shape[:3], bool), around, constant_values=True),
    )
    lifted = bare_request(Request("a ball", conditions=(region,)), policy, LIMITS.clock).conditions[0]
    assert isinstance(lifted, Region)
    plain = np.pad(small, (*around, (0, 0)), mode="edge").astype(int)
    assert np.abs(region.frames - plain).mean() > 2 * np.abs(lifted.frames - plain).mean()
    assert np.abs(lifted.frames - plain).mean() < 0.5
