"""Sound of any rate leaves, equally long and marked; a rate that no sound has is refused before anything is made."""

import numpy as np
import pytest
from test_door import SIZE, making
from toy_clips import toy_clip

from zoetrope.core.errors import InvalidRequest
from zoetrope.media.containers import container_of
from zoetrope.media.readers import probe
from zoetrope.release.door import open_release, release
from zoetrope.release.door_rate import leaving_rate


@pytest.mark.parametrize(
    ("rate", "ending", "leaves"),
    [
        (24_000, "webm", 24_000),
        (44_100, "mp4", 44_100),
        (44_100, "webm", 48_000),
        (11_025, "wav", 16_000),
        (22_051, "mov", 24_000),
        (96_000, "webm", 48_000),
    ],
)
def test_sound_leaves_at_a_rate_that_the_file_and_the_mark_hold(rate, ending, leaves):
    assert leaving_rate(rate, container_of(f"a.{ending}")) == leaves


def test_sound_of_an_odd_rate_leaves_equally_long_and_marked(tmp_path, policy):
    seconds, rate = 4, 11_025
    noise = np.random.default_rng(3).normal(0, 0.1, (2, seconds * rate)).astype(np.float32)
    asset = release(tmp_path / "a.wav", making(), policy, frames=toy_clip()[0][:1], sound=noise, sound_rate=rate)
    facts = probe(asset.path)
    assert (facts.sound_rate, facts.sound_seconds) == (16_000, seconds)
    assert {layer.name: layer.state for layer in asset.layers}["sound mark"] == "answers"


@pytest.mark.parametrize("rate", [0, -1, 100, 10**9])
def test_a_rate_that_no_sound_has_is_refused_at_once(tmp_path, policy, rate):
    with pytest.raises(InvalidRequest, match="samples a second"):
        open_release(tmp_path / "a.mp4", making(), policy, size=SIZE, sound_rate=rate)
    assert list(tmp_path.iterdir()) == []
