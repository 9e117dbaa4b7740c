"""How programs spell the layers of a LoRA, and which layer of which network they mean. Knows no file and no torch.

Four spellings are common: diffusers and peft (`transformer.blocks.0.attn1.to_q.lora_A.weight`), the authors' own names
as ComfyUI reads them (`diffusion_model.blocks.0.self_attn.q.lora_down.weight`), and kohya's and musubi-tuner's, which
write underscores for dots (`lora_unet_blocks_0_self_attn_q.lora_down.weight`) in either naming.
Sources: `diffusers.loaders.lora_conversion_utils`; networks/lora.py of github.com/kohya-ss/musubi-tuner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from zoetrope.engine.checkpoints.names import Origin, origin_of

Expert = Literal["both", "high", "low"]
Role = Literal["down", "up", "up_bias", "alpha", "weight", "bias"]

_PREFIXES: tuple[tuple[str, Expert], ...] = (
    *(("base_model.model.", "both"), ("model.diffusion_model.", "both"), ("diffusion_model.", "both")),
    *(("transformer_2.", "low"), ("transformer.", "both"), ("pipe.dit.", "both"), ("unet.", "both")),
)
_UNDERSCORED = ("lora_unet_", "lora_transformer_", "lycoris_")
TEXT_PREFIXES = ("lora_te", "text_encoder", "te.", "te1.", "te2.")

# What follows the name of a layer. `weight` and `bias` are added as they are, `up_bias` is scaled with the products.
_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        **{".lora_A.weight": "down", ".lora_down.weight": "down", ".lora.down.weight": "down"},
        **{".lora_A.default.weight": "down", ".lora_B.default.weight": "up"},
        **{".lora_B.weight": "up", ".lora_up.weight": "up", ".lora.up.weight": "up", ".alpha": "alpha"},
        **{".lora_B.bias": "up_bias", ".diff_b": "bias", ".diff": "weight"},
    }
)
# Other kinds of adapters, and the parts of LoRAs that need more than two products.
OTHERS: Mapping[str, str] = MappingProxyType(
    {
        **{".lokr_w1": "LoKr", ".lokr_w2": "LoKr", ".lokr_t2": "LoKr", ".hada_w1": "LoHa", ".hada_w2": "LoHa"},
        **{
            ".oft_": "OFT",
            ".dora_scale": "DoRA",
            ".lora_magnitude": "DoRA",
            ".lora_mid": "LoCon",
            ".lora_E": "AdaLoRA",
        },
    }
)

_SIGNS = (
    (
        "wan",
        re.compile(
            r"(vace_)?blocks\.\d+\.(self_attn|cross_attn|attn1|attn2|ffn|before_proj|after_proj|proj_in|proj_out)\b"
        ),
    ),
    ("hunyuan", re.compile(r"double_blocks\.\d+\.|transformer_blocks\.\d+\.attn\.")),
    ("ltx", re.compile(r"transformer_blocks\.\d+\.")),
)

# Components of names that hold underscores, by network, in either naming; all others are single words.
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "wan": (
            *("vace_blocks", "self_attn", "cross_attn", "k_img", "v_img", "time_embedding", "text_embedding"),
            *("time_projection", "img_emb", "patch_embedding", "to_q", "to_k", "to_v", "to_out", "add_k_proj"),
            *("add_v_proj", "condition_embedder", "time_embedder", "text_embedder", "image_embedder", "time_proj"),
            *("linear_1", "linear_2", "proj_out", "proj_in", "before_proj", "after_proj", "vace_patch_embedding"),
        ),
        "ltx": (
            *("transformer_blocks", "to_q", "to_k", "to_v", "to_out", "to_gate_logits", "patchify_proj"),
            *("audio_patchify_proj", "proj_in", "proj_out", "audio_proj_in", "audio_proj_out", "adaln_single"),
            *("audio_adaln_single", "prompt_adaln_single", "audio_prompt_adaln_single", "time_embed"),
            *("audio_time_embed", "caption_projection", "audio_caption_projection", "linear_1", "linear_2"),
            *("timestep_embedder", "audio_attn1", "audio_attn2", "audio_ff", "audio_to_video_attn"),
            *("video_to_audio_attn", "prompt_adaln", "audio_prompt_adaln"),
            *("av_ca_video_scale_shift_adaln_single", "av_ca_a2v_gate_adaln_single"),
            *("av_ca_audio_scale_shift_adaln_single", "av_ca_v2a_gate_adaln_single"),
            *("av_cross_attn_video_scale_shift", "av_cross_attn_video_a2v_gate"),
            *("av_cross_attn_audio_scale_shift", "av_cross_attn_audio_v2a_gate"),
        ),
        "hunyuan": (
            *("double_blocks", "transformer_blocks", "img_attn_qkv", "txt_attn_qkv", "img_attn_q", "img_attn_k"),
            *("img_attn_v", "img_attn_proj", "txt_attn_q", "txt_attn_k", "txt_attn_v", "txt_attn_proj", "img_mlp"),
            *("txt_mlp", "img_mod", "txt_mod", "img_in", "txt_in", "time_in", "byt5_in", "vision_in", "final_layer"),
            *("adaLN_modulation", "self_attn_qkv", "self_attn_proj", "self_attn_q", "self_attn_k", "self_attn_v"),
            *("individual_token_refiner", "input_embedder", "c_embedder", "t_embedder", "to_q", "to_k", "to_v"),
            *("to_out", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out", "ff_context", "norm1_context"),
            *("context_embedder", "context_embedder_2", "time_text_embed", "timestep_embedder", "text_embedder"),
            *("token_refiner", "refiner_blocks", "image_embedder", "x_embedder", "proj_in", "proj_out", "norm_out"),
            *("linear_1", "linear_2", "linear_3", "time_embed", "norm_in"),
        ),
    }
)


def split_role(key: str) -> tuple[str, Role] | None:
    """The layer that a key speaks of, and what it is to it; None if it is nothing that is laid."""
    for ending, role in _ROLES.items():
        if key.endswith(ending):
            return key.removesuffix(ending), role
    return None


def strip_prefix(layer: str) -> tuple[str, Expert, bool]:
    """A layer's name without what programs put before it, which expert that says, and whether its dots are gone."""
    for prefix in _UNDERSCORED:
        if layer.startswith(prefix):
            return layer.removeprefix(prefix), "both", "." not in layer
    expert: Expert = "both"
    for prefix, said in _PREFIXES:
        if layer.startswith(prefix):
            layer, expert = layer.removeprefix(prefix), said if said != "both" else expert
    return layer, expert, False


