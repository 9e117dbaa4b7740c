"""What is read is what was meant; what cannot be read is said in one sentence."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from zoetrope.core.errors import MediaError
from zoetrope.media.readers import probe, read_clip, read_sound
from zoetrope.media.samples import sample
from zoetrope.media.writers import open_writer


@pytest.fixture(scope="module")
def clip_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("clips") / "good: 100%.mp4"
    with open_writer(path, size=(96, 64)) as writer:
        writer.write_frames(np.random.default_rng(0).integers(0, 255, (12, 64, 96, 3), dtype=np.uint8))
        writer.write_sound(np.full((2, 24_000), 0.1, np.float32))
    return path


def test_a_clip_with_an_odd_name(clip_file):
    clip = read_clip(clip_file)
    assert clip.frames.shape == (12, 64, 96, 3)
    assert clip.frames.dtype == np.uint8
    assert (clip.rate, clip.sound_rate) == (Fraction(12), 24_000)
    assert clip.sound is not None
    assert clip.sound.shape == (2, 24_000)
    facts = probe(clip_file)
    assert (facts.size, facts.rate, facts.picture_codec, facts.sound_codec) == ((96, 64), Fraction(12), "h264", "aac")


def test_sound_at_another_rate(clip_file):
    assert read_sound(clip_file, 48_000).shape == (2, 48_000)
    assert read_sound(clip_file).shape == (2, 24_000)


def test_mono_becomes_stereo(tmp_path):
    path = tmp_path / "mono.wav"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=24_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.full((1, 2400), 8000, np.int16), "s16", "mono")
        frame.sample_rate = 24_000
        file.mux(stream.encode(frame))
    sound = read_sound(path)
    assert sound.shape == (2, 2400)
    assert np.abs(sound[0] - sound[1]).max() == 0
    assert sound[0].mean() == pytest.approx(8000 / 32768, rel=0.01)


def test_sound_that_starts_late_is_heard_late(tmp_path):
    path = tmp_path / "late.mkv"
    with av.open(str(path), "w", format="matroska") as file:
        picture, sound = file.add_stream("libx264", rate=12), file.add_stream("pcm_s16le", rate=24_000, layout="stereo")
        picture.width, picture.height, picture.pix_fmt = 96, 64, "yuv420p"
        for i in range(12):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 96, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 12)
            file.mux(picture.encode(frame))
        file.mux(picture.encode(None))
        burst = av.AudioFrame.from_ndarray(np.full((1, 4800), 16_000, np.int16), "s16", "stereo")
        burst.sample_rate, burst.pts, burst.time_base = 24_000, 12_000, Fraction(1, 24_000)
        file.mux(sound.encode(burst))
    clip = read_clip(path)
    assert clip.sound is not None
    assert np.flatnonzero(clip.sound[0])[0] / 24_000 == pytest.approx(0.5, abs=0.002)


@pytest.mark.parametrize(
    ("name", "content"),
    [("zero.mp4", b""), ("text.mp4", b"this is no film" * 100), ("list.mp4", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")],
)
def test_files_that_are_no_clip(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    for read in (read_clip, read_sound, probe):
        with pytest.raises(MediaError, match=r"cannot read .*; give an intact"):
            read(path)


@pytest.mark.parametrize("ending", ["mp4", "webm", "mov", "webp", "gif"])
def test_a_clip_cut_short_is_refused(tmp_path, ending):
    path = tmp_path / f"whole.{ending}"
    with open_writer(path, size=(96, 64)) as writer:
        writer.write_frames(np.random.default_rng(0).integers(0, 255, (6, 64, 96, 3), dtype=np.uint8))
    read_clip(path)
    whole = path.read_bytes()
    for share in (0.001, 0.02, 0.5, 0.98):
        path = tmp_path / f"{share}.{ending}"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(MediaError, match=r"cut short"):
            read_clip(path)


def test_places_without_a_clip(tmp_path):
    with pytest.raises(MediaError, match="no such file; check the name"):
        read_clip(tmp_path / "nothing.mp4")
    with pytest.raises(MediaError, match="it is a folder"):
        read_clip(tmp_path)


def test_a_file_without_what_is_wanted(tmp_path):
    with open_writer(tmp_path / "silent.mp4", size=(96, 64), with_sound=False) as writer:
        writer.write_frames(np.zeros((2, 64, 96, 3), np.uint8))
    with open_writer(tmp_path / "blind.wav", size=(96, 64)) as writer:
        writer.write_sound(np.zeros((2, 100), np.float32))
    assert read_clip(tmp_path / "silent.mp4").sound is None
    with pytest.raises(MediaError, match="it holds none; give a file with sound"):
        read_sound(tmp_path / "silent.mp4")
    with pytest.raises(MediaError, match="holds no pictures; give a video file"):
        read_clip(tmp_path / "blind.wav")


def test_pictures_of_an_animation_that_repeat_are_all_there(tmp_path):
    frames = np.zeros((12, 64, 96, 3), np.uint8)
    frames[5:] = 255
    for ending in ("gif", "webp"):
        path = tmp_path / f"still.{ending}"
        with open_writer(path, size=(96, 64)) as writer:
            writer.write_frames(frames)
        clip = read_clip(path)
        assert clip.rate * 1 == Fraction(len(clip.frames), 1)
        assert (clip.frames.mean((1, 2, 3)) > 128).mean() == pytest.approx(7 / 12, abs=0.02)


def test_a_rate_that_no_sound_has_is_refused_before_it_is_read(tmp_path):
    path, form = tmp_path / "slow.wav", struct.pack("<HHIIHH", 1, 2, 1, 4, 4, 16)
    head = b"RIFF" + struct.pack("<I", 36 + 40_000) + b"WAVEfmt " + struct.pack("<I", 16) + form
    path.write_bytes(head + b"data" + struct.pack("<I", 40_000) + bytes(40_000))
    with pytest.raises(MediaError, match="1 samples a second"):
        read_sound(path)


def test_pictures_that_unpack_without_bound_are_not_decoded(tmp_path):
    """A clip of PNGs, whose texts FFmpeg would unpack to any size."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("png", rate=12)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "rgb24"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")))
        file.mux(stream.encode(None))
    with pytest.raises(MediaError, match="holds no pictures"):
        read_clip(path)
    with pytest.raises(MediaError, match="no pictures"):
        sample(path)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx-vp9", "mpeg4", "mjpeg", "prores_ks", "ffv1"])
def test_what_cameras_and_platforms_write_is_decoded(tmp_path, codec):
    path = tmp_path / "a.mkv"
    # Of one picture alone x265 cannot know when it is decoded where pictures are reordered, and says anything.
    quiet = {"x265-params": "log-level=none:bframes=0"} if codec == "libx265" else {}
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=12, options=quiet)
        pixels = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le"}.get(codec, "yuv420p")
        stream.width, stream.height, stream.pix_fmt = 64, 64, pixels
        picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
        picture.pts = 0
        file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    assert read_clip(path).frames.shape == (1, 64, 64, 3)
