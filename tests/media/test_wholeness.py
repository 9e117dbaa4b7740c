"""A file that ends before it says is cut short; one that only carries something more is not."""

import struct

import pytest

from zoetrope.media.wholeness import is_cut_short

WHOLE = {
    "mp4": b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x0cmoov1234" + struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234",
    "webm": b"\x1a\x45\xdf\xa3\x83abc" + b"\x18\x53\x80\x67" + b"\x01\0\0\0\0\0\0\x05" + b"12345",
    "wav": b"RIFF" + struct.pack("<I", 12) + b"WAVEdata5678",
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_knows_its_length(tmp_path, kind):
    path = tmp_path / "file"
    path.write_bytes(WHOLE[kind])
    assert not is_cut_short(path)
    path.write_bytes(WHOLE[kind] + b"something another program hung on")
    assert not is_cut_short(path)
    path.write_bytes(WHOLE[kind][:-1])
    assert is_cut_short(path)


def test_files_that_declare_no_length_are_whole(tmp_path):
    path = tmp_path / "file"
    live = b"\x1a\x45\xdf\xa3\x83abc" + b"\x18\x53\x80\x67" + b"\x01" + b"\xff" * 7 + b"12345"
    to_the_end = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\0mdat1234"
    for content in (live, to_the_end, b"RIFF\xff\xff\xff\xffWAVEdata", b"ID3 and so on", b""):
        path.write_bytes(content)
        assert not is_cut_short(path)
