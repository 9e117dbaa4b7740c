"""A checkpoint as a user has it, from files to frames: a folder, a file in its authors' names, a GGUF, and the verb.

All are held against the reference pipeline that was saved, or against the numbers that a packed file unpacks to.
"""

from fractions import Fraction

import numpy as np
import pytest
import torch
from open_checkpoints import tiny_wan
from safetensors.torch import save_file

from zoetrope.cli.app import run
from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Request
from zoetrope.engine.checkpoints.cards import memory_rows
from zoetrope.engine.checkpoints.identify import describe, describe_card
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.names import rename
from zoetrope.engine.checkpoints.needs import needs
from zoetrope.engine.checkpoints.tensors import held
from zoetrope.engine.families.opening import family_of, open_family
from zoetrope.engine.generate import make, prepare
from zoetrope.engine.memory.plan import Plan
from zoetrope.engine.numerics import Numerics

CARD = "wan2.1-t2v-1.3b"
PLAIN = Numerics("cpu", torch.float32, Plan(()))
REQUEST = Request("a red boat", seconds=Fraction(5, 16), size="48x32", seed=1, steps=2, guidance=3.0, checkpoint=CARD)
CALL = {"prompt": "a red boat", "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 2}
_ATTENTION = [f"{leaf}.{kind}" for leaf in "qkvo" for kind in ("weight", "bias")]
_BLOCK = [
    *(f"{name}_attn.{leaf}" for name in ("self", "cross") for leaf in (*_ATTENTION, "norm_q.weight", "norm_k.weight")),
    *(f"{name}.{kind}" for name in ("ffn.0", "ffn.2", "norm3") for kind in ("weight", "bias")),
    "modulation",
]
_AUTHORS = [
    *(f"blocks.{number}.{leaf}" for number in range(2) for leaf in _BLOCK),
    *(f"{name}.{number}.{kind}" for name in ("text_embedding", "time_embedding") for number in (0, 2)
      for kind in ("weight", "bias")),
    *(f"{name}.{kind}" for name in ("patch_embedding", "time_projection.1", "head.head")
      for kind in ("weight", "bias")),
    "head.modulation",
]  # fmt: skip
"""The names that Wan's authors give the tensors of a network of two blocks."""


@pytest.fixture(scope="module")
def pipeline():
    return tiny_wan("text")


@pytest.fixture(scope="module")
def models(pipeline, tmp_path_factory) -> Models:
    folder = tmp_path_factory.mktemp("models")
    pipeline.save_pretrained(folder / CARD, max_shard_size="100KB")
    return Models(folder)


@pytest.fixture(scope="module")
def theirs(pipeline, models) -> np.ndarray:
    """Frames of the reference, from our noise."""
    settled, family = prepare(REQUEST, open_family(CARD, models), None)
    canvas = family.load(PLAIN).blank(settled)
    latent = canvas.video.latent.reshape(*canvas.grid, -1).permute(3, 0, 1, 2)[None]
    return pipeline(**CALL, guidance_scale=3.0, negative_prompt="", latents=latent, output_type="np").frames[0]


def made(descriptor) -> np.ndarray:
    settled, family = prepare(REQUEST, family_of(descriptor), None)
    return make(settled, family, numerics=PLAIN).frames


def test_a_folder_makes_the_frames_of_the_reference(models, theirs):
    assert len(list((models.folder / CARD / "transformer").glob("*.safetensors"))) > 1
    assert np.abs(made(describe_card(CARD, models)) / 255 - theirs).max() <= 1 / 255


def test_a_file_in_its_authors_names_makes_them_too(pipeline, models, theirs, tmp_path):
    state = pipeline.transformer.state_dict()
    named = {f"model.diffusion_model.{name}": state[rename(name, "wan")] for name in _AUTHORS}
    assert len(named) == len(state)
    path = tmp_path / "mine.safetensors"
    save_file(named, path)
    found = describe(path, models)
    assert found.part("network").layout == "single"
    assert np.abs(made(found) / 255 - theirs).max() <= 1 / 255


def test_a_gguf_makes_the_frames_of_what_it_unpacks_to(pipeline, models, tmp_path):
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(tmp_path / "mine.gguf", "wan")
    state = pipeline.transformer.state_dict()
    for name in _AUTHORS:
        array = state[rename(name, "wan")].numpy()
        if array.ndim == 2 and array.shape[1] % 32 == 0:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)
        else:
            if array.ndim > 4:
                writer.add_array(f"comfy.gguf.orig_shape.{name}", list(array.shape))
                array = array.reshape(array.shape[0], -1)
            writer.add_tensor(name, array)
    for write in (
        writer.write_header_to_file,
        writer.write_kv_data_to_file,
        writer.write_tensors_to_file,
        writer.close,
    ):
        write()
    found = describe(tmp_path / "mine.gguf", models)
    opened = held(found.part("network"))
    assert {opened.facts(key).packed for key in opened.keys()} == {None, "Q8_0"}  # noqa: SIM118
    unpacked = {key: opened.read(key).float() for key in opened.keys()}  # noqa: SIM118
    save_file(unpacked, tmp_path / "unpacked.safetensors")
    assert np.array_equal(made(found), made(describe(tmp_path / "unpacked.safetensors", models)))


