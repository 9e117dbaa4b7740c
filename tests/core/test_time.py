from fractions import Fraction

import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.time import Clock, exact_seconds, show_seconds

CLOCK = Clock(frame_rate=12, frames_per_latent=6, sample_rate=24000, samples_per_latent=960)


def test_decimal_seconds_are_exact():
    assert exact_seconds(0.1) == Fraction(1, 10)
    assert exact_seconds("2.5") == Fraction(5, 2)
    assert exact_seconds(3) == 3


@pytest.mark.parametrize("value", ["soon", float("nan"), float("inf"), -1, "-1s", "1e400", 1e300, "1/0", None])
def test_what_is_no_time_is_refused_with_its_value(value):
    with pytest.raises(InvalidRequest, match="seconds was"):
        exact_seconds(value)


@pytest.mark.parametrize("halves", range(1, 11))
def test_a_shot_fits_its_grid_with_one_frame_to_drop(halves):
    seconds = Fraction(halves, 2)
    frames = CLOCK.frames(seconds)
    assert frames == 12 * seconds
    assert CLOCK.grid_frames(frames) == frames + 1
    assert CLOCK.latent_frames(frames) == 1 + 2 * seconds
    samples = CLOCK.samples(seconds)
    assert samples == 24000 * seconds
    assert 0 <= CLOCK.sound_latents(samples) * 960 - samples < 960


def test_a_still_is_one_latent_without_sound():
    assert CLOCK.frames(Fraction(0)) == 1
    assert CLOCK.latent_frames(1) == CLOCK.grid_frames(1) == 1
    assert CLOCK.sound_latents(CLOCK.samples(Fraction(0))) == 0


def test_a_fraction_of_a_frame_is_refused_with_its_neighbours():
    with pytest.raises(InvalidRequest, match=r"0\.083 or 0\.167"):
        CLOCK.frames(Fraction(1, 10))


def test_seconds_are_shown_short():
    assert [show_seconds(Fraction(n, 2)) for n in (1, 2, 20)] == ["0.5", "1", "10"]
