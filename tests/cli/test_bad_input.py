"""Every bad input is one sentence on standard error and exit code 2, with no traceback and nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from zoetrope.cli.app import run

PROMPT = "a red ball bounces on a meadow"


def refused(capsys, *arguments: str) -> str:
    """Run a command line that must be refused, and return the sentence."""
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("zoetrope: ")
    assert said.err.count("\n") == 1
    assert said.err.endswith((".\n", "?\n"))
    return said.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--size", "250x144"], "size was 250x144"),
        (["--size", "large"], "for instance 256x144"),
        (["--seconds", "9"], "seconds was 9"),
        (["--seconds", "long"], "must be a number"),
        (["--seconds", "-1"], "negative"),
        (["--seconds", "-1s"], "negative"),
        (["--seconds", "1e400"], "no more than"),
        (["--steps", "0"], "from 1 to"),
        (["--steps", "many"], "--steps"),
        (["--guidance", "99"], "from 0 to"),
        (["--seed", "-4"], "whole number"),
        (["--preset", "none-such"], "preset was 'none-such'"),
        (["--checkpoint", "none-such"], "checkpoint was 'none-such'"),
        (["--checkpoint", ""], "checkpoint is empty"),
        (["--checkpoint", __file__], "ends in .safetensors or .gguf"),
        (["--precision", ""], "precision was ''"),
        (["--memory", ""], "memory was ''"),
        (["--lora", ""], "an adapter was ''"),
        (["--from-draft", "none.draft"], "it is no file"),
        (["--agreement", "by letter"], "without --unlabelled-to"),
        (["--image", "none.png@0"], "no such file"),
        (["--image", "none.png@noon"], "first, last or seconds"),
        (["--image", "@2"], "names no file"),
        (["--keep", "shot.state"], "only under its own seed"),
        (["--colour"], "No such option"),
    ],
)
def test_bad_options(options, said, tmp_path, capsys):
    assert said in refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "a.mp4"), *options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("prompt", ["", "  ", "\0", "\u200b\n"])
def test_an_empty_prompt(prompt, tmp_path, capsys):
    assert "prompt is empty" in refused(capsys, "generate", prompt, "-o", str(tmp_path / "a.mp4"))


def test_a_truncated_picture(tmp_path, capsys):
    picture = tmp_path / "cut.png"
    Image.effect_noise((64, 64), 80).save(picture)
    picture.write_bytes(picture.read_bytes()[:1500])
    assert "cut.png" in refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "a.mp4"), "--image", str(picture))
    assert list(tmp_path.iterdir()) == [picture]


def test_a_place_that_cannot_be_written(tmp_path, capsys):
    assert "does not exist" in refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "none" / "a.mp4"))


@pytest.mark.parametrize("option", [("--keep",), ("--preset", "draft", "--keep-latents")])
def test_a_place_where_nothing_can_be_kept(option, tmp_path, capsys):
    kept = str(tmp_path / "none" / "kept")
    said = refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "a.mp4"), "--seed", "1", *option, kept)
    assert f"cannot write {kept}: the folder" in said
    assert list(tmp_path.iterdir()) == []


def test_a_picture_for_what_moves(tmp_path, capsys):
    assert "one picture" in refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "a.png"), "--seconds", "2")
    assert list(tmp_path.iterdir()) == []


def test_a_run_inside_a_file(tmp_path, capsys):
    (tmp_path / "file").write_text("no folder")
    assert "is a file" in refused(capsys, "train", "pocket", "--part", "reader", "--folder", str(tmp_path / "file"))


def test_an_unknown_ending(tmp_path, capsys):
    assert ".mp4" in refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "a.xyz"))


def test_a_still_without_picture(tmp_path, capsys):
    assert "a still has no sound" in refused(
        capsys, "generate", PROMPT, "-o", str(tmp_path / "a.wav"), "--seconds", "0"
    )


@pytest.mark.parametrize(("options", "said"), [(["-o", ""], "the output was ''"), (["--camera", ""], "no camera move")])
def test_a_stream_of_nothing(options, said, capsys):
    assert said in refused(capsys, "stream", PROMPT, *options)


def test_no_output(capsys):
    assert "--output" in refused(capsys, "generate", PROMPT)


@pytest.mark.parametrize(
    "line",
    [
        ("train", "wan", "--part", "network"),
        ("train", "pocket", "--part", "hat"),
        ("evaluate", "wan"),
        ("world", "object", "-o", "sheet.mp4"),
        ("dance",),
    ],
)
def test_other_verbs(line, capsys):
    refused(capsys, *line)


def test_a_name_that_is_no_text(tmp_path, capsys):
    named = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4")
    assert "is no text" in refused(capsys, "generate", PROMPT, "-o", named)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full")
def test_a_full_place_for_what_is_said():
    command = [sys.executable, "-m", "zoetrope.cli.main", "models"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 2
    assert done.stderr == "zoetrope: the system refused to go on: No space left on device.\n"


def test_no_arguments_show_the_verbs(capsys):
    assert run([]) == 0
    assert "generate" in capsys.readouterr().out


def test_a_precision_that_pocket_does_not_take(tmp_path, capsys):
    said = refused(capsys, "generate", PROMPT, "-o", str(tmp_path / "a.mp4"), "--precision", "nf4")
    assert "nf4" in said
    assert "f32, bf16 or int8" in said
    assert list(tmp_path.iterdir()) == []
