"""Rows sum up records as their names say."""

from zoetrope.evaluation.proven import Proof
from zoetrope.evaluation.rows import rows
from zoetrope.evaluation.scorecard import Scorecard


def record(right, **more):
    expected = {axis: "x" for axis in right} | more.pop("expected", {})
    base = {"expected": expected, "seen": {}, "right": right, "numbers": {}, "held_out": "", "language": "en"}
    return base | {"material": ""} | more


def test_shares_and_bars():
    card = Scorecard("t", 2, rows([record({"object": True}), record({"object": False, "colour": True})]))
    assert card.row("object").measured == 0.5
    assert card.row("object").met is False
    assert card.row("colour").met is True
    assert card.row("camera").measured is None
    assert card.row("camera").met is None


def test_order_needs_both_actions():
    both = record({"action": True, "then": True}, expected={"then": "rolls"})
    one = record({"action": False, "then": True}, expected={"then": "rolls"})
    plain = record({"action": False, "then": True}, expected={"then": "nothing"})
    row = Scorecard("t", 3, rows([both, one, plain])).row("order of actions")
    assert (row.measured, row.n) == (0.5, 2)


def test_held_out_counts_all_that_was_asked_and_the_combination_alone():
    right = {"object": True, "colour": True, "camera": False}
    card = Scorecard("t", 1, rows([record(right, held_out="fish + purple")]))
    assert card.row("held-out: all that was asked").measured == 0
    assert card.row("held-out: the combination").measured == 1


def test_restitution_is_held_against_the_law_of_its_material():
    told = record({}, material="rubber", numbers={"restitution": [0.80]})
    silent = record({}, numbers={"restitution": [0.2]})
    row = Scorecard("t", 0, rows([told, silent])).row("restitution error, median")
    assert (round(row.measured, 3), row.n) == (0.05, 1)


def test_the_table_shows_bars_and_marks():
    text = Scorecard("Title", 1, rows([record({"object": True})])).markdown()
    assert text.startswith("# Title")
    assert "| object | 100.0% ✓ | ≥ 95.0% | 1 |  |" in text
    assert "| camera | – | ≥ 90.0% | 0 |  |" in text


def test_a_detector_that_is_not_proven_decides_nothing():
    proof = {"object": Proof(0.99, 300), "action": Proof(0.9, 300)}
    card = Scorecard("t", 1, rows([record({"object": True, "action": True})], proof))
    assert card.row("object").met is True
    assert card.row("action").met is None
    assert "90.0% of 300: its word does not count" in card.markdown()