def test_the_verb_makes_a_shot_by_card_and_by_path(models, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ZOETROPE_MODELS", str(models.folder))
    monkeypatch.setenv("ZOETROPE_HOME", str(tmp_path / "home"))
    line = (
        "generate",
        "a red boat",
        "--size",
        "48x32",
        "--seconds",
        "0.3125",
        "--steps",
        "2",
        "--seed",
        "1",
        "--quiet",
    )
    for number, checkpoint in enumerate((CARD, str(models.folder / CARD))):
        output = tmp_path / f"{number}.mp4"
        assert run([*line, "-o", str(output), "--checkpoint", checkpoint]) == 0, capsys.readouterr().err
        assert output.stat().st_size > 1000


def test_files_that_do_not_fit_are_refused_when_parts_are_opened(pipeline, models, tmp_path):
    state = pipeline.transformer.state_dict()
    for change, said in (
        ({"blocks.0.attn1.to_q.weight": None}, r"odd\.safetensors lacks blocks\.0\.attn1\.to_q\.weight"),
        ({"more": torch.zeros(1)}, r"odd\.safetensors holds more, which WanTransformer3DModel"),
        ({"proj_out.bias": torch.zeros(64, dtype=torch.int8)}, "holds proj_out.bias as I8"),
        ({"proj_out.bias": torch.zeros(3)}, r"proj_out\.bias of shape \(3,\)"),
    ):
        path = tmp_path / "odd.safetensors"
        save_file({key: value for key, value in (state | change).items() if value is not None}, path)
        with pytest.raises(WeightsError, match=said):
            family_of(describe(path, models)).load(PLAIN)


@pytest.mark.parametrize("card", [CARD, "wan2.2-t2v-a14b"])
def test_what_is_told_of_memory_is_what_would_be_planned(card: str):
    assert dict(needs(card)) == dict(memory_rows()[card])


@pytest.mark.parametrize(
    ("network", "converter", "names"),
    [
        ("wan", "convert_wan_transformer_to_diffusers", [*_AUTHORS, "blocks.0.cross_attn.k_img.weight",
         "blocks.0.cross_attn.norm_k_img.weight", "img_emb.proj.1.weight", "img_emb.proj.4.bias",
         "vace_blocks.0.before_proj.weight", "vace_blocks.0.after_proj.bias"]),
        ("ltx", "convert_ltx_transformer_checkpoint_to_diffusers", ["patchify_proj.weight", "adaln_single.linear.bias",
         "adaln_single.emb.timestep_embedder.linear_1.weight", "transformer_blocks.0.attn1.q_norm.weight",
         "transformer_blocks.0.attn1.to_q.weight"]),
        ("ltx2", "convert_ltx2_transformer_to_diffusers", ["audio_patchify_proj.weight",
         "audio_adaln_single.linear.bias", "adaln_single.linear.weight", "av_ca_a2v_gate_adaln_single.linear.weight",
         "transformer_blocks.0.scale_shift_table_a2v_ca_audio", "transformer_blocks.0.audio_attn1.k_norm.weight"]),
    ],
)  # fmt: skip
def test_names_become_those_that_diffusers_converts_them_to(network: str, converter: str, names: list[str]):
    from diffusers.loaders import single_file_utils

    given = {f"model.diffusion_model.{name}": torch.zeros(1) for name in names}
    assert {rename(name, network) for name in names} == set(getattr(single_file_utils, converter)(given))
