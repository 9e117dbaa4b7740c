"""What the documents tell people to type exists, in both languages alike."""

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from zoetrope.cli.app import app

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")


def blocks(name: str) -> list[str]:
    """The commands that follow a prompt sign."""
    return re.findall(r"^\$ (.+?)(?:\s{2,}#.*)?$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)


COMMANDS = [command for name in READMES for command in blocks(name) if command.startswith("zoetrope ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_documented_commands_parse(line):
    _, verb, *arguments = shlex.split(line)
    command = typer.main.get_command(app).commands[verb]  # pyright: ignore[reportAttributeAccessIssue]
    command.make_context(verb, arguments)


def test_there_are_documented_commands_for_every_verb():
    verbs = {line.split()[1] for line in COMMANDS}
    assert {"generate", "train", "evaluate"} <= verbs


def test_both_readmes_document_the_same_verbs_and_options():
    english, chinese = (
        [[word for word in shlex.split(line) if word.startswith("-")] for line in blocks(name)] for name in READMES
    )
    assert english == chinese


def test_both_readmes_have_the_same_parts():
    english, chinese = (re.findall(r"^(#+ |\||```\w*)", (ROOT / name).read_text(), re.MULTILINE) for name in READMES)
    assert english == chinese


@pytest.mark.parametrize("name", READMES)
def test_links_inside_the_repository_lead_somewhere(name):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_python_examples_name_what_exists(name):
    import zoetrope
    from zoetrope.engine.draft import Draft

    for example in re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL):
        compile(example, name, "exec")
        for attribute in re.findall(r"draft\.(\w+)", example):
            assert attribute in Draft.__dataclass_fields__ or hasattr(Draft, attribute)
    assert callable(zoetrope.generate)


def test_make_targets_and_scripts_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in ("film", "test", "check"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    for script in (".ci/run", "scripts/check", "scripts/setup", "scripts/system-packages"):
        assert os.access(ROOT / script, os.X_OK)


def test_the_lock_pins_every_direct_dependency_once_and_no_local_build():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = [line for line in (ROOT / "requirements.lock").read_text().lower().splitlines() if line and line[0] != "#"]
    names = [pin.split("==")[0].replace("_", "-") for pin in pins]
    asked = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    wanted = {re.match(r"[\w-]+", name)[0].lower() for name in asked} - {"zoetrope"}  # pyright: ignore[reportOptionalSubscript]
    assert wanted <= set(names)
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
