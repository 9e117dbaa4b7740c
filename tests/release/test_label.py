"""The visible label is as high and as long as the law asks, readable, and out of the way where it can be."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.release.label import Label
from zoetrope.release.profiles import read_profile

SIZE = (256, 144)


def says(words):
    profile = read_profile("default")
    return replace(profile, visible=replace(profile.visible, words=words))


def grey(count=4, size=SIZE, level=0):
    return np.full((count, size[1], size[0], 3), level, np.uint8)


@pytest.mark.parametrize("size", [SIZE, (144, 256), (128, 72), (640, 360), (1280, 720)])
def test_the_ink_of_every_letter_is_a_twentieth_of_the_shorter_side(size):
    for letter in "AIGENRTD生成人工智能合":
        frames = Label(says(letter), size).draw(grey(1, size), 0)
        rows = np.flatnonzero((frames[0, ..., 1] >= 128).any(1))
        assert rows[-1] - rows[0] + 1 >= 0.05 * min(size)


def test_the_label_lasts_two_seconds_or_the_whole_clip():
    for rate in (Fraction(12), Fraction(30000, 1001)):
        for name, least, most in (("default", 2.0, 2.2), ("cn", 4.9, 5.0)):
            count = int(5 * rate)
            drawn = Label(read_profile(name), SIZE, rate=rate).draw(grey(count), 0)
            shown = np.asarray(drawn.any(axis=(1, 2, 3)))
            assert shown[: round(least * rate)].all()
            assert shown.sum() <= most * rate + 1


def test_parts_give_the_same_as_the_whole_and_what_was_given_stays():
    frames = np.random.default_rng(0).integers(0, 255, (61, 144, 256, 3), dtype=np.uint8)
    given = frames.copy()
    first = Label(read_profile("default"), SIZE)
    drawn = first.draw(frames[:17], 0)
    drawn = np.concatenate([drawn, first.draw(frames[17:20], 17), first.draw(frames[20:], 20)])
    second = Label(read_profile("default"), SIZE, avoid=[])
    whole = np.concatenate([second.draw(frames[:17], 0), second.draw(frames[17:], 17)])
    assert np.array_equal(drawn, whole)
    assert np.array_equal(frames, given)
    assert np.array_equal(drawn[26:], given[26:])
    changed = np.asarray((drawn != given).any(axis=(0, 3)))
    left, top, right, bottom = first.box
    changed[top:bottom, left:right] = False
    assert not changed.any()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_letters_stand_out_on_any_ground(level):
    label = Label(read_profile("cn"), SIZE)
    frame = label.draw(grey(1, level=level), 0)[0]
    left, top, right, bottom = label.box
    inside = frame[top:bottom, left:right, 1].astype(int)
    plate = np.median(inside)
    assert inside.max() >= 240
    assert inside.max() - plate >= 120


def test_it_takes_the_calm_corner_and_keeps_clear_of_captions_and_faces():
    frames = np.random.default_rng(0).integers(0, 255, (8, 144, 256, 3), dtype=np.uint8)
    frames[:, :40, :100] = 90
    label = Label(read_profile("default"), SIZE)
    label.draw(frames, 0)
    assert label.box[0] < 100
    assert label.box[1] < 40
    face = (0, 0, 120, 60)
    captions = (0, 110, 256, 144)
    label = Label(read_profile("default"), SIZE, avoid=[face, captions])
    label.draw(frames, 0)
    assert label.box[0] > 120
    assert label.box[3] < 110
    told = Label(read_profile("default"), SIZE)
    told.keep_clear([face, captions])
    told.draw(frames, 0)
    assert told.box == label.box
    everything = Label(read_profile("default"), SIZE, avoid=[(0, 0, 256, 144)])
    assert everything.draw(frames, 0).shape == frames.shape


def test_words_that_cannot_be_shown_are_refused():
    with pytest.raises(InvalidRequest, match="font has no"):
        Label(says("AI 龘"), SIZE)
    with pytest.raises(InvalidRequest, match="no letter"):
        Label(says("..."), SIZE)
    with pytest.raises(Unsupported, match="shorter words"):
        Label(says("MADE BY A MACHINE " * 4), SIZE)


def test_an_operators_own_font_is_used_or_refused(tmp_path):
    (tmp_path / "no.ttf").write_bytes(b"not a font")
    with pytest.raises(InvalidRequest, match="no font"):
        Label(read_profile("default"), SIZE, font=tmp_path / "no.ttf")
    with pytest.raises(InvalidRequest, match="cannot read"):
        Label(read_profile("default"), SIZE, font=tmp_path / "absent.ttf")


def test_odd_and_tiny_pictures_get_a_label_too():
    for size in ((65, 63), (64, 64), (400, 80)):
        label = Label(read_profile("cn"), size)
        label.draw(grey(1, size), 0)
        left, top, right, bottom = label.box
        assert left >= 0
        assert top >= 0
        assert right <= size[0]
        assert bottom <= size[1]


def test_a_label_is_read_from_a_worn_frame_and_not_from_one_without_it():
    rng = np.random.default_rng(1)
    for level in (0, 128, 255):
        label = Label(read_profile("cn"), SIZE)
        plain = np.clip(grey(1, level=level) + rng.normal(0, 20, (1, 144, 256, 3)), 0, 255).astype(np.uint8)
        worn = np.clip(label.draw(plain, 0) + rng.normal(0, 20, plain.shape), 0, 255).astype(np.uint8)
        assert label.stands_on(worn[0])
        assert not label.stands_on(plain[0])
        assert not label.stands_on(np.roll(worn[0], 72, axis=0))
    assert not Label(read_profile("cn"), SIZE).stands_on(grey(1)[0])


def test_a_label_is_lifted_from_where_it_stands_and_nothing_else_is_touched():
    frames = np.full((3, 144, 256, 3), (90, 150, 60), np.uint8) + np.arange(256, dtype=np.uint8)[:, None] // 4
    label = Label(read_profile("default"), (256, 144))
    labelled = label.draw(frames, 0)
    lifted = Label(read_profile("default"), (256, 144)).lifted(labelled)
    assert np.abs(lifted.astype(int) - frames).max() < 12
    assert np.array_equal(label.lifted(frames), frames)
