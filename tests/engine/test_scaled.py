"""Files of 8-bit weights with scales: what they are read as, kept as, and which kinds are refused in one sentence."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from open_checkpoints import tiny_wan
from single_files import bytes_of, write
from test_open_files import _AUTHORS, CARD, REQUEST, made

from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Request
from zoetrope.engine.checkpoints.identify import describe
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.names import rename
from zoetrope.engine.checkpoints.tensors import held
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.opening import all_variants, family_of
from zoetrope.engine.generate import make, prepare
from zoetrope.engine.memory.budget import settle_plan
from zoetrope.engine.memory.machine import card
from zoetrope.engine.memory.plan import PartPlan, Plan, Precision, Residence
from zoetrope.engine.numerics import Numerics

FP8 = torch.float8_e4m3fn
NAME, OURS = "blocks.0.self_attn.q", "blocks.0.attn1.to_q.weight"
LTX = "transformer_blocks.0.attn1.to_q"  # by its authors as by diffusers


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def rounded(weight: torch.Tensor, rows: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """As those who write such files do: the largest number of a tensor, or of a row, becomes 448."""
    scale = (weight.abs().amax(1, keepdim=True) if rows else weight.abs().amax()) / 448
    return (weight / scale).to(FP8), scale.float()


@pytest.mark.parametrize("ending", ["scale_weight", "weight_scale"])
@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
@pytest.mark.parametrize(("name", "ours"), [(NAME, OURS), (LTX, f"{LTX}.weight")])
def test_every_spelling_is_read_as_weights_times_scales(tmp_path, ending, rows, prefix, name, ours):
    weight, scale = rounded(drawn(6, 4), rows)
    more = {f"{prefix}{name}.scale_input": torch.tensor(1.0), f"{prefix}scaled_fp8": torch.empty(0, dtype=FP8)}
    more[f"{prefix}{name}.comfy_quant"] = bytes_of({"format": "float8_e4m3fn", "full_precision_matrix_mult": True})
    if prefix:
        more |= {"vae.scale": torch.ones(1), "vae.conv.weight_scale_2": torch.ones(1)}  # of other parts
    named = {f"{prefix}{name}.weight": weight, f"{prefix}{name}.{ending}": scale} | more
    files = held(write(tmp_path / "a.safetensors", named))
    assert files.keys() == (ours,)
    assert (files.facts(ours).dtype, files.facts(ours).shape) == ("F32", (6, 4))
    assert torch.equal(files.read(ours), weight.float() * scale)
    into = torch.empty(6, 4, dtype=torch.bfloat16)
    assert torch.equal(files.read(ours, into), (weight.float() * scale).bfloat16())


@pytest.mark.parametrize("rows", [False, True])
def test_rows_that_authors_fuse_take_their_own_scales(tmp_path, rows):
    weight, scale = rounded(drawn(6, 4), rows)
    name = "double_blocks.0.img_attn_qkv"
    files = held(write(tmp_path / "a.safetensors", {f"{name}.weight": weight, f"{name}.weight_scale": scale}))
    whole = weight.float() * scale
    for number, letter in enumerate("qkv"):
        found = files.read(f"transformer_blocks.0.attn.to_{letter}.weight")
        assert torch.equal(found, whole[2 * number : 2 * number + 2])


def test_plain_8_bit_weights_are_those_numbers(tmp_path):
    weight = drawn(6, 4).to(FP8)
    assert torch.equal(
        held(write(tmp_path / "a.safetensors", {f"{NAME}.weight": weight})).read(OURS).float(), weight.float()
    )


WEIGHT = rounded(drawn(6, 4), False)[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weight_scale": torch.ones(3, 2)}, r"scales blocks\.0\.self_attn\.q\.weight_scale by F32 of shape \(3, 2\)"),
        ({"weight_scale": torch.ones(6, 1, dtype=torch.uint8)}, "by U8 of shape"),
        ({"weight_scale_inv": torch.ones(1)}, r"holds blocks\.0\.self_attn\.q\.weight_scale_inv, a packing"),
        (
            {"weight_scale": torch.ones(1), "weight_scale_2": torch.ones(1)},
            "weight_scale_2, a packing that is not read",
        ),
        ({"comfy_quant": bytes_of({"format": "nvfp4"})}, r"packs blocks\.0\.self_attn\.q as .*nvfp4"),
        ({"comfy_quant": bytes_of({"format": "float8_e4m3fn", "convrot": True})}, "convrot"),
        ({"comfy_quant": torch.zeros(3, dtype=torch.uint8)}, "cannot be read"),
        ({"weight": torch.ones(6, 4, dtype=torch.int8), "weight_scale": torch.ones(1)}, "scales weights of I8"),
        ({"weight": drawn(6, 4), "scale_weight": torch.ones(1)}, "scales weights of F32"),
        ({"weight.absmax": torch.ones(1), "weight.quant_map": torch.ones(16)}, "absmax, a packing that is not read"),
        ({"other_quant": torch.ones(1)}, "other_quant, a packing that is not read"),
    ],
)
def test_other_packings_are_refused_in_one_sentence(tmp_path, more, said):
    named = {f"{NAME}.weight": WEIGHT} | {f"{NAME}.{key}": tensor for key, tensor in more.items()}
    part = write(tmp_path / "odd.safetensors", named)
    with pytest.raises(WeightsError, match=said) as error:
        held(part)
    assert "odd.safetensors" in str(error.value)


def test_a_scale_without_its_weights_is_named(tmp_path):
    part = write(tmp_path / "odd.safetensors", {"blocks.0.ffn.0.weight": WEIGHT, f"{NAME}.weight_scale": torch.ones(1)})
    with pytest.raises(WeightsError, match=rf"holds {NAME}\.weight_scale without the weights"):
        held(part)


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Models:
    folder = tmp_path_factory.mktemp("models")
    tiny_wan("text").save_pretrained(folder / CARD)
    return Models(folder)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, Path]:
    """A network in its authors' names, the matrices of its blocks in 8 bits; and the numbers that they stand for."""
    state, folder = tiny_wan("text").transformer.state_dict(), tmp_path_factory.mktemp("files")
    packed, plain = {}, {}
    for name in _AUTHORS:
        tensor = state[rename(name, "wan")]
        plain[name] = packed[name] = tensor
        if name.startswith("blocks.") and tensor.dim() == 2 and name.endswith(".weight"):
            weight, scale = rounded(tensor, rows=False)
            packed[name], packed[f"{name.removesuffix('.weight')}.scale_weight"] = weight, scale
            plain[name] = weight.float() * scale
    write(folder / "fp8.safetensors", packed)
    write(folder / "plain.safetensors", plain)
    return folder / "fp8.safetensors", folder / "plain.safetensors"


