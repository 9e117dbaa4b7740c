"""The marks' error-correcting code and keys: what goes in comes out, through noise too, and noise says nothing."""

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.release.marks.code import CODE_BITS, agreement, decode, encode, read_best, read_each
from zoetrope.release.marks.keys import chips, load_key, shuffle

CHIPS = [-1, -1, 1, 1, -1, 1, 1, -1]
ORDER = [5, 3, 1, 4, 2, 0]
IDS = [0, 1, (1 << 48) - 1, 0xC0FFEE123456]


def signs(payload):
    return encode(payload) * 2.0 - 1.0


@pytest.mark.parametrize("payload", IDS)
def test_a_clean_id_comes_back_at_any_scale(payload):
    bits = encode(payload)
    assert bits.shape == (CODE_BITS,)
    assert bits.dtype == np.uint8
    assert set(bits) <= {0, 1}
    assert decode(signs(payload) * 1e-3) == payload


@pytest.mark.parametrize("payload", [-1, 1 << 48])
def test_an_id_of_more_than_48_bits_is_refused(payload):
    with pytest.raises(InvalidRequest, match="48"):
        encode(payload)


def test_ids_come_back_through_noise_and_half_of_the_bits():
    rng = np.random.default_rng(1)
    ids = [int(value) for value in rng.integers(0, 1 << 48, 200)]
    soft = np.stack([signs(value) for value in ids])
    noisy = soft + rng.normal(0, 1.1, soft.shape)  # 2.2 dB over each message bit
    pairs = zip(read_each(noisy), ids, strict=True)
    assert sum(reading is not None and reading.id == value for reading, value in pairs) >= 190
    erased = soft * (rng.random(soft.shape) < 0.5)
    assert [reading.id for reading in read_each(erased)] == ids


def test_noise_gives_no_reading_that_agrees():
    noise = np.random.default_rng(2).normal(size=(1000, CODE_BITS))
    best = read_best(noise)
    assert best is None or best.agreement < 0.6


def test_the_best_of_several_tries_wins():
    rng = np.random.default_rng(3)
    tries = np.stack([rng.normal(size=CODE_BITS), signs(7) + rng.normal(0, 1, CODE_BITS), signs(7)])
    reading = read_best(tries)
    assert reading.id == 7
    assert reading.agreement == pytest.approx(1)
    assert agreement(-signs(7), 7) == pytest.approx(-1)


def test_nothing_and_silence_are_read_as_nothing_or_weakly():
    assert read_each(np.zeros((0, CODE_BITS))) == []
    silent = read_best(np.zeros((1, CODE_BITS)))
    assert silent is None or silent.agreement == 0


def test_keys_differ_by_secret_and_streams_by_purpose(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"an operator's own long secret\n")
    own, common = load_key(secret), load_key(None)
    assert len(own) == len(common) == 32
    assert own != common
    assert load_key(None) == common
    assert abs(np.mean(chips(own, "a", 4000) * chips(common, "a", 4000))) < 0.08
    assert abs(np.mean(chips(own, "a", 4000) * chips(own, "b", 4000))) < 0.08
    assert sorted(shuffle(own, "a", 100)) == list(range(100))


def test_the_streams_never_change():
    """Marks in files that are out there depend on these numbers."""
    key = load_key(None)
    assert chips(key, "law", 8).tolist() == CHIPS
    assert shuffle(key, "law", 6).tolist() == ORDER


def test_a_key_file_that_is_missing_or_short_is_refused(tmp_path):
    with pytest.raises(InvalidRequest, match="cannot be read"):
        load_key(tmp_path / "absent")
    short = tmp_path / "short"
    short.write_bytes(b"hunter2")
    with pytest.raises(InvalidRequest, match="16"):
        load_key(short)
