"""LoRAs over VACE: over its blocks and the branches beside them, in every spelling, for either of two experts.

Held against merging by hand into the reference pipeline's networks; the tolerance is `wan_pairs`'.
"""

from pathlib import Path

import pytest
import torch
from alike import LATENTS
from open_checkpoints import tiny_vace, tiny_wan
from safetensors.torch import save_file
from wan_pairs import Pair, picture

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Adapter
from zoetrope.engine.adapters.files import open_adapter
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import quantise

# As diffusers calls it, and as its authors do; into which a branch begins, goes on, reads the text, ends, and a block.
LAYERS = {
    "vace_blocks.0.proj_in": "vace_blocks.0.before_proj",
    "vace_blocks.1.attn1.to_q": "vace_blocks.1.self_attn.q",
    "vace_blocks.1.attn2.to_v": "vace_blocks.1.cross_attn.v",
    "vace_blocks.1.ffn.net.0.proj": "vace_blocks.1.ffn.0",
    "vace_blocks.1.proj_out": "vace_blocks.1.after_proj",
    "blocks.2.attn1.to_out.0": "blocks.2.self_attn.o",
}


def matrices(network: torch.nn.Module, seed: int = 0) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Down and up for each layer."""
    drawn, found = torch.Generator().manual_seed(seed), {}
    for name in LAYERS:
        up, down = network.get_parameter(f"{name}.weight").shape
        found[name] = torch.randn(2, down, generator=drawn), torch.randn(up, 2, generator=drawn)
    return found


def write(path: Path, network: torch.nn.Module, spelling: str = "peft", seed: int = 0) -> Path:
    """The same LoRA as a program writes it."""
    tensors: dict[str, torch.Tensor] = {}
    for name, (down, up) in matrices(network, seed).items():
        kohya = f"lora_unet_{LAYERS[name].replace('.', '_')}"
        before, ends = {
            "peft": (f"transformer.{name}", ("lora_A", "lora_B")),
            "second": (f"transformer_2.{name}", ("lora_A", "lora_B")),
            "comfy": (f"diffusion_model.{LAYERS[name]}", ("lora_down", "lora_up")),
            "musubi": (kohya, ("lora_down", "lora_up")),
        }[spelling]
        tensors |= {f"{before}.{ends[0]}.weight": down, f"{before}.{ends[1]}.weight": up}
    save_file(tensors, path)
    return path


@torch.no_grad()
def merge(network: torch.nn.Module, strength: float, seed: int = 0) -> None:
    for name, (down, up) in matrices(network, seed).items():
        network.get_submodule(name).weight += strength * (up @ down)


def asked(pair: Pair, *adapters: Adapter):
    first = Keyframe("first", picture(pair.unchecked(), 1))
    return pair.request(steps=2, conditions=(first,), adapters=adapters)


def made(pair: Pair, *adapters: Adapter) -> torch.Tensor:
    return pair.ours(asked(pair, *adapters))[0]


@pytest.mark.parametrize("spelling", ["peft", "comfy", "musubi"])
def test_blocks_and_branches_take_what_every_spelling_says(tmp_path: Path, spelling: str):
    pair = Pair(tiny_vace())
    path = write(tmp_path / "style.safetensors", pair.pipeline.transformer, spelling)
    assert open_adapter(str(path)).network == "wan"
    plain, laid = made(pair), made(pair, Adapter(str(path), 0.1))
    assert torch.equal(made(pair), plain)
    merge(pair.pipeline.transformer, 0.1)
    assert (laid - made(pair)).abs().max() <= LATENTS
    assert (laid - plain).abs().max() > 1e-3


def test_it_is_the_reference_pipeline_with_merged_weights(tmp_path: Path):
    pair = Pair(tiny_vace())
    path = write(tmp_path / "style.safetensors", pair.pipeline.transformer)
    request = pair.request(adapters=(Adapter(str(path), 0.1),))
    ours = pair.ours(request)[0]
    merge(pair.pipeline.transformer, 0.1)
    theirs, _ = pair.theirs(request, num_frames=9, latents=pair.noise(request))
    assert (ours - theirs).abs().max() <= LATENTS


@pytest.mark.parametrize(
    ("name", "spelling", "expert", "parts"),
    [
        ("style", "peft", "both", ("transformer", "transformer_2")),
        ("style_high_noise", "peft", "both", ("transformer",)),
        ("style_low_noise", "comfy", "both", ("transformer_2",)),
        ("style", "second", "both", ("transformer_2",)),
        ("style", "peft", "high", ("transformer",)),
    ],
)
def test_each_of_two_experts_takes_what_is_for_it(tmp_path: Path, name: str, spelling: str, expert, parts):
    pair = Pair(tiny_vace(experts=True))
    path = write(tmp_path / f"{name}.safetensors", pair.pipeline.transformer, spelling)
    plain, laid = made(pair), made(pair, Adapter(str(path), 0.1, expert))
    for part in parts:
        merge(getattr(pair.pipeline, part), 0.1)
    assert (laid - made(pair)).abs().max() <= LATENTS
    assert (laid - plain).abs().max() > 1e-3


def test_a_pair_of_files_is_laid_each_on_its_expert(tmp_path: Path):
    pair = Pair(tiny_vace(experts=True))
    high = write(tmp_path / "style_high_noise.safetensors", pair.pipeline.transformer, "musubi", 1)
    low = write(tmp_path / "style_low_noise.safetensors", pair.pipeline.transformer, "musubi", 2)
    laid = made(pair, Adapter(str(high), 0.1), Adapter(str(low), -0.1))
    merge(pair.pipeline.transformer, 0.1, 1)
    merge(pair.pipeline.transformer_2, -0.1, 2)
    assert (laid - made(pair)).abs().max() <= LATENTS


@torch.inference_mode()
def test_packed_branches_take_them_too(tmp_path: Path):
    pair = Pair(tiny_vace())
    path = write(tmp_path / "style.safetensors", pair.pipeline.transformer)
    quantise(pair.pipeline.transformer.vace_blocks, Precision.INT8, torch.float32)
    plain = made(pair)
    laid = made(pair, Adapter(str(path), 0.1))
    assert (laid - plain).abs().max() > 1e-3
    assert torch.equal(made(pair), plain)


def test_a_lora_of_plain_wan_fits_and_the_other_way_is_refused_before_anything_loads(tmp_path: Path):
    pair, plain = Pair(tiny_vace()), Pair(tiny_wan("text"))
    down, up = torch.randn(2, 48), torch.randn(48, 2)
    layer = "diffusion_model.blocks.1.self_attn.q"
    save_file({f"{layer}.lora_down.weight": down, f"{layer}.lora_up.weight": up}, tmp_path / "wan.safetensors")
    asked(pair, Adapter(str(tmp_path / "wan.safetensors")))
    made(pair, Adapter(str(tmp_path / "wan.safetensors")))
    path = write(tmp_path / "vace.safetensors", pair.pipeline.transformer)
    with pytest.raises(WeightsError, match=r"vace\.safetensors changes VACE's branches .*; .* has none"):
        plain.request(adapters=(Adapter(str(path)),))
