"""Weights by the names of diffusers, from shards, single files and GGUF; and what is said of files that do not fit."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from written_checkpoints import counted, write_folder, write_tensors

from zoetrope.core.errors import Unsupported, WeightsError
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.checkpoints.gguf import unpack
from zoetrope.engine.checkpoints.gguf_header import BLOCKS
from zoetrope.engine.checkpoints.tensors import check_against, held
from zoetrope.engine.families.descriptor import PartFiles


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(3, 2, bias=False), nn.Linear(3, 2, bias=False)
        self.leave.weight = self.enter.weight
        self.register_buffer("steps", torch.zeros(2, dtype=torch.int64))


GOOD = {"enter.weight": counted(2, 3)}


def part(*files: Path, layout: str = "diffusers", kind: str = "Tied") -> PartFiles:
    return PartFiles("network", kind, "here", "{}", files, layout)


def test_shards_are_read_into_memory_of_ones_own(tmp_path: Path):
    files = held(describe_folder(write_folder(tmp_path)).part("network"))
    assert files.keys() == ("a", "b")
    assert files.facts("b").dtype == "BF16"
    assert torch.equal(files.read("a"), torch.from_numpy(counted(2, 3)))
    out = torch.empty(2, 3)
    assert files.read("a", out) is out
    assert torch.equal(out, torch.from_numpy(counted(2, 3)))
    assert torch.equal(files.read("b").view(torch.int16), torch.arange(4, dtype=torch.int16))


def test_ties_are_written_once(tmp_path: Path):
    path = tmp_path / "tied.safetensors"
    write_tensors(path, GOOD)
    files = held(part(path))
    with pytest.raises(WeightsError, match=r"tied\.safetensors lacks steps of Tied"):
        check_against(Tied(), files, part(path))


def test_names_of_authors_become_those_of_diffusers(tmp_path: Path):
    path = write_tensors(
        tmp_path / "wan.safetensors",
        {
            "model.diffusion_model.blocks.0.self_attn.q.weight": counted(2, 2),
            "model.diffusion_model.blocks.0.norm3.weight": counted(2, start=5),
            "model.diffusion_model.head.modulation": counted(1, 2, 2),
            "vae.other": counted(1),
        },
    )
    names = held(part(path, layout="single")).keys()
    assert set(names) == {"blocks.0.attn1.to_q.weight", "blocks.0.norm2.weight", "scale_shift_table"}


def test_fused_rows_are_split_and_halves_change_places(tmp_path: Path):
    fused, last = counted(6, 2), counted(4, 2, start=50)
    path = write_tensors(
        tmp_path / "hunyuan.safetensors",
        {"double_blocks.0.img_attn_qkv.weight": fused, "final_layer.adaLN_modulation.1.weight": last},
    )
    files = held(part(path, layout="single"))
    assert torch.equal(files.read("transformer_blocks.0.attn.to_k.weight"), torch.from_numpy(fused[2:4]))
    assert torch.equal(files.read("norm_out.linear.weight"), torch.from_numpy(np.concatenate([last[2:], last[:2]])))


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"enter.weight": counted(2, 3), "steps": counted(2)}, r"steps as F32, but Tied needs torch.int64"),
        ({"enter.weight": counted(3, 3)}, "lacks steps"),
        ({"blocks.0.self_attn.q.weight": counted(2, 2)}, "not of this family: it looks like Wan's network"),
        ({"x": counted(2)}, "holds tensors of another network"),
    ],
)
def test_files_that_do_not_fit_are_refused_in_one_sentence(tmp_path: Path, tensors: dict, said: str):
    path = write_tensors(tmp_path / "odd.safetensors", tensors)
    with pytest.raises(WeightsError, match=said) as error:
        check_against(Tied(), held(part(path)), part(path))
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"other": counted(1)}, "holds other, which Linear of this config does not have"),
        ({"weight": counted(4, 3)}, r"weight of shape \(4, 3\), but Linear of this config needs \(2, 3\)"),
    ],
)
def test_unknown_keys_and_other_shapes_are_named(tmp_path: Path, extra: dict, said: str):
    path = write_tensors(tmp_path / "odd.safetensors", {"weight": counted(2, 3)} | extra)
    with pytest.raises(WeightsError, match=said):
        check_against(nn.Linear(3, 2, bias=False), held(part(path)), part(path, kind="Linear"))


def _cut(path: Path, count: int) -> Path:
    path.write_bytes(path.read_bytes()[:count])
    return path


def test_damaged_files_are_refused_when_they_are_opened(tmp_path: Path):
    def whole(name: str) -> Path:
        return write_tensors(tmp_path / name, GOOD)

    pickle = tmp_path / "model.ckpt"
    pickle.write_bytes(b"\x80\x04.")
    for file, said in (
        (_cut(whole("a.safetensors"), -3), "is truncated"),
        (_cut(whole("b.safetensors"), 20), "is truncated"),
        (_cut(whole("c.safetensors"), 4), "not a safetensors file"),
        (write_tensors(tmp_path / "d.safetensors", GOOD, shape=[9, 9]), "24 bytes for the shape"),
        (write_tensors(tmp_path / "e.safetensors", GOOD, dtype="Q9"), "unknown kind of number Q9"),
        (tmp_path / "f.safetensors", "is missing"),
        (pickle, "is a pickle"),
    ):
        with pytest.raises(WeightsError, match=said) as error:
            held(part(file))
        assert str(file) in str(error.value)


def test_a_file_that_shrank_meanwhile_is_told_when_it_is_read(tmp_path: Path):
    path = write_tensors(tmp_path / "a.safetensors", GOOD)
    files = held(part(path))
    _cut(path, -3)
    with pytest.raises(WeightsError, match="became shorter"):
        files.read("enter.weight")


def write_gguf(path: Path, name: str, kind: int, shape: tuple[int, ...], data: bytes) -> Path:
    """One tensor; shapes are written last axis first, as GGUF does."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, 1, 0) + struct.pack("<Q", len(name)) + name.encode()
    head += struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape[::-1], kind, 0)
    path.write_bytes(head + bytes(-len(head) % 32) + data)
    return path


