"""A clip file is whole or absent, its bytes depend on its content alone, and what cannot be written is refused."""

import gc
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest, MediaError, Unsupported
from zoetrope.media.readers import probe, read_clip
from zoetrope.media.writers import open_writer

SIZE = (96, 64)
ENDINGS = ["mp4", "webm", "mov", "gif", "webp", "png", "wav"]
NOTES = {"title": "a red ball 红球", "comment": "seed 7", "encoder": "Zoetrope 0.1.0"}


def some_clip(frames: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    start = rng.integers(0, 255, (1, 64, 96, 3), dtype=np.uint8)
    sound = rng.normal(0, 0.1, (2, frames * 2000)).astype(np.float32)
    return np.concatenate([np.roll(start, 2 * i, 2) for i in range(frames)]), sound


def write(path: Path, frames: np.ndarray, sound: np.ndarray, part: int = 6) -> bytes:
    with open_writer(path, size=SIZE, metadata=NOTES) as writer:
        for i in range(0, len(frames), part):
            writer.write_frames(frames[i : i + part])
            writer.write_sound(sound[:, i * 2000 : (i + part) * 2000])
    return path.read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_same_content_gives_the_same_bytes_however_it_arrives(tmp_path, ending):
    frames, sound = some_clip()
    once = write(tmp_path / f"a.{ending}", frames, sound)
    assert write(tmp_path / f"b.{ending}", frames, sound, part=5) == once
    path = tmp_path / f"c.{ending}"
    with open_writer(path, size=SIZE, metadata=NOTES) as writer:
        writer.write_sound(sound)
        writer.write_frames(frames)
    assert path.read_bytes() == once


@pytest.mark.parametrize("ending", ["mp4", "webm", "mov", "wav"])
@pytest.mark.parametrize("more", [{}, {"AIGC": '{"Label":"1"}'}], ids=["plain", "own name"])
def test_metadata_comes_back(tmp_path, ending, more):
    path = tmp_path / f"named.{ending}"
    frames, sound = some_clip(6)
    more = {} if ending == "wav" else more
    with open_writer(path, size=SIZE, metadata=NOTES | more) as writer:
        writer.write_frames(frames)
        writer.write_sound(sound)
    assert probe(path).metadata == NOTES | more


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_metadata_lies_in_pictures_too(tmp_path, ending):
    held = write(tmp_path / f"named.{ending}", *some_clip(2))
    assert b"seed 7" in held
    assert b"Zoetrope 0.1.0" in held


def test_an_mp4_can_be_played_before_it_is_all_there(tmp_path):
    held = write(tmp_path / "fast.mp4", *some_clip())
    assert held.index(b"moov") < held.index(b"mdat")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_and_keeps_what_was_there(tmp_path, ending, error):
    path = tmp_path / f"old.{ending}"
    path.write_bytes(b"precious")
    frames, sound = some_clip()

    def fail_half_way():
        with open_writer(path, size=SIZE) as writer:
            writer.write_frames(frames[:6])
            writer.write_sound(sound)
            raise error

    with pytest.raises(error):
        fail_half_way()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"precious"


def test_a_forgotten_writer_leaves_no_file_and_no_thread(tmp_path):
    before = threading.active_count()
    writer = open_writer(tmp_path / "lost.mp4", size=SIZE)
    writer.write_frames(some_clip()[0])
    del writer
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() <= before  # those of other tests may end meanwhile


def test_an_interrupted_process_leaves_nothing(tmp_path):
    script = (
        "import sys, time, numpy as np\n"
        "from zoetrope.media.writers import open_writer\n"
        "with open_writer(sys.argv[1], size=(96, 64)) as writer:\n"
        "    writer.write_frames(np.zeros((6, 64, 96, 3), np.uint8))\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(100)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "cut.mp4")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(300) != 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_files_only():
    """The system refuses to let a file grow beyond 4 kB, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_one_clear_sentence(tmp_path, small_files_only, ending):
    with pytest.raises(
        MediaError, match=r"^cannot write .*: the file grew beyond .*; make it shorter or choose another"
    ):
        write(tmp_path / f"big.{ending}", *some_clip())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_clip_is_refused(tmp_path, ending):
    with pytest.raises(MediaError, match=r"nothing to write to .*: no (frame|sound) was given"):
        open_writer(tmp_path / f"empty.{ending}", size=SIZE).close()
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_is_refused_before_it_is_written(tmp_path):
    with open_writer(tmp_path / "fit.mp4", size=SIZE) as writer:
        with pytest.raises(InvalidRequest, match=r"give uint8 of shape \(t, 64, 96, 3\)"):
            writer.write_frames(np.zeros((1, 96, 64, 3), np.uint8))
        with pytest.raises(InvalidRequest, match="give float32 of shape"):
            writer.write_sound(np.zeros((24000, 2), np.float32))
        with pytest.raises(MediaError, match="not numbers"):
            writer.write_sound(np.full((2, 10), np.nan, np.float32))
        writer.write_frames(np.zeros((1, 64, 96, 3), np.uint8))
    with pytest.raises(InvalidRequest, match="already closed"):
        writer.write_frames(np.zeros((1, 64, 96, 3), np.uint8))


def test_sizes_and_rates_that_a_container_cannot_hold_are_refused(tmp_path):
    with pytest.raises(Unsupported, match="even width and height, not 95x64; use 96x64"):
        open_writer(tmp_path / "odd.mp4", size=(95, 64))
    with pytest.raises(Unsupported, match=r"\.webm cannot hold sound at 44100 Hz; use one of 8000"):
        open_writer(tmp_path / "rate.webm", size=SIZE, sound_rate=44_100)
    with pytest.raises(InvalidRequest, match="cannot exist"):
        open_writer(tmp_path / "none.mp4", size=(0, 64))
    assert list(tmp_path.iterdir()) == []


def test_frames_may_be_reused_by_the_caller_at_once(tmp_path):
    frames, held = np.zeros((1, 64, 96, 3), np.uint8), []
    with open_writer(tmp_path / "reuse.mov", size=SIZE, with_sound=False) as writer:
        for level in (20, 120, 220):
            frames[:] = level
            writer.write_frames(frames)
            held.append(level)
        frames[:] = 0
    clip = read_clip(tmp_path / "reuse.mov")
    assert clip.sound is None
    assert np.abs(clip.frames.mean((1, 2, 3)) - held).max() < 2
