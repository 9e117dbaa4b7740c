"""The guidance that a HunyuanVideo checkpoint asks for, from the config that lies with it. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from zoetrope.engine.guidance import Guider, classifier_free
from zoetrope.engine.mixing import projected, zero_star


def guider_of(config: Mapping[str, Any], scale: float, sigmas: Tensor) -> Guider:
    """The guider of a config at a strength.

    Source: the classes of diffusers.guiders 0.42.1, and their defaults.
    Shapes: sigmas (steps + 1,).
    """
    interval = _interval(config, sigmas)
    match config.get("_class_name"):
        case "AdaptiveProjectedGuidance":
            return projected(
                scale,
                interval,
                momentum=config.get("adaptive_projected_guidance_momentum"),
                along=config.get("eta", 1.0),
                longest=config.get("adaptive_projected_guidance_rescale", 15.0),
            )
        case "ClassifierFreeZeroStarGuidance":
            return zero_star(scale, interval, config.get("zero_init_steps", 1))
        case _:
            return classifier_free(scale, interval)


def _interval(config: Mapping[str, Any], sigmas: Tensor) -> tuple[float, float]:
    """From shares of the steps to noise levels; an interval that no level lies in where there are no such steps."""
    steps = len(sigmas) - 1
    first, last = int(config.get("start", 0.0) * steps), int(config.get("stop", 1.0) * steps) - 1
    if first > last:
        return 0.0, 0.0
    return float(sigmas[last]), float(sigmas[first])
