"""Verbs that take a clip: what of it is kept, what is made anew, and which clips they refuse."""

import shlex

import numpy as np
import pytest
from PIL import Image

from zoetrope.cli.clips import size_for
from zoetrope.core.conditions import Control, Footage, Reference, Region
from zoetrope.core.sizes import Size
from zoetrope.engine.families.pocket.facts import LIMITS
from zoetrope.media.readers import read_clip

NOBODY = ("--shows", "nobody")


def test_a_retake_makes_a_range_anew_with_its_sound(make, clip, tmp_path):
    request, said = make("retake", clip(), "--from", "0.25s", "--to", "0.5", "dark", *NOBODY, output="made.mov")
    (region,) = request.conditions
    assert isinstance(region, Region)
    assert region.mask.all((1, 2)).tolist() == [3 <= number < 6 for number in range(12)]
    assert np.flatnonzero(region.sound_mask)[[0, -1]].tolist() == [6_000, 11_999]
    before, after = read_clip(tmp_path / "clip.mov"), read_clip(tmp_path / "made.mov")
    apart = np.abs(before.frames.astype(int) - after.frames)[:, :16, :16].mean((1, 2, 3))  # away from the label
    assert apart[3:6].min() > 10 > apart[[0, 1, 2, 6, 7, 11]].max()
    words = shlex.split(said.split("Again: ")[1])
    assert words[1:8] == ["retake", str(tmp_path / "clip.mov"), "dark", "--from", "0.25s", "--to", "0.5"]


def test_an_edit_makes_what_is_white_anew(make, clip, tmp_path):
    mask = np.zeros((64, 96), np.uint8)
    mask[:, 48:] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    request, _ = make("edit", clip(size=(96, 64)), "dark", "--mask", tmp_path / "mask.png", *NOBODY)
    (region,) = request.conditions
    assert request.size == Size(48, 32)
    assert region.mask[:, :23].sum() == 0
    assert region.mask[:, 25:].all()
    assert region.sound is not None
    assert region.sound_mask is None


def test_an_outpaint_keeps_the_clip_in_the_middle(make, clip):
    request, _ = make("edit", clip(size=(20, 16)), "dark", "--outpaint", "64x48", *NOBODY)
    (region,) = request.conditions
    assert request.size == Size(64, 48)
    assert np.argwhere(~region.mask).min(0).tolist() == [0, 16, 16]
    assert (~region.mask).sum() == 12 * 20 * 16


@pytest.mark.parametrize(
    ("verb", "which"), [("edit", ("--mask", "mask.png")), ("retake", ("--from", "0.25s", "--to", "0.5s"))]
)
def test_what_is_made_anew_follows_references_and_control_clips(make, clip, tmp_path, monkeypatch, verb, which):
    Image.new("L", (48, 32), 255).save(tmp_path / "mask.png")
    Image.new("RGB", (20, 30), (200, 30, 30)).save(tmp_path / "hero.png")
    monkeypatch.chdir(tmp_path)
    clip("face.mov", size=(32, 32))
    led = ("--control", "pose=clip.mov", "--control", "face=face.mov")
    asked = (*which, "@hero dances", "--reference", "hero=hero.png", *led)
    request, said = make(verb, clip().name, *asked, *NOBODY)
    region, hero, *controls = request.conditions
    assert isinstance(region, Region)
    assert isinstance(hero, Reference)
    assert (hero.name, hero.picture.shape) == ("hero", (30, 20, 3))
    assert [(type(each), each.kind) for each in controls] == [(Control, "pose"), (Control, "face")]
    words = shlex.split(said.split("Again: ")[1])
    assert [words[at + 1] for at, word in enumerate(words) if word in ("--reference", "--control")] == [
        "hero=hero.png",
        "pose=clip.mov",
        "face=face.mov",
    ]


def test_foley_keeps_the_picture_and_needs_no_words(make, clip, tmp_path):
    request, said = make("foley", clip(sound=False), *NOBODY, output="made.mov")
    (footage,) = request.conditions
    assert isinstance(footage, Footage)
    assert request.prompt == "something moves"
    assert read_clip(tmp_path / "made.mov").sound is not None
    assert shlex.split(said.split("Again: ")[1])[1:4] == ["foley", str(tmp_path / "clip.mov"), "-o"]


def test_a_clip_of_another_rate_and_length_is_fitted(make, clip):
    request, _ = make("foley", clip(seconds=1.25, size=(120, 80), rate=24), "bright", *NOBODY)
    assert (request.seconds, request.size) == (1, Size(48, 32))
    brightness = request.conditions[0].frames.mean((1, 2, 3))
    assert np.all(np.diff(brightness) > 0)


def test_sizes_that_a_checkpoint_makes_keep_the_shape():
    made = {size: size_for(Size(*size), LIMITS) for size in ((1920, 1080), (1080, 1920), (640, 480), (160, 96))}
    assert made[1920, 1080] == Size(256, 144)
    assert made[1080, 1920] == Size(144, 256)
    assert made[640, 480].width / made[640, 480].height == pytest.approx(4 / 3, rel=0.03)
    assert made[160, 96] == Size(160, 96)


@pytest.mark.parametrize(
    ("verb", "arguments", "says"),
    [
        ("retake", ("clip.mov", "dark", "--from", "0.5s", "--to", "0.2s"), "is empty"),
        ("retake", ("clip.mov", "dark", "--from", "0.5s", "--to", "3s"), "ends at 3 s, but the clip at 1 s"),
        ("retake", ("clip.mov", "dark", "--from", "0.51s", "--to", "0.52s"), "no frame begins"),
        ("retake", ("long.mov", "dark", "--from", "0s", "--to", "1s"), "a part with 0s to 1s in it"),
        ("foley", ("long.mov",), "cut it to a range such as 0s to 2s"),
        ("foley", ("tiny.mov",), "lasts 0.25 s"),
        ("foley", ("mask.png",), "mask.png"),
        ("foley", ("none.mp4",), "no such file"),
        ("edit", ("clip.mov", "dark"), "either --mask"),
        ("edit", ("clip.mov", "dark", "--mask", "mask.png"), "is 20x20, but the picture is 48x32"),
        ("edit", ("clip.mov", "dark", "--mask", "black.png"), "marks nothing"),
        ("edit", ("clip.mov", "dark", "--outpaint", "48x16"), "larger than the clip"),
        ("edit", ("clip.mov", "dark", "--outpaint", "250x144"), "size was 250x144"),
    ],
)
def test_clips_that_do_not_fit(verb, arguments, says, refuse, clip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, seconds in (("clip.mov", 1), ("long.mov", 3), ("tiny.mov", 0.25)):
        clip(name, seconds)
    Image.new("RGB", (20, 20), "white").save("mask.png")
    Image.new("RGB", (48, 32), "black").save("black.png")
    assert says in refuse(verb, *arguments)
