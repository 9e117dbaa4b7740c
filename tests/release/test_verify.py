"""The right verdict, each layer named: on our file, a re-encoded, a stripped, a forged and a stranger's one."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from toy_clips import toy_clip

from zoetrope.media.readers import read_clip
from zoetrope.media.writers import open_writer
from zoetrope.release.asset import Making
from zoetrope.release.credentials import PICTURE_BINDING, Manifest, SoftBinding, local_key, sign
from zoetrope.release.door import release
from zoetrope.release.door_policy import open_policy
from zoetrope.release.verify import verify
from zoetrope.release.verify_ask import ask_registry
from zoetrope.release.verify_judge import show_id
from zoetrope.release.verify_layers import Readers
from zoetrope.release.verify_picture import evidence_picture

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIZE = (256, 144)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return open_policy(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def asset(house, tmp_path_factory):
    frames, sound = toy_clip()
    making = Making("pocket", "checkpoint pocket, seed 7", b"ours", NOW)
    return release(tmp_path_factory.mktemp("ours") / "ours.mp4", making, house, frames=frames, sound=sound)


@pytest.fixture(scope="module")
def readers(house):
    return Readers(house.picture_mark, house.sound_mark, house.signer.anchors, house.registry)


def states(report):
    return {layer.name: layer.state for layer in report.layers}


def test_our_file_is_intact_and_every_layer_answers(asset, readers):
    report = verify(asset.path, readers)
    assert report.verdict == "intact"
    assert report.contradictions == ()
    assert set(states(report).values()) == {"answers"}
    assert report.facts["id"] == show_id(asset.mark)
    assert report.facts["made with"] == "pocket"
    assert report.facts["made at"] == "2026-11-21T00:00:00+00:00"


def test_another_machine_reads_who_signed_it_without_knowing_them(asset, readers):
    report = verify(asset.path, replace(readers, anchors="", registry=None))
    assert report.verdict == "signed elsewhere"
    assert report.contradictions == ()
    assert report.facts["made with"] == "pocket"


def encoded_anew(source, target):
    clip = read_clip(source)
    with open_writer(target, size=SIZE, rate=clip.rate, sound_rate=clip.sound_rate) as writer:
        writer.write_frames(clip.frames)
        writer.write_sound(clip.sound)
    return target


def without_anything_beside(source, target):
    """The same coded picture and sound in a new container, as a tool that strips metadata leaves them."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        streams = {stream: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream]
                new.mux(packet)
    return target


@pytest.mark.parametrize("how", [encoded_anew, without_anything_beside])
def test_a_changed_copy_is_known_by_its_mark_and_our_registry(asset, readers, tmp_path, how):
    report = verify(how(asset.path, tmp_path / "copy.mp4"), readers)
    assert report.verdict == "changed"
    assert states(report)["credentials"] == states(report)["metadata"] == "silent"
    assert states(report)["picture mark"] == states(report)["registry"] == "answers"
    assert report.facts["id"] == show_id(asset.mark)
    assert report.facts["made with"] == "pocket"


def worn(source, target):
    """A crop to 60 % of each side at half its size: 76x44 pixels, in which no mark can be read."""
    clip = read_clip(source)
    small = [cv2.resize(frame[40:126, 30:184], (76, 44), interpolation=cv2.INTER_AREA) for frame in clip.frames]
    with open_writer(target, size=(76, 44), rate=clip.rate, with_sound=False) as writer:
        writer.write_frames(np.stack(small))
    return target


def test_a_worn_copy_is_known_by_asking_for_our_own_marks_and_a_stranger_cannot_ask(asset, readers, tmp_path):
    copy = worn(asset.path, tmp_path / "copy.mp4")
    report = verify(copy, readers)
    assert report.verdict == "changed"
    assert states(report)["registry's own mark"] == states(report)["registry"] == "answers"
    assert report.facts["id"] == show_id(asset.mark)
    assert report.facts["made with"] == "pocket"
    strangers = verify(copy, replace(readers, registry=None))
    assert strangers.verdict == "unknown"
    assert states(strangers)["registry's own mark"] == "not possible"


