"""Request files: every mode of the documents can be asked so, and what cannot is refused before anything is made."""

import json
import re
import shlex
from pathlib import Path

import pytest

import zoetrope
from zoetrope.cli.app import run
from zoetrope.cli.request import MAKING, verbs
from zoetrope.cli.request_files import ask
from zoetrope.core.errors import InvalidRequest
from zoetrope.media.readers import read_clip

ROOT = Path(__file__).parent.parent.parent
LINES = re.findall(r"\| `zoetrope (.+?)` \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
TYPED = [words for words in map(shlex.split, LINES) if words[0] in MAKING]
SHOT = {"prompt": "bright things", "seconds": 1, "size": "48x32", "checkpoint": "directed", "seed": 7}


def parsed(verb, words):
    return verbs()[verb].make_context(verb, list(words)).params


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_what_the_documents_type_can_be_asked_in_a_file(words):
    verb, *rest = words
    values = parsed(verb, rest)
    request = {key: written(value) for key, value in values.items() if value not in (None, (), [])}
    (asked,) = ask([{"make": verb, **request}], verbs(), "here")
    assert parsed(asked.words[0], asked.words[1:]) == values


def written(value):
    """A value as it stands in a file."""
    if isinstance(value, list | tuple):
        return [written(each) for each in value]
    return value if isinstance(value, bool | int | float) else str(value)


def test_the_shots_of_a_file_are_made_in_order_and_one_may_go_on_from_another(directed, tmp_path, capsys):
    first = {**SHOT, "output": "first.mp4"}
    second = {**SHOT, "make": "retake", "clip": "first.mp4", "from": "0.5s", "to": "1s", "output": "second.mp4"}
    second = {key: value for key, value in second.items() if key not in ("seconds", "size")} | {"shows": "nobody"}
    file = tmp_path / "shots.yaml"
    file.write_text(json.dumps([first, second]))
    assert run(["request", str(file)]) == 0
    said = capsys.readouterr()
    assert [line.split(":")[0] for line in said.out.splitlines()] == [f"{tmp_path}/first.mp4", f"{tmp_path}/second.mp4"]
    assert f"2 of 2: {tmp_path}/second.mp4" in said.err
    before, after = (read_clip(tmp_path / name) for name in ("first.mp4", "second.mp4"))
    assert len(before.frames) == len(after.frames) == 12


def test_a_shot_that_fails_ends_the_row_and_leaves_those_before_it(directed, tmp_path, capsys):
    file = tmp_path / "shots.yaml"
    shots = [{**SHOT, "output": f"{name}.mp4"} for name in "abc"]
    shots[1]["seconds"] = 999
    file.write_text(json.dumps(shots))
    assert run(["request", str(file)]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("zoetrope: ")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.mp4", "shots.yaml"]


def test_python_asks_for_any_verb(directed, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = zoetrope.request({**SHOT, "output": Path("a.mp4")})
    assert made == [tmp_path / "a.mp4"]
    assert made[0].exists()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("[]", "0 requests"),
        ("- 3", "request 1 of"),
        ("{prompt: a, out: b.mp4}", "generate has no out;"),
        ("{make: dance, output: b.mp4}", "make was 'dance'"),
        ("{prompt: a}", "names no output"),
        ("{prompt: a, output: b.mp4, seconds: {a: 1}}", "seconds was"),
        ("{prompt: a, output: b.mp4, seconds: [1, 2]}", "give one value"),
        ("{prompt: &a [*a], output: b.mp4}", "prompt was"),
        ("{prompt: a, output: b.mp4, image: [[a]]}", "image was"),
        ("{make: [extend], output: b.mp4}", "make was ['extend']"),
        ("{prompt: a, output: b.mp4, strict: 3}", "it is true or false"),
        ("{output: b.mp4}", "Missing argument"),
        ("{prompt: a, output: b.mp4, negative: no}", "put it in quotes"),
        ("{prompt: a, output: b.mp4, seed: x}", "a valid integer"),
        ("[{prompt: a, output: b.mp4}, {prompt: a, output: b.mp4}]", "as an earlier one does"),
        ("{prompt: [a", "is not valid YAML"),
    ],
)
def test_what_nobody_could_type_is_refused_before_anything_is_made(directed, tmp_path, capsys, content, part):
    file = tmp_path / "shots.yaml"
    file.write_text(content)
    assert run(["request", str(file)]) == 2
    said = capsys.readouterr()
    assert part in said.err
    assert said.err.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["shots.yaml"]


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert run(["request", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml: no such file" in capsys.readouterr().err


def test_check_makes_nothing(directed, tmp_path, capsys):
    file = tmp_path / "shots.yaml"
    file.write_text(json.dumps({**SHOT, "output": "a.mp4"}))
    assert run(["request", str(file), "--check"]) == 0
    assert "1 request" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == ["shots.yaml"]


def test_python_names_the_request_that_is_wrong():
    with pytest.raises(InvalidRequest, match="request 2 of those given"):
        zoetrope.request([{**SHOT, "output": "a.mp4"}, {"prompt": "b"}])


@pytest.mark.parametrize("wanted", [None, 5])
def test_python_gives_requests(wanted):
    with pytest.raises(InvalidRequest, match="the requests were"):
        zoetrope.request(wanted)


@pytest.mark.parametrize("kept", ["--keep", "--keep-latents"])
def test_a_shot_is_not_written_over_by_what_is_kept_of_it(kept, refuse, tmp_path):
    assert "given one name" in refuse("generate", "bright", "--seed", 1, kept, tmp_path / "made.mp4")


def test_a_shot_waits_for_every_file_that_it_goes_on_from():
    first = {"prompt": "a", "output": "a.mp4", "keep_latents": "a.latents"}
    second = {"prompt": "a", "output": "b.mp4", "from_draft": "a.latents@0.4"}
    before, after = ask([first, second], verbs(), "here")
    assert after.goes_on_from(before)
    assert not before.goes_on_from(after)
