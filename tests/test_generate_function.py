"""`zoetrope.generate` says in Python what a request says: what both have means and defaults to the same."""

import inspect
from dataclasses import MISSING, fields

import zoetrope
from zoetrope.core.request import Request

ITS_OWN = {"profile", "shows", "consent", "tell_prompt", "on_event", "cancel"}  # the house's and the process's
SETTLED = {"size"}  # by the checkpoint, where it is left out


def test_every_part_of_a_request_can_be_said():
    said = inspect.signature(zoetrope.generate).parameters
    asked = {field.name: field.default for field in fields(Request)}
    assert said.keys() - ITS_OWN == asked.keys()
    defaults = {name: said[name].default for name in asked if asked[name] is not MISSING and name not in SETTLED}
    assert defaults == {name: asked[name] for name in defaults}


def test_every_keyword_is_explained_once():
    lines = [line.strip().split(":")[0] for line in (zoetrope.generate.__doc__ or "").splitlines() if ": " in line]
    said = list(inspect.signature(zoetrope.generate).parameters)
    assert [line for line in lines if line in said] == said
