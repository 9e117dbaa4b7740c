"""One pull is of one commit: pinned when it begins, kept to when it goes on, and said. Against a small hub."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from small_hub import SmallHub, serve
from test_pull import CARD, REPOSITORY, SHARD, never

from zoetrope.core.errors import InvalidRequest, WeightsError
from zoetrope.engine.checkpoints.cards import Place
from zoetrope.engine.checkpoints.models_folder import Models
from zoetrope.engine.checkpoints.pull import pull
from zoetrope.engine.checkpoints.revisions import NOTE, pulled

OLD, NEW = "a" * 40, "c" * 40
FAILS = [20, *[0] * 6]  # a connection that is cut and stays cut


@pytest.fixture
def hub(files: dict[str, bytes]) -> Iterator[SmallHub]:
    with serve(SmallHub(REPOSITORY, dict(files))) as running:
        yield running


def begun(hub: SmallHub, models: Models, **more) -> None:
    hub.cuts[SHARD] = list(FAILS)
    with pytest.raises(WeightsError, match="goes on from there"):
        pull(CARD, models, wait=never, **more)
    hub.cuts.clear()


@pytest.mark.parametrize(
    ("source", "branch", "commit"), [("huggingface", "main", OLD), ("modelscope", "master", "b" * 40)]
)
def test_the_commit_of_a_branch_is_recorded(hub, models, source, branch, commit):
    folder = pull(CARD, replace(models, source=source), wait=never)
    (found,) = pulled(folder)
    assert (found.name, found.asked, found.revision) == (REPOSITORY, branch, commit)
    assert json.loads((folder / NOTE).read_text())["source"] == source
    assert not list(folder.glob(".*"))


def test_a_pull_goes_on_with_the_commit_that_it_began_with(hub, models):
    begun(hub, models)
    hub.commits["main"] = NEW
    hub.commits["old"] = OLD
    (found,) = pulled(pull(CARD, models, wait=never))
    assert found.revision == OLD


def test_another_revision_is_refused_while_one_is_begun(hub, models):
    begun(hub, models)
    hub.commits |= {"v2": NEW, "v1": OLD}
    with pytest.raises(WeightsError, match=f"was begun with {REPOSITORY} at commit {OLD}, then main, and .* {NEW}"):
        pull(CARD, models, wait=never, revision="v2")
    assert pulled(pull(CARD, models, wait=never, revision="v1"))[0].revision == OLD


@pytest.mark.parametrize("asked", ["v2", NEW])
def test_a_revision_may_be_chosen(hub, models, asked):
    hub.commits["v2"] = NEW
    (found,) = pulled(pull(CARD, models, wait=never, revision=asked))
    assert (found.asked, found.revision) == (asked, NEW)
    for same in (asked, NEW[:7], None):
        assert pull(CARD, models, wait=never, revision=same) == models.folder / CARD.name
    with pytest.raises(InvalidRequest, match=f"is here as {REPOSITORY} at commit {NEW}.*remove tiny` first"):
        pull(CARD, models, wait=never, revision="main")


def test_a_revision_that_the_hub_does_not_have_is_named(hub, models):
    with pytest.raises(WeightsError, match=f"has no {REPOSITORY} at v9 "):
        pull(CARD, models, wait=never, revision="v9")
    assert not (models.folder / "tiny").exists()


def test_a_card_that_names_a_commit_asks_for_no_branch(hub, models):
    hub.commits = {"somewhere": NEW}
    card = replace(CARD, repositories=(Place("huggingface", REPOSITORY, NEW),))
    assert pulled(pull(card, models, wait=never))[0].revision == NEW


def test_where_no_commit_is_told_the_listing_must_stay(hub, models, files):
    models = replace(models, source="modelscope")
    hub.commits = {"master": ""}
    begun(hub, models)
    hub.files["vae/config.json"] = files["vae/config.json"] + b" "
    with pytest.raises(WeightsError, match="tiny has changed on its hub since this pull began"):
        pull(CARD, models, wait=never)
    hub.files = dict(files)
    (found,) = pulled(pull(CARD, models, wait=never))
    assert found.revision == "master"
    assert found.told.endswith("at master, whose commit the hub did not tell")
