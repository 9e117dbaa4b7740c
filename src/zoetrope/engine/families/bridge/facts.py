"""What a checkpoint of a pipeline that no family of ours knows can be asked for. Loads no torch until it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.families.bridge.abilities import Abilities, abilities_of
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.presets import Preset

if TYPE_CHECKING:
    from zoetrope.engine.families import Loaded
    from zoetrope.engine.numerics import Numerics

OTHERWISE = Size(832, 480)  # where the pipeline names no size of its own
LONGEST_SIDE, MOST_PIXELS = 2048, 1920 * 1088
_TIMES = ("temporal_compression_ratio", "scale_factor_temporal")
_SIDES = ("spatial_compression_ratio", "scale_factor_spatial")


@dataclass(frozen=True)
class Bridge:
    """A checkpoint that its own pipeline walks. It takes text, and a first picture where the pipeline takes one."""

    descriptor: Descriptor

    @property
    def abilities(self) -> Abilities:
        return abilities_of(self.descriptor.pipeline)

    @property
    def clock(self) -> Clock:
        frames = self._ratio(_TIMES, 4)
        return Clock(self.abilities.rate, frames, sample_rate=24_000, samples_per_latent=960)

    @property
    def limits(self) -> Limits:
        clock, able = self.clock, self.abilities
        grid = 2 * self._ratio(_SIDES, 8)  # pipelines take multiples of two latents
        frame = Fraction(1, clock.frame_rate)
        return Limits(
            checkpoint=self.descriptor.name,
            clock=clock,
            grid=grid,
            sides=(grid, LONGEST_SIDE // grid * grid),
            most_pixels=MOST_PIXELS,
            learned=(Size(*able.size) if able.size else OTHERWISE,),
            seconds=(frame, able.frames * frame),
            seconds_step=frame,
            conditions=(Keyframe,) if able.takes_picture else (),
            sounds=False,
            latents=False,
        )

    def _ratio(self, names: tuple[str, ...], otherwise: int) -> int:
        """What the codec's config says, where it says it."""
        config: dict[str, Any] = self.descriptor.part("codec").config if self.descriptor.has("codec") else {}
        return next((int(config[name]) for name in names if config.get(name)), otherwise)

    @property
    def presets(self) -> Mapping[str, Preset]:
        standard = Preset(steps=self.abilities.steps, guidance=self.abilities.guidance, step="euler")
        return MappingProxyType({"draft": replace(standard, steps=max(1, standard.steps // 2)), "standard": standard})

    def check(self, request: Request) -> tuple[Notice, ...]:
        """Refuse what the checkpoint cannot make.

        Raises: InvalidRequest, Unsupported.
        """
        limits = self.limits
        check_limits(request, limits)
        keyframes = [condition for condition in request.conditions if isinstance(condition, Keyframe)]
        if self.abilities.needs_picture and not keyframes:
            raise InvalidRequest(f"{limits.checkpoint} makes shots out of a first picture; give a keyframe at 'first'.")
        if any(keyframe.at not in ("first", 0) for keyframe in keyframes) or len(keyframes) > 1:
            raise InvalidRequest(f"{limits.checkpoint} takes one keyframe, at 'first'; leave the others out.")
        return (Notice(f"{limits.checkpoint} is walked by {self.descriptor.pipeline} itself; there are no previews."),)

    def load(self, numerics: Numerics) -> Loaded:
        """Load the whole pipeline.

        Raises: WeightsError, Unsupported.
        """
        from zoetrope.engine.families.bridge.family import load_pipeline

        return load_pipeline(self, numerics)
