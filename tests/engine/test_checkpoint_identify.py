"""From names and paths to descriptors; and what is said where there is none. Needs no torch."""

from pathlib import Path

import numpy as np
import pytest
from written_checkpoints import counted, write_folder, write_tensors

from zoetrope.core.errors import InvalidRequest, Refused, WeightsError
from zoetrope.engine.checkpoints.cards import Card, Licence, cards, check_territory, memory_rows
from zoetrope.engine.checkpoints.identify import describe, describe_card
from zoetrope.engine.checkpoints.models_folder import Models, open_models

CONFIG = {"num_attention_heads": 2, "attention_head_dim": 3, "in_channels": 4, "num_layers": 1}
NETWORK: dict[str, np.ndarray] = {
    "patch_embedding.weight": counted(6, 4, 1, 2, 2),
    "blocks.0.self_attn.q.weight": counted(6, 6),
}
CARD = "wan2.1-t2v-1.3b"


@pytest.fixture
def models(tmp_path: Path) -> Models:
    write_folder(tmp_path / "models" / CARD, NETWORK, CONFIG)
    return Models(tmp_path / "models")


def test_a_card_that_was_pulled_is_described(models: Models):
    found = describe_card(CARD, models)
    assert (found.name, found.card, found.family) == (CARD, CARD, "wan")
    assert describe(models.folder / CARD, models) == found


def test_a_single_file_takes_the_other_parts_from_its_checkpoint(models: Models, tmp_path: Path):
    file = write_tensors(tmp_path / "mine.safetensors", NETWORK)
    found, base = describe(file, models), describe_card(CARD, models)
    assert (found.name, found.card) == ("mine.safetensors", CARD)
    assert found.part("network").files == (file,)
    assert found.part("network").layout == "single"
    assert found.part("text") == base.part("text")
    assert found.identity != base.identity


def test_of_two_checkpoints_of_one_shape_the_file_s_name_decides(models: Models, tmp_path: Path):
    write_folder(models.folder / "wan2.2-t2v-a14b", NETWORK, CONFIG)
    with pytest.raises(WeightsError, match=r"mine\.safetensors may be of wan2\.1-t2v-1\.3b or wan2\.2-t2v-a14b"):
        describe(write_tensors(tmp_path / "mine.safetensors", NETWORK), models)
    for name, card in (("Wan2.2_T2V_low_noise_14B", "wan2.2-t2v-a14b"), ("wan21-mine", CARD)):
        assert describe(write_tensors(tmp_path / f"{name}.safetensors", NETWORK), models).card == card


def test_every_card_has_a_licence_and_a_place():
    for card in cards().values():
        assert card.licence.name, card.name
        assert card.licence.url.startswith("https://"), card.name
        assert card.places("huggingface"), card.name
        assert card.tasks, card.name


def test_memory_is_told_of_cards_from_small_to_large():
    for name, rows in memory_rows().items():
        assert name in cards()
        assert list(rows) == sorted(rows), name
        assert all("peak" in said for said in rows.values()), name


@pytest.mark.parametrize(("here", "holds"), [(None, True), ("US", True), ("DE", False), ("gb", False), ("EU", False)])
def test_a_licence_holds_where_it_says(here: str | None, holds: bool):
    card = Card("somewhere", "wan", "", (), (), Licence("Example Licence", "https://example.org", ("EU", "GB")))
    if holds:
        return check_territory(card, here)
    with pytest.raises(Refused, match="somewhere is under the Example Licence, which does not hold in"):
        check_territory(card, here)


def test_what_is_no_checkpoint_is_refused_in_one_sentence(models: Models, tmp_path: Path):
    (tmp_path / "w.ckpt").write_bytes(b"\x80\x04.")
    (tmp_path / "w.txt").write_text("no")
    write_tensors(tmp_path / "other.safetensors", {"x": counted(1)})
    write_tensors(tmp_path / "wide.safetensors", NETWORK | {"patch_embedding.weight": counted(7, 4, 1, 2, 2)})
    for name, said in (
        ("w.ckpt", "is a pickle"),
        ("w.txt", "is no checkpoint"),
        ("none.gguf", "is missing"),
        ("other.safetensors", "holds no network that is known"),
        ("wide.safetensors", "which no card has"),
    ):
        with pytest.raises(WeightsError, match=said) as error:
            describe(tmp_path / name, models)
        assert name in str(error.value)


def test_a_card_that_is_not_here_names_its_command(models: Models):
    with pytest.raises(WeightsError, match=r"zoetrope models pull wan2\.2-ti2v-5b"):
        describe_card("wan2.2-ti2v-5b", models)
    with pytest.raises(InvalidRequest, match="there is no checkpoint 'wan9'"):
        describe_card("wan9", models)


def test_settings_come_from_the_environment(tmp_path: Path):
    said = {"ZOETROPE_MODELS": str(tmp_path), "ZOETROPE_TERRITORY": "DE", "ZOETROPE_MODEL_SOURCE": "modelscope"}
    assert open_models(said) == Models(tmp_path, "DE", "modelscope")
    assert open_models({"ZOETROPE_HOME": "/home/me"}).folder == Path("/home/me/models")
    with pytest.raises(InvalidRequest, match="ZOETROPE_MODEL_SOURCE was 'elsewhere'"):
        open_models({"ZOETROPE_MODEL_SOURCE": "elsewhere"})
