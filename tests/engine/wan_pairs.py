"""A tiny Wan checkpoint twice, as diffusers' pipeline and as our family, and what both make of a request.

Tolerance of latents: float32, where branches go in one batch, padding of the text is folded, and the solver's
coefficients are computed in double precision; nothing else differs. Frames may round to the next of 255 levels.
"""

from fractions import Fraction
from typing import Any

import numpy as np
import torch
from einops import rearrange
from open_checkpoints import descriptor_of, parts_of

from zoetrope.core.request import Request
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.wan.facts import Wan
from zoetrope.engine.families.wan.family import LoadedWan
from zoetrope.engine.guidance import guided
from zoetrope.engine.stream import decode_parts

PROMPT, NEGATIVE = "a red boat on a lake", "blur"
CALL = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "num_inference_steps": 4, "guidance_scale": 3.0}


class Pair:
    """A tiny checkpoint twice: as the pipeline, and as the family."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.wan = Wan(descriptor_of(self.pipeline, "wan"))
        self.loaded = LoadedWan(self.wan, parts_of(self.pipeline))

    def request(self, frames: int = 9, **more) -> Request:
        rate = self.wan.limits.clock.frame_rate
        size = "96x64" if self.wan.pixels == 16 else "48x32"
        asked = {"negative": NEGATIVE, "size": size, "seed": 1, "steps": 4, "guidance": 3.0, "sound": False} | more
        request = Request(PROMPT, seconds=Fraction(frames, rate), **asked)
        self.wan.check(request)
        return request

    def unchecked(self) -> Request:
        """For its size alone."""
        return Request(PROMPT, size="96x64" if self.wan.pixels == 16 else "48x32")

    @torch.inference_mode()
    def ours(self, request: Request) -> tuple[torch.Tensor, np.ndarray]:
        """Latents (c, f, r, w) and frames."""
        canvas = self.loaded.place(self.loaded.blank(request), request)
        walk = self.loaded.walk(request, self.wan.presets["standard"], canvas, 0)
        predict = guided(self.loaded.branches(request, canvas), walk.guider)
        canvas = denoise(predict, canvas, walk.sigmas, step=walk.step)
        clock = self.wan.limits.clock
        parts = decode_parts(self.loaded, canvas, frames=clock.frames(request.seconds), samples=0)
        return spread(canvas), np.concatenate([part.frames for part in parts])

    def theirs(self, request: Request, pipeline=None, **more) -> tuple[torch.Tensor, np.ndarray]:
        pipeline = pipeline or self.pipeline
        size = {"height": request.size.height, "width": request.size.width}
        call = CALL | size | more
        latents: list[torch.Tensor] = []

        def keep(pipeline: Any, step: int, told: Any, given: dict[str, Any]) -> dict[str, Any]:
            latents.append(given["latents"])
            return given

        frames = pipeline(**call, output_type="np", callback_on_step_end=keep).frames
        if pipeline.config.get("expand_timesteps"):  # the given frame is laid on after the last step
            latents.append(pipeline(**call, output_type="latent").frames)
        return latents[-1][0], frames[0]

    def noise(self, request: Request) -> torch.Tensor:
        return spread(self.loaded.blank(request))[None]


def spread(canvas) -> torch.Tensor:
    """As the pipelines have it: references, which follow the grid on our canvas, come first."""
    count, rows, columns = canvas.grid
    latent = rearrange(canvas.video.latent, "(f r w) c -> c f r w", r=rows, w=columns)
    return torch.cat([latent[:, count:], latent[:, :count]], 1)


def picture(request: Request, seed: int) -> np.ndarray:
    shape = (request.size.height, request.size.width, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
