"""What leaves is whole, marked, labelled, signed and remembered; what policy or read-back forbids leaves nothing."""

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from toy_clips import FRAMES, toy_clip

from zoetrope.core.errors import InvalidRequest, MediaError, Refused
from zoetrope.media.readers import read_clip
from zoetrope.release.aigc import read_aigc
from zoetrope.release.asset import Asset, Ingredient, Making
from zoetrope.release.credentials import SigningKey, file_key, read_credentials
from zoetrope.release.credentials_root import SIGNING, local_root
from zoetrope.release.door import open_release, release
from zoetrope.release.door_policy import Recipient, open_policy
from zoetrope.release.door_sight import Sight
from zoetrope.release.marks.picture import SpreadPictureMark
from zoetrope.release.profiles import read_profile
from zoetrope.release.screen.hashes import read_deny_list
from zoetrope.release.screen.pdq import pdq
from zoetrope.release.screen.policy import ScreenPolicy

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIZE = (256, 144)


def making(word=b"one request"):
    return Making("pocket", "checkpoint pocket, seed 7", word, NOW)


def whole(path, policy, **more):
    frames, sound = toy_clip()
    return release(path, making(**more), policy, frames=frames, sound=sound)


def states(asset):
    return {layer.name: layer.state for layer in asset.layers}


def test_a_clip_carries_every_layer_and_is_remembered(tmp_path, policy):
    asset = whole(tmp_path / "a.mp4", policy)
    assert set(states(asset).values()) == {"answers"}
    (record,) = policy.registry.by_digest(asset.sha256)
    assert (record.mark, record.made_at, record.checkpoint) == (asset.mark, NOW, "pocket")
    asset.check()
    clip = read_clip(asset.path)
    assert clip.frames.shape == toy_clip()[0].shape
    assert clip.sound.shape == (2, FRAMES * 2000)
    assert (asset.loudness or 0) < -10


class Finder:
    """Sees a face in the corner where the label would stand, or fails."""

    def __init__(self, *boxes):
        self.found = boxes

    def faces(self, pictures):
        return len(self.found)

    def boxes(self, picture):
        if not self.found:
            raise TimeoutError
        return self.found


def test_the_label_keeps_clear_of_faces_where_a_detector_says_where_they_are(policy):
    frames, boxes = toy_clip()[0], []
    for finder in (None, Finder(), Finder((0, 0, 256, 60)), Finder((0, 60, 256, 144))):
        told = replace(policy, screen=ScreenPolicy(lists=(), faces=finder))
        sight = Sight(told, 5, SIZE, Fraction(12), still=False, generated=True, about=None)
        sight.through(frames)
        boxes.append(sight._label.box)
    plain, failed, low, high = boxes
    assert plain == failed
    assert low[1] >= 60 >= high[3]


def test_an_asset_is_not_made_by_hand_nor_by_copying_fields(tmp_path, policy):
    asset = whole(tmp_path / "a.wav", policy)
    for seal in (None, object(), True):
        with pytest.raises(TypeError, match=r"zoetrope\.release alone"):
            Asset(asset.path, "00", 1, "default", making(), (), None, seal)
    with pytest.raises((TypeError, ValueError)):
        replace(asset, sha256="00")
    assert copy.copy(asset) == asset
    asset.path.write_bytes(b"another file")
    with pytest.raises(MediaError, match="no longer"):
        asset.check()


def test_parts_leave_as_the_whole_does(tmp_path, policy):
    frames, sound = toy_clip()
    with open_release(tmp_path / "parts.mp4", making(), policy, size=SIZE) as door:
        for start in (0, 1, 13):
            stop = {0: 1, 1: 13, 13: FRAMES}[start]
            door.write_frames(frames[start:stop])
            door.write_sound(sound[:, start * 2000 : stop * 2000])
    parts, at_once = read_clip(door.asset.path), read_clip(whole(tmp_path / "whole.mp4", policy).path)
    assert np.array_equal(parts.frames, at_once.frames)
    assert np.array_equal(parts.sound, at_once.sound)


def test_the_same_request_has_the_same_mark_and_another_has_another(tmp_path, policy):
    one, again = whole(tmp_path / "a.wav", policy), whole(tmp_path / "b.wav", policy)
    other = whole(tmp_path / "c.wav", policy, word=b"another")
    assert one.mark == again.mark != other.mark


def test_a_clap_is_still_heard_at_the_flash_and_nothing_gets_longer(tmp_path, policy):
    frames = np.full((24, 80, 128, 3), 60, np.uint8)
    sound = np.zeros((2, 48_000), np.float32)
    for flash in (7, 18):
        frames[flash] = 255
        sound[:, flash * 2000 : flash * 2000 + 48] = 0.95
    clip = read_clip(release(tmp_path / "clap.mp4", making(), policy, frames=frames, sound=sound).path)
    assert clip.sound is not None
    seen = np.flatnonzero(clip.frames[:, :40].mean((1, 2, 3)) > 200) / 12
    loud = np.flatnonzero(np.abs(clip.sound).max(0) > 0.2) / 24_000
    claps = [loud[0], loud[np.flatnonzero(np.diff(loud) > 0.2)[0] + 1]]
    assert np.abs(seen - claps).max() <= 0.010
    assert clip.sound.shape == (2, 48_000)


