"""Tiny LTX checkpoints with random weights, in the real format, made where a test needs them."""

import warnings
from typing import Any

import numpy as np
import torch
from open_checkpoints import LETTERS, diffusers, ready, tokeniser, transformers

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the libraries warn of their own deprecations when they are imported
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
    from diffusers.pipelines.ltx2.connectors import LTX2TextConnectors
    from diffusers.pipelines.ltx2.latent_upsampler import LTX2LatentUpsamplerModel
    from diffusers.pipelines.ltx2.pipeline_ltx2_condition import LTX2ConditionPipeline, LTX2VideoCondition
    from diffusers.pipelines.ltx2.pipeline_ltx2_ic_lora import LTX2InContextPipeline, LTX2ReferenceCondition
    from diffusers.pipelines.ltx2.pipeline_ltx2_latent_upsample import LTX2LatentUpsamplePipeline
    from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder

    classes = (
        LTX2LatentUpsamplePipeline,
        LTX2InContextPipeline,
        LTX2ReferenceCondition,
        diffusers.LTX2Pipeline,
        diffusers.LTXPipeline,
        diffusers.LTXImageToVideoPipeline,
        diffusers.LTXConditionPipeline,
        LTX2ConditionPipeline,
        LTX2VideoCondition,
        LTXVideoCondition,
    )

WIDTH, LAYERS, CHANNELS, SOUND, BINS = 16, 2, 8, 2, 16

_LATER = {
    "decoder_block_out_channels": (8, 16, 32),
    "decoder_layers_per_block": (1,) * 4,
    "decoder_spatio_temporal_scaling": (True,) * 3,
    "decoder_inject_noise": (False,) * 4,
    "upsample_residual": (True,) * 3,
    "upsample_factor": (2,) * 3,
    "timestep_conditioning": True,
}


def tiny_joint(kind: str = "2.3", seed: int = 0) -> Any:
    """An LTX-2 pipeline as 2.0, 2.3 or 2.5 is.

    2.3 has gates, modulated text, and blocks that can be perturbed; 2.5 modulates its text alike at all levels, and has
    layers without biases. The text encoder of all is that of 2.3.
    """
    torch.manual_seed(seed)
    newer = kind != "2.0"
    pipeline = diffusers.LTX2Pipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(
            use_dynamic_shifting=True,
            base_image_seq_len=1024,
            max_image_seq_len=4096,
            base_shift=0.95,
            max_shift=2.05,
            shift_terminal=0.1,
        ),
        **_text(newer),
        vae=_codec(),
        audio_vae=diffusers.AutoencoderKLLTX2Audio(
            base_channels=SOUND * BINS // 4,
            latent_channels=SOUND,
            mel_bins=BINS,
            ch_mult=(1, 1, 1),
            num_res_blocks=1,
        ),
        transformer=_network(newer, kind == "2.5"),
        vocoder=LTX2Vocoder(in_channels=2 * BINS, hidden_channels=32),
    )
    for codec in (pipeline.vae, pipeline.audio_vae):
        codec.latents_mean.uniform_(-0.5, 0.5)
        codec.latents_std.uniform_(0.5, 1.5)
    return ready(pipeline)