@pytest.mark.parametrize("kind", BLOCKS)
def test_packed_kinds_are_the_reference_s_numbers(kind: str):
    quants = pytest.importorskip("gguf.quants")
    constants = pytest.importorskip("gguf.constants")
    columns, width = BLOCKS[kind]
    bits = np.random.default_rng(0).integers(0, 256, (3, 4 * width), dtype=np.uint8)
    bits[:, 1::2] &= 0xBB  # no float16 among them is infinite or no number
    expected = quants.dequantize(bits, constants.GGMLQuantizationType[kind])
    found = unpack(torch.from_numpy(bits), kind, torch.float32)
    assert found.shape == (3, 4 * columns)
    assert np.array_equal(found.numpy(), expected)


def test_a_gguf_file_is_read_packed_or_plain(tmp_path: Path):
    bits = np.random.default_rng(1).integers(0, 60, (2, 34), dtype=np.uint8)
    path = write_gguf(tmp_path / "w.gguf", "blocks.0.self_attn.q.weight", 8, (2, 32), bits.tobytes())
    files = held(part(path, layout="gguf"))
    key = "blocks.0.attn1.to_q.weight"
    facts = files.facts(key)
    assert (facts.shape, facts.dtype, facts.packed, facts.nbytes) == ((2, 32), "BF16", "Q8_0", 68)
    packed, kind = files.read_packed(key)
    assert np.array_equal(packed.numpy(), bits)
    assert torch.equal(files.read(key), unpack(packed, kind, torch.bfloat16))


def test_damaged_and_unsupported_gguf_files_are_refused(tmp_path: Path):
    with pytest.raises(Unsupported, match=r"new\.gguf packs w as IQ2_XXS"):
        held(part(write_gguf(tmp_path / "new.gguf", "w", 16, (1, 256), bytes(66)), layout="gguf"))
    with pytest.raises(WeightsError, match=r"short\.gguf is truncated"):
        held(part(write_gguf(tmp_path / "short.gguf", "w", 8, (2, 32), bytes(30)), layout="gguf"))
    (tmp_path / "text.gguf").write_text(json.dumps("no"))
    with pytest.raises(WeightsError, match=r"text\.gguf is not a GGUF file"):
        held(part(tmp_path / "text.gguf", layout="gguf"))
