"""The AIGC label stands in every kind of file that is written, exactly once and exactly as the standard wants it."""

import contextlib
import json
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.media.labels import find_aigc
from zoetrope.media.pictures import read_picture
from zoetrope.media.readers import read_clip, read_sound
from zoetrope.media.writers import open_writer
from zoetrope.media.xmp import packet
from zoetrope.release.aigc import as_metadata, check_aigc, make_aigc, read_aigc

CODE = "001191110105MA01ABCDEF10001"
NOTES = {"title": "红球", "comment": "seed 7 & <8>", "encoder": "Zoetrope 0.1.0"}


def write(path, metadata, frames=6):
    rng = np.random.default_rng(0)
    with open_writer(path, size=(96, 64), metadata=metadata) as writer:
        writer.write_frames(np.repeat(rng.integers(0, 255, (frames, 8, 12, 3), dtype=np.uint8), 8, 1).repeat(8, 2))
        writer.write_sound(rng.normal(0, 0.1, (2, frames * 2000)).astype(np.float32))
    return path


@pytest.mark.parametrize("frames", [1, 6])
@pytest.mark.parametrize("ending", ["mp4", "mov", "webm", "gif", "webp", "png", "wav"])
def test_the_label_comes_back_from_every_kind_of_file(tmp_path, ending, frames):
    label = make_aigc('a"b<c>&', "id-1")
    path = write(tmp_path / f"a.{ending}", NOTES | as_metadata(label), frames)
    assert read_aigc(path) == label
    assert path.read_bytes().count(b"ContentProducer") == 1
    assert read_aigc(write(tmp_path / f"b.{ending}", NOTES, frames)) is None
    match ending:
        case "wav":
            assert read_sound(path).shape == (2, frames * 2000)
        case "png":
            assert read_picture(path).shape == (64, 96, 3)
        case _:
            assert len(read_clip(path).frames) == frames


def test_the_label_is_one_json_with_the_fields_of_the_standard_in_their_order():
    text = as_metadata(make_aigc(CODE, "id-1"))["AIGC"]
    assert text == (
        '{"Label":"1","ContentProducer":"' + CODE + '","ProduceID":"id-1","ReservedCode1":"",'
        '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
    )
    with pytest.raises(InvalidRequest, match="provider code"):
        make_aigc(CODE.replace("10001", "30001"), "id-1")


def test_labels_of_inputs_stay_named():
    first = make_aigc("studio", "id-1")
    label = make_aigc(CODE, "id-2", earlier=[first])
    assert label["ReservedCode1"] == "from:studio/id-1"
    assert label["Label"] == "1"


def test_labels_of_strangers_stay_named_in_the_signs_that_are_allowed():
    strange = {"ContentProducer": "某公司 a/b", "ProduceID": "\ud800" + "9" * 70_000}
    label = make_aigc(CODE, "id-3", earlier=[strange] * 20)
    assert label["ReservedCode1"].startswith("from:%E6%9F%90%E5%85%AC%E5%8F%B8%20a%2Fb/%3F999")
    assert len(label["ReservedCode1"]) < 1100
    assert make_aigc(CODE, "id-3", earlier=[{}])["ReservedCode1"] == "from:/"


@pytest.mark.parametrize("provider", ["公司", "two words", "tab\t", "é"])
def test_what_the_standard_does_not_allow_is_refused(provider):
    with pytest.raises(InvalidRequest, match="printable ASCII"):
        make_aigc(provider, "id-1")


def test_a_label_without_id_or_with_other_fields_is_refused():
    good = make_aigc("studio", "id-1")
    with pytest.raises(InvalidRequest, match="ProduceID"):
        check_aigc(good | {"ProduceID": ""})
    with pytest.raises(InvalidRequest, match="Label"):
        check_aigc(good | {"Label": "4"})
    with pytest.raises(InvalidRequest, match="fields"):
        check_aigc(good | {"More": ""})


@pytest.mark.parametrize("form", ["element", "attribute"])
def test_labels_of_others_are_read_from_their_pictures(tmp_path, form):
    text = json.dumps(make_aigc("other", "x"))
    xmp = packet({"AIGC": text})
    if form == "attribute":
        quoted = text.replace('"', "&quot;").encode()
        xmp = xmp.split(b"<rdf:Description")[0] + (
            b'<rdf:Description xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" TC260:AIGC="' + quoted + b'"/>'
            b'</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
        )
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", xmp=xmp)
    assert read_aigc(tmp_path / "a.jpg") == json.loads(text)


def test_labels_in_the_other_places_of_pictures_are_found_too(tmp_path):
    label = make_aigc("other", "x")
    notes = PngInfo()
    notes.add_text("AIGC", json.dumps(label))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=notes)
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + json.dumps({"AIGC": label}).encode()
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    assert read_aigc(tmp_path / "a.png") == label
    assert read_aigc(tmp_path / "a.jpg") == label


def test_contradicting_and_broken_labels_are_not_believed(tmp_path):
    twice = packet({"AIGC": '{"Label":"1"}'}).replace(b"</TC260:AIGC>", b"</TC260:AIGC><TC260:AIGC>{}</TC260:AIGC>")
    Image.new("RGB", (8, 8)).save(tmp_path / "twice.jpg", xmp=twice)
    with pytest.raises(MediaError, match="2 different"):
        read_aigc(tmp_path / "twice.jpg")
    for text in ("[1]", "{", '{"Label":1}', "[" * 5000):
        with pytest.raises(MediaError, match="not a JSON object"):
            read_aigc(write(tmp_path / "bad.mp4", {"AIGC": text}, 1))


def test_hostile_packets_and_chunks_do_no_harm(tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x:xmpmeta>&b;</x:xmpmeta>'
    Image.new("RGB", (8, 8)).save(tmp_path / "bomb.jpg", xmp=bomb)
    assert read_aigc(tmp_path / "bomb.jpg") is None
    sound = write(tmp_path / "a.wav", {})
    huge = sound.read_bytes() + b"AIGC" + struct.pack("<I", 0xFFFFFFF0)
    (tmp_path / "huge.wav").write_bytes(huge)
    assert read_aigc(tmp_path / "huge.wav") is None


def test_a_picture_without_content_is_named_damaged(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.avif")
    (tmp_path / "b.avif").write_bytes((tmp_path / "a.avif").read_bytes().replace(b"iloc", b"free"))
    with pytest.raises(MediaError, match="damaged"):
        read_aigc(tmp_path / "b.avif")


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "webp", "png", "wav"])
def test_files_cut_anywhere_give_a_label_or_one_clear_error(tmp_path, ending):
    whole = write(tmp_path / f"a.{ending}", as_metadata(make_aigc("studio", "id-1"))).read_bytes()
    part = tmp_path / f"part.{ending}"
    for end in np.linspace(1, len(whole) - 1, 6).astype(int):
        part.write_bytes(whole[:end])
        with contextlib.suppress(MediaError):
            assert len(find_aigc(part)) <= 1
