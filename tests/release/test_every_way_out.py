"""Every verb and public function that makes a media file leaves all layers in it that such a file can carry."""

import ast
from pathlib import Path

import numpy as np
import pytest
import tiny_family
from tiny_family import Wide

import zoetrope
from zoetrope.cli.app import run
from zoetrope.core.home import home_folder
from zoetrope.engine import families
from zoetrope.release.credentials import can_sign, read_credentials
from zoetrope.release.verify import verify
from zoetrope.render.house import open_house, open_readers
from zoetrope.render.likeness import Likenesses
from zoetrope.render.shoot import shoot_to
from zoetrope.render.terms import Terms, Watch

SOURCE = Path(zoetrope.__file__).parent
ENDINGS = ("mp4", "mov", "webm", "gif", "webp", "png", "wav")
SIZE = "256x144"
# Who else writes pictures or opens a writer, and why that is no way out for what a model made.
ALLOWED = {
    "media": "writes what it is handed; only the modules below hand it something",
    "release/door.py": "the door itself",
    "release/credentials_sign.py": "tries a key on a picture of one pixel in memory, and signs what the door wrote",
    "release/verify_picture.py": "draws the evidence about a file that is already out",
    "training": "progress pictures of a training run, for who trains, in the folder of the run",
    "evaluation": "keeps strips and tables where its caller hands it a way out; the verb hands it the door",
}
WRITERS = {"open_writer", "imwrite", "VideoWriter", "add_stream"}
STILL = {"fromarray", "save"}  # both in one module: pictures that are only handed to an encoder are not saved


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setattr(tiny_family, "WIDE", Wide(), raising=False)
    monkeypatch.setitem(families.CHECKPOINTS, "wide", "tiny_family:WIDE")


@pytest.fixture(scope="module")
def readers(home):
    return open_readers({"ZOETROPE_HOME": str(home)})


def holds_everything(path, readers):
    """Hold a file against what its kind can carry, and against the registry."""
    kind, report = path.suffix, verify(path, readers)
    expected = {
        "credentials": "answers" if can_sign(path) else "not possible",
        "metadata": "answers",
        "picture mark": "not possible" if kind == ".wav" else "answers",
        "sound mark": "answers" if kind in (".mp4", ".mov", ".webm", ".wav") else "not possible",
        "registry": "answers",
    }
    assert {layer.name: layer.state for layer in report.layers} == expected, path
    assert report.verdict == "intact"
    assert report.contradictions == ()
    if can_sign(path):
        assert read_credentials(path, readers.anchors).state == "trusted"
    if kind != ".wav":
        assert shows_label(report.looked.seen.frames[0]), path


def shows_label(frame):
    """Whether a corner holds white letters on a plate; the tiny family draws no such thing in its flat blocks."""
    height, width, _ = frame.shape
    corners = (
        frame[rows, columns] for rows in (slice(0, 24), slice(height - 24, height)) for columns in _halves(width)
    )
    return any((corner.min(-1) > 190).sum() > 40 and corner.std() > 30 for corner in corners)


def _halves(width):
    return slice(0, width // 2), slice(width // 2, width)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_verb_generate(tmp_path, home, ending):
    path = tmp_path / f"a.{ending}"
    line = [
        "generate",
        "dark things",
        "-o",
        str(path),
        "--checkpoint",
        "wide",
        "--size",
        SIZE,
        "--seed",
        "7",
        "--quiet",
    ]
    seconds = [] if ending == "png" else ["--seconds", "2"]
    assert run([*line, *seconds]) == 0
    holds_everything(path, open_readers({"ZOETROPE_HOME": str(home)}))
    beside = [path.with_suffix(".c2pa")] if ending == "webm" else []
    assert sorted(tmp_path.iterdir()) == sorted([path, *beside])


def test_the_python_function_and_its_save(tmp_path, home):
    take = zoetrope.generate("dark things", checkpoint="wide", size=SIZE, seconds=2, seed=8)
    assert isinstance(take.frames, np.ndarray)
    for ending in ("mp4", "gif"):
        holds_everything(take.save(tmp_path / f"a.{ending}"), open_readers({"ZOETROPE_HOME": str(home)}))


def test_the_preview_that_becomes_a_file(tmp_path, home):
    """All layers but the registry, which remembers no picture that is soon replaced."""
    from zoetrope.core.events import PreviewReady
    from zoetrope.core.request import Request

    environment, seen = {"ZOETROPE_HOME": str(home)}, []
    preview = tmp_path / "a.preview.png"

    def on_event(event):
        if isinstance(event, PreviewReady) and not seen:
            seen.append(verify(preview, open_readers(environment)))

    shoot_to(
        tmp_path / "a.wav",
        Request("dark", checkpoint="wide", size=SIZE, seconds=2, seed=9),
        Terms(open_house(environment), Likenesses(home_folder(environment))),
        watch=Watch(on_event, preview_every=2, preview_path=preview),
    ).finish()
    states = {layer.name: layer.state for layer in seen[0].layers}
    assert states["credentials"] == states["metadata"] == states["picture mark"] == "answers"
    assert states["registry"] == "silent"


def test_the_verb_world_signs_what_it_draws_and_does_not_call_it_generated(tmp_path, home):
    path = tmp_path / "sheet.png"
    assert run(["world", "object", "-o", str(path), "--columns", "2"]) == 0
    report = verify(path, open_readers({"ZOETROPE_HOME": str(home)}))
    states = {layer.name: layer.state for layer in report.layers}
    assert (report.verdict, states["credentials"], states["metadata"]) == ("intact", "answers", "silent")
    assert "trainedAlgorithmicMedia" not in str(report.looked.credentials.actions)


def test_nothing_else_writes_media():
    """Walks the source: who calls a writer stands in the table above, with its reason."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        calls = [
            node.func for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
        ]
        names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
        if names & WRITERS or names >= STILL:
            found.add(file.relative_to(SOURCE).as_posix())
    assert {name for name in found if name not in ALLOWED and name.split("/")[0] not in ALLOWED} == set()
