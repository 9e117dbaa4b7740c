"""The commands in the tables of modes can be typed as they stand, in both languages alike."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from zoetrope.cli.app import app
from zoetrope.cli.directions import read_strokes

ROOT = Path(__file__).parent.parent.parent
ENGLISH, CHINESE = (
    re.findall(r"\| `(zoetrope .+?)` \|$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    for name in ("README.md", "README.zh-CN.md")
)


@pytest.mark.parametrize("line", [*ENGLISH, *CHINESE])
def test_they_parse(line):
    _, verb, *arguments = shlex.split(line)
    typer.main.get_command(app).commands[verb].make_context(verb, arguments)  # pyright: ignore[reportAttributeAccessIssue]


def test_both_languages_give_the_same_options():
    english, chinese = (
        [[word for word in shlex.split(line) if word.startswith("-")] for line in each] for each in (ENGLISH, CHINESE)
    )
    assert len(english) > 10
    assert english == chinese


def test_the_stroke_file_of_the_document_is_one(tmp_path):
    (example,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs/directing.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "stroke.json").write_text(example, "utf-8")
    strokes, hold = read_strokes(tmp_path / "stroke.json")
    assert [(each.thing, len(each.points)) for each in strokes] == [(1, 3), (2, 1)]
    assert hold == tmp_path / "mask.png"
