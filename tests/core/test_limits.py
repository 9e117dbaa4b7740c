from fractions import Fraction

import numpy as np
import pytest

from zoetrope.core.conditions import Extend, Footage, Keyframe, Region, Soundtrack
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock

LIMITS = Limits(
    checkpoint="tiny",
    clock=Clock(frame_rate=12, frames_per_latent=6, sample_rate=24000, samples_per_latent=960),
    grid=16,
    sides=(32, 256),
    most_pixels=256 * 144,
    learned=(Size(256, 144),),
    seconds=(Fraction(1, 2), Fraction(5)),
    seconds_step=Fraction(1, 2),
    conditions=(Keyframe, Extend, Region, Soundtrack),
)
PICTURE = np.zeros((32, 32, 3), np.uint8)


def frames(count):
    return np.zeros((count, 32, 32, 3), np.uint8)


def ask(**fields):
    return Request(**({"prompt": "a ball", "size": "32x32", "seconds": 1} | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"seconds": 0},
        {"seconds": 4.5, "size": "144x256"},
        {"conditions": (Keyframe("last", PICTURE), Keyframe(0.9, PICTURE))},
        {"conditions": (Extend(frames(7)),)},
        {"conditions": (Region(frames(12), np.ones((32, 32), bool)),)},
        {"conditions": (Soundtrack(np.zeros((2, 24000), np.float32)),)},
    ],
)
def test_what_is_possible_passes(fields):
    check_limits(ask(**fields), LIMITS)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"size": "250x140"}, "Nearest: 256x144"),
        ({"size": "256x256"}, "Nearest: 192x192"),
        ({"size": "16x64"}, "Nearest: 32x64"),
        ({"seconds": 6}, r"Ask for 5\."),
        ({"seconds": 0.2}, r"Ask for 0\.5\."),
        ({"seconds": 1.3}, r"Ask for 1 or 1\.5\."),
        ({"conditions": (Keyframe(1, PICTURE),)}, "the shot ends at 1 s"),
        ({"conditions": (Extend(frames(9)),)}, r"Give the last 7 of them"),
        ({"conditions": (Extend(frames(13)),)}, r"Give the last 7 of them"),
        ({"conditions": (Region(frames(60), np.ones((32, 32), bool)),)}, r"ask for 5 s"),
        ({"conditions": (Soundtrack(np.zeros((2, 5), np.float32)),)}, "has 24000 at 24000 a second"),
    ],
)
def test_what_is_out_of_range_is_named_with_the_nearest_that_is_not(fields, words):
    with pytest.raises(InvalidRequest, match=words):
        check_limits(ask(**fields), LIMITS)


def test_an_unlearned_condition_is_unsupported():
    with pytest.raises(Unsupported, match="does not understand Footage"):
        check_limits(ask(conditions=(Footage(frames(12)),)), LIMITS)


def test_every_size_named_is_possible():
    assert all(s.pixels <= LIMITS.most_pixels and s.width % 16 == 0 for s in LIMITS.sizes())
