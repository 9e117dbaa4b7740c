"""Files of 4-bit weights as bitsandbytes writes them: what they are read as, and what is refused in one sentence."""

from typing import Any

import pytest
import torch
from open_checkpoints import tiny_wan
from single_files import bytes_of, write
from test_open_files import _AUTHORS, CARD, made

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.identify import describe
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.names import rename
from zoetrope.engine.checkpoints.tensors import held
from zoetrope.engine.families.descriptor import PartFiles

NAME, OURS = "blocks.0.self_attn.q", "blocks.0.attn1.to_q.weight"
TABLE = torch.linspace(-1, 1, 16)
TABLE_8 = torch.linspace(-1, 1, 256)
SAID = {"quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16"}


def packed(name: str, weight: torch.Tensor, nested: bool = False, kind: str = "nf4", **said: Any) -> dict[str, Any]:
    """Weights of a matrix and all that lies beside them, by a packer that looks for the nearest number."""
    flat = torch.nn.functional.pad(weight.float().flatten(), (0, -weight.numel() % 64)).unflatten(0, (-1, 64))
    most = flat.abs().amax(1)
    facts, beside = SAID | {"shape": list(weight.shape)}, {"absmax": most}
    if nested:
        offset = float(most.mean())
        wider = torch.nn.functional.pad(most - offset, (0, -len(most) % 256)).unflatten(0, (-1, 256)).abs().amax(1)
        codes = ((most - offset) / wider.repeat_interleave(256)[: len(most)])[:, None] - TABLE_8
        levels = codes.abs().argmin(1).to(torch.uint8)
        beside = {"absmax": levels, "nested_absmax": wider, "nested_quant_map": TABLE_8.clone()}
        facts |= {"nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": offset}
        most = TABLE_8[levels.int()] * wider.repeat_interleave(256)[: len(most)] + offset
    codes = ((flat / most[:, None])[..., None] - TABLE).abs().argmin(-1).flatten()[: weight.numel()].to(torch.uint8)
    codes = torch.nn.functional.pad(codes, (0, len(codes) % 2))
    beside |= {"quant_map": TABLE.clone(), f"quant_state.bitsandbytes__{kind}": bytes_of(facts | said)}
    pairs = (codes[0::2] << 4) | codes[1::2]
    return {f"{name}.weight": pairs[:, None]} | {f"{name}.weight.{key}": each for key, each in beside.items()}


def test_numbers_made_by_hand(tmp_path):
    """Two blocks of 64: codes 1, 2, 3 and 15, the first in the high half of a byte; magnitudes 2 and 10."""
    codes = torch.zeros(64, dtype=torch.uint8)
    codes[0], codes[1], codes[32] = 0x12, 0x3F, 0xF1
    named = packed(NAME, torch.zeros(2, 64))
    named |= {f"{NAME}.weight": codes[:, None], f"{NAME}.weight.absmax": torch.tensor([2.0, 10.0])}
    named |= {f"{NAME}.weight.quant_map": torch.arange(16) / 16}
    found = held(write(tmp_path / "a.safetensors", named)).read(OURS)
    assert found.dtype is torch.bfloat16
    assert found[0, :5].tolist() == [2 / 16, 4 / 16, 6 / 16, 30 / 16, 0]
    assert found[1, :3].tolist() == [150 / 16, 10 / 16, 0]


def test_magnitudes_that_are_codes_themselves(tmp_path):
    named = packed(NAME, torch.zeros(2, 64), nested=True, nested_offset=0.5, dtype="float32")
    named |= {f"{NAME}.weight": torch.full((64, 1), 0x11, dtype=torch.uint8)}
    named |= {f"{NAME}.weight.absmax": torch.tensor([3, 255], dtype=torch.uint8)}
    named |= {f"{NAME}.weight.quant_map": torch.arange(16.0), f"{NAME}.weight.nested_absmax": torch.tensor([4.0])}
    named |= {f"{NAME}.weight.nested_quant_map": torch.arange(256) / 8}
    found = held(write(tmp_path / "a.safetensors", named)).read(OURS)
    assert found.dtype is torch.float32
    assert found[0].unique().tolist() == [3 / 8 * 4 + 0.5]
    assert found[1].unique().tolist() == [255 / 8 * 4 + 0.5]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", ["nf4", "fp4"])
