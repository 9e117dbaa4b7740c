from pathlib import Path

import pytest
import torch

from zoetrope.training.rounds import Rounds, round_path


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
