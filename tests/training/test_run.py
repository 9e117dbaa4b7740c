"""Laws of a training run on disk: what is saved comes back, averages average, learning rates rise and fall."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

from zoetrope.training.run import Ema, Run, cosine, one_cycle, trapezoid


def test_checkpoint_returns_what_was_saved(tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    assert run.load() is None
    run.save({"step": 3, "weights": {"a": torch.arange(3)}, "rng": torch.get_rng_state()})
    state = run.load()
    assert state is not None
    assert state["step"] == 3
    assert torch.equal(state["weights"]["a"], torch.arange(3))
    assert [path.name for path in run.folder.iterdir()] == ["checkpoint.pt"]


def test_failed_save_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.save({"step": 1})
    with pytest.raises(Exception, match="pickle"):
        run.save({"step": 2, "bad": lambda: None})
    assert run.load() == {"step": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_log_rewinds_and_survives_a_cut_line(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for step in range(10):
        run.log(step, loss=1 / (step + 1), rate=-1.0)
    with open(tmp_path / "log.jsonl", "a", encoding="utf-8") as file:
        file.write('{"step": 1')
    run.rewind(4)
    assert [row["step"] for row in run.history()] == [0, 1, 2, 3, 4]
    with Image.open(run.plot()) as picture:
        assert picture.height == 400


def test_average_starts_fast_and_keeps_float32() -> None:
    module = nn.Linear(2, 2).to(torch.bfloat16)
    ema = Ema(module, decay=0.99)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(1.0)
    for _ in range(200):
        ema.update(module)
    assert all(value.dtype == torch.float32 for value in ema.weights.values())
    assert torch.allclose(ema.weights["weight"], torch.ones(2, 2), atol=1e-3)
    other = Ema(module, decay=0.5)
    other.load_state_dict(ema.state_dict())
    target = nn.Linear(2, 2)
    other.copy_to(target)
    assert torch.equal(target.weight, ema.weights["weight"])
    assert other.updates == 200


def test_learning_rates_rise_and_fall() -> None:
    flat = [trapezoid(step, 100, warmup=10, cooldown=20) for step in range(101)]
    assert flat[0] == pytest.approx(0.1)
    assert flat[50] == 1.0
    assert flat[100] == 0.0
    wave = [cosine(step, 100, warmup=10, floor=0.1) for step in range(101)]
    assert max(wave) == pytest.approx(1.0)
    assert wave[100] == pytest.approx(0.1)


@pytest.mark.parametrize("total", [30, 300])
def test_one_cycle_is_that_of_torch(total: int) -> None:
    optimiser = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=2.0)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2.0, total, pct_start=0.1)
    for step in range(total):
        factor, momentum = one_cycle(step, total)
        group = optimiser.param_groups[0]
        assert 2 * factor == pytest.approx(group["lr"], rel=1e-9)
        assert momentum == pytest.approx(group["betas"][0], rel=1e-9)
        optimiser.step()
        if step + 1 < total:
            plan.step()
