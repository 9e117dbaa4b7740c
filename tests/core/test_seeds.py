import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.seeds import MOST, check_seed, derive_seed, draw_seed


def test_a_drawn_seed_is_a_seed():
    assert check_seed(draw_seed()) <= MOST


@pytest.mark.parametrize("seed", [-1, MOST + 1, 1.0, "7", True])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(InvalidRequest, match="seed was"):
        check_seed(seed)


def test_derived_seeds_depend_on_seed_and_name_alone():
    seeds = {derive_seed(seed, name) for seed in (0, 1) for name in ("video", "sound")}
    assert len(seeds) == 4
    assert derive_seed(7, "video") == 8_512_894_870_430_320_371  # in every process and on every machine
    assert all(0 <= seed < 2**63 for seed in seeds)