def test_asking_stops_when_its_time_is_up_and_says_so(asset, readers):
    frames = np.random.default_rng(0).integers(0, 255, (2, 64, 96, 3), np.uint8)
    found = ask_registry(frames, readers.picture_mark, readers.registry, seconds=0)
    assert found is not None
    assert (found.answer, found.layer.state) == (None, "silent")
    assert "time was up" in found.layer.says


def other_picture(path):
    frames = np.random.default_rng(0).integers(0, 255, (12, 9, 16, 3)).astype(np.uint8).repeat(16, 1).repeat(16, 2)
    with open_writer(path, size=SIZE) as writer:
        writer.write_frames(frames)
        writer.write_sound(np.zeros((2, 24_000), np.float32))
    return path


def boxes(path):
    data = path.read_bytes()
    while data:
        length = int.from_bytes(data[:4], "big")
        yield data[4:8], data[:length]
        data = data[length:]


def test_our_manifest_over_another_picture_is_a_forgery(asset, readers, tmp_path):
    stolen = next(box for name, box in boxes(asset.path) if name == b"uuid")
    forged = other_picture(tmp_path / "forged.mp4")
    with forged.open("ab") as file:  # at the end, where no chunk moves
        file.write(stolen)
    report = verify(forged, readers)
    assert report.verdict == "forged"
    assert states(report)["credentials"] == "broken"
    assert states(report)["picture mark"] == "silent"
    assert len(report.contradictions) == 1


def test_a_manifest_that_names_our_mark_over_another_picture_is_a_forgery(asset, readers, tmp_path):
    forged = other_picture(tmp_path / "forged.mp4")
    name = show_id(asset.mark)
    bound = (SoftBinding(PICTURE_BINDING, name),)
    sign(forged, Manifest("forged.mp4", name, NOW, "pocket", "0.1.0", bindings=bound), local_key(tmp_path / "mallory"))
    report = verify(forged, readers)
    assert report.verdict == "forged"
    assert states(report)["credentials"] == "answers"
    assert "neither picture nor sound carries it" in report.contradictions[0]


def test_a_strangers_file_says_nothing(readers, tmp_path):
    report = verify(other_picture(tmp_path / "holiday.mp4"), readers)
    assert report.verdict == "unknown"
    assert set(states(report).values()) <= {"silent", "not possible"}


def test_a_file_signed_by_somebody_else_is_theirs(readers, tmp_path):
    path = tmp_path / "theirs.png"
    Image.effect_noise((96, 96), 60).convert("RGB").save(path)
    sign(path, Manifest("theirs.png", "camera", NOW, "camera", "1"), local_key(tmp_path / "acme"))
    assert verify(path, readers).verdict == "signed by others"


def test_a_still_a_sound_and_an_animation_are_read_too(house, readers, tmp_path):
    frames, sound = toy_clip()
    making = Making("pocket", "a note", b"ours", NOW)
    for ending in ("png", "wav", "gif", "webp", "webm"):
        path = release(tmp_path / f"a.{ending}", making, house, frames=frames[:13], sound=sound[:, :26_000]).path
        report = verify(path, readers)
        assert report.verdict == "intact", ending
        assert "broken" not in states(report).values()
        assert "silent" not in states(report).values(), (ending, states(report))


def test_a_person_reads_sentences_and_sees_the_evidence(asset, readers):
    report = verify(asset.path, readers)
    said = "\n".join(report.sentences())
    for layer in ("Credentials", "Metadata", "Picture mark", "Sound mark", "Registry"):
        assert layer in said
    assert evidence_picture(report).size[0] == 960
    told = report.as_json()
    assert told["verdict"] == "intact"
    assert told["layers"]["credentials"]["state"] == "answers"


def test_verifying_changes_nothing(asset, readers, tmp_path):
    copy = shutil.copy(asset.path, tmp_path / "copy.mp4")
    before = copy.read_bytes()
    verify(copy, readers)
    assert copy.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["copy.mp4"]
    assert read_clip(copy).rate == Fraction(12)
