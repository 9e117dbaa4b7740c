from pathlib import Path

import numpy as np
import pytest
import torch

from zoetrope.training.rounds import Pool, Rounds, kept, reused, round_path


def make(number: int) -> dict[str, torch.Tensor]:
    return {"number": torch.tensor(number)}


def fail(number: int) -> dict[str, torch.Tensor]:
    raise SystemExit(3)


@pytest.mark.parametrize("workers", [1, 2])
def test_rounds_come_in_order_and_old_ones_go(tmp_path: Path, workers: int) -> None:
    with Rounds(tmp_path, make, workers) as rounds:
        assert [int(rounds.get(number)["number"]) for number in (4, 5)] == [4, 5]
    assert not round_path(tmp_path, 4).exists()


def test_a_process_that_dies_is_said(tmp_path: Path) -> None:
    with Rounds(tmp_path, fail) as rounds, pytest.raises(RuntimeError, match="died"):
        rounds.get(0)


def test_what_is_kept_is_made_once(tmp_path: Path) -> None:
    made: list[int] = []

    def note(number: int) -> dict[str, torch.Tensor]:
        made.append(number)
        return make(number)

    assert next(kept(tmp_path, 3, note))["number"] == 0
    assert [int(each["number"]) for each in kept(tmp_path, 3, note)] == [0, 1, 2]
    assert made == [0, 1, 2]


def test_a_pool_that_is_taken_up_late_holds_what_it_would_hold() -> None:
    steady, late = Pool(str, 4), Pool(str, 4)
    for count in (1, 3, 7):
        held = steady.first(count)
    assert list(held) == list(late.first(7)) == ["3", "4", "5", "6"]


def test_all_is_used_so_many_times() -> None:
    batches = list(reused(7, 3, 2, np.random.default_rng(0)))
    assert [len(batch) for batch in batches] == [3, 3, 1, 3, 3, 1]
    assert sorted(np.concatenate(batches).tolist()) == sorted([*range(7)] * 2)
