"""Tiny checkpoints of published families with random weights, in the real format, made where a test needs them."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from typing import Any

import pytest
import torch

from zoetrope.engine.families.descriptor import Descriptor, PartFiles
from zoetrope.engine.parts import Part, Whole

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the libraries warn of their own deprecations when they are imported
    diffusers = pytest.importorskip("diffusers")
    transformers = pytest.importorskip("transformers")
    diffusers_classes = (
        diffusers.AutoencoderKLWan,
        diffusers.UniPCMultistepScheduler,
        diffusers.WanAnimatePipeline,
        diffusers.WanAnimateTransformer3DModel,
        diffusers.WanImageToVideoPipeline,
        diffusers.WanPipeline,
        diffusers.WanTransformer3DModel,
        diffusers.WanVACEPipeline,
        diffusers.WanVACETransformer3DModel,
        diffusers.WanVideoToVideoPipeline,
    )  # imported lazily by the library, so here, where warnings are let pass

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,'-!?"
WORDS = {
    "transformer": "network",
    "transformer_2": "network_low",
    "text_encoder": "text",
    "tokenizer": "tokeniser",
    "image_encoder": "vision",
    "image_processor": "vision_processor",
    "vae": "codec",
    "audio_vae": "sound_codec",
    "vocoder": "vocoder",
    "connectors": "connectors",
    "latent_upsampler": "upsampler",
    "text_encoder_2": "text_2",
    "tokenizer_2": "tokeniser_2",
    "feature_extractor": "vision_processor",
    "scheduler": "scheduler",
}


def ready(pipeline: Any) -> Any:
    """New networks start in training, and text encoders have dropout."""
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def tokeniser() -> Any:
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((letter, -3.0) for letter in LETTERS)]
    return transformers.T5Tokenizer(vocab=words, extra_ids=0, model_max_length=512)


def tiny_wan(kind: str, seed: int = 0) -> Any:
    """A Wan pipeline: of text, two experts, picture (with an image encoder), picture22 (two experts) or dense (5B)."""
    torch.manual_seed(seed)
    picture, two = kind.startswith("picture"), kind in ("experts", "picture22")
    dense = kind == "dense"
    config = {
        "num_attention_heads": 2,
        "attention_head_dim": 24,
        "in_channels": 48 if dense else 36 if picture else 16,
        "out_channels": 48 if dense else 16,
        "text_dim": 32,
        "freq_dim": 32,
        "ffn_dim": 64,
        "num_layers": 2,
        "rope_max_seq_len": 64,
    }
    if kind == "picture":
        config |= {"image_dim": 16, "added_kv_proj_dim": 48}
    parts = {
        "tokenizer": tokeniser(),
        "text_encoder": transformers.UMT5EncoderModel(
            transformers.UMT5Config(vocab_size=64, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
        ),
        "vae": diffusers.AutoencoderKLWan(**(_dense_codec() if dense else _codec())),
        "scheduler": diffusers.UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=5.0 if dense else 3.0
        ),
        "transformer": diffusers.WanTransformer3DModel(**config),
        "transformer_2": diffusers.WanTransformer3DModel(**config) if two else None,
        "boundary_ratio": 0.875 if two else None,
        "expand_timesteps": dense,
    }
    if not picture and not dense:
        return ready(diffusers.WanPipeline(**parts))
    seen = {"image_encoder": None, "image_processor": None}
    if kind == "picture":
        sight = transformers.CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=28,
            patch_size=14,
        )
        seen = {
            "image_encoder": transformers.CLIPVisionModel(sight),
            "image_processor": transformers.CLIPImageProcessor(
                size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}
            ),
        }
    return ready(diffusers.WanImageToVideoPipeline(**parts, **seen))


def tiny_vace(*, experts: bool = False, seed: int = 0) -> Any:
    """A VACE pipeline whose control lies beside the first and the last of three blocks; with two experts, as 2.2's."""
    plain = tiny_wan("experts" if experts else "text", seed)
    config = dict(plain.transformer.config) | {"num_layers": 3, "vace_layers": [0, 2], "vace_in_channels": 96}
    networks = [diffusers.WanVACETransformer3DModel.from_config(config) for _ in range(1 + experts)]
    held = {name: plain.components[name] for name in ("tokenizer", "text_encoder", "vae", "scheduler")}
    low = networks[1] if experts else None
    boundary = plain.config.boundary_ratio
    return ready(diffusers.WanVACEPipeline(**held, transformer=networks[0], transformer_2=low, boundary_ratio=boundary))


def tiny_animate(seed: int = 0) -> Any:
    """An Animate pipeline that attends to faces of 16x16 after the first and the third of four blocks."""
    plain = tiny_wan("picture", seed)
    config = {
        **{name: value for name, value in plain.transformer.config.items() if not name.startswith("_")},
        "num_layers": 4,
        "latent_channels": 16,
        "motion_encoder_channel_sizes": {"4": 8, "8": 8, "16": 8},
        "motion_encoder_size": 16,
        "motion_style_dim": 16,
        "motion_dim": 4,
        "motion_encoder_dim": 16,
        "face_encoder_hidden_dim": 16,
        "face_encoder_num_heads": 2,
        "inject_face_latents_blocks": 2,
        "motion_encoder_batch_size": 4,
    }
    names = ("tokenizer", "text_encoder", "vae", "scheduler", "image_encoder", "image_processor")
    network = diffusers.WanAnimateTransformer3DModel.from_config(config)
    return ready(diffusers.WanAnimatePipeline(**{name: plain.components[name] for name in names}, transformer=network))


def _codec() -> dict[str, Any]:
    return {"base_dim": 4, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}


def _dense_codec() -> dict[str, Any]:
    """Of the shape of TI2V-5B's: patches of pixels, residual paths, 48 channels."""
    return {
        "base_dim": 4,
        "decoder_base_dim": 4,
        "z_dim": 48,
        "dim_mult": [1, 2, 4, 4],
        "num_res_blocks": 1,
        "is_residual": True,
        "in_channels": 12,
        "out_channels": 12,
        "patch_size": 2,
        "scale_factor_spatial": 16,
        "latents_mean": [0.1 * (channel % 5) for channel in range(48)],
        "latents_std": [0.5 + 0.05 * (channel % 7) for channel in range(48)],
    }


def parts_of(pipeline: Any) -> Mapping[str, Part]:
    """The parts that a pipeline holds, by our words."""
    return {
        WORDS[name]: Whole(part) for name, part in pipeline.components.items() if name in WORDS and part is not None
    }


def descriptor_of(pipeline: Any, family: str) -> Descriptor:
    """What a saved checkpoint of the pipeline would be described as, without its files."""
    files = []
    for name, part in pipeline.components.items():
        if name in WORDS and part is not None:
            library = "diffusers" if type(part).__module__.startswith("diffusers") else "transformers"
            config = dict(part.config) if library == "diffusers" else {}
            files.append(PartFiles(WORDS[name], type(part).__name__, library, json.dumps(config, default=str)))
    settings = {name: value for name, value in pipeline.config.items() if isinstance(value, bool | int | float | str)}
    identity = hashlib.sha256(f"{type(pipeline).__name__} {id(pipeline)}".encode()).hexdigest()
    return Descriptor("tiny", family, type(pipeline).__name__, json.dumps(settings), tuple(files), identity)
