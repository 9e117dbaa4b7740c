"""A VACE checkpoint as a user has it: a folder, a file in its authors' names, streamed; and what it takes of memory."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from alike import LATENTS
from open_checkpoints import tiny_vace
from safetensors.torch import save_file
from wan_pairs import Pair, picture

from zoetrope.core.conditions import Control, Extend, Keyframe, Reference, Region, Restyle
from zoetrope.core.request import Request
from zoetrope.engine.checkpoints.cards import cards, memory_rows
from zoetrope.engine.checkpoints.identify import describe
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.names import rename
from zoetrope.engine.checkpoints.needs import needs
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.opening import all_variants, family_of
from zoetrope.engine.families.wan.checking import CONTROLS
from zoetrope.engine.memory.anatomy import anatomy
from zoetrope.engine.memory.forecasting import device_weight_bytes
from zoetrope.engine.memory.plan import PartPlan, Plan, Precision, Residence
from zoetrope.engine.numerics import Numerics

CARD = "wan2.1-vace-1.3b"
PLAIN = Numerics("cpu", torch.float32, Plan(()))
_BLOCK = [
    "modulation",
    *(f"{name}_attn.{norm}.weight" for name in ("self", "cross") for norm in ("norm_q", "norm_k")),
    *(f"{name}_attn.{leaf}.{kind}" for name in ("self", "cross") for leaf in "qkvo" for kind in ("weight", "bias")),
    *(f"{name}.{kind}" for name in ("ffn.0", "ffn.2", "norm3") for kind in ("weight", "bias")),
]
_LAYERS = [
    *("patch_embedding", "vace_patch_embedding", "time_projection.1", "head.head"),
    *(f"{name}_embedding.{number}" for name in ("text", "time") for number in (0, 2)),
    *("vace_blocks.0.before_proj", "vace_blocks.0.after_proj", "vace_blocks.1.after_proj"),
]
AUTHORS = [
    "head.modulation",
    *(f"{layer}.{kind}" for layer in _LAYERS for kind in ("weight", "bias")),
    *(f"blocks.{number}.{leaf}" for number in range(3) for leaf in _BLOCK),
    *(f"vace_blocks.{number}.{leaf}" for number in range(2) for leaf in _BLOCK),
]
"""The names that VACE's authors give the tensors of a network of three blocks, two of them with a branch."""


@pytest.fixture(scope="module")
def tiny() -> Pair:
    return Pair(tiny_vace())


@pytest.fixture(scope="module")
def models(tiny, tmp_path_factory) -> Models:
    folder = tmp_path_factory.mktemp("models")
    tiny.pipeline.save_pretrained(folder / CARD)
    return Models(folder)


@pytest.fixture(scope="module")
def request_of(tiny):
    still = picture(tiny.unchecked(), 1)
    given = (Keyframe("last", still), Control(still[None].repeat(9, 0), "scribble"), Reference(still))
    return tiny.request(steps=2, conditions=given)


@pytest.fixture(scope="module")
def latents(tiny, request_of) -> torch.Tensor:
    return tiny.ours(request_of)[0]


def made(descriptor, request, numerics: Numerics = PLAIN) -> torch.Tensor:
    pair: Any = object.__new__(Pair)
    pair.wan = family_of(descriptor)
    pair.loaded = pair.wan.load(numerics)
    return pair.ours(request)[0]


def test_a_folder_walks_as_the_networks_that_were_saved(models, request_of, latents):
    found = describe(models.folder / CARD, models)
    assert (found.family, found.pipeline) == (cards()[CARD].family, "WanVACEPipeline")
    assert torch.equal(made(found, request_of), latents)


def test_a_file_in_its_authors_names_does_too(tiny, models, request_of, latents, tmp_path):
    state = tiny.pipeline.transformer.state_dict()
    named = {name: state[rename(name, "wan")] for name in AUTHORS}
    assert len(named) == len(state)
    save_file(named, tmp_path / "mine.safetensors")
    found = describe(tmp_path / "mine.safetensors", models)
    assert found.part("network").layout == "single"
    assert torch.equal(made(found, request_of), latents)


@pytest.mark.parametrize("together", [True, False])
def test_blocks_and_branches_that_are_streamed_from_files_walk_alike(models, request_of, latents, together):
    found = describe(models.folder / CARD, models)
    parts = tuple(
        PartPlan(files.part, Precision.F32, Residence.DISK if files.part == "network" else Residence.TURN)
        for files in found.parts
        if files.files
    )
    streamed = made(found, request_of, replace(PLAIN, plan=Plan(parts, together=together)))
    assert (streamed - latents).abs().max() <= (0 if together else LATENTS)  # both prompts in one batch, or each alone


def published(card: str) -> Any:
    known = all_variants()[card]
    return family_of(Descriptor(card, "wan", known.pipeline, known.settings_text, known.kinds, card, card=card))


def asked(conditions=()) -> Request:
    settings = {"steps": 50, "guidance": 5.0, "seed": 1, "sound": False}
    return Request("a boat", size="832x480", seconds=Fraction(81, 16), conditions=conditions, **settings)


@pytest.mark.parametrize(
    ("card", "blocks", "branches", "width", "inner"),
    [("wan2.1-vace-1.3b", 30, 15, 1536, 8960), ("wan2.1-vace-14b", 40, 8, 5120, 13824)],
)
def test_memory_is_forecast_with_the_branches(card, blocks, branches, width, inner):
    files = published(card).descriptor.part("network")
    body = anatomy(files)
    block = 8 * width**2 + 2 * width * inner  # the matrices
    assert (body.layers, body.lists) == (blocks + branches, 2)
    assert body.packable == (blocks + branches) * block + (branches + 1) * width**2
    streamed = PartPlan("network", Precision.BF16, Residence.DISK)
    assert device_weight_bytes(files, streamed) >= 2 * 2 * 2 * block  # a slot and one ahead, of blocks and of branches


def test_references_and_clips_are_counted_as_work():
    family, still = published(CARD), np.zeros((480, 832, 3), np.uint8)
    plain, more = (family.workload(asked(given)).works for given in ((), (Reference(still),) * 2))
    assert (plain[1].tokens, more[1].tokens) == (21 * 30 * 52, 23 * 30 * 52)
    assert (plain[2].encoded_frames, more[2].encoded_frames) == (2 * 81, 2 * 81 + 2)
    restyled = family.workload(asked((Restyle(still[None].repeat(81, 0)),))).works
    assert restyled[2].encoded_frames == 3 * 81


@pytest.mark.parametrize("card", ["wan2.1-vace-1.3b", "wan2.1-vace-14b"])
def test_the_card_tells_what_the_family_takes(card):
    tasks = {"text", "pictures at any time", "extension", "region", "control clip", "references", "video to video"}
    assert set(cards()[card].tasks) == tasks
    assert set(published(card).limits.conditions) == {Keyframe, Extend, Region, Control, Reference, Restyle}
    for kind in CONTROLS:
        assert kind in cards()[card].note
    assert dict(needs(card)) == dict(memory_rows()[card])
