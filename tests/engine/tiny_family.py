"""A family in closed form: clean latents are normal around a mean that the prompt's first word sets."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import torch

from zoetrope.core.conditions import Extend, Footage, Keyframe, Region, Soundtrack
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas, blank_stream, combine, fill_with_noise, give
from zoetrope.engine.noise import seeds_of
from zoetrope.engine.presets import Preset

SPREAD = 0.2
MEANS = {"bright": 0.5, "dark": -0.5}
LIMITS = Limits(
    checkpoint="tiny",
    clock=Clock(frame_rate=12, frames_per_latent=6, sample_rate=24_000, samples_per_latent=960),
    grid=16,
    sides=(16, 64),
    most_pixels=64 * 64,
    learned=(Size(48, 32),),
    seconds=(Fraction(1, 2), Fraction(2)),
    seconds_step=Fraction(1, 2),
    conditions=(Keyframe, Extend, Region, Soundtrack, Footage),
)


@dataclass(frozen=True)
class Tiny:
    limits: Limits = LIMITS
    loads: list = field(default_factory=list, compare=False)

    @property
    def presets(self):
        return {"standard": Preset(steps=4, guidance=2.0), "draft": Preset(steps=2, guidance=1.0, step="euler")}

    def check(self, request):
        check_limits(request, self.limits)
        return (Notice("tiny is tiny"),)

    def load(self, numerics):
        self.loads.append(numerics)
        return TinyLoaded()


class TinyLoaded:
    limits = LIMITS

    def blank(self, request):
        clock = LIMITS.clock
        grid = (
            clock.latent_frames(clock.frames(request.seconds)),
            request.size.height // 16,
            request.size.width // 16,
        )
        video = torch.cartesian_prod(*(torch.arange(n) for n in grid)).view(-1, 3)
        sound = torch.zeros(clock.sound_latents(clock.samples(request.seconds)), 3)
        return fill_with_noise(
            Canvas(blank_stream(video, 3), blank_stream(sound, 2), blank_stream(video[:0], 3), grid), seeds_of(request)
        )

    def place(self, canvas, request):
        for condition in request.conditions:
            if isinstance(condition, Keyframe):
                patches = condition.picture.reshape(canvas.grid[1], 16, canvas.grid[2], 16, 3).mean((1, 3))
                latent = torch.from_numpy(patches.reshape(-1, 3) / 127.5 - 1).float()
                first = canvas.video.place[:, 0] == 0
                canvas = replace(canvas, video=give(canvas.video, first, latent))
        return canvas

    def branches(self, request, canvas):
        means = {"positive": MEANS.get(request.prompt.split()[0], 0.0), "negative": 0.0}

        def velocities(canvas, sigma, names):
            alpha = 1 - sigma
            slope = (sigma - alpha * SPREAD**2) / (alpha**2 * SPREAD**2 + sigma**2)
            return tuple(
                combine(lambda x, mean=means[name]: slope * (x - alpha * mean) - mean, canvas.tokens) for name in names
            )

        return velocities

    def decode_video(self, latent, state):
        seen = state or 0
        times = [1 if seen + f == 0 else 6 for f in range(len(latent))]
        frames = latent.clamp(-1, 1).add(1).mul(127.5).round().byte().numpy()
        frames = frames.repeat(16, axis=1).repeat(16, axis=2)
        return np.repeat(frames, times, axis=0), seen + len(latent)

    def decode_sound(self, latent, state):
        seen = state or 0
        ramp = np.arange(960, dtype=np.float32) / 960
        steps = latent.numpy().T[:, :, None] * 0.1 + (np.arange(seen, seen + len(latent)) % 2)[None, :, None] * ramp
        return steps.reshape(2, -1).astype(np.float32), seen + len(latent)

    def preview(self, canvas, denoised):
        _, rows, columns = canvas.grid
        return self.decode_video(denoised.video[: rows * columns].view(1, rows, columns, 3), None)[0][0]


WIDE = replace(LIMITS, sides=(16, 256), most_pixels=256 * 144)


@dataclass(frozen=True)
class Wide(Tiny):
    """The tiny family at a size that holds a mark and a label."""

    limits: Limits = WIDE
