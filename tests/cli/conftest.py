"""What tests of verbs share: a tiny checkpoint that takes every condition, and clips to give it."""

from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np
import pytest
import tiny_family

from zoetrope.cli.app import run
from zoetrope.core.conditions import Condition
from zoetrope.core.limits import Limits
from zoetrope.engine import families
from zoetrope.media.writers import open_writer

LIMITS = replace(tiny_family.LIMITS, checkpoint="directed", conditions=get_args(Condition))


@dataclass(frozen=True)
class Directed(tiny_family.Tiny):
    """Remembers the requests that it was asked for."""

    limits: Limits = LIMITS
    asked: list = field(default_factory=list, compare=False)

    def check(self, request):
        self.asked.append(request)
        return super().check(request)


@pytest.fixture
def directed(monkeypatch):
    """A checkpoint called directed, of 48x32 and up to 2 s."""
    family = Directed()
    monkeypatch.setattr(tiny_family, "DIRECTED", family, raising=False)
    monkeypatch.setitem(families.CHECKPOINTS, "directed", "tiny_family:DIRECTED")
    return family


@pytest.fixture
def make(directed, tmp_path, capsys):
    """Runs a verb by that checkpoint into a folder of the test; gives the request, and what was said."""

    def made(verb, *arguments, output="made.mp4"):
        code = run([verb, *map(str, arguments), "-o", str(tmp_path / output), "--checkpoint", "directed"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return directed.asked[-1], said.out

    return made


@pytest.fixture
def refuse(directed, tmp_path, capsys):
    """Runs a verb that must be refused before weights load and leave nothing behind; gives the sentence."""

    def refused(verb, *arguments):
        before = sorted(tmp_path.iterdir())
        code = run([verb, *map(str, arguments), "-o", str(tmp_path / "made.mp4"), "--checkpoint", "directed"])
        said = capsys.readouterr()
        assert code == 2
        assert said.out == ""
        assert said.err.splitlines()[-1].startswith("zoetrope: ")
        assert directed.loads == []
        assert sorted(tmp_path.iterdir()) == before
        return said.err.splitlines()[-1]

    return refused


@pytest.fixture
def clip(tmp_path):
    """Writes a clip whose pictures brighten and whose sound is a tone; gives its file."""

    def written(name="clip.mov", seconds=1, size=(48, 32), rate=12, sound=True):
        file = tmp_path / name
        count = round(seconds * rate)
        levels = np.linspace(40, 200, count).round().astype(np.uint8)
        with open_writer(file, size=size, rate=rate, with_sound=sound) as writer:
            writer.write_frames(np.broadcast_to(levels[:, None, None, None], (count, size[1], size[0], 3)).copy())
            if sound:
                tone = 0.3 * np.sin(np.arange(round(seconds * 24_000)) * 0.1)
                writer.write_sound(np.stack([tone, tone]).astype(np.float32))
        return file

    return written
