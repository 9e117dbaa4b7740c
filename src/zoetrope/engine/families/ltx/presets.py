"""Settings that LTX's checkpoints are walked with, as data. Knows no canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from zoetrope.engine.presets import Preset


@dataclass(frozen=True)
class LtxPreset(Preset):
    """Pushes beside the prompt's, each for picture and sound; see `mixing.Push`.

    `sigmas` are the levels of a network that was distilled to them, none for a schedule that follows the canvas.
    `refine` are the levels of a second pass at twice the width and height, none where there is one pass alone.
    `given_noise` is how much noise given tokens are seen under, times the square of the level.
    """

    guidance_sound: float = 1.0
    rescale_sound: float = 0.0
    perturbed: float = 0.0
    perturbed_sound: float = 0.0
    isolated: float = 1.0
    isolated_sound: float = 1.0
    sigmas: tuple[float, ...] = ()
    refine: tuple[float, ...] = ()
    given_noise: float = 0.0


# Defaults of LTX2Pipeline in diffusers 0.42.1, which are Lightricks' own for LTX-2.3.
JOINT = LtxPreset(
    steps=30,
    guidance=3.0,
    rescale=0.7,
    step="euler",
    guidance_sound=7.0,
    rescale_sound=0.7,
    perturbed=1.0,
    perturbed_sound=1.0,
    isolated=3.0,
    isolated_sound=3.0,
)
# Source: DISTILLED_SIGMA_VALUES of diffusers.pipelines.ltx2.utils, after ltx_pipelines/utils/constants.py.
_LEVELS = (1.0, 0.99375, 0.9875, 0.98125, 0.975, 0.909375, 0.725, 0.421875)
JOINT_DISTILLED = LtxPreset(steps=len(_LEVELS), guidance=1.0, step="euler", sigmas=_LEVELS)


# Source: STAGE_2_DISTILLED_SIGMA_VALUES of the same.
_REFINE = (0.909375, 0.725, 0.421875)


def joint_presets(distilled: bool, upsampler: bool) -> Mapping[str, Preset]:
    """Those of LTX-2. A plain checkpoint has those of a distilled one too, for its distillation LoRA."""
    standard = JOINT_DISTILLED if distilled else JOINT
    draft = standard if distilled else replace(JOINT, steps=15)
    reuse = replace(standard, reuse=0.05)
    found = {"draft": draft, "standard": standard, "reuse": reuse, "distilled": JOINT_DISTILLED}
    return MappingProxyType(found | (_two_passes(JOINT_DISTILLED, _REFINE) if upsampler else {}))


def _two_passes(preset: LtxPreset, refine: tuple[float, ...]) -> dict[str, Preset]:
    return {"upscaled": replace(preset, refine=refine)}


# Defaults of LTXPipeline and LTXConditionPipeline in diffusers 0.42.1.
SILENT = LtxPreset(steps=50, guidance=3.0, step="euler", given_noise=0.15)
# Source: configs/ltxv-13b-0.9.7-distilled.yaml and ltxv-13b-0.9.8-distilled.yaml of github.com/Lightricks/LTX-Video.
_SILENT_LEVELS = (1.0, 0.9937, 0.9875, 0.9812, 0.975, 0.9094, 0.725)
SILENT_DISTILLED = LtxPreset(
    steps=len(_SILENT_LEVELS), guidance=1.0, step="euler", sigmas=_SILENT_LEVELS, given_noise=0.15
)
_SILENT_REFINE = (0.9094, 0.725, 0.4219)


def silent_presets(distilled: bool, upsampler: bool) -> Mapping[str, Preset]:
    """Those of LTX-Video 0.9.x."""
    standard = SILENT_DISTILLED if distilled else SILENT
    draft = standard if distilled else replace(SILENT, steps=20)
    found = {"draft": draft, "standard": standard, "reuse": replace(standard, reuse=0.05)}
    return MappingProxyType(found | (_two_passes(standard, _SILENT_REFINE) if upsampler and distilled else {}))
