"""Names of tensors as their authors write them, and as diffusers does. Knows no file and no torch.

Source of the pairs: `diffusers.loaders.single_file_utils` and `scripts/convert_hunyuan_video1_5_to_diffusers.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.")

# In order: a later pair sees what an earlier one wrote.
_WAN = (
    *(("time_embedding.0", "condition_embedder.time_embedder.linear_1"),),
    *(("time_embedding.2", "condition_embedder.time_embedder.linear_2"),),
    *(("text_embedding.0", "condition_embedder.text_embedder.linear_1"),),
    *(("text_embedding.2", "condition_embedder.text_embedder.linear_2"),),
    *(("time_projection.1", "condition_embedder.time_proj"), ("cross_attn", "attn2"), ("self_attn", "attn1")),
    *((".o.", ".to_out.0."), (".q.", ".to_q."), (".k.", ".to_k."), (".v.", ".to_v.")),
    *((".k_img.", ".add_k_proj."), (".v_img.", ".add_v_proj."), (".norm_k_img.", ".norm_added_k.")),
    *(("head.modulation", "scale_shift_table"), ("head.head", "proj_out"), ("modulation", "scale_shift_table")),
    *(("ffn.0", "ffn.net.0.proj"), ("ffn.2", "ffn.net.2")),
    *(("norm2", "norm_other"), ("norm3", "norm2"), ("norm_other", "norm3")),
    *(("img_emb.proj.0", "condition_embedder.image_embedder.norm1"),),
    *(("img_emb.proj.1", "condition_embedder.image_embedder.ff.net.0.proj"),),
    *(("img_emb.proj.3", "condition_embedder.image_embedder.ff.net.2"),),
    *(("img_emb.proj.4", "condition_embedder.image_embedder.norm2"),),
    *(("before_proj", "proj_in"), ("after_proj", "proj_out")),
)
_LTX = (("patchify_proj", "proj_in"), ("adaln_single", "time_embed"), ("q_norm", "norm_q"), ("k_norm", "norm_k"))
_LTX2 = (
    *(("patchify_proj", "proj_in"), ("audio_patchify_proj", "audio_proj_in")),
    *(("av_ca_video_scale_shift_adaln_single", "av_cross_attn_video_scale_shift"),),
    *(("av_ca_a2v_gate_adaln_single", "av_cross_attn_video_a2v_gate"),),
    *(("av_ca_audio_scale_shift_adaln_single", "av_cross_attn_audio_scale_shift"),),
    *(("av_ca_v2a_gate_adaln_single", "av_cross_attn_audio_v2a_gate"),),
    *(("scale_shift_table_a2v_ca_video", "video_a2v_cross_attn_scale_shift_table"),),
    *(("scale_shift_table_a2v_ca_audio", "audio_a2v_cross_attn_scale_shift_table"),),
    *(("audio_prompt_adaln_single", "audio_prompt_adaln"), ("prompt_adaln_single", "prompt_adaln")),
    *(("adaln_single", "time_embed"), ("q_norm", "norm_q"), ("k_norm", "norm_k")),
)
_HUNYUAN = (
    *(("time_r_in.mlp.0", "time_embed.timestep_embedder_r.linear_1"),),
    *(("time_r_in.mlp.2", "time_embed.timestep_embedder_r.linear_2"),),
    *(("time_in.mlp.0", "time_embed.timestep_embedder.linear_1"),),
    *(("time_in.mlp.2", "time_embed.timestep_embedder.linear_2"),),
    *(("txt_in.t_embedder.mlp.0", "context_embedder.time_text_embed.timestep_embedder.linear_1"),),
    *(("txt_in.t_embedder.mlp.2", "context_embedder.time_text_embed.timestep_embedder.linear_2"),),
    *(("txt_in.c_embedder", "context_embedder.time_text_embed.text_embedder"),),
    *(("txt_in.input_embedder", "context_embedder.proj_in"),),
    *(("txt_in.individual_token_refiner.blocks", "context_embedder.token_refiner.refiner_blocks"),),
    *(("byt5_in.layernorm", "context_embedder_2.norm"), ("byt5_in.fc", "context_embedder_2.linear_")),
    *(("vision_in.proj.0", "image_embedder.norm_in"), ("vision_in.proj.1", "image_embedder.linear_1")),
    *(("vision_in.proj.3", "image_embedder.linear_2"), ("vision_in.proj.4", "image_embedder.norm_out")),
    *(("img_in.", "x_embedder."), ("cond_type_embedding", "cond_type_embed"), ("final_layer.linear", "proj_out")),
    *(("final_layer.adaLN_modulation.1", "norm_out.linear"), ("adaLN_modulation.1", "norm_out.linear")),
    *(("double_blocks", "transformer_blocks"), ("img_mod.", "norm1."), ("txt_mod.", "norm1_context.")),
    *(("img_attn_q_norm", "attn.norm_q"), ("img_attn_k_norm", "attn.norm_k")),
    *(("txt_attn_q_norm", "attn.norm_added_q"), ("txt_attn_k_norm", "attn.norm_added_k")),
    *(("img_attn_proj", "attn.to_out.0"), ("txt_attn_proj", "attn.to_add_out"), ("self_attn_proj", "attn.to_out.0")),
    *(("img_attn_q.", "attn.to_q."), ("img_attn_k.", "attn.to_k."), ("img_attn_v.", "attn.to_v.")),
    *(("txt_attn_q.", "attn.add_q_proj."), ("txt_attn_k.", "attn.add_k_proj."), ("txt_attn_v.", "attn.add_v_proj.")),
    *(("self_attn_q.", "attn.to_q."), ("self_attn_k.", "attn.to_k."), ("self_attn_v.", "attn.to_v.")),
    *(
        ("img_mlp.", "ff."),
        ("txt_mlp.", "ff_context."),
        ("mlp.fc", "ff.fc"),
        (".fc1.", ".net.0.proj."),
        (".fc2.", ".net.2."),
    ),
)
_PAIRS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"wan": _WAN, "ltx": _LTX, "ltx2": _LTX2, "hunyuan": _HUNYUAN}
)
_FUSED = ("img_attn_qkv.", "txt_attn_qkv.", "self_attn_qkv.")  # of HunyuanVideo; three equal blocks of rows
_SWAPPED = "final_layer.adaLN_modulation.1."  # shift and scale lie the other way round in diffusers

# What tells networks apart, in either naming.
_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("wan", ("blocks.0.self_attn.q.", "blocks.0.cross_attn.q.", "blocks.0.attn2.to_q.", "blocks.0.ffn.")),
    ("ltx", ("transformer_blocks.0.attn1.to_q.", "transformer_blocks.0.attn2.to_q.", "transformer_blocks.0.ff.net.0.")),
    ("hunyuan", ("double_blocks.0.img_attn_q", "transformer_blocks.0.attn.add_q_proj.")),
)


@dataclass(frozen=True)
class Origin:
    """Where a tensor lies: under which name, and which block of its rows, in which order of halves."""

    key: str
    block: int = 0
    blocks: int = 1
    swapped: bool = False


def dialect(names: Iterable[str]) -> str | None:
    """Which network tensors are of, by their names: wan, ltx, ltx2, hunyuan, or None for any other."""
    names = [strip(name) for name in names]
    for found, signs in _SIGNS:
        starts = tuple(sign for sign in signs if not sign.startswith("blocks"))
        if any(name.startswith(signs) if found == "wan" else name.startswith(starts) for name in names):
            return "ltx2" if found == "ltx" and any("audio" in name for name in names) else found
    return None


def strip(name: str) -> str:
    """A name without what programs put before it."""
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def rename(name: str, dialect: str) -> str:
    """The name of diffusers for one of the authors' names."""
    for old, new in _PAIRS[dialect]:
        name = name.replace(old, new)
    return name


