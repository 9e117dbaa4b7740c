"""References, sounds and clips that are given from files: fitted to the shot, or refused naming both sides."""

import json

import numpy as np
import pytest
from PIL import Image

from zoetrope.core.conditions import Control, Keyframe, Reference, ReferenceSound, Restyle, Soundtrack
from zoetrope.core.motion import CameraPath
from zoetrope.media.writers import open_writer

ASK = ("bright @hero", "--seconds", "1", "--shows", "nobody")


@pytest.fixture
def files(tmp_path, clip):
    for name in ("a", "b"):
        Image.new("RGB", (30, 20), "red").save(tmp_path / f"{name}.png")
    clip("short.mov", 0.5)
    clip("whole.mov", 1.5, (96, 64), 24)
    for name, seconds in (("short", 0.4), ("long", 1.6)):
        with open_writer(tmp_path / f"{name}.wav", size=(2, 2)) as writer:
            writer.write_sound(np.full((2, round(seconds * 24_000)), 0.25, np.float32))
    return tmp_path


def test_a_reference_is_a_picture_or_two_frames_of_a_clip(make, files):
    request, said = make(
        "generate", *ASK, "--reference", f"hero={files}/a.png", "--reference", f"hero={files}/whole.mov"
    )
    assert [(type(each), each.name) for each in request.conditions] == [(Reference, "hero")] * 3
    assert [each.picture.shape for each in request.conditions] == [(20, 30, 3), (64, 96, 3), (64, 96, 3)]
    assert request.conditions[1].picture.mean() < request.conditions[2].picture.mean()
    assert f"--reference hero={files}/a.png --reference hero={files}/whole.mov" in said


def test_a_reference_may_be_a_sound(make, files):
    request, said = make(
        "generate", *ASK, "--reference", f"hero={files}/a.png", "--reference", f"hero={files}/short.wav"
    )
    assert [type(each) for each in request.conditions] == [Reference, ReferenceSound]
    assert request.conditions[1].sound.shape == (2, 9_600)
    assert f"--reference hero={files}/short.wav" in said


def test_a_voice_is_followed_by_silence(make, files):
    request, _ = make("generate", "bright", "--seconds", "1", "--sound", files / "short.wav")
    (track,) = request.conditions
    assert isinstance(track, Soundtrack)
    assert track.sound.shape == (2, 24_000)
    assert track.sound[:, :9_600] == pytest.approx(0.25, abs=0.01)
    assert not track.sound[:, 9_600:].any()


def test_a_clip_that_leads_is_fitted_to_the_shot(make, files):
    asked = ("--seconds", "1", "--shows", "nobody")
    request, _ = make("generate", "bright", *asked, "--control", f"depth={files}/whole.mov")
    (control,) = request.conditions
    assert (type(control), control.kind, control.frames.shape) == (Control, "depth", (12, 32, 48, 3))
    request, _ = make("generate", "bright", *asked, "--restyle", files / "whole.mov", "--strength", "0.5")
    (restyle,) = request.conditions
    assert (type(restyle), restyle.strength, len(restyle.frames)) == (Restyle, 0.5, 12)
    assert restyle.sound is not None
    assert restyle.sound.shape == (2, 24_000)


def test_a_shot_is_as_long_as_the_clip_that_it_is_made_out_of(make, files):
    request, _ = make("generate", "bright", "--shows", "nobody", "--restyle", files / "whole.mov")
    assert request.seconds == 1.5
    again, _ = make(
        *("generate", "bright", "--shows", "nobody", "--restyle", files / "whole.mov"),
        *("--sound", files / "short.wav", "--seconds", "1"),
    )
    restyle = next(each for each in again.conditions if isinstance(each, Restyle))
    assert restyle.sound is None  # another sound is given


def test_credentials_name_each_file_whatever_else_directs_the_shot(make, files):
    request, _ = make(
        *("generate", "bright", "--seconds", "1", "--shows", "nobody"),
        *("--camera", "push 0.3", "--image", f"{files}/a.png@0.5s", "--image", f"{files}/b.png@last"),
    )
    assert [type(each) for each in request.conditions] == [Keyframe, Keyframe, CameraPath]
    from c2pa import Reader

    with Reader(files / "made.mp4") as reader:
        told = json.loads(reader.json())
    named = [each["title"] for each in told["manifests"][told["active_manifest"]]["ingredients"]]
    assert named == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--image", "a.png@0", "--image", "b.png@first"), "two keyframes were set at the start"),
        (("--image", "a.png@9"), "set at 9 s, but the shot ends at 1 s"),
        (("--reference", "a.png"), "hero=hero.png"),
        (("--reference", "hero=none.png"), "no such file"),
        (("--reference", "hero=a.png", "--reference", "villain=b.png"), "does not name it"),
        (("--reference", "hero=a.png") * 13, "up to 12"),
        (("--reference", "hero=a.png", "--reference", "hero=whole.mov") * 6, "up to 12"),
        (("--reference", "villain=a.png"), "no reference has that name"),
        (("--sound", "long.wav"), "lasts 1.6 s, but the shot 1 s"),
        (("--sound", "a.png"), "a.png"),
        (("--control", "depth=short.mov"), "lasts 0.5 s, but the shot 1 s"),
        (("--control", "whole.mov"), "depth=layout.mp4"),
        (("--control", "face=whole.mov"), "crop it to a square around the face"),
        (("--restyle", "short.mov"), "lasts 0.5 s, but the shot 1 s"),
        (("--strength", "0.5"), "without --restyle"),
    ],
)
def test_files_that_do_not_fit(arguments, says, refuse, files, monkeypatch):
    monkeypatch.chdir(files)
    prompt = ASK if "--reference" in arguments else ("bright", *ASK[1:])
    assert says in refuse("generate", *prompt, *arguments)


def test_a_name_that_no_reference_has(refuse):
    assert "names @hero" in refuse("generate", *ASK)
