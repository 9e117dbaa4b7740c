"""Tiny HunyuanVideo 1.5 checkpoints with random weights, in the real format, made where a test needs them."""

import warnings
from string import ascii_letters, digits, punctuation
from typing import Any

import torch
from open_checkpoints import diffusers, ready, transformers

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the libraries warn of their own deprecations when they are imported
    from diffusers.guiders.adaptive_projected_guidance import AdaptiveProjectedGuidance
    from diffusers.guiders.classifier_free_guidance import ClassifierFreeGuidance
    from diffusers.guiders.classifier_free_zero_star_guidance import ClassifierFreeZeroStarGuidance

    classes = (
        AdaptiveProjectedGuidance,
        ClassifierFreeZeroStarGuidance,
        diffusers.HunyuanVideo15Pipeline,
        diffusers.HunyuanVideo15ImageToVideoPipeline,
        transformers.Qwen2_5_VLTextModel,
        transformers.Qwen2Tokenizer,
        transformers.ByT5Tokenizer,
        transformers.SiglipVisionModel,
    )

TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }} {% endfor %}"
TEXT, GLYPHS, SIGHT, CHANNELS = 32, 16, 16, 4


def tiny_hunyuan(
    picture: bool = False,
    far: bool = False,
    guidance: float = 3.0,
    seed: int = 0,
    glyphs: int = GLYPHS,
    target: int = 64,
) -> Any:
    """A pipeline of text, or of a first picture; `far` is one that was distilled to few steps."""
    torch.manual_seed(seed)
    parts: dict[str, Any] = {
        "text_encoder": transformers.Qwen2_5_VLTextModel(
            transformers.models.qwen2_5_vl.configuration_qwen2_5_vl.Qwen2_5_VLTextConfig(
                vocab_size=400,
                hidden_size=TEXT,
                intermediate_size=32,
                num_hidden_layers=4,
                num_attention_heads=2,
                num_key_value_heads=2,
                rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]},
            )
        ),
        "tokenizer": _tokeniser(),
        "transformer": diffusers.HunyuanVideo15Transformer3DModel(
            in_channels=2 * CHANNELS + 1,
            out_channels=CHANNELS,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=2,
            num_refiner_layers=1,
            text_embed_dim=TEXT,
            text_embed_2_dim=glyphs,
            image_embed_dim=SIGHT,
            rope_axes_dim=(4, 6, 6),
            target_size=target,
            task_type="i2v" if picture else "t2v",
            use_meanflow=far,
        ),
        "vae": diffusers.AutoencoderKLHunyuanVideo15(
            latent_channels=CHANNELS, block_out_channels=(8, 8, 8, 8, 8), layers_per_block=1
        ),
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(shift=5.0),
        "text_encoder_2": transformers.T5EncoderModel(
            transformers.T5Config(vocab_size=384, d_model=glyphs, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
        ),
        "tokenizer_2": transformers.ByT5Tokenizer(extra_ids=125),
        "guider": ClassifierFreeGuidance(guidance_scale=guidance),
    }
    if not picture:
        return ready(diffusers.HunyuanVideo15Pipeline(**parts))
    sight = transformers.SiglipVisionConfig(
        hidden_size=SIGHT,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=28,
        patch_size=14,
    )
    parts["image_encoder"] = transformers.SiglipVisionModel(sight)
    parts["feature_extractor"] = transformers.SiglipImageProcessor(size={"height": 28, "width": 28})
    return ready(diffusers.HunyuanVideo15ImageToVideoPipeline(**parts))


def _tokeniser() -> Any:
    """One token for each byte that a prompt in ASCII has; a space is what byte-level vocabularies write for it."""
    letters = ["<|endoftext|>", "Ġ", *ascii_letters, *digits, *punctuation]
    tokeniser = transformers.Qwen2Tokenizer(
        vocab={letter: number for number, letter in enumerate(letters)}, merges=[], padding_side="right"
    )
    tokeniser.chat_template = TEMPLATE
    return tokeniser
