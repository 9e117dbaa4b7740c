"""What a HunyuanVideo 1.5 checkpoint can be asked for, read from its configs. Loads no torch until `load` is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoetrope.core.conditions import Condition, Keyframe
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.adapters.files import check_adapters
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.memory.work import CodecWork, NetworkWork, TextWork, Workload
from zoetrope.engine.presets import Preset

if TYPE_CHECKING:
    from zoetrope.engine.families import Loaded
    from zoetrope.engine.numerics import Numerics

# Tokens of a prompt behind the template, of quoted words, and of a picture. Source: HunyuanVideo15Pipeline.
CONTEXT, GLYPHS, SIGHT = 1000, 256, 729

# Sizes, rate and length: calculate_default_height_width of diffusers for 16:9 at 640 and 960, and the examples of
# github.com/Tencent-Hunyuan/HunyuanVideo-1.5.
RATE, LONGEST = 24, 121
LOW = (Size(848, 480), Size(480, 848), Size(640, 640))
HIGH = (Size(1280, 720), Size(720, 1280), Size(960, 960))

STEPS, GUIDANCE = 50, 6.0  # of the pipelines, and of the guider of the published checkpoints
STEPS_DISTILLED = 8  # Source: the model card of the step-distilled checkpoint

# Guidance that a checkpoint may ask for in its config, and what of it is not known here.
GUIDERS = ("ClassifierFreeGuidance", "AdaptiveProjectedGuidance", "ClassifierFreeZeroStarGuidance")
ODD = ("guidance_rescale", "use_original_formulation", "adaptive_projected_guidance_norm_dim")


@dataclass(frozen=True)
class Hunyuan:
    """A HunyuanVideo 1.5 checkpoint. What it can do follows from its parts and configs."""

    descriptor: Descriptor

    @property
    def network(self) -> dict[str, Any]:
        return self.descriptor.part("network").config

    @property
    def codec(self) -> dict[str, Any]:
        return self.descriptor.part("codec").config

    @property
    def sees_pictures(self) -> bool:
        """Whether it was trained on a first picture."""
        return self.descriptor.has("vision")

    @property
    def steps_far(self) -> bool:
        """Whether the network is told where a step ends, as one that was distilled to few steps."""
        return bool(self.network.get("use_meanflow"))

    @property
    def width(self) -> int:
        """Of the network's tokens."""
        return self.network["num_attention_heads"] * self.network["attention_head_dim"]

    @property
    def channels(self) -> int:
        return self.codec.get("latent_channels", 32)

    @property
    def scale(self) -> tuple[int, int]:
        """Frames, and pixels of a side, that one latent holds."""
        return self.codec.get("temporal_compression_ratio", 4), self.codec.get("spatial_compression_ratio", 16)

    @property
    def clock(self) -> Clock:
        return Clock(RATE, self.scale[0], sample_rate=24_000, samples_per_latent=960)

    @property
    def limits(self) -> Limits:
        learned = LOW if self.network.get("target_size", 640) <= 640 else HIGH + LOW
        return Limits(
            checkpoint=self.descriptor.name,
            clock=self.clock,
            grid=self.scale[1],
            sides=(2 * self.scale[1], 1280),
            most_pixels=max(size.pixels for size in HIGH),
            learned=learned,
            seconds=(Fraction(1, RATE), Fraction(LONGEST, RATE)),
            seconds_step=Fraction(1, RATE),
            conditions=self._conditions,
            sounds=False,
            adapters=True,
        )

    @property
    def _conditions(self) -> tuple[type[Condition], ...]:
        return (Keyframe,) if self.sees_pictures else ()

    @property
    def presets(self) -> Mapping[str, Preset]:
        guidance = float(self.guider.get("guidance_scale", GUIDANCE))
        few = self.steps_far
        standard = Preset(steps=STEPS_DISTILLED if few else STEPS, guidance=1.0 if few else guidance, step="euler")
        return MappingProxyType(
            {
                "draft": standard if few else replace(standard, steps=20),
                "standard": standard,
                "reuse": replace(standard, reuse=0.05),
            }
        )

    @property
    def guider(self) -> dict[str, Any]:
        """The config of its guidance."""
        return self.descriptor.settings.get("guider") or {}

    def check(self, request: Request) -> tuple[Notice, ...]:
        """Refuse what the checkpoint cannot make.

        Raises: InvalidRequest, Unsupported.
        """
        limits = self.limits
        check_limits(request, limits)
        check_adapters(request.adapters, "hunyuan", self.width, limits.checkpoint)
        self._check_guider(limits)
        self._check_keyframes(request)
        if request.size in limits.learned:
            return ()
        best = ", ".join(map(str, limits.learned))
        return (Notice(f"{limits.checkpoint} was not trained at {request.size}; it is at its best at {best}."),)

    def _check_guider(self, limits: Limits) -> None:
        kind = self.guider.get("_class_name", GUIDERS[0])
        odd = [name for name in ODD if self.guider.get(name)]
        if kind not in GUIDERS or odd:
            said = f" with {', '.join(odd)}" if odd else ""
            raise Unsupported(f"{limits.checkpoint} asks for the guidance {kind}{said}, which has no equal here.")

    def _check_keyframes(self, request: Request) -> None:
        given = [condition for condition in request.conditions if isinstance(condition, Keyframe)]
        if not self.sees_pictures:
            return
        if len(given) != 1 or given[0].at not in ("first", 0):
            raise InvalidRequest(
                f"{self.descriptor.name} makes shots out of a first picture; give one keyframe, at 'first'."
            )

    def grid(self, request: Request) -> tuple[int, int, int]:
        """Latent frames, rows and columns of a request."""
        side = self.scale[1]
        frames = self.clock.latent_frames(self.clock.frames(request.seconds))
        return frames, request.size.height // side, request.size.width // side

    def workload(self, request: Request) -> Workload:
        """How much a settled request computes. Units: as `memory.work`."""
        assert request.steps is not None, "a settled request has its steps"
        latent = self.grid(request)
        tokens = latent[0] * latent[1] * latent[2] // self.network.get("patch_size", 1) ** 2
        branches = 1 if request.guidance == 1 else 2
        frames = self.clock.grid_frames(self.clock.frames(request.seconds))
        context = CONTEXT + GLYPHS + (SIGHT if self.sees_pictures else 0)
        return Workload(
            (
                TextWork("text", CONTEXT, branches),
                TextWork("text_2", GLYPHS, branches),
                NetworkWork("network", tokens, context, 1, branches * request.steps),
                CodecWork(
                    "codec",
                    latent,
                    (frames, request.size.height, request.size.width),
                    int(self.sees_pictures),
                    tiles=True,
                ),
            )
        )

    def load(self, numerics: Numerics) -> Loaded:
        """Open the parts; their weights come when they are used.

        Raises: WeightsError, Unsupported.
        """
        from zoetrope.engine.families.hunyuan.family import LoadedHunyuan
        from zoetrope.engine.memory.residency import open_parts

        parts = open_parts(self.descriptor, numerics)
        return LoadedHunyuan(self, parts, 0 if numerics.plan is None else numerics.plan.codec_bytes)
