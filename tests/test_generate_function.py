"""`zoetrope.generate` says in Python what a request says: what both have means and defaults to the same."""

import inspect
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

import zoetrope
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request

ITS_OWN = {"profile", "shows", "consent", "tell_prompt", "on_event", "cancel"}  # the house's and the process's
SETTLED = {"size"}  # by the checkpoint, where it is left out


def test_every_part_of_a_request_can_be_said():
    said = inspect.signature(zoetrope.generate).parameters
    asked = {field.name: field.default for field in fields(Request)}
    assert said.keys() - ITS_OWN == asked.keys()
    defaults = {name: said[name].default for name in asked if asked[name] is not MISSING and name not in SETTLED}
    assert defaults == {name: asked[name] for name in defaults}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"checkpoint": Path("pocket")}, "checkpoint must be text, not PosixPath"),
        ({"checkpoint": "a" * 5000}, "5000 characters"),
        ({"shows": "everybody"}, "say one of"),
        ({"consent": 5}, "consent was 5"),
        ({"on_event": "print"}, "on_event was 'print'"),
        ({"cancel": 5}, "cancel was 5"),
    ],
)
def test_what_nobody_can_mean_is_one_sentence(said, words):
    with pytest.raises(InvalidRequest, match=words):
        zoetrope.generate("a red ball", **said)


def test_every_keyword_is_explained_once():
    lines = [line.strip().split(":")[0] for line in (zoetrope.generate.__doc__ or "").splitlines() if ": " in line]
    said = list(inspect.signature(zoetrope.generate).parameters)
    assert [line for line in lines if line in said] == said
