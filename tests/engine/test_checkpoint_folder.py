"""What a folder is described as, and what is said of one that is incomplete."""

from collections.abc import Callable
from pathlib import Path

import pytest
from written_checkpoints import INDEX, as_pickle, write_folder, write_json

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.folder import describe_folder


def test_a_folder_is_described_by_its_own_words(tmp_path: Path):
    described = describe_folder(write_folder(tmp_path / "mine"))
    assert (described.name, described.family, described.pipeline) == ("mine", "wan", "WanPipeline")
    assert described.settings == {"boundary_ratio": 0.875}
    assert [part.part for part in described.parts] == ["scheduler", "tokeniser", "text", "network", "codec"]
    network = described.part("network")
    assert network.config == {"in_channels": 16}
    assert [file.name.split("-")[1] for file in network.files] == ["00001", "00002"]
    assert described.part("tokeniser").folder == tmp_path / "mine" / "tokenizer"


def test_equal_identity_is_equal_weights(tmp_path: Path):
    folder = write_folder(tmp_path)
    first = describe_folder(folder)
    assert describe_folder(folder) == first
    write_json(folder / "transformer" / "config.json", {"in_channels": 36})
    assert describe_folder(folder).identity != first.identity


def test_other_pipelines_go_over_the_bridge(tmp_path: Path):
    folder = write_folder(tmp_path)
    write_json(folder / "model_index.json", INDEX | {"_class_name": "LucyEditPipeline"})
    assert describe_folder(folder).family == "bridge"


def test_plain_weights_are_taken_before_variants(tmp_path: Path):
    folder = write_folder(tmp_path)
    whole = folder / "vae" / "diffusion_pytorch_model.safetensors"
    whole.with_name("diffusion_pytorch_model.fp16.safetensors").write_bytes(whole.read_bytes())
    assert describe_folder(folder).part("codec").files == (whole,)


def _drop(*names: str) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return harm


def _index(**change: object) -> Callable[[Path], None]:
    return lambda folder: write_json(folder / "model_index.json", INDEX | change) and None


def _elsewhere(folder: Path) -> None:
    write_json(
        folder / "transformer" / "diffusion_pytorch_model.safetensors.index.json",
        {"weight_map": {"a": "../a.safetensors"}},
    )


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_drop("model_index.json"), "model_index.json"),
        (_drop("transformer/config.json"), "config.json is missing"),
        (
            _drop("transformer/diffusion_pytorch_model-00002-of-00002.safetensors"),
            "00002-of-00002.safetensors is missing",
        ),
        (_drop("transformer/diffusion_pytorch_model.safetensors.index.json"), "without the index"),
        (_drop("vae/diffusion_pytorch_model.safetensors"), "holds no .safetensors"),
        (as_pickle, "diffusion_pytorch_model.bin is a pickle"),
        (_elsewhere, "beside their index"),
        (_index(transformer=[None, None]), "names no network"),
        (_index(vae=["os.path", "join"]), "is no class"),
        (_index(audio_vae=["diffusers", "AutoencoderKLLTX2Audio"]), "audio_vae is missing"),
        (lambda folder: (folder / "model_index.json").write_text("[") and None, "is not JSON"),
    ],
)
def test_an_incomplete_folder_is_refused_in_one_sentence(tmp_path: Path, harm: Callable[[Path], None], said: str):
    folder = write_folder(tmp_path)
    harm(folder)
    with pytest.raises(WeightsError, match=said) as error:
        describe_folder(folder)
    assert str(tmp_path) in str(error.value)
