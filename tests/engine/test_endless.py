from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
import tiny_family

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import Unsupported
from zoetrope.core.limits import Limits
from zoetrope.core.motion import Stroke
from zoetrope.core.request import Request
from zoetrope.engine.endless import Direction, _chunk, _rest, ending_of, go_on
from zoetrope.engine.endless import Scene as Stretch

CLOCK = tiny_family.LIMITS.clock
ASKED = Request("dark", size="48x32", seconds=1, seed=3, steps=2, guidance=1.0)


def stream(count, family=None, **more):
    family = family or tiny_family.Tiny()
    asked = []

    def direct():
        asked.append(None)
        return Direction("dark" if len(asked) < 3 else "bright")

    return list(islice(go_on(ASKED, family, family.load(None), direct, **more), count)), asked


def test_parts_follow_each_other_without_a_gap():
    parts, _ = stream(9)
    ends = np.cumsum([len(part.frames) for part in parts])
    assert [part.start for part in parts] == [0, *ends[:-1]]
    heard = sum(part.sound.shape[1] for part in parts)
    assert 0 <= ends[-1] * 2000 - heard < CLOCK.samples_per_latent


def test_sound_goes_on_from_the_decoders_state():
    parts, _ = stream(7)
    sound = np.concatenate([part.sound for part in parts], axis=1)
    rising = sound[0].reshape(-1, CLOCK.samples_per_latent)
    steps = rising[:, -1] - rising[:, 0]
    assert np.allclose(steps[::2], 0, atol=1e-6)  # the tiny decoder counts its latents: no one is missing or twice
    assert (steps[1::2] > 0.9).all()


def test_directions_are_asked_for_before_every_chunk_and_hold_from_there():
    parts, asked = stream(10)
    assert len(asked) == 5
    light = [float(part.frames.mean()) for part in parts]
    assert max(light[:5]) < 128 < min(light[5:7])


def test_the_same_request_makes_the_same_stream():
    one, other = (np.concatenate([part.frames for part in stream(6)[0]]) for _ in range(2))
    assert np.array_equal(one, other)


def test_a_clip_is_gone_on_from():
    frames = np.full((12, 32, 48, 3), 9, np.uint8)
    ending = ending_of(frames, np.zeros((2, 24_000), np.float32), CLOCK)
    assert ending.frames.shape[0] == 7
    assert ending.sound.shape[1] == 14 * 960
    parts, _ = stream(2, after=ending)
    assert parts[0].start == 0
    assert len(parts[0].frames) == 12
    with pytest.raises(Unsupported, match="7 or more"):
        ending_of(frames[:6], None, CLOCK)


def test_strokes_count_from_the_first_new_picture_and_go_on_in_the_next_chunk():
    family = tiny_family.Tiny(
        limits=Limits(**{**vars(tiny_family.LIMITS), "conditions": (*tiny_family.LIMITS.conditions, Stroke)})
    )
    stroke = Stroke(((0, 0.1, 0.5), (3, 0.9, 0.5)))
    ending = ending_of(np.zeros((7, 32, 48, 3), np.uint8), None, CLOCK)
    chunk, left = _chunk(ASKED, family, Stretch("dark", "dark", ending), Direction("dark", (stroke,)), 1)
    (moved,) = (each for each in chunk.conditions if isinstance(each, Stroke))
    assert [at for at, *_ in moved.points] == [Fraction(7, 12), Fraction(43, 12)]
    assert [each.points for each in left] == [((Fraction(1), 0.9, 0.5),)]
    assert _rest(left[0], Fraction(2)) is None


def test_a_checkpoint_that_cannot_go_on_is_refused():
    family = tiny_family.Tiny(limits=Limits(**{**vars(tiny_family.LIMITS), "conditions": (Keyframe,)}))
    with pytest.raises(Unsupported, match="cannot go on"):
        stream(1, family)


def test_what_is_typed_is_followed_with_what_it_leaves_open():
    checkpoint, asked = tiny_family.Tiny().load(None), []
    blank = checkpoint.blank
    checkpoint.blank = lambda request: (asked.append(request), blank(request))[1]
    remembers = {
        "memory": lambda request: request.prompt,
        "goes_on": lambda prompt, memory: not prompt.startswith(("but", "new")),
        "carried": lambda before, after, memory: after if after.startswith("new") else f"{after} {before}",
        "later": lambda prompt, memory: prompt.removesuffix(" once"),
    }
    vars(checkpoint).update(remembers)
    lines = ["dark once", "dark once", "bright", "bright", "but slow", "but slow", "new dark"]
    parts = go_on(ASKED, tiny_family.Tiny(), checkpoint, lambda: Direction(lines[len(asked)]))
    while len(asked) < len(lines):
        next(parts)
    said = [each.prompt for each in asked]
    assert said == ["dark once", "dark", "bright dark", "bright dark", *["but slow bright dark"] * 2, "new dark"]
    assert [len(each.conditions) for each in asked] == [0, 1, 1, 1, 0, 1, 0]
    assert asked[4].seed == asked[0].seed  # a scene of which something changes looks as it did
    assert len({each.seed for each in asked}) == 6
