"""The registry answers by bytes, mark and look, forgets what never appeared, and keeps deliveries as long as asked."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from zoetrope.core.errors import MediaError
from zoetrope.media.miniature import Miniature
from zoetrope.release.registry import FILE, NEAR_BITS, Delivery, Look, Record, Registry

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def record(mark=5, sha256="ab" * 32, name="a.mp4"):
    return Record(mark, sha256, "pocket", "0.1", NOW, "default", name, {"layers": {"metadata": "answers"}})


def turned(pdq, bits):
    """The same hash with so many bits turned over."""
    flags = np.unpackbits(np.frombuffer(pdq, np.uint8))
    flags[:bits] ^= 1
    return np.packbits(flags).tobytes()


def test_a_release_is_found_by_its_bytes_and_its_mark(tmp_path):
    registry = Registry(tmp_path)
    registry.add(record())
    registry.add(record(mark=6, sha256="cd" * 32, name="b.mp4"))
    again = Registry(tmp_path)
    assert again.by_digest("ab" * 32) == (record(),)
    assert [found.name for found in again.by_mark(6)] == ["b.mp4"]
    assert again.by_mark(7) == again.by_digest("ef" * 32) == ()


def test_a_release_is_found_by_its_look_nearest_first(tmp_path):
    registry, seen = Registry(tmp_path), bytes(range(32))
    registry.add(record(mark=1), (Look(0.0, turned(seen, 20)), Look(1.0, bytes(32))))
    registry.add(record(mark=2), (Look(0.0, turned(seen, 3)),))
    registry.add(record(mark=3), (Look(0.0, turned(seen, NEAR_BITS + 1)),))
    assert [(found.mark, bits) for found, bits in registry.by_look((seen,))] == [(2, 3), (1, 20)]
    assert registry.by_look(()) == ()


def test_what_never_appeared_is_forgotten_with_its_delivery(tmp_path):
    registry = Registry(tmp_path)
    kept = registry.add(record())
    gone = registry.add(record(mark=9), (Look(0.0, bytes(range(32))),), delivery(9))
    registry.remove(gone)
    assert registry.by_mark(9) == registry.deliveries(NOW) == registry.by_look((bytes(range(32)),)) == ()
    assert registry.by_mark(5) == (record(),)
    assert kept != gone


def test_miniatures_come_newest_first_and_go_with_their_release(tmp_path):
    registry = Registry(tmp_path)
    small = [Miniature((256, 144), bytes([at])) for at in range(3)]
    numbers = [registry.add(record(mark=at), miniature=each) for at, each in enumerate(small)]
    registry.add(record(mark=9))
    registry.remove(numbers[1])
    assert [(found.mark, each) for found, each in registry.miniatures()] == [(2, small[2]), (0, small[0])]


def delivery(mark=5, days=186):
    return Delivery(mark, "ab" * 32, "Studio B", "contract 7, clause 3", NOW, NOW + timedelta(days=days))


def test_deliveries_are_kept_as_long_as_asked_and_no_longer(tmp_path):
    registry = Registry(tmp_path)
    registry.add(record(), delivery=delivery())
    assert registry.deliveries(NOW + timedelta(days=185)) == (delivery(),)
    assert registry.deliveries(NOW + timedelta(days=187)) == ()
    assert registry.by_mark(5) == (record(),)


def test_a_file_that_is_no_registry_is_named(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database, and long enough to be looked at" * 100)
    with pytest.raises(MediaError, match="cannot be used"):
        Registry(tmp_path)
