"""A LoRA in the authors' names over HunyuanVideo 1.5, which diffusers cannot load: the frames of the merge by hand."""

import torch
from alike import LATENTS
from safetensors.torch import save_file
from test_hunyuan_equivalence import Tiny

from zoetrope.core.request import Adapter

STRENGTH, RANK = 0.7, 2


@torch.inference_mode()
def test_an_adapter_is_the_merge_by_hand(tmp_path):
    made = Tiny()
    width, refiner = 32, "context_embedder.token_refiner.refiner_blocks.0.attn"
    written = {
        "double_blocks.1.img_attn_q": (width, ["transformer_blocks.1.attn.to_q"]),
        "double_blocks.0.txt_attn_v": (width, ["transformer_blocks.0.attn.add_v_proj"]),
        "double_blocks.0.img_mlp.fc1": (4 * width, ["transformer_blocks.0.ff.net.0.proj"]),
        "txt_in.individual_token_refiner.blocks.0.self_attn_qkv": (
            3 * width,
            [f"{refiner}.to_{letter}" for letter in "qkv"],
        ),
    }
    drawn, tensors, merges = torch.Generator().manual_seed(0), {}, []
    for name, (rows, layers) in written.items():
        down, up = (torch.randn(shape, generator=drawn) / 3 for shape in ((RANK, width), (rows, RANK)))
        tensors |= {
            f"diffusion_model.{name}.lora_down.weight": down,
            f"diffusion_model.{name}.lora_up.weight": up,
            f"diffusion_model.{name}.alpha": torch.tensor(1.0),
        }
        merges += [(layer, part @ down) for layer, part in zip(layers, up.chunk(len(layers)), strict=True)]
    path = tmp_path / "style.safetensors"
    save_file(tensors, path)
    plain, adapted = made.request(), made.request(adapters=(Adapter(str(path), STRENGTH),))
    before, ours = made.ours(plain)[0], made.ours(adapted)[0]
    assert torch.equal(made.ours(plain)[0], before)
    for layer, product in merges:
        made.pipeline.transformer.get_submodule(layer).weight += STRENGTH / RANK * product
    theirs = made.theirs(adapted, height=64, width=64)[0]
    assert (ours - theirs).abs().max() <= LATENTS
    assert (ours - before).abs().max() > 1e-3
