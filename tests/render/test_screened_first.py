"""Words are looked at before anything else is said of them, and a prompt is told only on demand."""

from dataclasses import replace

import pytest
from tiny_family import Tiny

from zoetrope.core.errors import Refused
from zoetrope.core.events import Notice
from zoetrope.core.request import Request
from zoetrope.release.credentials import read_credentials
from zoetrope.render.shoot import shoot_to
from zoetrope.render.terms import Means, Watch


class Naming(Tiny):
    """A family that names the words of a prompt, as one does that does not know them."""

    def check(self, request):
        return (Notice(f"unknown words: {request.prompt}"),)


def ask(prompt):
    return Request(prompt, size="48x32", seconds=1, seed=7)


def test_a_listed_word_is_never_said_again(tmp_path, terms):
    heard = []
    with pytest.raises(Refused) as refused:
        shoot_to(tmp_path / "a.mp4", ask("a porn film"), terms, Means(Naming()), Watch(heard.append))
    assert heard == []
    assert "porn" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_the_credentials_hold_the_prompt_on_demand(tmp_path, terms):
    for name, tell in (("a.mp4", False), ("b.mp4", True)):
        told = replace(terms, tell_prompt=tell)
        shot = shoot_to(tmp_path / name, ask("bright things"), told, Means(Tiny())).finish()
        said = read_credentials(shot.asset.path).release or {}
        assert said.get("prompt") == ("bright things" if tell else None)