def family_of_layers(layers: Iterable[str]) -> str | None:
    """Which network layers are of: wan, ltx, ltx2, hunyuan, or None for any other.

    A LoRA may leave out blocks and kinds of layers, so any one that is special decides. One that changes the picture's
    side of LTX-2 alone is not told apart from LTX-Video's.
    """
    names = tuple(layers)
    for network, sign in _SIGNS:
        if any(map(sign.match, names)):
            return "ltx2" if network == "ltx" and any("audio" in name for name in names) else network
    return None


def put_dots(layers: Iterable[str]) -> dict[str, str] | None:
    """Names that had underscores for dots, by what was written; None if they are of no network that is known."""
    layers = tuple(layers)
    for network in _WORDS:
        dotted = {layer: _dotted(layer, network) for layer in layers}
        if all(dotted.values()) and family_of_layers(name for name in dotted.values() if name) is not None:
            return {layer: name for layer, name in dotted.items() if name}
    return None


@lru_cache(maxsize=8192)
def _dotted(written: str, network: str) -> str | None:
    """Cut a name into components, the longest that are known first; a word without underscores needs not be known."""
    for word in sorted(_WORDS[network], key=len, reverse=True):
        if written == word:
            return word
        if written.startswith(f"{word}_") and (rest := _dotted(written[len(word) + 1 :], network)) is not None:
            return f"{word}.{rest}"
    word, _, rest = written.partition("_")
    if not word or not (word.isdigit() or word in _SINGLE):
        return None
    if not rest:
        return word
    tail = _dotted(rest, network)
    return None if tail is None else f"{word}.{tail}"


_SINGLE = frozenset(
    (
        *("blocks", "q", "k", "v", "o", "ffn", "head", "proj", "attn", "attn1", "attn2", "ff", "net", "linear"),
        *("mlp", "fc1", "fc2", "in", "out", "norm1", "norm2", "emb", "modulation"),
    )
)


def layers_of(name: str, network: str) -> dict[str, Origin]:
    """The layers of diffusers that a name means: one, or three where its author has them in one.

    The origins say which rows of the written layer each has, and in which order.
    """
    return {key.removesuffix(".weight"): origin for key, origin in origin_of(f"{name}.weight", network).items()}
