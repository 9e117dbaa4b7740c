"""Each verdict from the layers that lead to it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from zoetrope.release.marks.base import Found
from zoetrope.release.registry import Record
from zoetrope.release.verify_judge import Evidence, Signed, contradictions, judge

ABLE = frozenset({"credentials", "metadata", "picture mark", "sound mark"})
A, B = 0xA1, 0xB2
RECORD = Record(A, "0" * 64, "pocket", "0.1", datetime(2026, 1, 1, tzinfo=UTC), "default", "a.mp4")
MARK, OTHER = Found(A, 1.2, "whole"), Found(B, 1.2, "whole")
OURS = Signed(whole=True, trusted=True, issuer="here", generator="Zoetrope", mark=A)
FOREIGN = Signed(whole=True, trusted=False, issuer="Acme", generator="Acme Camera")
CLAIMING = Signed(whole=True, trusted=False, issuer="Mallory", generator="Zoetrope", mark=A)
BROKEN = Signed(whole=False, trusted=False, issuer="here", generator="Zoetrope", mark=A, problem="the hash differs")


@pytest.mark.parametrize(
    ("verdict", "layers"),
    [
        ("intact", {"signed": OURS, "picture": MARK, "sound": MARK, "noted": A, "note": "", "exact": RECORD}),
        ("intact", {"signed": OURS}),
        ("intact", {"exact": RECORD}),
        ("changed", {"picture": MARK}),
        ("changed", {"sound": MARK, "marked": RECORD}),
        ("resembles", {"alike": (RECORD, 6)}),
        ("changed", {"signed": BROKEN, "picture": MARK}),
        ("forged", {"signed": BROKEN}),
        ("forged", {"signed": BROKEN, "picture": OTHER}),
        ("forged", {"signed": CLAIMING}),
        ("forged", {"signed": CLAIMING, "picture": OTHER}),
        ("forged", {"signed": OURS, "picture": OTHER}),
        ("forged", {"picture": MARK, "sound": OTHER}),
        ("forged", {"noted": B, "note": "", "picture": MARK}),
        ("signed elsewhere", {"signed": CLAIMING, "picture": MARK}),
        ("signed by others", {"signed": FOREIGN}),
        ("claimed", {"noted": A, "note": "made by AI"}),
        ("unknown", {}),
    ],
)
def test_a_verdict_follows_from_the_layers(verdict, layers):
    seen = Evidence(able=ABLE, **layers)
    assert judge(seen) == verdict
    assert bool(contradictions(seen)) == (verdict == "forged" or layers.get("signed") is BROKEN)


def test_the_mark_of_an_ingredient_that_credentials_list_contradicts_nothing():
    edited = replace(OURS, mark=B, given=frozenset({A}))
    assert judge(Evidence(able=ABLE, signed=edited, picture=MARK, sound=OTHER)) == "intact"
    assert judge(Evidence(able=ABLE, signed=replace(OURS, mark=B), picture=MARK)) == "forged"


def test_a_file_that_cannot_hold_credentials_is_not_called_changed_for_lacking_them():
    seen = Evidence(able=ABLE - {"credentials"}, picture=MARK, noted=A, note="")
    assert judge(seen) == "marked"
    assert judge(Evidence(able=ABLE - {"credentials"}, picture=MARK)) == "changed"
