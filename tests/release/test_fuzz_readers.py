"""A few of the benchmark's damaged and hostile files, always the same: every reader answers or says one sentence."""

import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
UNPACKED = 4 << 20  # bytes; the benchmark has time to pack fifty times more


@pytest.fixture(scope="module")
def fuzz():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield importlib.import_module("fuzz_readers")
        for name in ("fuzz_readers", "fuzz_seeds"):
            sys.modules.pop(name, None)


def test_damaged_and_hostile_files_are_read_or_refused_in_one_sentence(fuzz, tmp_path):
    seeds = fuzz.make_seeds(tmp_path)
    made = fuzz.bombs(seeds, UNPACKED)
    said = {n: fuzz.outcome(n, seeds, made, tmp_path) for n in [*range(len(made)), *range(100, 135)]}
    assert {n: fault for n, fault in said.items() if fault not in fuzz.GOOD} == {}