def origins(keys: Iterable[str]) -> dict[str, Origin]:
    """The tensors of a network's file under the names of diffusers; what lies beside the network is left out."""
    keys = network_keys(keys)
    of = dialect(keys)
    if of is None or is_renamed(keys, of):
        return {strip(key): Origin(key) for key in keys}
    found: dict[str, Origin] = {}
    for key in keys:
        if not (of == "ltx2" and "embeddings_connector" in key):  # parts of their own in diffusers
            found.update(origin_of(key, of))
    return found


def network_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the network, where a file holds other parts beside it."""
    keys = tuple(keys)
    return tuple(key for key in keys if key.startswith(PREFIXES[0])) or keys


def is_renamed(names: Iterable[str], dialect: str) -> bool:
    """Whether the names are those of diffusers already."""
    sign = {"wan": "attn2.to_", "hunyuan": "add_q_proj"}.get(dialect)
    return sign is not None and any(sign in name for name in names)


def origin_of(key: str, dialect: str) -> dict[str, Origin]:
    """The tensors of diffusers that one of the authors' becomes."""
    name = strip(key)
    for fused in _FUSED if dialect == "hunyuan" else ():
        if fused in name:
            split = [name.replace(fused, fused.replace("qkv", letter)) for letter in "qkv"]
            return {rename(each, dialect): Origin(key, block, 3) for block, each in enumerate(split)}
    return {rename(name, dialect): Origin(key, swapped=dialect == "hunyuan" and _SWAPPED in name)}
