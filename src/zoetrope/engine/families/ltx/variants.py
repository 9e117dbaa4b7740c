"""The configs of LTX's published checkpoints, as data: what single files are recognised by, and plans made with.

Source: config.json and model_index.json of the repositories Lightricks/LTX-Video-0.9.5, LTX-Video-0.9.7-*, LTX-2 and
diffusers/LTX-2.3-* on huggingface.co, as scripts/convert_ltx_to_diffusers.py and convert_ltx2_to_diffusers.py of
diffusers write them; what their files leave out are the defaults of diffusers 0.42.1. Knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from zoetrope.engine.families.descriptor import PartFiles, Variant

_SMALL: dict[str, Any] = {
    "in_channels": 128,
    "out_channels": 128,
    "patch_size": 1,
    "patch_size_t": 1,
    "num_attention_heads": 32,
    "attention_head_dim": 64,
    "cross_attention_dim": 2048,
    "num_layers": 28,
    "caption_channels": 4096,
}
_LARGE = _SMALL | {"attention_head_dim": 128, "cross_attention_dim": 4096, "num_layers": 48}
_T5 = {
    "vocab_size": 32128,
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
_CODEC = {
    "latent_channels": 128,
    "block_out_channels": [128, 256, 512, 1024, 2048],
    "down_block_types": ["LTXVideo095DownBlock3D"] * 4,
    "decoder_block_out_channels": [256, 512, 1024],
    "layers_per_block": [4, 6, 6, 2, 2],
    "decoder_layers_per_block": [5, 5, 5, 5],
    "spatio_temporal_scaling": [True] * 4,
    "decoder_spatio_temporal_scaling": [True] * 3,
    "decoder_inject_noise": [False] * 4,
    "downsample_type": ["spatial", "temporal", "spatiotemporal", "spatiotemporal"],
    "upsample_residual": [True] * 3,
    "upsample_factor": [2] * 3,
    "timestep_conditioning": True,
    "patch_size": 4,
    "patch_size_t": 1,
    "encoder_causal": True,
    "decoder_causal": False,
    "spatial_compression_ratio": 32,
    "temporal_compression_ratio": 8,
}

_JOINT = {
    "in_channels": 128,
    "out_channels": 128,
    "num_attention_heads": 32,
    "attention_head_dim": 128,
    "cross_attention_dim": 4096,
    "vae_scale_factors": [8, 32, 32],
    "audio_in_channels": 128,
    "audio_out_channels": 128,
    "audio_num_attention_heads": 32,
    "audio_attention_head_dim": 64,
    "audio_cross_attention_dim": 2048,
    "num_layers": 48,
    "caption_channels": 3840,
    "rope_double_precision": True,
    "rope_type": "split",
}
_JOINT_LATER = _JOINT | {
    "gated_attn": True,
    "cross_attn_mod": True,
    "audio_gated_attn": True,
    "audio_cross_attn_mod": True,
    "use_prompt_embeddings": False,
    "perturbed_attn": True,
}
_CONNECTORS = {
    "caption_channels": 3840,
    "text_proj_in_factor": 49,
    "video_connector_num_attention_heads": 30,
    "video_connector_attention_head_dim": 128,
    "video_connector_num_layers": 2,
    "audio_connector_num_attention_heads": 30,
    "audio_connector_attention_head_dim": 128,
    "audio_connector_num_layers": 2,
    "rope_type": "split",
}
_CONNECTORS_LATER = _CONNECTORS | {
    "video_connector_num_attention_heads": 32,
    "video_connector_num_layers": 8,
    "video_gated_attn": True,
    "audio_connector_num_attention_heads": 32,
    "audio_connector_attention_head_dim": 64,
    "audio_connector_num_layers": 8,
    "audio_gated_attn": True,
    "per_modality_projections": True,
    "video_hidden_dim": 4096,
    "audio_hidden_dim": 2048,
    "proj_bias": True,
}
_JOINT_CODEC = {
    "latent_channels": 128,
    "block_out_channels": [256, 512, 1024, 2048],
    "decoder_block_out_channels": [256, 512, 1024],
    "layers_per_block": [4, 6, 6, 2, 2],
    "decoder_layers_per_block": [5, 5, 5, 5],
    "timestep_conditioning": False,
    "encoder_causal": True,
    "decoder_causal": False,
    "spatial_compression_ratio": 32,
    "temporal_compression_ratio": 8,
}
_JOINT_CODEC_LATER = _JOINT_CODEC | {
    "block_out_channels": [256, 512, 1024, 1024],
    "decoder_block_out_channels": [256, 512, 512, 1024],
    "layers_per_block": [4, 6, 4, 2, 2],
    "decoder_layers_per_block": [4, 6, 4, 2, 2],
    "decoder_spatio_temporal_scaling": [True] * 4,
    "decoder_inject_noise": [False] * 5,
    "upsample_type": ["spatiotemporal", "spatiotemporal", "temporal", "spatial"],
    "upsample_residual": [False] * 4,
    "upsample_factor": [2, 2, 1, 2],
    "decoder_spatial_padding_mode": "zeros",
}
_SOUND_CODEC = {"base_channels": 128, "latent_channels": 8, "mel_bins": 64, "sample_rate": 16000, "mel_hop_length": 160}
_VOCODER = {"in_channels": 128, "hidden_channels": 1024, "output_sampling_rate": 24000}
_VOCODER_LATER = {
    "in_channels": 128,
    "hidden_channels": 1536,
    "bwe_in_channels": 128,
    "bwe_hidden_channels": 512,
    "input_sampling_rate": 16000,
    "output_sampling_rate": 48000,
}
# Source: config.json of google/gemma-3-12b-it.
_GEMMA = {
    "text_config": {
        "hidden_size": 3840,
        "intermediate_size": 15360,
        "num_attention_heads": 16,
        "num_hidden_layers": 48,
        "num_key_value_heads": 8,
        "head_dim": 256,
        "vocab_size": 262208,
        "sliding_window": 1024,
    },
    "vision_config": {
        "hidden_size": 1152,
        "intermediate_size": 4304,
        "num_attention_heads": 16,
        "num_hidden_layers": 27,
        "image_size": 896,
        "patch_size": 14,
    },
}


def _part(part: str, kind: str, config: Mapping[str, Any], library: str = "diffusers") -> PartFiles:
    return PartFiles(part, kind, library, json.dumps(config, sort_keys=True))


def _silent(card: str, network: Mapping[str, Any]) -> Variant:
    kinds = (
        _part("network", "LTXVideoTransformer3DModel", network),
        _part("text", "T5EncoderModel", _T5, "transformers"),
        _part("codec", "AutoencoderKLLTXVideo", _CODEC),
    )
    return Variant(card, "LTXConditionPipeline", kinds)


def _joint(card: str, *, later: bool) -> Variant:
    own = "diffusers.pipelines.ltx2"
    vocoder = ("LTX2VocoderWithBWE", _VOCODER_LATER) if later else ("LTX2Vocoder", _VOCODER)
    kinds = (
        _part("network", "LTX2VideoTransformer3DModel", _JOINT_LATER if later else _JOINT),
        _part("text", "Gemma3ForConditionalGeneration", _GEMMA, "transformers"),
        _part("connectors", "LTX2TextConnectors", _CONNECTORS_LATER if later else _CONNECTORS, own),
        _part("codec", "AutoencoderKLLTX2Video", _JOINT_CODEC_LATER if later else _JOINT_CODEC),
        _part("sound_codec", "AutoencoderKLLTX2Audio", _SOUND_CODEC),
        _part("vocoder", *vocoder, own),
    )
    return Variant(card, "LTX2Pipeline", kinds)


VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        variant.card: variant
        for variant in (
            _silent("ltx-0.9.5-2b", _SMALL),
            _silent("ltx-0.9.7-13b", _LARGE),
            _silent("ltx-0.9.7-13b-distilled", _LARGE),
            _silent("ltx-0.9.8-13b-distilled", _LARGE),
            _joint("ltx-2.0", later=False),
            _joint("ltx-2.3", later=True),
            _joint("ltx-2.3-distilled", later=True),
        )
    }
)
