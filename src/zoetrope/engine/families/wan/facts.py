"""What a Wan checkpoint can be asked for, read from its configs. Loads no torch until `load` is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoetrope.core.conditions import Condition, Control, Extend, Keyframe, Reference, Region, Restyle
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.adapters.files import check_adapters
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.wan.checking import check_given
from zoetrope.engine.memory.work import CodecWork, NetworkWork, TextWork, Workload
from zoetrope.engine.presets import Preset

if TYPE_CHECKING:
    from zoetrope.engine.families import Loaded
    from zoetrope.engine.numerics import Numerics

CONTEXT = 512  # tokens of a prompt, padded; Wan reads no more
PATCH = 2  # latent rows and columns that one token of the network spans
ANIMATE = "WanAnimateTransformer3DModel"
MASK = 4  # channels that say which frames of a latent frame are given, one for each

# Sizes, rates and lengths: the task tables of github.com/Wan-Video/Wan2.1 and Wan2.2, generate.py and configs.
LOW = (Size(832, 480), Size(480, 832))
HIGH = (Size(1280, 720), Size(720, 1280))
DENSE = (Size(1280, 704), Size(704, 1280))  # the codec with 16 pixels a latent
SMALL_WIDTH = 1536  # of the 1.3B network, which was not trained beyond 480 rows


@dataclass(frozen=True)
class WanPreset(Preset):
    """`guidance_low` is that of the expert for low noise where there are two; None is the same as the other's."""

    guidance_low: float | None = None


# The defaults of WanPipeline in diffusers; draft and reuse change the number of network calls alone.
STANDARD = WanPreset(steps=50, guidance=5.0, step="unipc")
# 20 calls in place of 50, and latents 1.2 % off, on a tiny network of random weights; no published one was measured.
REUSE = 0.15
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {"draft": replace(STANDARD, steps=20), "standard": STANDARD, "reuse": replace(STANDARD, reuse=REUSE)}
)
# The defaults of WanAnimatePipeline, and rate and segment of its example.
ACTED = WanPreset(steps=20, guidance=1.0, step="unipc")
ACTED_PRESETS: Mapping[str, Preset] = MappingProxyType(
    {"draft": replace(ACTED, steps=10), "standard": ACTED, "reuse": replace(ACTED, reuse=REUSE)}
)
ACTED_RATE, ACTED_FRAMES = 30, 77


