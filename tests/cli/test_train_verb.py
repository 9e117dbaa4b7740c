"""`zoetrope train` hands a recipe to the right course, gathers what it makes, and can be stopped."""

import sys
import types
from dataclasses import dataclass

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from zoetrope.cli import train
from zoetrope.cli.app import run
from zoetrope.training.trainer import Trainer


@dataclass(frozen=True)
class CountRecipe:
    config: float = 0.5
    rate: float = 0.1
    steps: int = 3
    decay: float = 0.0
    save_every: int = 1
    stopped: bool = False


class Count(nn.Module):
    """One number."""

    def __init__(self, config: float) -> None:
        super().__init__()
        self.number = nn.Parameter(torch.tensor(config))


class CountTrainer(Trainer[CountRecipe, Count]):
    """A course that learns to count."""

    file = "w.safetensors"

    def __init__(self, recipe):
        network = Count(recipe.config)
        super().__init__(recipe, network, torch.optim.SGD(network.parameters(), lr=recipe.rate))

    def advance(self):
        if self.recipe.stopped and self.step == 2:
            raise KeyboardInterrupt
        (-self.network.number).backward()
        self.take_step(1.0)
        return {"loss": 0.5, "task": "free"}

    def save(self, run):
        run.save(self.state())
        save_file(self.averaged().state_dict(), run.folder / self.file)


@pytest.fixture
def course(monkeypatch):
    """A small course in the place of all."""
    module = types.ModuleType("a_course")
    vars(module).update(CountRecipe=CountRecipe, CountTrainer=CountTrainer)
    monkeypatch.setitem(sys.modules, "a_course", module)
    for part in train.Part:
        monkeypatch.setitem(train.COURSES, part, train.Course("a_course", "Count", ("w.safetensors",)))


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
    assert float(load_file(tmp_path / "weights" / "w.safetensors")["number"]) == pytest.approx(0.5 + 3 * 0.01)
    assert "loss 0.5  task free" in capsys.readouterr().out


@pytest.mark.usefixtures("course")
def test_a_stopped_run_keeps_its_weights_and_says_how_to_go_on(tmp_path, capsys):
    assert run(["train", "pocket", "--part", "sound-codec", "--folder", str(tmp_path), "--set", "stopped=true"]) == 130
    assert float(load_file(tmp_path / "weights" / "w.safetensors")["number"]) == pytest.approx(0.5 + 2 * 0.1)
    assert "the same command goes on" in capsys.readouterr().err
    assert run(["train", "pocket", "--part", "sound-codec", "--folder", str(tmp_path)]) == 0
    assert float(load_file(tmp_path / "weights" / "w.safetensors")["number"]) == pytest.approx(0.5 + 3 * 0.1)


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
    module = __import__(course.module, fromlist=[course.name])
    assert issubclass(getattr(module, f"{course.name}Trainer"), Trainer)
    assert hasattr(module, f"{course.name}Recipe")