def test_what_goes_on_from_a_marked_clip_keeps_its_mark_and_names_it(tmp_path, policy):
    first = whole(tmp_path / "a.mp4", policy)
    given = read_clip(first.path)
    parent = Ingredient("a.mp4", "parent", first.sha256, path=first.path, mark=first.mark)
    edit = replace(making(b"an edit"), ingredients=(parent,))
    asset = release(tmp_path / "b.mp4", edit, policy, frames=given.frames, sound=given.sound)
    assert asset.mark == first.mark
    assert states(asset)["picture mark"] == states(asset)["sound mark"] == "answers"
    found = read_credentials(asset.path, policy.signer.anchors)
    assert [(each.title, each.signed) for each in found.ingredients] == [("a.mp4", True)]
    assert found.actions[0].name == "c2pa.opened"
    label = read_aigc(asset.path)
    assert label is not None
    assert f"/{first.mark:012x}" in label["ReservedCode1"]


class OtherId(SpreadPictureMark):
    """A mark that writes another id than it was told, as a broken one might."""

    def embedder(self, id, size):
        return super().embedder(id ^ 1, size)


def test_what_does_not_read_back_never_appears(tmp_path, policy):
    broken = replace(policy, picture_mark=OtherId(policy.key))
    (tmp_path / "a.mp4").write_bytes(b"what stood here before")
    with pytest.raises(MediaError, match="picture mark did not read back"):
        whole(tmp_path / "a.mp4", broken, word=b"broken")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"what stood here before"
    assert policy.registry.by_mark(policy.mark_of(making(b"broken"))) == ()


def test_a_finished_picture_on_the_deny_list_is_not_released(tmp_path, policy):
    listed = tmp_path / "known.csv"
    listed.write_text(pdq(toy_clip()[0][12]).bits.hex())
    strict = replace(policy, screen=ScreenPolicy(denied=read_deny_list(listed)))
    with pytest.raises(Refused, match="finished picture"):
        whole(tmp_path / "a.mp4", strict)
    assert list(tmp_path.iterdir()) == [listed]


def test_leaving_the_label_out_needs_a_recipient_and_is_recorded(tmp_path, policy):
    with pytest.raises(InvalidRequest, match="agreement"):
        Recipient("Studio B", " ")
    asset = whole(tmp_path / "a.mp4", policy.without_label(Recipient("Studio B", "contract 7")), word=b"bare")
    assert states(asset)["visible label"] == "silent"
    assert {states(asset)[name] for name in ("credentials", "metadata", "picture mark")} == {"answers"}
    (delivery,) = policy.registry.deliveries(NOW)
    assert (delivery.recipient, delivery.agreement, delivery.sha256) == ("Studio B", "contract 7", asset.sha256)
    assert (delivery.keep_until - NOW).days >= 184
    labelled = whole(tmp_path / "b.mp4", policy, word=b"bare")
    differs = np.abs(read_clip(asset.path).frames[0].astype(int) - read_clip(labelled.path).frames[0]) > 60
    assert 50 < differs.any(-1).sum() < 2500


def test_profiles_that_cannot_be_met_are_refused_before_any_frame(tmp_path):
    with pytest.raises(InvalidRequest, match="who offers"):
        open_policy(tmp_path, "cn")
    with pytest.raises(InvalidRequest, match="default"):
        open_policy(tmp_path, "mars")


def test_webm_leaves_with_credentials_beside_it_under_the_european_profile(tmp_path, policy):
    frames, sound = (part[..., :6000] if part.ndim == 2 else part[:3] for part in toy_clip())
    path, europe = tmp_path / "a.webm", replace(policy, profile=read_profile("eu"))
    asset = release(path, making(), europe, frames=frames, sound=sound)
    assert states(asset)["credentials"] == "answers"
    assert read_credentials(path, policy.signer.anchors).state == "trusted"
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(before) == {"a.webm", "a.c2pa"}
    unreadable = replace(europe, picture_mark=OtherId(policy.key))
    with pytest.raises(MediaError, match="picture mark"):
        release(path, making(b"another"), unreadable, frames=frames, sound=sound)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_key_that_cannot_sign_stops_before_anything_is_made(tmp_path, policy):
    with pytest.raises(Refused):
        open_policy(tmp_path, signer=SigningKey("no certificate", policy.signer.sign))


def test_sound_that_is_no_number_is_refused(tmp_path, policy):
    with pytest.raises(MediaError, match="not numbers"):
        release(tmp_path / "a.wav", making(), policy, frames=toy_clip()[0], sound=np.full((2, 9), np.nan, np.float32))
    assert list(tmp_path.iterdir()) == []


def test_a_preview_is_labelled_even_where_the_shot_may_leave_without(policy):
    bare = policy.without_label(Recipient("Studio B", "contract 7"))
    assert bare.for_previews().recipient is None
    with pytest.raises(InvalidRequest, match="no registry"):
        policy.for_previews().without_label(Recipient("Studio B", "contract 7"))


def test_a_key_that_expired_since_the_house_was_opened_stops_before_any_frame(tmp_path, policy):
    folder = tmp_path / "old"
    local_root(folder, NOW - timedelta(days=400))
    old = replace(policy, signer=file_key(folder / SIGNING, folder / SIGNING))
    with pytest.raises(Refused, match="expired"):
        open_release(tmp_path / "a.mp4", making(), old, size=SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_the_prompt_is_told_only_where_somebody_asked_for_it(tmp_path, policy):
    told = replace(making(b"told"), prompt="a red ball")
    frames = toy_clip()[0][:1]
    for name, made, said in (("a.png", making(b"told"), None), ("b.png", told, "a red ball")):
        path = release(tmp_path / name, made, policy, frames=frames).path
        assert (read_credentials(path).release or {}).get("prompt") == said