def test_a_file_makes_the_frames_of_what_it_stands_for(models, written):
    ours, plain = (made(describe(path, models)) for path in written)
    assert (ours == plain).all()


@pytest.mark.parametrize("residence", [Residence.TURN, Residence.DISK])
def test_weights_that_stay_in_8_bits_are_not_rounded_again(models, written, residence):
    plan = Plan((PartPlan("network", Precision.FP8, residence),))
    settled, family = prepare(REQUEST, family_of(describe(written[0], models)), None)
    loaded: Any = family.load(Numerics("cpu", torch.float32, plan))
    with loaded.parts["network"].resident() as network:
        for number, block in enumerate(network.blocks):
            layer = block.attn1.to_q
            stands = held(describe(written[0], models).part("network")).read(f"blocks.{number}.attn1.to_q.weight")
            assert layer.packed.dtype is FP8
            assert torch.equal(layer.packed.float() * layer.scale, stands)
    frames = make(settled, family, numerics=Numerics("cpu", torch.float32, plan)).frames
    assert abs(frames.astype(int) - made(describe(written[1], models)).astype(int)).max() <= 1


def published(layout: str) -> Any:
    variant = all_variants()["wan2.1-t2v-14b"]
    kinds = tuple(replace(each, layout=layout) if each.part == "network" else each for each in variant.kinds)
    return family_of(Descriptor("mine", "wan", variant.pipeline, variant.settings_text, kinds, "mine"))


@pytest.mark.parametrize(("layout", "precision"), [("fp8", Precision.FP8), ("single", Precision.INT8)])
def test_where_bf16_does_not_fit_weights_stay_as_the_file_has_them(layout, precision):
    family = published(layout)
    request, _ = prepare(Request("a shot", seconds=5, size="832x480"), family, None)
    network = settle_plan(family, request, card(8)).part("network")
    assert network is not None
    assert network.precision is precision


def test_a_file_of_8_bits_is_known_by_its_scales(models, written):
    assert [describe(path, models).part("network").layout for path in written] == ["fp8", "single"]
