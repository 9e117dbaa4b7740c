"""What things do when nobody says."""

from zoetrope.engine.families.pocket.axes import ACTIONS, AXES, STAGE
from zoetrope.engine.families.pocket.usual import AT_HOME, USUALLY, as_usual


def test_everything_has_something_that_it_does() -> None:
    assert set(USUALLY) == set(AXES["object"])
    assert all(set(does) <= set(ACTIONS) and does for does in USUALLY.values())
    assert set(AT_HOME) <= set(AXES["object"])
    assert set(AT_HOME.values()) <= set(STAGE["setting"])


def test_what_is_said_stays_and_a_seed_chooses_the_rest() -> None:
    assert as_usual({"object": "boat"}, 1) == {"object": "boat", "action": "floats", "setting": "sea"}
    said = {"object": "boat", "action": "falls", "setting": "room"}
    assert as_usual(said, 1) == said
    assert as_usual({"colour": "red"}, 1) == {"colour": "red"}
    assert {as_usual({"object": "ball"}, seed)["action"] for seed in range(20)} == {"bounces", "rolls"}
    assert as_usual({"object": "ball"}, 5) == as_usual({"object": "ball"}, 5)


def test_two_of_which_no_colour_is_said_have_different_ones() -> None:
    for seed in range(40):
        both = as_usual({"object": "fish", "second_object": "boat"}, seed)
        assert both["colour"] != both["second_colour"]
        assert as_usual({"object": "fish", "second_object": "boat", "colour": "red"}, seed)["second_colour"] != "red"
        said = {"object": "fish", "second_object": "boat", "second_colour": "red"}
        assert as_usual(said, seed)["second_colour"] == "red" != as_usual(said, seed)["colour"]
    assert "second_colour" not in as_usual({"object": "fish"}, 1)
