"""A clip made out of another: what is said changes, all else stays."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.core.conditions import Footage, Restyle, Soundtrack, with_clip_sound
from zoetrope.core.errors import Unsupported
from zoetrope.core.motion import Cue
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.directing import nothing_known
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.plan import AXES as LOOKS
from zoetrope.engine.families.pocket.plan import SLOTS, STAGE, TRAITS, Plan, sign_of
from zoetrope.engine.families.pocket.restyling import (
    clip_of,
    in_proportion,
    let_through,
    restyle_of,
    restyled,
    sounds_alike,
    trait_of,
)

FRAMES = np.random.default_rng(0).integers(0, 255, (6, 80, 96, 3), np.uint8)
SOUND = np.full((2, 12_000), 0.1, np.float32)


def asked(*conditions, prompt="the red ball bounces, pixel art style"):
    return Request(prompt, seconds=0.5, size="96x80", seed=1, conditions=conditions)  # type: ignore[arg-type]


def clip_plan(*things: tuple[str, str]) -> Plan:
    """A plan of small plain rubber things, (object, colour), on a meadow by day."""
    plan = nothing_known(7).plan
    cast = plan.cast.clone()
    for slot, (kind, colour) in enumerate(things):
        looks = {"object": kind, "colour": colour, "size": "small", "surface": "plain", "material": "rubber"}
        cast[0, slot * TRAITS], at = 1, slot * TRAITS + 1
        for axis, values in LOOKS.items():
            cast[0, at + values.index(looks[axis])] = 1
            at += len(values)
    at = SLOTS * TRAITS
    for values in STAGE.values():
        cast[0, at] = 1
        at += len(values)
    tracks = torch.arange(plan.tracks.numel()).view(plan.tracks.shape).float()
    return replace(plan, cast=cast, tracks=tracks)


def test_what_is_said_changes_and_all_else_stays():
    plan = clip_plan(("ball", "red"), ("cube", "blue"))
    new = restyled(plan, {"style": "neon", "object": "cube", "colour": "green", "action": "falls"})
    assert (sign_of(new, "style"), sign_of(new, "setting"), sign_of(new, "light")) == ("neon", "meadow", "day")
    assert [trait_of(new, slot, "colour") for slot in (0, 1)] == ["red", "green"]
    torch.testing.assert_close(new.tracks, plan.tracks)
    torch.testing.assert_close(new.camera, plan.camera)
    torch.testing.assert_close(restyled(plan, {}).cast, plan.cast)


def test_what_grows_stands_on_the_same_ground():
    plan = clip_plan(("ball", "red"))
    new = restyled(plan, {"size": "large"})
    torch.testing.assert_close(new.tracks[0, 0, :, 1] - new.radii()[0, 0], plan.tracks[0, 0, :, 1] - plan.radii()[0, 0])


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ({"style": "neon"}, True),
        ({"colour": "blue"}, True),
        ({"weather": "rain"}, False),
        ({"material": "glass"}, False),
    ],
)
def test_a_sound_stays_where_nothing_that_is_heard_changes(said, same):
    plan = clip_plan(("ball", "red"))
    assert sounds_alike(plan, restyled(plan, said)) is same


def test_at_full_strength_nothing_of_the_clip_is_left():
    def said(prompt):
        return {"action": "bounces"}

    half, whole = (asked(Restyle(FRAMES, strength, SOUND)) for strength in (0.5, 1.0))
    clip = clip_of(half, said)
    assert clip is not None
    assert (clip.prompt, [type(each) for each in clip.conditions]) == ("something bounces", [Footage])
    assert clip_of(whole, said) is None
    assert restyle_of(whole) is None


def test_a_given_sound_comes_before_the_clips_own():
    clip, silence = Restyle(FRAMES, 0.5, SOUND), Soundtrack(0 * SOUND)
    assert [type(each) for each in with_clip_sound((clip,))] == [Restyle, Soundtrack]
    assert with_clip_sound((clip, silence)) == (clip, silence)


def test_the_clip_shows_through_at_little_strength():
    made = torch.zeros(3, 7, 80, 96)
    clip = torch.from_numpy(FRAMES).permute(3, 0, 1, 2) / 127.5 - 1
    barely = let_through(made, asked(Restyle(FRAMES, 0.01)))[:, :6]
    assert float((barely - clip).abs().max()) < 0.03
    assert let_through(made, asked(Restyle(FRAMES, 0.8))) is made


def test_what_stands_out_of_a_stage_never_goes_farther_than_the_stage_allows():
    generator = torch.Generator().manual_seed(0)
    before, after, picture = (torch.rand(3, 8, 8, generator=generator) * 2 - 1 for _ in range(3))
    beyond = in_proportion(picture - before, before, after)
    assert float((after + beyond).abs().max()) <= 1 + 1e-5
    assert bool((beyond.abs() <= (picture - before).abs() + 1e-6).all())
    torch.testing.assert_close(in_proportion(picture - before, before, before), picture - before)


def test_what_else_would_tell_of_motion_is_refused():
    with pytest.raises(Unsupported, match="takes no Cue beside it"):
        POCKET.check(asked(Restyle(FRAMES, 0.5), Cue(0.25, "it jumps")))  # type: ignore[arg-type]
    assert POCKET.check(asked(Restyle(FRAMES, 0.5), Soundtrack(SOUND))) is not None
