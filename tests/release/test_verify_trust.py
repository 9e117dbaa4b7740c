"""Roots that an operator names are trusted: by setting, by flag, from their own chain. What is no root is refused."""

import json
import os
from datetime import UTC, datetime

import numpy as np
import pytest

from zoetrope.cli.app import run
from zoetrope.core.errors import InvalidRequest
from zoetrope.media.writers import open_writer
from zoetrope.release.credentials import Manifest, local_key, read_credentials, sign
from zoetrope.render.house import open_readers


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Another house: its folder, which holds its root, and a picture that it signed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    key, path = local_key(folder), folder / "a.png"
    with open_writer(path, size=(64, 64)) as writer:
        writer.write_frames(np.zeros((1, 64, 64, 3), np.uint8))
    sign(path, Manifest("a.png", "00000000000a", datetime(2026, 11, 21, tzinfo=UTC), "pocket", "1"), key)
    return folder


def root_of(elsewhere):
    return elsewhere / "credentials" / "root.pem"


def state(elsewhere, environment, roots=()):
    return read_credentials(elsewhere / "a.png", open_readers(environment, roots).anchors).state


def test_a_stranger_becomes_known_by_the_root_that_is_named(elsewhere, tmp_path):
    here = {"ZOETROPE_HOME": str(tmp_path)}
    assert state(elsewhere, here) == "valid"
    assert state(elsewhere, here, [root_of(elsewhere)]) == "trusted"
    local_key(tmp_path)
    named = os.pathsep.join([str(tmp_path / "credentials" / "root.pem"), str(root_of(elsewhere))])
    assert state(elsewhere, here | {"ZOETROPE_TRUSTED_ROOTS": named}) == "trusted"
    assert list(tmp_path.iterdir()) == [tmp_path / "credentials"]


def test_who_issued_the_operators_own_certificate_is_trusted_without_being_named(elsewhere, tmp_path):
    chain = tmp_path / "chain.pem"
    chain.write_text((elsewhere / "credentials" / "signing.pem").read_text() + root_of(elsewhere).read_text())
    here = {"ZOETROPE_HOME": str(tmp_path), "ZOETROPE_SIGNING_CERTIFICATE": str(chain)}
    assert state(elsewhere, here) == "trusted"
    chain.write_text("nonsense")
    assert state(elsewhere, here) == "valid"


def test_the_verb_takes_roots(elsewhere, capsys):
    line = ["verify", str(elsewhere / "a.png"), "--json"]
    assert run(line) == 0
    assert json.loads(capsys.readouterr().out)["credentials"]["state"] == "valid"
    assert run([*line, "--trust", str(root_of(elsewhere))]) == 0
    assert json.loads(capsys.readouterr().out)["credentials"]["state"] == "trusted"


def test_what_is_no_root_is_one_clear_sentence(elsewhere, tmp_path, capsys):
    (tmp_path / "words.pem").write_text("words")
    for file, said in (
        (tmp_path / "none.pem", "cannot be read"),
        (tmp_path / "words.pem", "no certificates"),
        (elsewhere / "credentials" / "signing.pem", "issues no others|no certificates"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            open_readers({"ZOETROPE_HOME": str(tmp_path)}, [file])
    assert run(["verify", str(elsewhere / "a.png"), "--trust", str(tmp_path / "none.pem")]) == 2
    assert "cannot be read" in capsys.readouterr().err
