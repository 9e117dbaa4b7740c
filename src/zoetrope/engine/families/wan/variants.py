"""The configs of Wan's published checkpoints, as data: what single files are recognised by, and plans made with.

Source: config.json and model_index.json of the repositories Wan-AI/*-Diffusers on huggingface.co; what their files
leave out are the defaults of diffusers 0.42.1. Knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from zoetrope.engine.families.descriptor import PartFiles, Variant

_BASE: dict[str, Any] = {
    "patch_size": [1, 2, 2],
    "attention_head_dim": 128,
    "in_channels": 16,
    "out_channels": 16,
    "text_dim": 4096,
    "freq_dim": 256,
    "cross_attn_norm": True,
    "qk_norm": "rms_norm_across_heads",
    "eps": 1e-6,
    "image_dim": None,
    "added_kv_proj_dim": None,
    "rope_max_seq_len": 1024,
    "pos_embed_seq_len": None,
}
_SMALL = _BASE | {"num_attention_heads": 12, "num_layers": 30, "ffn_dim": 8960}
_LARGE = _BASE | {"num_attention_heads": 40, "num_layers": 40, "ffn_dim": 13824}
_FIVE = _BASE | {"num_attention_heads": 24, "num_layers": 30, "ffn_dim": 14336, "in_channels": 48, "out_channels": 48}
_PICTURE = {"in_channels": 36}  # the latent, four channels of mask, and the latent of what is given
_SMALL_TOLD = {"vace_layers": list(range(0, 30, 2)), "vace_in_channels": 96}
_LARGE_TOLD = {"vace_layers": list(range(0, 40, 5)), "vace_in_channels": 96}
_ACTED = {  # the defaults of WanAnimateTransformer3DModel, which the published config repeats
    "latent_channels": 16,
    "motion_encoder_channel_sizes": None,
    "motion_encoder_size": 512,
    "motion_style_dim": 512,
    "motion_dim": 20,
    "motion_encoder_dim": 512,
    "face_encoder_hidden_dim": 1024,
    "face_encoder_num_heads": 4,
    "inject_face_latents_blocks": 5,
    "motion_encoder_batch_size": 8,
}
_LOOKING = _PICTURE | {"image_dim": 1280, "added_kv_proj_dim": 5120}

_TEXT = {
    "vocab_size": 256384,
    "d_model": 4096,
    "d_kv": 64,
    "d_ff": 10240,
    "num_layers": 24,
    "num_heads": 64,
    "relative_attention_num_buckets": 32,
    "relative_attention_max_distance": 128,
    "feed_forward_proj": "gated-gelu",
    "layer_norm_epsilon": 1e-6,
    "is_encoder_decoder": True,
    "tie_word_embeddings": False,
}
_VISION = {
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_hidden_layers": 32,
    "num_attention_heads": 16,
    "image_size": 224,
    "patch_size": 14,
    "hidden_act": "gelu",
    "projection_dim": 1024,
}
_CODEC = {
    "base_dim": 96,
    "z_dim": 16,
    "dim_mult": [1, 2, 4, 4],
    "num_res_blocks": 2,
    "attn_scales": [],
    "temperal_downsample": [False, True, True],
    "dropout": 0.0,
}
# fmt: off
_DENSE_CODEC = _CODEC | {
    "base_dim": 160, "decoder_base_dim": 256, "z_dim": 48, "is_residual": True, "in_channels": 12, "out_channels": 12,
    "patch_size": 2, "scale_factor_spatial": 16, "scale_factor_temporal": 4, "clip_output": False,
    "latents_mean": [
        -0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174, 0.1838, 0.1557, -0.1382, 0.0542, 0.2813, 0.0891,
        0.1570, -0.0098, 0.0375, -0.1825, -0.2246, -0.1207, -0.0698, 0.5109, 0.2665, -0.2108, -0.2158, 0.2502,
        -0.2055, -0.0322, 0.1109, 0.1567, -0.0729, 0.0899, -0.2799, -0.1230, -0.0313, -0.1649, 0.0117, 0.0723,
        -0.2839, -0.2083, -0.0520, 0.3748, 0.0152, 0.1957, 0.1433, -0.2944, 0.3573, -0.0548, -0.1681, -0.0667,
    ],
    "latents_std": [
        0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013, 0.8158, 1.0344, 0.5894, 1.0901,
        0.6885, 0.6165, 0.8454, 0.4978, 0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659,
        0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093, 0.5709, 0.6065, 0.6415, 0.4944,
        0.5726, 1.2042, 0.5458, 1.6887, 0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744,
    ],
}
# fmt: on


def _part(part: str, kind: str, config: dict[str, Any], library: str = "diffusers") -> PartFiles:
    return PartFiles(part, kind, library, json.dumps(config, sort_keys=True))


def _variant(
    card: str,
    pipeline: str,
    network: dict[str, Any],
    *,
    kind: str = "WanTransformer3DModel",
    experts: float | None = None,
    looking: bool = False,
    dense: bool = False,
) -> Variant:
    """`experts` is the noise level at which the second expert takes over; `looking` has an image encoder."""
    kinds = [_part("network", kind, network)]
    if experts is not None:
        kinds.append(_part("network_low", kind, network))
    kinds.append(_part("text", "UMT5EncoderModel", _TEXT, "transformers"))
    if looking:
        kinds.append(_part("vision", "CLIPVisionModel", _VISION, "transformers"))
    kinds.append(_part("codec", "AutoencoderKLWan", _DENSE_CODEC if dense else _CODEC))
    settings = {"boundary_ratio": experts, "expand_timesteps": dense}
    return Variant(card, pipeline, tuple(kinds), json.dumps(settings))


_TEXT_TO, _PICTURE_TO, _COMPOSED = "WanPipeline", "WanImageToVideoPipeline", "WanVACEPipeline"
_TOLD, _ACTING = "WanVACETransformer3DModel", "WanAnimateTransformer3DModel"

VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        variant.card: variant
        for variant in (
            _variant("wan2.1-t2v-1.3b", _TEXT_TO, _SMALL),
            _variant("wan2.1-t2v-14b", _TEXT_TO, _LARGE),
            _variant("wan2.1-i2v-14b-480p", _PICTURE_TO, _LARGE | _LOOKING, looking=True),
            _variant("wan2.1-i2v-14b-720p", _PICTURE_TO, _LARGE | _LOOKING, looking=True),
            _variant("wan2.1-flf2v-14b", _PICTURE_TO, _LARGE | _LOOKING | {"pos_embed_seq_len": 514}, looking=True),
            _variant("wan2.1-vace-1.3b", _COMPOSED, _SMALL | _SMALL_TOLD, kind=_TOLD),
            _variant("wan2.1-vace-14b", _COMPOSED, _LARGE | _LARGE_TOLD, kind=_TOLD),
            _variant("wan2.2-t2v-a14b", _TEXT_TO, _LARGE, experts=0.875),
            _variant("wan2.2-i2v-a14b", _PICTURE_TO, _LARGE | _PICTURE, experts=0.9),
            _variant(
                "wan2.2-animate-14b", "WanAnimatePipeline", _LARGE | _LOOKING | _ACTED, kind=_ACTING, looking=True
            ),
            _variant("wan2.2-ti2v-5b", _TEXT_TO, _FIVE, dense=True),
        )
    }
)
