"""`zoetrope doctor --checkpoint`: the plan in lines, for a family that knows its work."""

import pytest
from test_budget import FAMILY

from zoetrope.cli import plans
from zoetrope.cli.plans import Asked, show_plan
from zoetrope.core.errors import InvalidRequest, OutOfMemory


@pytest.fixture(autouse=True)
def _only_fourteen(monkeypatch):
    monkeypatch.setattr(plans, "find_planned", lambda checkpoint: FAMILY)


def asked(**options) -> Asked:
    plain = dict.fromkeys(("card", "size", "precision", "memory"))
    return Asked(**{**plain, "checkpoint": "fourteen", "seconds": "5", "preset": "standard", **options})


def test_a_plan_names_each_part_and_each_stage():
    lines = list(show_plan(asked(card=24)))
    assert lines[0].startswith("832x480, 5 s, preset standard, on 24 GB card")
    assert [line.split()[0] for line in lines[1:-1]].count("network_low") == 2
    assert lines[-1].startswith("peak ")


def test_wishes_are_heard_and_nonsense_is_refused():
    assert any("nf4" in line for line in show_plan(asked(card=24, precision="nf4")))
    with pytest.raises(OutOfMemory, match="fourteen"):
        list(show_plan(asked(card=24, memory="1GB")))
    with pytest.raises(InvalidRequest, match="card was 2; say its gigabytes"):
        list(show_plan(asked(card=2)))
