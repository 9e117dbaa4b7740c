"""What a HunyuanVideo 1.5 checkpoint can be asked for, read from its configs. Loads no torch until `load` is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
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
HIGHEST = (Size(1920, 1072), Size(1072, 1920), Size(1440, 1440))  # of a second pass after 720 rows

STEPS, GUIDANCE = 50, 6.0  # of the pipelines, and of the guider of the published checkpoints
STEPS_DISTILLED = 8  # Source: the model card of the step-distilled checkpoint

# A second pass: its steps after 480 and after 720 rows, and how much narrower and lower the first one is.
# Source: SR_PIPELINE_CONFIGS and SizeMap of github.com/Tencent-Hunyuan/HunyuanVideo-1.5.
STEPS_FINE, STEPS_FINEST, SHRINK = 6, 8, Fraction(2, 3)
UPSCALED = "upscaled"  # the preset that has one

# Guidance that a checkpoint may ask for in its config, and what of it is not known here.
GUIDERS = ("ClassifierFreeGuidance", "AdaptiveProjectedGuidance", "ClassifierFreeZeroStarGuidance")
ODD = ("guidance_rescale", "use_original_formulation", "adaptive_projected_guidance_norm_dim")


@dataclass(frozen=True)
class HunyuanPreset(Preset):
    """`refine` are the steps of a second pass at half as many pixels again a side, 0 for none."""

    refine: int = 0


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

    def steps_far(self, part: str = "network") -> bool:
        """Whether a network is told where a step ends, as one that was distilled to few steps."""
        return bool(self.descriptor.part(part).config.get("use_meanflow"))

    @property
    def target(self) -> int:
        """The side of a square of as many pixels as the network was trained at."""
        return self.network.get("target_size", LOW[-1].width)

    @property
    def refines(self) -> bool:
        """Whether a network for a second pass lies beside it, and what readies latents for that."""
        return self.descriptor.has("network_fine") and self.descriptor.has("upsampler")

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
        low = self.target <= LOW[-1].width
        largest = HIGHEST if self.refines and not low else HIGH
        return Limits(
            checkpoint=self.descriptor.name,
            clock=self.clock,
            grid=self.scale[1],
            sides=(2 * self.scale[1], max(size.width for size in largest)),
            most_pixels=max(size.pixels for size in largest),
            learned=self.sizes("standard"),
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
        few = self.steps_far()
        steps = STEPS_DISTILLED if few else STEPS
        standard = HunyuanPreset(steps=steps, guidance=1.0 if few else guidance, step="euler")
        again = STEPS_FINE if self.target <= LOW[-1].width else STEPS_FINEST
        return MappingProxyType(
            {
                "draft": standard if few else replace(standard, steps=20),
                "standard": standard,
                "reuse": replace(standard, reuse=0.05),
                **({UPSCALED: replace(standard, refine=again)} if self.refines else {}),
            }
        )

    def refine_steps(self, request: Request) -> int:
        """Steps of a request's second pass, 0 where there is none."""
        preset = self.presets.get(request.preset)
        return preset.refine if isinstance(preset, HunyuanPreset) else 0

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
        self._check_passes(request)
        learned = self.sizes(request.preset)
        if request.size in learned:
            return ()
        best = ", ".join(map(str, learned))
        return (Notice(f"{limits.checkpoint} was not trained at {request.size}; it is at its best at {best}."),)

    def sizes(self, preset: str) -> tuple[Size, ...]:
        """The sizes that the last pass of a preset was trained at, the best one first."""
        low = self.target <= LOW[-1].width
        if preset == UPSCALED:
            return HIGH if low else HIGHEST
        return LOW if low else HIGH + LOW

    def _check_passes(self, request: Request) -> None:
        """Raises: InvalidRequest for more pixels than one pass makes, where there is one."""
        most = max(size.pixels for size in HIGH)
        if request.size.pixels > most and not self.refine_steps(request):
            raise InvalidRequest(
                f"size was {request.size}; {self.descriptor.name} makes {most} pixels at most in one pass, and more "
                f"with the preset {UPSCALED!r}."
            )

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

    def first_grid(self, request: Request) -> tuple[int, int, int]:
        """The same of its first pass, which is smaller where a second one follows."""
        frames, rows, columns = self.grid(request)
        if not self.refine_steps(request):
            return frames, rows, columns
        return frames, max(round(SHRINK * rows), 1), max(round(SHRINK * columns), 1)

    def workload(self, request: Request) -> Workload:
        """How much a settled request computes. Units: as `memory.work`."""
        assert request.steps is not None, "a settled request has its steps"
        latent = self.grid(request)
        tokens, again = (
            prod(grid) // self.network.get("patch_size", 1) ** 2 for grid in (self.first_grid(request), latent)
        )
        branches, refine = 1 if request.guidance == 1 else 2, self.refine_steps(request)
        frames = self.clock.grid_frames(self.clock.frames(request.seconds))
        context = CONTEXT + GLYPHS + (SIGHT if self.sees_pictures else 0)
        return Workload(
            (
                TextWork("text", CONTEXT, branches),
                TextWork("text_2", GLYPHS, branches),
                NetworkWork("network", tokens, context, 1, branches * request.steps),
                *([NetworkWork("network_fine", again, context, 1, refine)] if refine else []),
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
