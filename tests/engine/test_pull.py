"""Pulls against a hub on the loopback address: whole, resumed, refused. Needs no torch."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from small_hub import SmallHub, read_files, serve

from zoetrope.core.errors import Cancelled, Refused, WeightsError
from zoetrope.engine.checkpoints.cards import Card, Licence, Place
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.pull import NOTE, Fetched, pull

REPOSITORY = "somebody/tiny"
CARD = Card(
    "tiny",
    "wan",
    "a tiny checkpoint",
    ("text",),
    (Place("huggingface", REPOSITORY, "main"), Place("modelscope", REPOSITORY, "master")),
    Licence("Example Licence", "https://example.org", ("EU",)),
)
SHARD = "transformer/diffusion_pytorch_model-00001-of-00002.safetensors"
UNWANTED = {
    "README.md": b"hello",
    "vae/diffusion_pytorch_model.bin": b"\x80\x04.",
    "vae/diffusion_pytorch_model.fp16.safetensors": b"half",
    "whole.safetensors": b"all in one",
    "text_encoder_3/model.safetensors": b"no part",
}


def never(seconds: float) -> None:
    """Waiting takes no time here."""


@pytest.fixture
def hub(files: dict[str, bytes]) -> Iterator[SmallHub]:
    with serve(SmallHub(REPOSITORY, files | UNWANTED)) as running:
        yield running


@pytest.mark.parametrize("source", ["huggingface", "modelscope"])
def test_a_pull_brings_what_is_used_and_nothing_else(hub: SmallHub, models: Models, files: dict, source: str):
    heard: list[Fetched] = []
    folder = pull(CARD, replace(models, source=source), heard.append, wait=never)
    brought = read_files(folder)
    note = json.loads(brought.pop(NOTE))
    assert brought == files
    assert note["sha256"] == {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    assert heard[-1].done == heard[-1].total == sum(map(len, files.values()))
    assert [path.name for path in models.folder.iterdir()] == ["tiny"]
    assert describe_folder(folder).family == "wan"


def test_what_is_here_is_not_asked_for_again(hub: SmallHub, models: Models):
    pull(CARD, models, wait=never)
    hub.asked.clear()
    assert pull(CARD, models, wait=never) == models.folder / "tiny"
    assert hub.asked == []


def test_a_cut_connection_is_taken_up_where_it_was_cut(hub: SmallHub, models: Models, files: dict):
    hub.cuts[SHARD] = [20, 30]
    pull(CARD, models, wait=never)
    assert [asked[1] for asked in hub.asked if asked[0] == SHARD] == [None, "bytes=20-", "bytes=50-"]
    assert (models.folder / "tiny" / SHARD).read_bytes() == files[SHARD]


def test_an_interrupted_pull_goes_on(hub: SmallHub, models: Models, files: dict):
    stop = threading.Event()
    hub.cuts[SHARD] = [20]
    with pytest.raises(Cancelled, match="what is there stays"):
        pull(CARD, models, lambda news: stop.set() if news.path == SHARD else None, stop, never)
    assert (models.folder / "tiny.part" / f"{SHARD}.part").stat().st_size == 20
    done = {asked[0] for asked in hub.asked if asked[0].endswith(".safetensors")} - {SHARD}
    hub.asked.clear()
    pull(CARD, models, wait=never)
    again = [asked for asked in hub.asked if asked[0].endswith(".safetensors")]
    assert (SHARD, "bytes=20-", None) in again
    assert not done & {asked[0] for asked in again}
    assert read_files(models.folder / "tiny").keys() - {NOTE} == files.keys()


def test_a_hub_without_ranges_is_read_from_the_beginning(hub: SmallHub, models: Models, files: dict):
    hub.ranges, hub.cuts[SHARD] = False, [20]
    pull(CARD, models, wait=never)
    assert (models.folder / "tiny" / SHARD).read_bytes() == files[SHARD]


def test_what_passes_is_waited_for(hub: SmallHub, models: Models):
    hub.statuses[SHARD] = [503, 429]
    waited: list[float] = []
    pull(CARD, models, wait=waited.append)
    assert len(waited) == 2


@pytest.mark.parametrize("path", [SHARD, "vae/config.json"])
def test_a_wrong_hash_is_thrown_away_and_said(hub: SmallHub, models: Models, path: str):
    hub.lies[path] = hub.files[path][:-1] + b"!"
    with pytest.raises(WeightsError, match=f"{path} was thrown away: its hash is") as error:
        pull(CARD, models, wait=never)
    assert "promised" in str(error.value)
    assert not list((models.folder / "tiny.part").glob(f"{path}*"))
    hub.lies.clear()
    assert pull(CARD, models, wait=never).is_dir()


def test_a_beginning_that_belongs_to_another_file_is_found_out(hub: SmallHub, models: Models):
    part = models.folder / "tiny.part" / f"{SHARD}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 10)
    with pytest.raises(WeightsError, match="thrown away"):
        pull(CARD, models, wait=never)
    assert pull(CARD, models, wait=never).is_dir()


def test_space_is_looked_at_first(hub: SmallHub, models: Models):
    hub.sizes[SHARD] = 10**18
    with pytest.raises(WeightsError, match=r"tiny needs 1000000000\.0 GB more, and .* are free on .*models"):
        pull(CARD, models, wait=never)
    assert [asked[0] for asked in hub.asked] == ["model_index.json"]


def test_a_connection_that_stays_cut_is_given_up_with_what_is_there(hub: SmallHub, models: Models):
    hub.cuts[SHARD] = [20, *[0] * 50]
    with pytest.raises(WeightsError, match=r"stopped at 20 of \d+ bytes .*; the same pull goes on from there"):
        pull(CARD, models, wait=never)
    assert not (models.folder / "tiny").exists()


def _list_outside(hub: SmallHub) -> None:
    hub.files["../../evil.json"] = b"{}"


def _only_pickles(hub: SmallHub) -> None:
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    del hub.files["vae/diffusion_pytorch_model.fp16.safetensors"]


def _no_index(hub: SmallHub) -> None:
    del hub.files["model_index.json"]


def _gated(hub: SmallHub) -> None:
    hub.statuses[SHARD] = [403]


def _lost_shard(hub: SmallHub) -> None:
    del hub.files[SHARD]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_list_outside, "which is no place inside a folder"),
        (_only_pickles, "vae has its weights as pickles alone"),
        (_no_index, "somebody/tiny holds no model_index.json"),
        (_gated, r"does not hand out .*00001-of-00002.* \(HTTP 403\); accept its licence"),
        (_lost_shard, r"00001-of-00002\.safetensors is missing"),
    ],
)
def test_what_cannot_be_pulled_is_said_in_one_sentence(hub: SmallHub, models: Models, harm, said: str):
    hub.files = dict(hub.files)
    harm(hub)
    with pytest.raises(WeightsError, match=said):
        pull(CARD, models, wait=never)
    assert not (models.folder / "tiny").exists()
    assert not list(models.folder.parent.rglob("evil*"))


def test_a_hub_that_is_not_there_or_has_it_not(hub: SmallHub, models: Models):
    nowhere = replace(CARD, repositories=(Place("huggingface", "somebody/else", "main"),))
    with pytest.raises(WeightsError, match=r"has no somebody/else \(HTTP 404\)"):
        pull(nowhere, models, wait=never)
    with pytest.raises(WeightsError, match="set ZOETROPE_MODEL_SOURCE=huggingface"):
        pull(nowhere, replace(models, source="modelscope"), wait=never)
    with pytest.raises(WeightsError, match=r"cannot be listed at http://127\.0\.0\.1:9 "):
        pull(CARD, replace(models, endpoint="http://127.0.0.1:9"), wait=never)


def test_a_licence_that_excludes_the_territory_is_refused_before_anything_is_asked(hub: SmallHub, models: Models):
    with pytest.raises(Refused, match="tiny is under the Example Licence, which does not hold in FR"):
        pull(CARD, replace(models, territory="FR"), wait=never)
    assert hub.asked == []
    assert not models.folder.exists()


def test_a_token_goes_to_the_hub_alone(hub: SmallHub, models: Models, files: dict):
    with serve(SmallHub(REPOSITORY, hub.files)) as other:
        pull(CARD, replace(models, endpoint=other.address, token="secret"), wait=never)
        assert {asked[2] for asked in other.asked} == {"Bearer secret"}


def test_an_addition_lies_among_the_parts(hub: SmallHub, models: Models):
    hub.files = hub.files | {"latent_upsampler/config.json": b'{"_class_name": "LTXLatentUpsamplerModel"}'}
    hub.files["latent_upsampler/diffusion_pytorch_model.safetensors"] = hub.files[SHARD]
    extra = (Place("huggingface", REPOSITORY, "main", "latent_upsampler"),)
    folder = pull(replace(CARD, additions=extra), models, wait=never)
    assert describe_folder(folder).part("upsampler").kind == "LTXLatentUpsamplerModel"


def test_two_pulls_of_one_checkpoint_do_not_meet(hub: SmallHub, models: Models):
    def second(news: Fetched) -> None:
        with pytest.raises(WeightsError, match="is being filled by another pull"):
            pull(CARD, models, wait=never)

    pull(CARD, models, second, wait=never)
