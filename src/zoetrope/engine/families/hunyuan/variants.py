"""The configs of HunyuanVideo 1.5's published checkpoints, as data: what plans are made with.

Source: config.json of the repositories hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-* on huggingface.co, which are
the defaults of diffusers 0.42.1 but for what stands here. Knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from zoetrope.engine.families.descriptor import PartFiles, Variant

_NETWORK: dict[str, Any] = {
    "in_channels": 65,
    "out_channels": 32,
    "num_attention_heads": 16,
    "attention_head_dim": 128,
    "num_layers": 54,
    "num_refiner_layers": 2,
    "text_embed_dim": 3584,
    "text_embed_2_dim": 1472,
    "image_embed_dim": 1152,
}
# Source: text_config of Qwen/Qwen2.5-VL-7B-Instruct.
_TEXT = {
    "vocab_size": 152064,
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0, "mrope_section": [16, 24, 24]},
}
# Source: google/byt5-small, of which this is the encoder.
_GLYPHS = {
    "vocab_size": 1510,
    "d_model": 1472,
    "d_kv": 64,
    "d_ff": 3584,
    "num_layers": 12,
    "num_heads": 6,
    "feed_forward_proj": "gated-gelu",
    "is_encoder_decoder": True,
    "tie_word_embeddings": False,
}
# Source: vision_config of google/siglip-so400m-patch14-384.
_VISION = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_attention_heads": 16,
    "num_hidden_layers": 27,
    "image_size": 384,
    "patch_size": 14,
}
_CODEC = {
    "latent_channels": 32,
    "block_out_channels": [128, 256, 512, 1024, 1024],
    "layers_per_block": 2,
    "spatial_compression_ratio": 16,
    "temporal_compression_ratio": 4,
    "scaling_factor": 1.03682,
}


def _part(part: str, kind: str, config: Mapping[str, Any], library: str = "diffusers") -> PartFiles:
    return PartFiles(part, kind, library, json.dumps(config, sort_keys=True))


def _variant(card: str, target: int, *, guidance: float = 6.0, far: bool = False) -> Variant:
    """`target` is the side of a square of as many pixels as it was trained at; `far` is distilled to few steps.

    Cards that end in sr have a second pass beside.
    """
    picture = "i2v" in card
    network = _NETWORK | {"target_size": target, "task_type": "i2v" if picture else "t2v", "use_meanflow": far}
    kinds = [
        _part("network", "HunyuanVideo15Transformer3DModel", network),
        _part("text", "Qwen2_5_VLTextModel", _TEXT, "transformers"),
        _part("text_2", "T5EncoderModel", _GLYPHS, "transformers"),
        _part("codec", "AutoencoderKLHunyuanVideo15", _CODEC),
    ]
    if picture:
        kinds.append(_part("vision", "SiglipVisionModel", _VISION, "transformers"))
    if card.endswith("-sr"):
        kinds += _second_pass(target)
    settings = {"guider": {"_class_name": "ClassifierFreeGuidance", "guidance_scale": guidance}}
    pipeline = "HunyuanVideo15ImageToVideoPipeline" if picture else "HunyuanVideo15Pipeline"
    return Variant(card, pipeline, tuple(kinds), json.dumps(settings))


def _second_pass(target: int) -> list[PartFiles]:
    """A network that sees the first pass's latents too, and what readies these.

    Source: transformer/720p_sr_distilled/config.json of tencent/HunyuanVideo-1.5; it is told where a step ends, since
    files of it hold a second embedding of time. No config of the upsamplers was seen: in float32 these two are the
    287 MB that their folder is said to hold.
    """
    low = target <= 640
    network = _NETWORK | {"in_channels": 98, "target_size": 960 if low else 1440, "use_meanflow": True}
    kind, config = (
        ("SRTo720pUpsampler", {"hidden_channels": 128, "num_blocks": 16})
        if low
        else ("SRTo1080pUpsampler", {"block_out_channels": [256, 512], "num_res_blocks": 2})
    )
    return [
        _part("network_fine", "HunyuanVideo15Transformer3DModel", network),
        _part("upsampler", kind, config, "zoetrope.engine.families.hunyuan.upsamplers"),
    ]


VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        variant.card: variant
        for variant in (
            _variant("hunyuan1.5-480p-t2v", 640),
            _variant("hunyuan1.5-720p-t2v", 960),
            _variant("hunyuan1.5-480p-i2v", 640),
            _variant("hunyuan1.5-720p-i2v", 960),
            *(
                _variant(f"hunyuan1.5-{rows}p-{task}-sr", target)
                for rows, target in ((480, 640), (720, 960))
                for task in ("t2v", "i2v")
            ),
            _variant("hunyuan1.5-480p-t2v-distilled", 640, guidance=1.0),
            _variant("hunyuan1.5-480p-i2v-distilled", 640, guidance=1.0),
            _variant("hunyuan1.5-720p-i2v-distilled", 960, guidance=1.0),
            _variant("hunyuan1.5-480p-i2v-step-distilled", 640, guidance=1.0, far=True),
        )
    }
)
