"""`zoetrope train` hands a recipe to the right course, gathers what it makes, and can be stopped."""

import sys
import types
from dataclasses import dataclass

import pytest

from zoetrope.cli import train
from zoetrope.cli.app import run


@dataclass(frozen=True)
class Recipe:
    codecs: str = ""
    rate: float = 0.1


@pytest.fixture
def course(monkeypatch):
    """A course that writes its recipe as weights, in the place of all three."""
    module = types.ModuleType("a_course")
    module.Recipe = Recipe  # pyright: ignore[reportAttributeAccessIssue]

    def teach(recipe, folder, *, minutes, resume, on_step):
        folder.mkdir(parents=True)
        on_step(1, {"loss": 0.5, "task": "free"})
        (folder / "w.safetensors").write_text(f"{recipe.rate} {minutes} {resume}")
        if recipe.rate == 13:
            raise KeyboardInterrupt

    module.train = teach  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "a_course", module)
    for part in train.Part:
        monkeypatch.setitem(train.COURSES, part, train.Course("a_course", "Recipe", ("w.safetensors",)))


@pytest.mark.usefixtures("course")
def test_the_recipe_arrives_and_the_weights_are_gathered(tmp_path, capsys):
    line = [
        "train",
        "pocket",
        "--part",
        "video-codec",
        "--folder",
        str(tmp_path),
        "--minutes",
        "2",
        "--set",
        "rate=1e-2",
    ]
    assert run(line) == 0
    assert (tmp_path / "weights" / "w.safetensors").read_text() == "0.01 2.0 True"
    assert "loss 0.5  task free" in capsys.readouterr().out


@pytest.mark.usefixtures("course")
def test_a_stopped_run_keeps_its_weights_and_says_how_to_go_on(tmp_path, capsys):
    assert run(["train", "pocket", "--part", "sound-codec", "--folder", str(tmp_path), "--set", "rate=13"]) == 130
    assert (tmp_path / "weights" / "w.safetensors").exists()
    assert "the same command goes on" in capsys.readouterr().err


def test_the_network_wants_codecs_reader_and_sketcher_first(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("zoetrope.engine.families.pocket.facts.WEIGHTS", tmp_path / "none")
    assert run(["train", "pocket", "--part", "network", "--folder", str(tmp_path)]) == 2
    assert "--part video-codec" in capsys.readouterr().err
    (tmp_path / "weights").mkdir()
    needed = train.NEEDED[train.Part.network]["parts"]
    for part in needed:
        for name in train.COURSES[part].files:
            (tmp_path / "weights" / name).touch()
    assert train.find_parts(tmp_path, train.Part.network, *needed) == tmp_path / "weights"


@pytest.mark.parametrize("part", list(train.Part))
def test_every_course_exists(part):
    course = train.COURSES[part]
    module = __import__(course.module, fromlist=[course.recipe])
    assert callable(module.train)
    assert hasattr(module, course.recipe)
