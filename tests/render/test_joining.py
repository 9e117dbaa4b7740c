import numpy as np

from zoetrope.core.time import Clock
from zoetrope.render.joining import Piece, close_loop, faded, join

CLOCK = Clock(frame_rate=12, frames_per_latent=6, sample_rate=24_000, samples_per_latent=960)
RNG = np.random.default_rng(0)


def piece(frames, beyond=0, value=0):
    sound = RNG.standard_normal((2, frames * 2000 + beyond)).astype(np.float32)
    return Piece(np.full((frames, 2, 2, 3), value, np.uint8), sound)


def test_a_second_piece_may_begin_early():
    first, second = piece(3), piece(2, beyond=560)
    whole = join(first, second, CLOCK, early=560)
    assert whole.sound.shape[1] == 5 * 2000
    assert np.array_equal(whole.sound[:, : 6000 - 560], first.sound[:, :-560])
    assert np.array_equal(whole.sound[:, 6000:], second.sound[:, 560:])


def test_sound_beyond_the_pictures_fades_into_what_follows():
    first, second = piece(3, beyond=2000), piece(2)
    whole = join(first, second, CLOCK)
    assert whole.frames.shape[0] == 5
    assert whole.sound.shape[1] == 5 * 2000
    assert np.array_equal(whole.sound[:, :6000], first.sound[:, :6000])
    assert np.array_equal(whole.sound[:, 6960:], second.sound[:, 960:])


def test_a_fade_keeps_the_power_of_sounds_that_are_strangers():
    one, other = (RNG.standard_normal((2, 40_000)).astype(np.float32) for _ in range(2))
    assert abs(faded(one, other, 40_000).std() - 1) < 0.01


def test_a_loop_begins_with_what_its_end_leads_to():
    whole = piece(4, beyond=960)
    closed = close_loop(whole, CLOCK)
    assert closed.sound.shape[1] == 8000
    assert np.allclose(closed.sound[:, 0], whole.sound[:, 8000], atol=0.01)
    assert np.array_equal(closed.sound[:, 960:], whole.sound[:, 960:8000])


def test_missing_sound_is_filled_after_a_short_fade():
    short = Piece(np.zeros((2, 2, 2, 3), np.uint8), np.ones((2, 3500), np.float32))
    filled = short.filled(CLOCK)
    assert filled.sound.shape[1] == 4000
    assert np.abs(np.diff(filled.sound)).max() < 0.01
