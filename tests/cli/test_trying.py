"""Cheap tries by `zoetrope generate`: a kept draft, its final, a relative of a seed, and what is refused."""

import shlex

import pytest
import tiny_family
import typer

from zoetrope.cli.app import app, run
from zoetrope.engine import families
from zoetrope.media.readers import read_clip


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(tiny_family, "TINY", tiny_family.Tiny(), raising=False)
    monkeypatch.setitem(families.CHECKPOINTS, "tiny", "tiny_family:TINY")


@pytest.fixture
def generate(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def generated(*words, prompt="bright things"):
        code = run(["generate", prompt, "--checkpoint", "tiny", "--size", "48x32", "--seconds", "1", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return generated


def test_a_kept_draft_is_finished_under_its_own_seed(generate, tmp_path):
    code, _, err = generate(
        "-o", "draft.mp4", "--preset", "draft", "--seed", "7", "--keep-latents", "draft.safetensors"
    )
    assert code == 0
    assert "--from-draft draft.safetensors" in err
    code, out, _ = generate("-o", "final.mp4", "--from-draft", "draft.safetensors@0.2")
    assert code == 0
    assert "seed 7" in out
    words = shlex.split(out.split("Again: ")[1].replace("final.mp4", "again.mp4"))
    assert "draft.safetensors@0.2" in words
    assert run(words[1:]) == 0
    assert (read_clip(tmp_path / "final.mp4").frames == read_clip(tmp_path / "again.mp4").frames).all()


def test_what_cannot_be_is_said_in_a_sentence_and_leaves_nothing(generate, tmp_path):
    generate("-o", "draft.mp4", "--preset", "draft", "--seed", "7", "--keep-latents", "kept")
    there = sorted(tmp_path.iterdir())
    for words, said in (
        (["--from-draft", "kept", "--seed", "8"], "of seed 7, but its final of seed 8"),
        (["--from-draft", "draft.mp4"], "holds no draft"),
        (["--from-draft", "kept@2"], "strength of finishing was 2.0"),
        (["--keep-latents", "nowhere/kept"], "the folder nowhere does not exist"),
        (["--best-of", "3"], "cannot tell early"),
        (["--best-of", "0"], "best of was 0"),
        (["--variation", "0.2"], "not of which shot"),
        (["--seed", "1", "--variation", "much"], "--variation was 'much'"),
    ):
        code, out, err = generate("-o", "made.mp4", *words)
        assert (code, out) == (2, "")
        assert said in err
        assert sorted(tmp_path.iterdir()) == there


@pytest.mark.parametrize("verb", ["generate", "extend", "bridge", "retake", "edit", "foley"])
def test_every_verb_that_makes_a_shot_takes_them(verb):
    command = typer.main.get_command(app).commands[verb]  # pyright: ignore[reportAttributeAccessIssue]
    options = {name for each in command.params for name in each.opts}
    assert {"--best-of", "--keep"} <= options


def test_the_line_at_the_end_tells_the_drawn_variation(generate, tmp_path):
    code, out, _ = generate("-o", "one.mp4", "--seed", "7", "--variation", "0.25")
    assert code == 0
    words = shlex.split(out.split("Again: ")[1].replace("one.mp4", "two.mp4"))
    assert words[words.index("--variation") + 1].startswith("0.25@")
    assert run(words[1:]) == 0
    assert (read_clip(tmp_path / "one.mp4").frames == read_clip(tmp_path / "two.mp4").frames).all()