@dataclass(frozen=True)
class Wan:
    """A Wan checkpoint. What it can do follows from the channels and settings that its files declare."""

    descriptor: Descriptor

    @property
    def network(self) -> dict[str, Any]:
        return self.descriptor.part("network").config

    @property
    def codec(self) -> dict[str, Any]:
        return self.descriptor.part("codec").config

    @property
    def channels(self) -> int:
        """Of a latent."""
        return self.codec.get("z_dim", 16)

    @property
    def pixels(self) -> int:
        """Pixels of a side of one latent."""
        return self.codec.get("scale_factor_spatial", 8)

    @property
    def width(self) -> int:
        """Of the network's tokens."""
        return self.network["num_attention_heads"] * self.network["attention_head_dim"]

    @property
    def sees_pictures(self) -> bool:
        """Whether given frames lie in channels beside the latent."""
        return not self.animates and self.network["in_channels"] == 2 * self.channels + MASK

    @property
    def looks_twice(self) -> bool:
        """Whether its image encoder was trained on a first and a last picture together."""
        return bool(self.network.get("pos_embed_seq_len"))

    @property
    def holds_frames(self) -> bool:
        """Whether a given frame lies on the canvas itself, with a noise level of its own."""
        return bool(self.descriptor.settings.get("expand_timesteps"))

    @property
    def composes(self) -> bool:
        """Whether branches beside its blocks read a clip and a mask of what is made of it, as VACE's do."""
        return bool(self.network.get("vace_layers"))

    @property
    def animates(self) -> bool:
        """Whether it lets somebody in a picture act as clips of a pose and of a face do."""
        return self.descriptor.part("network").kind == ANIMATE

    @property
    def beside(self) -> int:
        """Channels beside the latent that the network sees with it."""
        return self.network["in_channels"] - self.channels

    @property
    def boundary(self) -> float | None:
        """The noise level, 0..1, below which the second expert takes over."""
        return self.descriptor.settings.get("boundary_ratio") if self.descriptor.has("network_low") else None

    @property
    def limits(self) -> Limits:
        rate, frames = (24, 121) if self.holds_frames else (ACTED_RATE, ACTED_FRAMES) if self.animates else (16, 81)
        learned = DENSE if self.pixels == 16 else LOW if self.width <= SMALL_WIDTH else LOW + HIGH
        return Limits(
            checkpoint=self.descriptor.name,
            clock=Clock(rate, self.codec.get("scale_factor_temporal", 4), sample_rate=24_000, samples_per_latent=960),
            grid=self.pixels * PATCH,
            sides=(self.pixels * PATCH, 1280),
            most_pixels=max(size.pixels for size in HIGH),
            learned=learned,
            seconds=(Fraction(1, rate), Fraction(frames, rate)),
            seconds_step=Fraction(1, rate),
            conditions=self._conditions,
            sounds=False,
            adapters=True,
        )

    @property
    def _conditions(self) -> tuple[type[Condition], ...]:
        if self.composes:
            return (Keyframe, Extend, Region, Control, Reference, Restyle)
        if self.animates:
            return (Control, Reference, Extend, Region)
        return (Keyframe,) if self.sees_pictures or self.holds_frames else (Restyle,)

    @property
    def presets(self) -> Mapping[str, Preset]:
        return ACTED_PRESETS if self.animates else PRESETS

    def check(self, request: Request) -> tuple[Notice, ...]:
        """Refuse what the checkpoint cannot make.

        Raises: InvalidRequest, Unsupported.
        """
        limits = self.limits
        check_limits(request, limits)
        check_adapters(request.adapters, "wan", self.width, limits.checkpoint, branches=self.composes)
        notices = check_given(self, request, limits)
        if request.size in limits.learned:
            return notices
        best = ", ".join(map(str, limits.learned))
        return (
            *notices,
            Notice(f"{limits.checkpoint} was not trained at {request.size}; it is at its best at {best}."),
        )

    def workload(self, request: Request) -> Workload:
        """How much a settled request computes. Units: as `memory.work`."""
        clock, size = self.limits.clock, request.size
        frames = clock.frames(request.seconds)
        latent = (clock.latent_frames(frames), size.height // self.pixels, size.width // self.pixels)
        references = sum(isinstance(condition, Reference) for condition in request.conditions)
        tokens = (latent[0] + references) * (latent[1] // PATCH) * (latent[2] // PATCH)
        branches = 1 if request.guidance == 1 else 2
        pixels = (clock.grid_frames(frames), size.height, size.width)
        encoded = self._encoded(request, pixels[0], references)
        networks = (
            NetworkWork(part, tokens, CONTEXT, branches, calls) for part, calls in self._calls(request).items() if calls
        )
        return Workload(
            (TextWork("text", CONTEXT, branches), *networks, CodecWork("codec", latent, pixels, encoded)),
        )

    def _encoded(self, request: Request, frames: int, references: int) -> int:
        """Frames that the codec reads; of what VACE is told, kept and led pixels apart."""
        restyled = any(isinstance(condition, Restyle) for condition in request.conditions)
        if self.composes or self.animates:
            return (2 + restyled) * frames + references
        return frames if self.sees_pictures or restyled else len(request.conditions)

    def _calls(self, request: Request) -> dict[str, int]:
        assert request.steps is not None, "a settled request has its steps"
        if self.boundary is None:
            return {"network": request.steps}
        told = self.descriptor.part("scheduler").config if self.descriptor.has("scheduler") else {}
        shift = told.get("flow_shift", 1.0)
        even = [1 - step / request.steps for step in range(request.steps)]
        high = sum(shift * s / (1 + (shift - 1) * s) >= self.boundary for s in even)
        return {"network": high, "network_low": request.steps - high}

    def load(self, numerics: Numerics) -> Loaded:
        """Open the parts; their weights come when they are used.

        Raises: WeightsError, Unsupported.
        """
        from zoetrope.engine.families.wan.family import LoadedWan
        from zoetrope.engine.memory.residency import open_parts

        together = numerics.plan is None or numerics.plan.together
        return LoadedWan(self, open_parts(self.descriptor, numerics), together)