def tiny_upsampler(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return LTX2LatentUpsamplerModel(in_channels=CHANNELS, mid_channels=32, num_blocks_per_stage=1).eval()


def tiny_silent(later: bool, seed: int = 0) -> Any:
    """An LTX-Video pipeline: of 0.9.0, or of 0.9.5 and later, whose decoder still removes noise."""
    torch.manual_seed(seed)
    shift = {"base_image_seq_len": 1024, "max_image_seq_len": 4096, "base_shift": 0.95, "max_shift": 2.05}
    pipeline = (diffusers.LTXConditionPipeline if later else diffusers.LTXPipeline)(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(
            **({} if later else shift | {"use_dynamic_shifting": True, "shift_terminal": 0.1})
        ),
        tokenizer=tokeniser(),
        text_encoder=transformers.T5EncoderModel(
            transformers.T5Config(vocab_size=64, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
        ),
        vae=diffusers.AutoencoderKLLTXVideo(
            latent_channels=CHANNELS,
            block_out_channels=(8, 8, 16, 16),
            layers_per_block=(1,) * 5,
            **(
                _LATER
                if later
                else {"decoder_block_out_channels": (8, 8, 16, 16), "decoder_layers_per_block": (1,) * 5}
            ),
        ),
        transformer=diffusers.LTXVideoTransformer3DModel(
            in_channels=CHANNELS,
            out_channels=CHANNELS,
            num_attention_heads=2,
            attention_head_dim=16,
            cross_attention_dim=32,
            num_layers=LAYERS,
            caption_channels=32,
        ),
    )
    pipeline.vae.latents_mean.uniform_(-0.5, 0.5)
    pipeline.vae.latents_std.uniform_(0.5, 1.5)
    return ready(pipeline)


def _text(newer: bool) -> dict[str, Any]:
    names = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<image>", "<boi>", "<eoi>", "▁", *LETTERS]
    text = transformers.Gemma3TextConfig(
        vocab_size=64,
        hidden_size=WIDTH,
        intermediate_size=32,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=2048,
        sliding_window=512,
    )
    sight = transformers.SiglipVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14
    )
    encoder = transformers.Gemma3ForConditionalGeneration(
        transformers.Gemma3Config(
            text_config=text,
            vision_config=sight,
            mm_tokens_per_image=4,
            image_token_index=5,
            boi_token_index=6,
            eoi_token_index=7,
        )
    )
    shape = {"num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 1, "num_learnable_registers": 8}
    connectors = {f"{stream}_connector_{name}": value for stream in ("video", "audio") for name, value in shape.items()}
    if newer:
        connectors |= {"video_connector_attention_head_dim": 16, "per_modality_projections": True}
        connectors |= {"video_hidden_dim": 32, "audio_hidden_dim": 16, "rope_type": "split", "proj_bias": True}
    return {
        "tokenizer": transformers.GemmaTokenizer(
            vocab={name: number for number, name in enumerate(names)}, merges=[], model_max_length=1024
        ),
        "text_encoder": encoder,
        "connectors": LTX2TextConnectors(caption_channels=WIDTH, text_proj_in_factor=LAYERS + 1, **connectors),
    }


def _codec() -> Any:
    return diffusers.AutoencoderKLLTX2Video(
        latent_channels=CHANNELS,
        block_out_channels=(8, 16, 16, 16),
        decoder_block_out_channels=(8, 16, 32),
        layers_per_block=(1,) * 5,
        decoder_layers_per_block=(1,) * 4,
        spatial_compression_ratio=32,
        temporal_compression_ratio=8,
    )


def _network(newer: bool, newest: bool) -> Any:
    more: dict[str, Any] = {}
    if newer:
        switches = ("gated_attn", "cross_attn_mod", "audio_gated_attn", "audio_cross_attn_mod", "perturbed_attn")
        more = dict.fromkeys(switches, True) | {"use_prompt_embeddings": False, "rope_type": "split"}
    if newest:
        more |= {"use_prompt_adaln_single": False, "ff_bias": False, "use_keyframes_abs_pos_embedding": True}
    return diffusers.LTX2VideoTransformer3DModel(
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        num_attention_heads=2,
        attention_head_dim=16,
        cross_attention_dim=32,
        audio_in_channels=SOUND * BINS // 4,
        audio_out_channels=SOUND * BINS // 4,
        audio_num_attention_heads=2,
        audio_attention_head_dim=8,
        audio_cross_attention_dim=16,
        num_layers=LAYERS,
        caption_channels=WIDTH,
        **more,
    )


def picture(seed: int, count: int = 1) -> np.ndarray:
    """Pictures of six even patches, which a codec of 32 x 32 pixels keeps. Shapes: out uint8 (t, 64, 96, 3)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 2, 3, 3), dtype=np.uint8)
    return coarse.repeat(32, 1).repeat(32, 2)
