"""Parts that lie beside a checkpoint without being in its index: upsamplers, and networks of a second pass.

Their folders are those that their authors publish them in, so that these can be laid into a checkpoint's own as they
are. Knows no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

_UPSAMPLERS = "zoetrope.engine.families.hunyuan.upsamplers"
# Squares of as many pixels as a network of HunyuanVideo 1.5 was trained at.
# Source: SizeMap of hyvideo/pipelines/hunyuan_video_sr_pipeline.py.
_TARGETS = MappingProxyType({"480p": 640, "720p": 960, "1080p": 1440})


@dataclass(frozen=True)
class Beside:
    """Where a part may lie, its class in the authors' words and ours, and the checkpoints' target that it goes with."""

    folder: str
    part: str
    published: str
    library: str
    kind: str
    target: int | None = None
    layout: Literal["diffusers", "single"] = "diffusers"


def _second_pass(name: str, target: int, upsampler: str) -> tuple[Beside, ...]:
    """Source: TRANSFORMER_VERSION_TO_SR_VERSION of hyvideo/commons of github.com/Tencent-Hunyuan/HunyuanVideo-1.5."""
    network = ("HunyuanVideo_1_5_DiffusionTransformer", "diffusers", "HunyuanVideo15Transformer3DModel")
    return (
        Beside(f"transformer/{name}", "network_fine", *network, target, "single"),
        Beside(f"upsampler/{name}", "upsampler", upsampler, _UPSAMPLERS, upsampler, target),
    )


def _latent_upsampler(kind: str, library: str) -> Beside:
    return Beside("latent_upsampler", "upsampler", kind, library, kind)


BESIDE: tuple[Beside, ...] = (
    _latent_upsampler("LTXLatentUpsamplerModel", "diffusers.pipelines.ltx"),
    _latent_upsampler("LTX2LatentUpsamplerModel", "diffusers.pipelines.ltx2"),
    *_second_pass("720p_sr_distilled", _TARGETS["480p"], "SRTo720pUpsampler"),
    *_second_pass("1080p_sr_distilled", _TARGETS["720p"], "SRTo1080pUpsampler"),
)


def beside(network: Mapping[str, Any]) -> Iterator[Beside]:
    """What may lie beside a checkpoint with a network of this config."""
    target = network.get("target_size", 640)
    return (each for each in BESIDE if each.target in (None, target))


def read_config(place: Beside, config: Mapping[str, Any]) -> dict[str, Any]:
    """A part's config in the words of the class that holds it here."""
    return dict(config) if place.layout == "diffusers" else _of_diffusers(config)


def _of_diffusers(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of HunyuanVideo 1.5's network, from its authors' words; what it leaves out is as in the others.

    Source: scripts/convert_hunyuan_video1_5_to_diffusers.py of diffusers.
    """
    channels, heads = config["in_channels"], config["heads_num"]
    return {
        "in_channels": 2 * channels + 1 if config.get("concat_condition", True) else channels,
        "out_channels": config.get("out_channels") or channels,
        "num_attention_heads": heads,
        "attention_head_dim": config["hidden_size"] // heads,
        "num_layers": config["mm_double_blocks_depth"],
        "mlp_ratio": config.get("mlp_width_ratio", 4.0),
        "patch_size": config["patch_size"][-1],
        "patch_size_t": config["patch_size"][0],
        "text_embed_dim": config["text_states_dim"],
        "image_embed_dim": config.get("vision_states_dim", 1152),
        "rope_theta": config.get("rope_theta", 256),
        "rope_axes_dim": config["rope_dim_list"],
        "target_size": _TARGETS.get(str(config.get("ideal_resolution")), 960),
        "task_type": config.get("ideal_task") or "i2v",
        "use_meanflow": bool(config.get("use_meanflow")),
    }
