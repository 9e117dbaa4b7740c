"""`zoetrope models`: the list, one checkpoint, fetching, removing; and what `generate` refuses of them."""

import json
from pathlib import Path

import pytest
from small_hub import SmallHub, read_files, serve
from written_checkpoints import as_pickle, counted, write_folder, write_tensors

from zoetrope.cli.app import run
from zoetrope.engine.checkpoints.cards import cards

CARD = "wan2.1-t2v-1.3b"
CONFIG = {"num_attention_heads": 2, "attention_head_dim": 3, "in_channels": 4, "num_layers": 1}
NETWORK = {"patch_embedding.weight": counted(6, 4, 1, 2, 2), "blocks.0.self_attn.q.weight": counted(6, 6)}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZOETROPE_MODELS", str(tmp_path / "models"))
    for name in ("ZOETROPE_TERRITORY", "ZOETROPE_MODEL_SOURCE", "HF_ENDPOINT", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "models"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith("zoetrope: ")
    assert said.err.count("\n") == 1
    return said.err


def test_the_list_says_what_each_can_do_needs_and_where_it_holds(capsys, models):
    write_folder(models / CARD)
    assert run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "card", "licence", "holds", "here", "revision", "can", "do"]
    rows = {line.split()[0]: line for line in lines[1:] if line}
    assert rows.keys() >= cards().keys()
    assert "text" in rows[CARD]
    assert "8 GB" in rows[CARD]
    assert "yes" in rows[CARD].split()
    assert "no" in rows["wan2.2-ti2v-5b"].split()
    assert "not in EU, GB, KR" in rows["hunyuan1.5-480p-t2v"]
    assert "replacement" in rows["wan2.2-animate-14b"]


def test_the_list_as_json_holds_all_that_is_known(capsys):
    assert run(["models", "--json"]) == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert found.keys() == cards().keys()
    assert found[CARD]["licence"]["name"] == "Apache-2.0"
    assert found[CARD]["memory"]["8"].startswith("bf16")
    assert found[CARD]["here"] == "no"


def test_one_checkpoint_is_told_of(capsys):
    assert run(["models", "show", "ltx-0.9.7-13b"]) == 0
    said = capsys.readouterr().out
    assert "Lightricks/ltxv-spatial-upscaler-0.9.7, folder latent_upsampler" in said
    assert "LTXV Open Weights License" in said


def test_a_checkpoint_is_fetched_and_removed(capsys, models, tmp_path, monkeypatch):
    files = read_files(write_folder(tmp_path / "published"))
    with serve(SmallHub("Wan-AI/Wan2.1-T2V-1.3B-Diffusers", files)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        assert run(["models", "pull", CARD]) == 0
    said = capsys.readouterr()
    assert f"use it with --checkpoint {CARD}" in said.out
    assert "Apache-2.0" in said.err
    assert f"Wan2.1-T2V-1.3B-Diffusers at commit {'a' * 40}, then main" in said.out
    assert (models / CARD / "model_index.json").is_file()
    assert run(["models"]) == 0
    assert "aaaaaaaaaa" in next(line for line in capsys.readouterr().out.splitlines() if line.startswith(CARD))
    assert run(["models", "show", CARD]) == 0
    assert f"pulled: Wan-AI/Wan2.1-T2V-1.3B-Diffusers at commit {'a' * 40}" in capsys.readouterr().out
    assert run(["models", "pull", CARD, "--revision", "v2"]) == 2
    assert f"is here as Wan-AI/Wan2.1-T2V-1.3B-Diffusers at commit {'a' * 40}" in capsys.readouterr().err
    assert run(["models", "remove", CARD]) == 0
    assert "are free again" in capsys.readouterr().out
    assert not (models / CARD).exists()
    assert "there is nothing to remove" in refused(capsys, "models", "remove", CARD)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("models", "pull", "wan9"), "there is no checkpoint 'wan9'"),
        (("models", "show", "wan9"), "there is no checkpoint 'wan9'"),
        (("models", "dance"), "No such command"),
    ],
)
def test_bad_lines(capsys, arguments, said):
    assert said in refused(capsys, *arguments)


def _truncate(folder: Path) -> None:
    file = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-3])


def _drop_config(folder: Path) -> None:
    (folder / "transformer" / "config.json").unlink()


def _strange_type(folder: Path) -> None:
    write_tensors(folder / "vae" / "diffusion_pytorch_model.safetensors", {"weight": counted(2, 3)}, dtype="Q4")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_truncate, "transformer/diffusion_pytorch_model.safetensors is truncated"),
        (_drop_config, "transformer/config.json is missing"),
        (_strange_type, "unknown kind of number Q4"),
        (as_pickle, "diffusion_pytorch_model.bin is a pickle"),
    ],
)
def test_a_damaged_checkpoint_is_refused_before_anything_loads(capsys, models, tmp_path, harm, said):
    folder = write_folder(models / CARD, NETWORK, CONFIG)
    harm(folder)
    output = tmp_path / "a.mp4"
    assert said in refused(capsys, "generate", "a boat", "-o", str(output), "--checkpoint", CARD)
    assert said in refused(capsys, "generate", "a boat", "-o", str(output), "--checkpoint", str(folder))
    assert not output.exists()


def test_what_is_not_here_or_does_not_hold_here_is_refused(capsys, models, tmp_path, monkeypatch):
    output = ("-o", str(tmp_path / "a.mp4"))
    said = refused(capsys, "generate", "a boat", *output, "--checkpoint", CARD)
    assert f"fetch it with `zoetrope models pull {CARD}`" in said
    assert "for instance wan2.1-t2v-14b" in refused(capsys, "generate", "a boat", *output, "--checkpoint", "wan2.1-t2v")
    monkeypatch.setenv("ZOETROPE_TERRITORY", "de")
    for line in (
        ("generate", "a boat", *output, "--checkpoint", "hunyuan1.5-480p-t2v"),
        ("models", "pull", "hunyuan1.5-480p-t2v"),
    ):
        assert "which does not hold in DE (ZOETROPE_TERRITORY)" in refused(capsys, *line)
