"""Pipelines that no family knows, walked by themselves: the same frames as without us, told, stopped and refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from threading import Event

import numpy as np
import pytest
import torch
from open_checkpoints import ready, tiny_wan

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import Cancelled, InvalidRequest, Unsupported, WeightsError
from zoetrope.core.events import StepDone
from zoetrope.core.request import Request
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.families.bridge.facts import Bridge
from zoetrope.engine.generate import shoot
from zoetrope.engine.numerics import Numerics

PLAIN = Numerics("cpu", torch.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("other")
    pipeline = tiny_wan("text")
    pipeline.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def bridge(folder) -> Bridge:
    return Bridge(replace(describe_folder(folder), family="bridge"))


@pytest.fixture(scope="module")
def loaded(bridge):
    return bridge.load(PLAIN)


def request(bridge: Bridge, frames: int = 9, **more) -> Request:
    asked = {"size": "48x32", "seed": 1, "steps": 3, "guidance": 3.0, "negative": "blur", "sound": False} | more
    made = Request("a red boat", seconds=Fraction(frames, bridge.clock.frame_rate), **asked)
    bridge.check(made)
    return made


def frames_of(asked: Request, bridge: Bridge, loaded, *more) -> np.ndarray:
    return np.concatenate([part.frames for part in shoot(asked, bridge, loaded, *more)])


def test_frames_are_those_of_the_pipeline_alone(bridge, loaded):
    alone = ready(tiny_wan("text"))(
        prompt="a red boat",
        negative_prompt="blur",
        height=32,
        width=48,
        num_frames=9,
        num_inference_steps=3,
        guidance_scale=3.0,
        generator=torch.Generator().manual_seed(1),
        output_type="np",
    ).frames[0]
    made = frames_of(request(bridge), bridge, loaded)
    assert np.abs(made / 255 - alone).max() <= 0.5 / 255 + 1e-6
    np.testing.assert_array_equal(frames_of(request(bridge, 7), bridge, loaded), made[:7])


def test_steps_are_told_and_a_wish_to_stop_leaves_nothing(bridge, loaded):
    plain, told, wish = frames_of(request(bridge), bridge, loaded), [], Event()

    def hear(event) -> None:
        if isinstance(event, StepDone):
            told.append(event.step)
            if event.step == 2:
                wish.set()

    with pytest.raises(Cancelled):
        frames_of(request(bridge), bridge, loaded, hear, wish)
    assert told == [1, 2]
    np.testing.assert_array_equal(frames_of(request(bridge), bridge, loaded), plain)


def test_two_threads_on_one_checkpoint_make_what_one_makes(bridge, loaded):
    asked = [request(bridge, seed=seed) for seed in (3, 4)]
    alone = [frames_of(each, bridge, loaded) for each in asked]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda each: frames_of(each, bridge, loaded), asked))
    for one, two in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, two)


def test_it_promises_only_what_the_pipeline_takes(bridge, folder):
    assert bridge.limits.conditions == ()
    assert not bridge.limits.sounds
    of_pictures = replace(bridge, descriptor=replace(bridge.descriptor, pipeline="WanImageToVideoPipeline"))
    assert of_pictures.limits.conditions == (Keyframe,)
    with pytest.raises(InvalidRequest, match="first picture"):
        request(of_pictures)
    with pytest.raises(Unsupported, match="no pipeline from text to video"):
        _ = replace(bridge, descriptor=replace(bridge.descriptor, pipeline="StableDiffusionPipeline")).limits
    with pytest.raises(WeightsError, match="cannot be loaded"):
        replace(bridge, descriptor=replace(bridge.descriptor, root=folder / "nothing")).load(PLAIN)
