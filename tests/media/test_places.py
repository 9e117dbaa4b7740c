"""Where a file may go is known before work begins, and told in one sentence."""

import os
import resource
import shutil

import pytest

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.media.places import Placed, check_output, write_whole


def test_a_good_place_is_left_untouched(tmp_path):
    (tmp_path / "old.mp4").write_bytes(b"old")
    for name in ("new.mp4", "old.mp4", "球 ball.MP4", "a:b %d.mp4"):
        assert check_output(tmp_path / name).ending == ".mp4"
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("name", ["clip", "clip.avi", ".mp4", "clip.mp4.txt"])
def test_unknown_endings_name_the_known_ones(tmp_path, name):
    with pytest.raises(InvalidRequest, match=r"use one of \.mp4, \.webm, \.mov, \.gif, \.webp, \.png, \.wav"):
        check_output(tmp_path / name)


def test_places_that_cannot_take_a_file(tmp_path):
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.mp4")
    for name, said in {
        "missing/a.mp4": "does not exist; make it first",
        "file/a.mp4": "is a file, not a folder",
        "folder.mp4": "a folder of that name is there",
        "pipe.mp4": "it is a device or pipe",
        "x" * 300 + ".mp4": "the name is too long",
    }.items():
        with pytest.raises(MediaError, match=said):
            check_output(tmp_path / name)
    with pytest.raises(InvalidRequest, match="zero byte"):
        check_output(f"{tmp_path}/a\0b.mp4")


def test_a_folder_that_this_user_may_not_write(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    root = os.geteuid() == 0
    if root:  # root may write everywhere, so become nobody for a moment
        for folder in (tmp_path, *list(tmp_path.parents)[:2]):
            folder.chmod(0o755)
        os.seteuid(65534)
    try:
        with pytest.raises(MediaError, match="this user may not write there; choose another folder"):
            check_output(closed / "a.mp4")
    finally:
        if root:
            os.seteuid(0)


def test_a_disk_that_is_nearly_full(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(MediaError, match=r"the disk has .* MB left and .* MB are needed; free some space"):
        check_output(tmp_path / "a.mp4", needed_bytes=free + 10**9)
    assert list(tmp_path.iterdir()) == []


def test_a_placed_file_appears_only_on_commit(tmp_path):
    target = tmp_path / "a.bin"
    placed = Placed(target)
    placed.temporary.write_bytes(b"new")
    assert not target.exists()
    placed.commit()
    placed.discard()
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]
    other = Placed(target)
    other.discard()
    assert target.read_bytes() == b"new"


def test_what_outgrows_the_disk_leaves_what_stood_there(tmp_path):
    target = tmp_path / "a.bin"
    write_whole(target, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # no file may grow beyond, as on a full disk
    try:
        with pytest.raises(MediaError, match=r"a\.bin: the file grew beyond"):
            write_whole(target, bytes(10_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]
