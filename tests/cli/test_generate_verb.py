"""`zoetrope generate` on an engine double: what is written, what is said, and how it stops."""

import json
import shlex
import signal

import numpy as np
import pytest
import tiny_family
from PIL import Image

from zoetrope.cli.app import run
from zoetrope.engine import families
from zoetrope.media.readers import read_clip


class Interrupted(tiny_family.TinyLoaded):
    """Ctrl-C arrives while the second step is computed."""

    def branches(self, request, canvas):
        inner, calls = super().branches(request, canvas), []

        def velocities(canvas, sigma, names):
            calls.append(sigma)
            if len(calls) == 2:
                signal.raise_signal(signal.SIGINT)
            return inner(canvas, sigma, names)

        return velocities


class Interrupting(tiny_family.Tiny):
    def load(self, numerics):
        return Interrupted()


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    for name, family in (("TINY", tiny_family.Tiny()), ("INTERRUPTING", Interrupting())):
        monkeypatch.setattr(tiny_family, name, family, raising=False)
        monkeypatch.setitem(families.CHECKPOINTS, name.lower(), f"tiny_family:{name}")


def ask(output, *options, checkpoint="tiny"):
    return ["generate", "bright things", "-o", str(output), *options, "--checkpoint", checkpoint, "--size", "48x32"]


def generate(capsys, output, *options, checkpoint="tiny"):
    code = run(ask(output, "--seconds", "1", *options, checkpoint=checkpoint))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_file_is_written_and_one_line_says_where_it_is(tmp_path, capsys):
    code, out, err = generate(capsys, tmp_path / "a.mp4", "--seed", "7")
    assert code == 0
    assert out.count("\n") == 1
    assert out.startswith(f"{tmp_path / 'a.mp4'}: 1 s of 48x32, made in ")
    assert "seed 7" in out
    assert "note: tiny is tiny" in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_the_line_at_the_end_makes_the_same_file_again(tmp_path, capsys):
    first, second = tmp_path / "a.mp4", tmp_path / "b.mp4"
    _, out, _ = generate(capsys, first)
    words = shlex.split(out.split("Again: ")[1].replace(str(first), str(second)))
    assert words[0] == "zoetrope"
    assert run(words[1:]) == 0
    assert all_but_credentials(first) == all_but_credentials(second)


def all_but_credentials(path):
    """The boxes of an mp4 without that of the credentials, which tell the time and hold what a signature draws."""
    data, boxes = path.read_bytes(), []
    while data:
        length = int.from_bytes(data[:4], "big")
        boxes += [data[:length]] if data[4:8] != b"uuid" else []
        data = data[length:]
    assert {box[4:8] for box in boxes} >= {b"ftyp", b"moov", b"mdat"}
    return boxes


def test_quiet_says_nothing(tmp_path, capsys):
    assert generate(capsys, tmp_path / "a.mp4", "--quiet") == (0, "", "")


def test_json_tells_every_step_and_the_end(tmp_path, capsys):
    code, out, err = generate(capsys, tmp_path / "a.mp4", "--json", "--seed", "7")
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [event["step"] for event in events if event["event"] == "step"] == [1, 2, 3, 4]
    assert sum(event["count"] for event in events if event["event"] == "frames") == 12
    assert events[-1]["event"] == "finished"
    assert events[-1]["seed"] == 7
    assert events[-1]["path"] == str(tmp_path / "a.mp4")


def test_json_tells_a_refusal_too(tmp_path, capsys):
    code, out, err = generate(capsys, tmp_path / "a.mp4", "--json", "--steps", "0")
    assert code == 2
    assert json.loads(out)["event"] == "failed"
    assert "steps was 0" in err


def test_a_preview_without_a_terminal_is_a_file_that_is_gone_afterwards(tmp_path, capsys):
    code, _, err = generate(capsys, tmp_path / "a.mp4", "--preview")
    assert code == 0
    assert f"preview: {tmp_path / 'a.preview.png'}" in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_interrupt_stops_between_steps_and_leaves_nothing(tmp_path, capsys):
    code, out, err = generate(capsys, tmp_path / "a.mp4", checkpoint="interrupting")
    assert code == 130
    assert out == ""
    assert "before step 3" in err
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_png_is_a_still(tmp_path, capsys):
    assert run(ask(tmp_path / "a.png")) == 0
    assert "a still of 48x32" in capsys.readouterr().out
    with Image.open(tmp_path / "a.png") as still:
        assert still.size == (48, 32)


def test_pictures_are_fitted_and_given_at_their_time(tmp_path, capsys):
    Image.new("RGB", (300, 100), (255, 0, 0)).save(tmp_path / "red.png")
    code, out, _ = generate(capsys, tmp_path / "a.mp4", "--image", f"{tmp_path / 'red.png'}@0", "--image", "x@y@9")
    assert code == 2
    image = ("--image", f"{tmp_path / 'red.png'}@first")
    code, _, err = generate(capsys, tmp_path / "a.mp4", *image)
    assert code == 2
    assert "nobody has said whom it shows" in err
    code, out, _ = generate(capsys, tmp_path / "a.mp4", *image, "--shows", "nobody")
    assert code == 0
    assert "--image" in out
    first = read_clip(tmp_path / "a.mp4").frames[0]
    assert np.abs(first.mean((0, 1)) - (255, 0, 0)).max() < 12
