"""A pipeline of diffusers behind our request: its own loop, told to us step by step, and stopped when we wish.

A pipeline keeps what belongs to one call on itself, so that calls wait for each other. Knows no network.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import WeightsError
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, Tokens
from zoetrope.engine.denoise import StepTaken
from zoetrope.engine.families.bridge.facts import Bridge
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.libraries import need
from zoetrope.engine.guidance import Branches
from zoetrope.engine.memory.residency import open_parts
from zoetrope.engine.numerics import Numerics

OnStep = Callable[[StepTaken], None]


def load_pipeline(bridge: Bridge, numerics: Numerics) -> LoadedBridge:
    """Load all parts of a checkpoint folder to the device; from this machine alone, and no pickles.

    Raises: WeightsError, Unsupported.
    """
    descriptor = bridge.descriptor
    assert descriptor.root is not None, "a checkpoint of another pipeline is a folder"
    kind = need("diffusers", descriptor.pipeline)
    networks = _networks(descriptor, numerics)
    try:
        pipeline = kind.from_pretrained(
            str(descriptor.root), local_files_only=True, use_safetensors=True, dtype=numerics.dtype, **networks
        )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{descriptor.root} cannot be loaded as {descriptor.pipeline}: {error}") from error
    pipeline.set_progress_bar_config(disable=True)
    return LoadedBridge(bridge, pipeline)


def _networks(descriptor: Descriptor, numerics: Numerics) -> dict[str, Any]:
    """The networks that a checkpoint's description knows, by the pipeline's words, as all families load theirs."""
    parts, found = open_parts(descriptor, replace(numerics, plan=None)), {}
    for files in descriptor.parts:
        if files.files and files.folder is not None:
            with parts[files.part].resident() as network:
                found[files.folder.name] = network
    return found


@dataclass(frozen=True, eq=False)
class LoadedBridge:
    """A pipeline in memory; see `walk.Renders`."""

    bridge: Bridge
    pipeline: Any
    _alone: Any = field(default_factory=threading.Lock, repr=False)

    @property
    def limits(self) -> Limits:
        return self.bridge.limits

    @torch.inference_mode()
    def render(self, request: Request, on_step: OnStep | None, cancel: Cancel | None) -> tuple[np.ndarray, np.ndarray]:
        with self._alone, _stoppable(self.pipeline, cancel):
            stop_if(cancel, "before the first step")
            made = self.pipeline(**self._asked(request, on_step, cancel))
        frames = np.asarray(made.frames[0])
        return (frames * 255).round().clip(0, 255).astype(np.uint8), np.zeros((2, 0), np.float32)

    def _asked(self, request: Request, on_step: OnStep | None, cancel: Cancel | None) -> dict[str, Any]:
        """The pipeline's parameters, those that it takes."""
        assert request.seed is not None
        assert request.steps is not None, "a settled request has its seed and steps"
        clock, takes = self.bridge.clock, self.bridge.abilities.takes
        asked: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative,
            "height": request.size.height,
            "width": request.size.width,
            "num_frames": clock.grid_frames(clock.frames(request.seconds)),
            "num_inference_steps": request.steps,
            "guidance_scale": request.guidance,
            "frame_rate": clock.frame_rate,
            "fps": clock.frame_rate,
            "generator": torch.Generator().manual_seed(request.seed),
            "output_type": "np",
            "callback_on_step_end": _told(request.steps, on_step, cancel),
        }
        for condition in request.conditions:
            if isinstance(condition, Keyframe):
                from PIL import Image

                asked["image"] = Image.fromarray(condition.picture)
        return {name: value for name, value in asked.items() if name in takes}

    def blank(self, request: Request) -> Canvas:
        _no_canvas()

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        _no_canvas()

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        _no_canvas()

    def decode_video(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        _no_canvas()

    def decode_sound(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        _no_canvas()

    def preview(self, canvas: Canvas, denoised: Tokens) -> np.ndarray:
        _no_canvas()


def _no_canvas() -> NoReturn:
    raise AssertionError("a pipeline of its own is rendered, it has no canvas")


def _told(steps: int, on_step: OnStep | None, cancel: Cancel | None) -> Callable[..., dict[str, Any]]:
    none = Tokens(torch.zeros(0, 0), torch.zeros(0, 0))

    def told(pipeline: Any, number: int, timestep: Any, given: dict[str, Any]) -> dict[str, Any]:
        if on_step is not None:
            on_step(StepTaken(number + 1, steps, float(timestep) / 1000, none))
        stop_if(cancel, f"after step {number + 1} of {steps}")
        return given

    return told


@contextmanager
def _stoppable(pipeline: Any, cancel: Cancel | None) -> Iterator[None]:
    """Let a wish to stop through wherever a network of the pipeline begins, and leave nothing of the call behind.

    Some pipelines have no callback, and others decode a shot that nobody wants any more.
    """

    def check(*_: Any) -> None:
        stop_if(cancel, "while the pipeline computed")

    networks = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    hooks = [network.register_forward_pre_hook(check) for network in networks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for network in networks:
            reset = getattr(network, "_reset_stateful_cache", None)
            if reset is not None:
                reset()
