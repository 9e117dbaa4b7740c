import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.sizes import Size, nearest_sizes, read_size


@pytest.mark.parametrize("written", ["256x144", " 256 × 144 ", "256X144", (256, 144), Size(256, 144)])
def test_every_way_of_writing_a_size_means_the_same(written):
    assert read_size(written) == Size(256, 144)


@pytest.mark.parametrize("written", ["256", "256x", "-1x5", "0x16", (0, 4), (1.5, 2), (True, 3), None, "256x144x3"])
def test_what_is_no_size_is_refused(written):
    with pytest.raises(InvalidRequest, match="size was"):
        read_size(written)


def test_a_size_writes_as_it_reads():
    assert read_size(str(Size(192, 96))) == Size(192, 96)


def test_nearest_sizes_begin_with_the_nearest():
    possible = [Size(w, h) for w in range(16, 257, 16) for h in range(16, 257, 16)]
    assert nearest_sizes(Size(250, 140), possible)[0] == Size(256, 144)
    assert nearest_sizes(Size(32, 48), possible)[0] == Size(32, 48)
