"""Checkpoints of every family as a user has them, in a folder: described, loaded from their files, and walked.

The latents are those of the networks that were saved, to the bit: nothing is cast, and nothing is left to chance.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from open_checkpoints import parts_of
from safetensors.torch import save_file
from tiny_hunyuan import tiny_hunyuan
from tiny_ltx import tiny_joint, tiny_silent

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Adapter, Request
from zoetrope.engine.checkpoints.cards import cards
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.hunyuan.family import LoadedHunyuan
from zoetrope.engine.families.ltx.joint import LoadedJoint
from zoetrope.engine.families.ltx.silent import LoadedSilent
from zoetrope.engine.families.opening import all_variants, family_of
from zoetrope.engine.generate import generate
from zoetrope.engine.guidance import guided
from zoetrope.engine.memory.budget import settle_plan
from zoetrope.engine.memory.machine import card
from zoetrope.engine.memory.plan import PartPlan, Plan, Precision, Residence
from zoetrope.engine.numerics import Numerics

PLAIN = Numerics("cpu", torch.float32)
KINDS = {
    "joint": (tiny_joint, LoadedJoint, "ltx", "96x64"),
    "silent": (lambda: tiny_silent(True), LoadedSilent, "ltx", "96x64"),
    "hunyuan": (lambda: tiny_hunyuan(picture=True), LoadedHunyuan, "hunyuan", "64x64"),
}


@pytest.fixture(scope="module", params=KINDS)
def saved(request, tmp_path_factory):
    make, kind, family, size = KINDS[request.param]
    pipeline, folder = make(), tmp_path_factory.mktemp(request.param)
    pipeline.save_pretrained(folder)
    described = describe_folder(folder)
    assert described.family == family
    found = family_of(described)
    return found, kind(found, parts_of(pipeline)), found.load(PLAIN), size


def asked(family, size: str, **more) -> Request:
    width, height = (int(side) for side in size.split("x"))
    first = Keyframe("first", np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))
    settings = {"seed": 1, "steps": 2, "guidance": 3.0, "conditions": (first,), "negative": "blur"} | more
    seconds = Fraction(9, family.limits.clock.frame_rate)
    return Request('a red "boat"', size=size, seconds=seconds, sound=family.limits.sounds, **settings)


@torch.inference_mode()
def latents(family, loaded, request: Request) -> torch.Tensor:
    family.check(request)
    canvas = loaded.place(loaded.blank(request), request)
    walk = loaded.walk(request, family.presets["standard"], canvas, 0)
    canvas = denoise(guided(loaded.branches(request, canvas), walk.guider), canvas, walk.sigmas, step=walk.step)
    return torch.cat([canvas.video.latent.flatten(), canvas.sound.latent.flatten()])


def test_a_folder_walks_as_the_networks_that_were_saved(saved):
    family, held, loaded, size = saved
    request = asked(family, size)
    assert torch.equal(latents(family, loaded, request), latents(family, held, request))


@pytest.mark.parametrize("together", [True, False])
def test_a_network_that_is_streamed_from_its_files_walks_alike(saved, together):
    family, held, _, size = saved
    parts = tuple(
        PartPlan(files.part, Precision.F32, Residence.DISK if files.part == "network" else Residence.TURN)
        for files in family.descriptor.parts
        if files.files
    )
    streamed = family.load(replace(PLAIN, plan=Plan(parts, together=together)))
    request = asked(family, size)
    difference = (latents(family, streamed, request) - latents(family, held, request)).abs().max()
    assert difference <= (0 if together else 1e-5)  # branches in one batch, or each alone


def test_a_second_take_does_not_ask_the_text_encoder(saved):
    family, held, _, size = saved
    calls = []
    hook = held.parts["text"].module.register_forward_pre_hook(lambda *_: calls.append(1))
    for seed in (1, 2):
        latents(family, held, asked(family, size, negative="grain", seed=seed, steps=1))
    hook.remove()
    assert 1 <= len(calls) <= 2  # each prompt once, as far as earlier shots have not read it


def test_a_folder_makes_a_shot_by_its_path(saved):
    family, _, _, size = saved
    request = asked(family, size, checkpoint=str(family.descriptor.root), steps=1)
    draft = generate(request, numerics=PLAIN)
    height, width = request.size.height, request.size.width
    assert draft.frames.shape == (9, height, width, 3)
    assert (draft.sound is not None) == family.limits.sounds
    if draft.sound is not None:
        assert draft.sound.shape == (2, draft.clock.samples(request.seconds))


def test_a_lora_is_laid_for_one_request_alone(saved, tmp_path):
    family, held, _, size = saved
    block = held.parts["network"].module.get_submodule("transformer_blocks.0")
    name, special = ("attn.to_q", "attn.add_q_proj") if size == "64x64" else ("attn1.to_q", "attn2.to_q")
    if family.descriptor.has("sound_codec"):
        special = "audio_attn1.to_q"
    layer, down, up = block.get_submodule(name), *pair_for(block.get_submodule(name))
    path = tmp_path / "style.safetensors"
    write_lora(path, {name: (down, up), special: tuple(0 * each for each in pair_for(block.get_submodule(special)))})
    plain = latents(family, held, asked(family, size))
    styled = latents(family, held, asked(family, size, adapters=(Adapter(str(path)),)))
    assert not torch.equal(plain, styled)
    assert torch.equal(latents(family, held, asked(family, size)), plain)
    merge(layer, up @ down)
    merged = latents(family, held, asked(family, size))
    merge(layer, -up @ down)
    assert (merged - styled).abs().max() <= 1e-4  # one product with the sum, or the sum of two products


def pair_for(layer: torch.nn.Linear) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    down = torch.randn(2, layer.in_features, generator=generator)
    return down / 4, torch.randn(layer.out_features, 2, generator=generator) / 4


def write_lora(path: Path, layers: dict[str, tuple[torch.Tensor, torch.Tensor]]) -> None:
    tensors = {}
    for name, (down, up) in layers.items():
        key = f"transformer.transformer_blocks.0.{name}"
        tensors |= {f"{key}.lora_A.weight": down, f"{key}.lora_B.weight": up}
    save_file(tensors, path)


@torch.no_grad()
def merge(layer: torch.nn.Linear, change: torch.Tensor) -> None:
    layer.weight += change


def test_a_lora_for_another_family_is_refused(saved, tmp_path):
    family, _, _, size = saved
    path = tmp_path / "wan.safetensors"
    key = "diffusion_model.blocks.0.self_attn.q"
    save_file({f"{key}.lora_A.weight": torch.zeros(2, 64), f"{key}.lora_B.weight": torch.zeros(64, 2)}, path)
    with pytest.raises(WeightsError, match="is a LoRA for"):
        family.check(asked(family, size, adapters=(Adapter(str(path)),)))


@pytest.mark.parametrize(
    "name",
    [
        "ltx-0.9.5-2b",
        "ltx-2.3",
        "hunyuan1.5-480p-t2v",
        "hunyuan1.5-480p-i2v-step-distilled",
        "hunyuan1.5-720p-i2v-sr",
        "wan2.2-animate-14b",
    ],
)
def test_published_checkpoints_have_a_plan_on_a_large_card(name):
    known, kind = all_variants()[name], cards()[name].family
    family = family_of(Descriptor(name, kind, known.pipeline, known.settings_text, known.kinds, name, card=name))
    preset, limits = family.presets["standard"], family.limits
    request = Request(
        "a boat",
        size=limits.learned[0],
        seconds=1,
        seed=0,
        sound=limits.sounds,
        steps=preset.steps,
        guidance=preset.guidance,
    )
    assert (settle_plan(family, request, card(141)).device_bytes or 0) <= 141e9
