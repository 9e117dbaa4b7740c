"""Files that a request names lie beside its own file, for every option, wherever the process stands."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zoetrope
from zoetrope.cli.app import run
from zoetrope.cli.paths import after_equals, beside, placing
from zoetrope.cli.request import verbs
from zoetrope.cli.request_files import ask
from zoetrope.core.motion import CameraPath, Hold
from zoetrope.media.readers import read_clip
from zoetrope.media.writers import open_writer

SHOT = {"prompt": "bright things", "seconds": 1, "size": "48x32", "checkpoint": "directed", "seed": 7}
GIVEN = {**SHOT, "shows": "nobody"}
ROW = [
    {
        **GIVEN,
        **{"prompt": "bright @hero", "image": ["a.png@first", "a.png@0.5s"], "reference": "hero=a.png"},
        **{"stroke": "stroke.json", "keep": "kept", "keep_latents": "latents", "preset": "draft", "output": "a.mp4"},
    },
    {**GIVEN, "control": "depth=in/clip.mov", "sound": "voice.wav", "camera": "poses.json", "output": "in/b.mp4"},
    {**GIVEN, "restyle": "in/clip.mov", "hold": "mask.png", "output": "c.mov"},
    {
        **{"make": "edit", "clip": "in/clip.mov", "mask": "mask.png", "prompt": "dark", "checkpoint": "directed"},
        **{"shows": "nobody", "output": "d.mp4"},
    },
    {**SHOT, "prompt": "bright @hero", "from_draft": "latents@0.5", "reference": "hero=a.png", "shows": "nobody"}
    | {"image": ["a.png@first", "a.png@0.5s"], "stroke": "stroke.json", "output": "e.mp4"},
]


@pytest.fixture
def film(tmp_path, clip):
    """A folder with everything that a shot can be given."""
    folder = tmp_path / "film"
    (folder / "in").mkdir(parents=True)
    clip("film/in/clip.mov")
    mask = np.zeros((32, 48), np.uint8)
    mask[:, 24:] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    Image.new("RGB", (48, 32), "red").save(folder / "a.png")
    poses = [[0.01 * number, 0, 1, 0] for number in range(12)]
    (folder / "poses.json").write_text(json.dumps(poses))
    stroke = {"points": [[0, 0.1, 0.8], [0.5, 0.9, 0.2]]}
    (folder / "stroke.json").write_text(json.dumps({"strokes": [stroke], "hold": "mask.png"}))
    with open_writer(folder / "voice.wav", size=(2, 2)) as writer:
        writer.write_sound(np.full((2, 12_000), 0.25, np.float32))
    return folder


def test_every_kind_of_file_is_found_and_made_beside_the_requests(directed, film, monkeypatch, capsys):
    away = film.parent / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    (film / "row.yaml").write_text(json.dumps(ROW))
    assert run(["request", "../film/row.yaml"]) == 0, capsys.readouterr().err
    assert list(away.iterdir()) == []
    made = {each.relative_to(film).as_posix() for each in film.rglob("*") if each.is_file()}
    assert {"a.mp4", "latents", "in/b.mp4", "c.mov", "d.mp4", "e.mp4"} < made
    given = [each for request in directed.asked for each in request.conditions]
    assert any(isinstance(each, Hold) for each in directed.asked[0].conditions)
    assert any(isinstance(each, CameraPath) and len(each.poses) == 12 for each in given)
    typed = capsys.readouterr().out.splitlines()[0].split("Again: ")[1]
    for name in ("../film/a.png@first", "hero=../film/a.png", "../film/stroke.json", "../film/a.mp4"):
        assert name in typed


def test_two_files_of_requests_are_made_at_once_in_two_threads(directed, tmp_path, monkeypatch):
    together, made, here = threading.Barrier(2, timeout=300), {}, Path.cwd()

    def check(family, request):
        together.wait()  # goes on only while both requests are under way
        return ()

    monkeypatch.setattr(type(directed), "check", check)

    def make(folder, level):
        folder.mkdir()
        Image.new("RGB", (48, 32), (level,) * 3).save(folder / "given.png")
        request = {**GIVEN, "image": ["given.png@first", "given.png@last"], "output": "made.mp4"}
        (folder / "shot.yaml").write_text(json.dumps(request))
        made[level] = zoetrope.request(folder / "shot.yaml")

    threads = [threading.Thread(target=make, args=(tmp_path / str(level), level)) for level in (40, 200)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert made == {level: [tmp_path / str(level) / "made.mp4"] for level in (40, 200)}
    dark, light = (read_clip(made[level][0]).frames[0] for level in (40, 200))
    assert light.mean() > dark.mean() + 50
    assert Path.cwd() == here


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_every_option_that_is_shown_to_take_a_file_is_placed(verb):
    files = {each.name for each in verbs()[verb].params if "FILE" in (each.metavar or "")}
    assert files <= set(placing(verbs()[verb].callback))
    assert "output" in placing(verbs()[verb].callback)


def test_weights_are_a_name_or_a_place(tmp_path):
    (tmp_path / "wan").mkdir()
    (tmp_path / "pocket").mkdir()

    def asked(checkpoint):
        (one,) = ask(
            [{**SHOT, "checkpoint": checkpoint, "lora": "s@0.5", "output": "a.mp4"}], verbs(), "", str(tmp_path)
        )
        words = one.words
        assert words[words.index("--lora") + 1] == f"{tmp_path}/s@0.5"
        return words[words.index("--checkpoint") + 1]

    assert asked("wan") == f"{tmp_path}/wan"
    assert asked("pocket") == "pocket"
    assert asked("./pocket") == f"{tmp_path}/./pocket"
    assert asked("wann") == "wann"


def test_whole_paths_and_the_user_s_folder_stay(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert beside("film", "a.png@first") == "film/a.png@first"
    assert beside("", "./a.png") == "./a.png"
    assert beside("film", "/tmp/a.png") == "/tmp/a.png"
    assert beside("film", "~/a.png") == "/home/somebody/a.png"
    assert after_equals("a=b", "hero=c.png") == "hero=a=b/c.png"
    assert after_equals("film", "c.png") == "c.png"