@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
@pytest.mark.parametrize("shape", [(6, 64), (5, 13)])
def test_what_was_packed_is_read_again(tmp_path, nested, kind, prefix, shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    files = held(write(tmp_path / "a.safetensors", packed(f"{prefix}{NAME}", weight, nested, kind)))
    assert files.keys() == (OURS,)
    assert (files.facts(OURS).dtype, files.facts(OURS).shape, files.facts(OURS).packed) == ("BF16", shape, None)
    found = files.read(OURS).float()
    assert (found - weight).abs().max() <= weight.abs().max() * (1 / 15 + (0.02 if nested else 0.005))
    into = torch.empty(shape)
    assert torch.equal(files.read(OURS, into), found)


def test_rows_that_authors_fuse_are_taken_apart(tmp_path):
    weight = torch.randn(6, 64, generator=torch.Generator().manual_seed(0))
    name = "double_blocks.0.img_attn_qkv"
    files = held(write(tmp_path / "a.safetensors", packed(name, weight)))
    thirds = [files.read(f"transformer_blocks.0.attn.to_{letter}.weight").float() for letter in "qkv"]
    assert (torch.cat(thirds) - weight).abs().max() < 0.3


def test_what_lies_beside_may_lie_in_another_shard(tmp_path):
    named = packed(NAME, torch.ones(2, 64))
    one, other = write(tmp_path / "a.safetensors", {f"{NAME}.weight": named.pop(f"{NAME}.weight")}), tmp_path / "b"
    write(other.with_suffix(".safetensors"), named)
    both = PartFiles("network", "Linear", "diffusers", files=(*one.files, other.with_suffix(".safetensors")))
    assert torch.equal(held(both).read(f"{NAME}.weight").float(), torch.ones(2, 64))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quant_state.bitsandbytes__nf4": bytes_of(SAID)}, "does not say the 'shape' of"),
        ({"quant_state.bitsandbytes__nf4": torch.zeros(3, dtype=torch.uint8)}, "cannot be read"),
        ({"quant_state.bitsandbytes__nf4": bytes_of([1])}, "no JSON object"),
        ({"absmax": torch.ones(3)}, "does not fit"),
        ({"absmax": torch.ones(2, dtype=torch.uint8)}, "does not fit"),
        ({"quant_map": torch.ones(15)}, "does not fit"),
        ({"quant_map": None}, "does not say the 'quant_map' of"),
        ({"quant_state.bitsandbytes__nf4": bytes_of(SAID | {"shape": [2, 65]})}, "does not fit"),
        ({"quant_state.bitsandbytes__nf4": bytes_of(SAID | {"shape": [2, 64], "blocksize": 0})}, "does not fit"),
        ({"quant_state.bitsandbytes__nf4": None, "SCB": torch.ones(2)}, "a packing that is not read"),
    ],
)
def test_what_is_incomplete_or_of_another_kind_is_refused_in_one_sentence(tmp_path, change, said):
    named = packed(NAME, torch.ones(2, 64)) | {f"{NAME}.weight.{key}": each for key, each in change.items()}
    part = write(tmp_path / "odd.safetensors", {key: each for key, each in named.items() if each is not None})
    with pytest.raises(WeightsError, match=said) as error:
        held(part)
    assert "odd.safetensors" in str(error.value)


@pytest.mark.parametrize("nested", [False, True])
def test_a_network_in_4_bits_makes_what_its_numbers_make(tmp_path, nested):
    pipeline = tiny_wan("text")
    pipeline.save_pretrained(tmp_path / CARD)
    state, tensors = pipeline.transformer.state_dict(), {}
    for name in _AUTHORS:
        tensor = state[rename(name, "wan")]
        matrix = name.startswith("blocks.") and tensor.dim() == 2 and name.endswith(".weight")
        more = packed(name.removesuffix(".weight"), tensor, nested, dtype="float32") if matrix else {name: tensor}
        tensors |= more
    part = write(tmp_path / "wan-nf4.safetensors", tensors)
    opened, plain = held(part), {}
    for name in _AUTHORS:
        plain[name] = opened.read(rename(name, "wan"))
    write(tmp_path / "plain.safetensors", plain)
    shots = [made(describe(tmp_path / file, Models(tmp_path))) for file in ("wan-nf4.safetensors", "plain.safetensors")]
    assert (shots[0] == shots[1]).all()
    assert not torch.equal(plain["blocks.0.ffn.0.weight"], state[rename("blocks.0.ffn.0.weight", "wan")])
