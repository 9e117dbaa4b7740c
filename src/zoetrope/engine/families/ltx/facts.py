"""What an LTX checkpoint can be asked for, read from its configs. Loads no torch until `load` is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from zoetrope.core.conditions import Condition, Control, Extend, Footage, Keyframe, Region, Restyle, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.adapters.files import check_adapters
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.ltx.control import control_scale
from zoetrope.engine.families.ltx.presets import LtxPreset, joint_presets, silent_presets
from zoetrope.engine.memory.work import CodecWork, NetworkWork, TextWork, Workload
from zoetrope.engine.presets import Preset

if TYPE_CHECKING:
    from zoetrope.engine.families import Loaded
    from zoetrope.engine.numerics import Numerics

# Lengths of a prompt in tokens, with its padding. Source: the defaults of LTX2Pipeline, LTXPipeline and
# LTXConditionPipeline.
CONTEXT_JOINT, CONTEXT_EARLY, CONTEXT_LATER = 1024, 128, 256

# Sizes, rate and length: the defaults and examples of the pipelines in diffusers 0.42.1, and of github.com/Lightricks.
RATE_JOINT, RATE_SILENT = 24, 25
JOINT_SIZES = (Size(768, 512), Size(512, 768), Size(1280, 704), Size(704, 1280), Size(1920, 1088), Size(1088, 1920))
SILENT_SIZES = (Size(704, 512), Size(512, 704), Size(768, 512), Size(512, 768), Size(1216, 704), Size(704, 1216))
LONGEST_JOINT, LONGEST_SILENT = Fraction(20), Fraction(257, RATE_SILENT)

# Source: scheduler_config.json of Lightricks/LTX-2 and Lightricks/LTX-Video on huggingface.co.
SCHEDULER: Mapping[str, Any] = {
    "use_dynamic_shifting": True,
    "base_shift": 0.95,
    "max_shift": 2.05,
    "base_image_seq_len": 1024,
    "max_image_seq_len": 4096,
    "shift_terminal": 0.1,
}


@dataclass(frozen=True)
class Ltx:
    """An LTX checkpoint. What it can do follows from the parts and channels that its files declare."""

    descriptor: Descriptor

    @property
    def network(self) -> dict[str, Any]:
        return self.descriptor.part("network").config

    @property
    def codec(self) -> dict[str, Any]:
        return self.descriptor.part("codec").config

    @property
    def joint(self) -> bool:
        """Whether picture and sound are made together, as in LTX-2."""
        return self.descriptor.has("sound_codec")

    @property
    def crosses_levels(self) -> bool:
        """Whether each stream is told the other's noise level where they meet, as from LTX-2.3 on."""
        return bool(self.network.get("cross_attn_mod"))

    @property
    def later(self) -> bool:
        """Whether it is of 0.9.5 or later: other places in time, another schedule, pictures at any time."""
        return self.descriptor.pipeline.startswith("LTXCondition")

    @property
    def context(self) -> int:
        """Tokens of a prompt, with its padding."""
        return CONTEXT_JOINT if self.joint else CONTEXT_LATER if self.later else CONTEXT_EARLY

    @property
    def width(self) -> int:
        """Of the network's tokens."""
        return self.network["num_attention_heads"] * self.network["attention_head_dim"]

    @property
    def channels(self) -> int:
        return self.network.get("in_channels", 128)

    @property
    def scale(self) -> tuple[int, int]:
        """Frames, and pixels of a side, that one latent holds."""
        scaling = self.codec.get("spatio_temporal_scaling", (True, True, True, self.joint))
        halvings = 2 ** sum(scaling) if not isinstance(scaling, bool) else 8
        frames = self.codec.get("temporal_compression_ratio") or self.codec.get("patch_size_t", 1) * halvings
        return frames, self.codec.get("spatial_compression_ratio") or self.codec.get("patch_size", 4) * halvings

    @property
    def distilled(self) -> bool:
        """Whether its card, or its one file's name, says that it was distilled to a few levels.

        Its configs are those of the plain one. 0.9.6 was distilled to levels that are not those of the later ones.
        """
        one = self.descriptor.part("network").layout != "diffusers" and "0.9.6" not in self.descriptor.name
        return "distilled" in f"{self.descriptor.card} {self.descriptor.name if one else ''}"

    @property
    def sample_rate(self) -> int:
        vocoder = self.descriptor.part("vocoder")
        wide = vocoder.kind == "LTX2VocoderWithBWE"
        return vocoder.config.get("output_sampling_rate", 48_000 if wide else 24_000)

    @property
    def mel_rate(self) -> Fraction:
        """Spectra of sound in a second."""
        config = self.descriptor.part("sound_codec").config
        return Fraction(config.get("sample_rate", 16_000), config.get("mel_hop_length", 160))

    @property
    def clock(self) -> Clock:
        latents = self.mel_rate / SPECTRA if self.joint else Fraction(25)
        rate = self.sample_rate if self.joint else 24_000
        return Clock(RATE_JOINT if self.joint else RATE_SILENT, self.scale[0], rate, int(rate / latents))

    def sound_latents(self, seconds: Fraction) -> int:
        """So many that their sound lasts at least as long as the picture, and one for a still; none if it is silent."""
        if not self.joint:
            return 0
        config = self.descriptor.part("sound_codec").config
        lost = SPECTRA - 1 if config.get("is_causal", True) else 0  # the first latent makes one spectrum alone
        return max(1, ceil((ceil(seconds * self.mel_rate) + lost) / SPECTRA))

    @property
    def limits(self) -> Limits:
        clock, side = self.clock, self.scale[1]
        sizes = JOINT_SIZES if self.joint else SILENT_SIZES
        frame = Fraction(1, clock.frame_rate)
        return Limits(
            checkpoint=self.descriptor.name,
            clock=clock,
            grid=side,
            sides=(2 * side, 2048),  # its decoder reflects at the edges, so one latent of a side is too few
            most_pixels=max(size.pixels for size in sizes),
            learned=sizes,
            seconds=(frame, LONGEST_JOINT if self.joint else LONGEST_SILENT),
            seconds_step=frame,
            conditions=self._conditions,
            sounds=self.joint,
            adapters=True,
        )

    @property
    def _conditions(self) -> tuple[type[Condition], ...]:
        common = (Keyframe, Extend, Region)
        return (*common, Footage, Soundtrack, Control) if self.joint else (*common, Restyle)

    @property
    def presets(self) -> Mapping[str, Preset]:
        upsampler = self.descriptor.has("upsampler")
        return (joint_presets if self.joint else silent_presets)(self.distilled, upsampler)

    def passes(self, request: Request) -> int:
        """How often a request walks: twice where it begins at half the width and height."""
        preset = self.presets.get(request.preset)
        return 2 if preset is not None and preset_of(preset).refine else 1

    def check(self, request: Request) -> tuple[Notice, ...]:
        """Refuse what the checkpoint cannot make.

        Raises: InvalidRequest, Unsupported.
        """
        limits = self.limits
        check_limits(request, limits)
        check_adapters(request.adapters, "ltx2" if self.joint else "ltx", self.width, limits.checkpoint)
        moments = [moment for moment, _ in keyframes(request, limits.clock)]
        if len(set(moments)) < len(moments):
            raise InvalidRequest("two keyframes were given for one frame; give one of them.")
        if not self.joint and not self.later and any(moments):
            raise InvalidRequest(
                f"a keyframe was set at frame {max(moments)}; {limits.checkpoint} knows keyframes at first."
            )
        self._check_control(request, limits)
        if self.passes(request) == 2 and any(isinstance(condition, Restyle) for condition in request.conditions):
            raise InvalidRequest(f"a clip is restyled in one pass; choose another preset than {request.preset!r}.")
        if self.passes(request) == 2 and (
            request.size.width % (2 * limits.grid) or request.size.height % (2 * limits.grid)
        ):
            raise InvalidRequest(
                f"size was {request.size}; the preset {request.preset!r} begins at half of it, so it takes sides in "
                f"multiples of {2 * limits.grid}."
            )
        if request.size in limits.learned:
            return ()
        best = ", ".join(map(str, limits.learned))
        return (Notice(f"{limits.checkpoint} was not trained at {request.size}; it is at its best at {best}."),)

    def _check_control(self, request: Request, limits: Limits) -> None:
        controls = [condition for condition in request.conditions if isinstance(condition, Control)]
        if not controls:
            return
        if any(control.size != request.size for control in controls):
            raise InvalidRequest(f"{limits.checkpoint} follows control clips as large as the shot, {request.size}.")
        if not request.adapters:
            raise InvalidRequest(
                f"a control clip was given, which {limits.checkpoint} follows with a control LoRA alone; give one too."
            )
        multiple = limits.grid * control_scale(request.adapters) * self.passes(request)
        if request.size.width % multiple or request.size.height % multiple:
            raise InvalidRequest(
                f"size was {request.size}; the control LoRA sees clips at a part of it, so it takes sides in multiples "
                f"of {multiple}."
            )

    def grid(self, request: Request, shrink: int = 1) -> tuple[int, int, int]:
        """Latent frames, rows and columns of a request; `shrink` is how much narrower and lower a pass is."""
        side = self.scale[1] * shrink
        frames = self.clock.latent_frames(self.clock.frames(request.seconds))
        return frames, request.size.height // side, request.size.width // side

    def workload(self, request: Request) -> Workload:
        """How much a settled request computes. Units: as `memory.work`."""
        assert request.steps is not None, "a settled request has its steps"
        clock, latent = self.clock, self.grid(request)
        tokens = latent[0] * latent[1] * latent[2] + self.sound_latents(request.seconds)
        given = [each for each in request.conditions if isinstance(each, Keyframe)]
        tokens += len(given) * latent[1] * latent[2]
        controls = sum(isinstance(each, Control) for each in request.conditions)
        tokens += controls * latent[0] * latent[1] * latent[2] // control_scale(request.adapters) ** 2
        pixels = (clock.grid_frames(clock.frames(request.seconds)), request.size.height, request.size.width)
        encoded = len(given) if len(given) == len(request.conditions) else pixels[0]
        prompts, batch = (1, 1) if request.guidance == 1 else (2, 4 if self.joint else 2)
        texts = ("text", "connectors") if self.joint else ("text",)
        return Workload(
            (
                *(TextWork(part, self.context, prompts) for part in texts),
                *self._network_work(request, tokens, batch),
                CodecWork("codec", latent, pixels, encoded, tiles=True),
            )
        )

    def _network_work(self, request: Request, tokens: int, batch: int) -> tuple[NetworkWork, ...]:
        assert request.steps is not None, "a settled request has its steps"
        if self.passes(request) == 1:
            return (NetworkWork("network", tokens, self.context, batch, request.steps),)
        again = len(preset_of(self.presets[request.preset]).refine)
        return (
            NetworkWork("network", tokens // 4, self.context, batch, request.steps),
            NetworkWork("network", tokens, self.context, 1, again),
        )

    def load(self, numerics: Numerics) -> Loaded:
        """Open the parts; their weights come when they are used.

        Raises: WeightsError, Unsupported.
        """
        from zoetrope.engine.families.ltx.joint import LoadedJoint
        from zoetrope.engine.families.ltx.silent import LoadedSilent
        from zoetrope.engine.memory.residency import open_parts

        plan = numerics.plan
        parts = open_parts(self.descriptor, numerics)
        kind = LoadedJoint if self.joint else LoadedSilent
        return kind(self, parts, plan is None or plan.together, 0 if plan is None else plan.codec_bytes)


SPECTRA = 4  # spectra that one sound latent holds, after the first


def preset_of(preset: Preset) -> LtxPreset:
    assert isinstance(preset, LtxPreset), "this family's presets are all of its own kind"
    return preset


def keyframes(request: Request, clock: Clock) -> list[tuple[int, Keyframe]]:
    """The given pictures and the frames that show them, in order of time."""
    named = {"first": 0, "last": clock.frames(request.seconds) - 1}
    given = (each for each in request.conditions if isinstance(each, Keyframe))
    timed = [(named[each.at] if isinstance(each.at, str) else clock.frame_at(each.at), each) for each in given]
    return sorted(timed, key=lambda pair: pair[0])
