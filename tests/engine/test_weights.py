import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from zoetrope.core.errors import WeightsError
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly

CPU = Numerics("cpu", torch.bfloat16)


def filed(path, **changes):
    tensors = nn.Linear(3, 2).state_dict() | changes
    save_file({key: value for key, value in tensors.items() if value is not None}, path)
    return path


def test_weights_come_back_in_the_precision_that_is_asked(tmp_path):
    path = filed(tmp_path / "a.safetensors", weight=torch.full((2, 3), 0.5, dtype=torch.bfloat16))
    linear = load_strictly(nn.Linear(3, 2), path, CPU)
    assert linear.weight.dtype == torch.bfloat16
    assert (linear.weight == 0.5).all()
    assert not linear.weight.requires_grad
    assert not linear.training


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bias": None}, "lacks bias"),
        ({"extra": torch.zeros(1)}, "holds extra"),
        ({"weight": torch.zeros(2, 4)}, r"weight of shape \(2, 4\)"),
        ({"bias": torch.zeros(2, dtype=torch.int32)}, "bias as torch.int32"),
        ({"bias": torch.tensor([1.0, float("nan")])}, "bias that are not finite"),
    ],
)
def test_what_does_not_fit_is_named_with_file_and_key(tmp_path, changes, words):
    path = filed(tmp_path / "odd.safetensors", **changes)
    with pytest.raises(WeightsError, match=rf"odd\.safetensors.*{words}"):
        load_strictly(nn.Linear(3, 2), path, CPU)


def test_a_missing_or_damaged_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"gone\.safetensors are missing"):
        load_strictly(nn.Linear(3, 2), tmp_path / "gone.safetensors", CPU)
    whole = filed(tmp_path / "cut.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[:40])
    with pytest.raises(WeightsError, match=r"cut\.safetensors cannot be read"):
        load_strictly(nn.Linear(3, 2), tmp_path / "cut.safetensors", CPU)
