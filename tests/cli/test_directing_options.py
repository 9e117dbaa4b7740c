"""Paths, camera and several prompts from the command line: what they stand for, and what is refused."""

import json
import shlex
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from zoetrope.core.motion import CameraMove, CameraPath, Cue, Hold, Stroke

POINTS = [[0, 0.1, 0.8], [0.5, 0.9, 0.2]]


def write(folder, content, name="stroke.json"):
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


@pytest.mark.parametrize(
    "content", [POINTS, {"strokes": [{"points": POINTS}]}, {"strokes": [{"thing": 1, "points": POINTS}]}]
)
def test_strokes_are_read_in_each_way_they_are_written(content, make, tmp_path):
    request, _ = make("generate", "bright", "--seconds", "1", "--stroke", write(tmp_path, content))
    assert request.conditions == (Stroke(tuple(map(tuple, POINTS))),)


def test_a_stroke_file_may_name_what_is_held_still(make, tmp_path):
    mask = np.zeros((32, 48), np.uint8)
    mask[:, 24:] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    file = write(tmp_path, {"hold": "mask.png", "strokes": [{"thing": 2, "points": POINTS}]})
    request, _ = make("generate", "bright", "--seconds", "1", "--stroke", file)
    stroke, hold = request.conditions
    assert stroke.thing == 2
    assert isinstance(hold, Hold)
    assert np.array_equal(hold.mask, mask == 255)


def test_a_camera_is_moves_or_poses(make, tmp_path):
    request, _ = make("generate", "bright", "--seconds", "1", "--camera", "push 0.3, pan left 0.2")
    assert request.conditions == (CameraPath((CameraMove("push", 0.3), CameraMove("pan left", 0.2))),)
    poses = [[0.01 * number, 0, 1, 0] for number in range(12)]
    request, _ = make("generate", "bright", "--seconds", "1", "--camera", write(tmp_path, poses))
    assert request.conditions == (CameraPath(poses=tuple(map(tuple, poses))),)


def test_prompts_take_their_turns_and_are_typed_again(make):
    request, said = make("generate", "--at", "0s", "bright", "--at", "0.5", "dark", "--seconds", "1s", "--seed", "3")
    assert request.prompt == "bright"
    assert request.conditions == (Cue(Fraction(1, 2), "dark"),)
    words = shlex.split(said.split("Again: ")[1])
    assert words[1:8] == ["generate", "--at", "0s", "bright", "--at", "0.5", "dark"]
    again, _ = make("generate", *words[2 : words.index("-o")], "--seed", "3")
    assert again == request


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"strokes": [', "line 1, column"),
        ("[[0, 0.1", "is no JSON"),
        ("[" * 5000, "is no JSON"),
        ({"strokes": []}, "holds no strokes"),
        ({"paths": []}, "holds no strokes"),
        ({"strokes": [[0, 1]]}, "has no points"),
        ([[0, 0.1]], "[seconds, x, y]"),
        ("[[0, NaN, 0.1]]", "[seconds, x, y]"),
        ([[0, 1.5, 0.5]], "lies outside the frame"),
        ([[5, 0.5, 0.5]], "the shot ends at 1 s"),
        ({"hold": 3, "strokes": []}, "name of a file"),
    ],
)
def test_stroke_files_that_make_no_sense(content, says, refuse, tmp_path):
    assert says in refuse("generate", "bright", "--seconds", "1", "--stroke", write(tmp_path, content))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("bright", "--camera", "fly 0.3"), "'fly'"),
        (("bright", "--camera", "poses.json"), "holds no camera poses"),
        (("bright", "--camera", "short.json"), "1 poses of the camera were given"),
        (("bright", "--camera", "none.json"), "no such file"),
        (("bright", "--stroke", "none.json"), "no such file"),
        (("bright", "--hold", "small.png"), "is 20x20, but the picture is 48x32"),
        (("bright", "dark"), "no --at"),
        (("--at", "0s", "bright", "dark"), "2 prompts and 1 times --at"),
        (("--at", "0.5s", "bright"), "begins at 0s"),
        (("--at", "0s", "bright", "--at", "soon", "dark"), "such as 2.5s"),
        (("--at", "0s", "bright", "--at", "2s", "dark"), "ends at 1 s"),
        (("--at", "0s", "bright", "--at", "0s", "dark"), "0 s"),
    ],
)
def test_directions_that_make_no_sense(arguments, says, refuse, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, [[0, 0]], "poses.json")
    write(tmp_path, [[0, 0, 1, 0]], "short.json")
    Image.new("RGB", (20, 20), "white").save(tmp_path / "small.png")
    assert says in refuse("generate", *arguments, "--seconds", "1")
