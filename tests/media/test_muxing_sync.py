"""A clap in the samples is a clap in the file, at the flash; sound and picture end together, in every container."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from zoetrope.media.readers import Clip, probe, read_clip, read_sound
from zoetrope.media.writers import open_writer

SIZE = (128, 80)
FLASHES = (7, 18)  # frames; at 12 fps 0.58333 s and 1.5 s, one of them between two sound packets
SOUND_RATE = 24_000


def clap_and_flash(frames: int, rate: Fraction = Fraction(12)) -> tuple[np.ndarray, np.ndarray]:
    """A grey clip with white frames, and a 2 ms burst at the start of each."""
    pictures = np.full((frames, SIZE[1], SIZE[0], 3), 60, np.uint8)
    sound = np.zeros((2, round(frames * SOUND_RATE / rate)), np.float32)
    for flash in FLASHES:
        pictures[flash] = 255
        start = round(flash * SOUND_RATE / rate)
        sound[:, start : start + 48] = 0.8
    return pictures, sound


def heard(clip: Clip) -> tuple[np.ndarray, int]:
    """The sound of a clip that has one, and its rate."""
    assert clip.sound is not None
    assert clip.sound_rate is not None
    return clip.sound, clip.sound_rate


def bursts(clip: Clip) -> list[float]:
    """Seconds at which loud sound begins after silence."""
    sound, rate = heard(clip)
    loud = np.flatnonzero(np.abs(sound).max(0) > 0.2) / rate
    return [loud[0], *(b for a, b in pairwise(loud) if b - a > 0.2)]


@pytest.mark.parametrize("ending", ["mp4", "webm", "mov"])
@pytest.mark.parametrize("rate", [Fraction(12), Fraction(24), Fraction(30000, 1001)], ids=str)
def test_a_clap_is_heard_at_the_flash(tmp_path, ending, rate):
    path = tmp_path / f"clap.{ending}"
    frames, sound = clap_and_flash(24, rate)
    with open_writer(path, size=SIZE, rate=rate) as writer:
        writer.write_frames(frames)
        writer.write_sound(sound)
    clip = read_clip(path)
    seen = np.flatnonzero(clip.frames.mean((1, 2, 3)) > 200) / float(rate)
    claps = bursts(clip)
    assert len(seen) == len(claps) == len(FLASHES)
    assert np.abs(seen - claps).max() <= 0.010
    assert np.abs(claps - np.array(FLASHES) / float(rate)).max() <= 0.010


@pytest.mark.parametrize("ending", ["mp4", "webm", "mov"])
@pytest.mark.parametrize("frames", [24, 30, 1, 7])
def test_sound_and_picture_are_equally_long(tmp_path, ending, frames):
    """mp4 and mov declare both lengths, WebM one for the file; in all of them the decoded samples agree."""
    path = tmp_path / f"equal.{ending}"
    samples = frames * 2000
    with open_writer(path, size=SIZE) as writer:
        writer.write_frames(np.zeros((frames, 80, 128, 3), np.uint8))
        writer.write_sound(np.zeros((2, samples), np.float32))
    facts, clip = probe(path), read_clip(path)
    assert len(clip.frames) == frames
    sound, sound_rate = heard(clip)
    assert sound.shape[1] * SOUND_RATE == samples * sound_rate
    if ending == "webm":
        assert facts.seconds is not None
        assert abs(facts.seconds - Fraction(frames, 12)) < Fraction(1, 1_000)
    else:
        assert facts.picture_seconds == facts.sound_seconds == Fraction(frames, 12)


def test_every_packet_and_edit_of_an_mp4_is_accounted_for(tmp_path):
    """A player that only knows time stamps sees no sound before zero after the lead-in, and none beyond the picture."""
    path = tmp_path / "edits.mp4"
    frames, sound = clap_and_flash(24)
    with open_writer(path, size=SIZE) as writer:
        writer.write_frames(frames)
        writer.write_sound(sound)
    with av.open(str(path)) as file:
        voice = [packet for packet in file.demux(audio=0) if packet.pts is not None]
    first, last = voice[0], voice[-1]
    assert first.pts == -1024
    assert (last.pts or 0) + (last.duration or 0) == sound.shape[1]


def test_a_wav_holds_every_sample(tmp_path):
    path = tmp_path / "all.wav"
    _, sound = clap_and_flash(24)
    with open_writer(path, size=SIZE) as writer:
        writer.write_sound(sound)
    assert np.abs(read_sound(path) - sound).max() < 1e-4


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_animations_last_exactly_as_long(tmp_path, ending):
    path = tmp_path / f"long.{ending}"
    frames, _ = clap_and_flash(24)
    frames[:, 0, 0] = np.arange(24)[:, None] * 10  # frames that differ, since equal ones may be stored once
    with open_writer(path, size=SIZE) as writer:
        writer.write_frames(frames)
    facts = probe(path)
    assert facts.seconds == 2
    assert facts.rate == 12


def test_missing_sound_is_silence_and_sound_beyond_the_picture_is_left_out(tmp_path):
    for name, given in (("short.mp4", 10_000), ("long.mp4", 50_000), ("none.mp4", 0)):
        with open_writer(tmp_path / name, size=SIZE) as writer:
            writer.write_sound(np.full((2, given), 0.1, np.float32))
            writer.write_frames(np.zeros((12, 80, 128, 3), np.uint8))
        assert heard(read_clip(tmp_path / name))[0].shape == (2, 24_000)
