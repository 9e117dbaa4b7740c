"""`zoetrope consent` from the text to the revocation, as an operator types it."""

import pytest

from zoetrope.cli.app import run


@pytest.fixture
def say(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ZOETROPE_HOME", str(tmp_path / "home"))

    def said(*words, code=0):
        assert run(["consent", *words]) == code
        out = capsys.readouterr()
        return out.out + out.err

    return said


def test_a_consent_is_registered_listed_and_revoked(say, tmp_path):
    version = say("text", "face").split()[1]
    proof = tmp_path / "release.pdf"
    proof.write_bytes(b"a signed release")
    made = say("add", "face", "Ada", "--evidence", str(proof), "--agreed", version, "--days", "30")
    likeness = made.split(":")[0]
    assert likeness in say("list")
    assert "Made before: nothing" in say("revoke", likeness, "--reason", "asked for it")
    assert "revoked" in say("list", "Ada")
    assert "granted" in say("trail", likeness)


def test_another_version_of_the_text_and_a_missing_file_are_one_sentence(say, tmp_path):
    proof = tmp_path / "release.pdf"
    proof.write_bytes(b"a signed release")
    assert "version" in say("add", "face", "Ada", "--evidence", str(proof), "--agreed", "0", code=2)
    assert "cannot" in say("add", "face", "Ada", "--evidence", str(tmp_path / "none"), "--agreed", "1", code=2)
    assert "no consent" in say("revoke", "lik-none", code=2)


def test_a_phrase_is_drawn_to_be_read_aloud(say):
    assert "reading it before" in say("phrase", "Ada")
