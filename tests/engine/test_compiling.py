"""Compiled blocks: what they compute, how seldom they are compiled, and who cannot have them."""

import os

import pytest
import torch
from torch._dynamo.utils import counters

from zoetrope.core.errors import Unsupported
from zoetrope.engine.compiling import KEPT, check_compiler, compile_blocks, keep_compiled_in
from zoetrope.engine.families.pocket.layout import layout
from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.numerics import choose_numerics

TINY = NetworkConfig(
    TextConfig(entries=60, width=64, layers=1, length=8), video_channels=8, sound_channels=8, width=64, layers=2
)


def predict(network: PocketNetwork, frames: int, rows: int, columns: int, words: int, given: int) -> torch.Tensor:
    """A forward pass; the first `given` frames have a noise level and a rank of their own."""
    video, sounds = frames * rows * columns, 3 * frames
    rank = (torch.arange(video + sounds) >= given * rows * columns).long()
    with torch.inference_mode():
        made = network(
            torch.linspace(-1, 1, video * 8).reshape(1, video, 8),
            torch.linspace(1, -1, sounds * 8).reshape(1, sounds, 8),
            prepared=network.prepare(layout(frames, rows, columns, sounds, rank=rank)),
            sigmas=torch.tensor([[0.7, 0.0]] if given else [[0.7]]),
            level=1 - rank,
            context=network.text(torch.arange(3, 3 + words)[None]),
        )
    return torch.cat(made, dim=1)


def test_length_size_and_ranks_compile_nothing_again():
    torch._dynamo.reset()
    counters.clear()
    torch.manual_seed(0)
    plain = PocketNetwork(TINY).eval().requires_grad_(False)
    for name, weight in plain.named_parameters():
        if name.endswith("_out.weight") or "modulation.weight" in name:
            torch.nn.init.normal_(weight, std=0.2)
    sizes = [(3, 2, 3, 8, 1), (5, 3, 2, 5, 2), (4, 4, 5, 6, 3)]
    expected = [predict(plain, *size) for size in sizes]
    compile_blocks(plain.blocks, "aot_eager")
    for size, wanted in zip(sizes, expected, strict=True):
        torch.testing.assert_close(predict(plain, *size), wanted, rtol=1e-3, atol=1e-4)
    assert counters["stats"]["unique_graphs"] == 1
    assert not counters["graph_break"]


def test_a_machine_without_a_compiler(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(Unsupported, match="no no-such-compiler here; install one"):
        choose_numerics("cpu", compiled=True)


def test_the_folder_that_the_user_set_stays(tmp_path, monkeypatch):
    monkeypatch.setenv(KEPT, "/elsewhere")
    keep_compiled_in(tmp_path)
    assert os.environ[KEPT] == "/elsewhere"


def test_int8_is_not_compiled(monkeypatch):
    monkeypatch.setenv("CXX", "sh")  # some program that is there
    check_compiler("cpu")
    with pytest.raises(Unsupported, match="leave one of the two out"):
        choose_numerics("cpu", precision=Precision.INT8, compiled=True)
