import json

import pytest

from zoetrope.core.errors import WeightsError
from zoetrope.engine.families.pocket.words import Lexicon, read_lexicon, say_unknown, unknown_words

LEXICON = Lexicon(frozenset({"red", "ball", "bounces", "bird", "robot", "push", "meadow"}), frozenset("红色球草地弹跳"))


def test_what_captions_say_is_known_and_grammar_makes_no_noise():
    assert unknown_words("The red BALL bounces on a meadow, and it doesn't push-push the robot's bird", LEXICON) == {}
    assert unknown_words("一只红色的球在草地上弹跳！", LEXICON) == {}


def test_unknown_words_are_named_in_order_with_the_nearest():
    unknown = unknown_words("a rad dragon and the birb, 红龙虎球, Дом", LEXICON)
    assert list(unknown) == ["rad", "dragon", "birb", "龙虎", "Дом"]
    assert unknown["rad"] == ("red",)
    assert unknown["birb"] == ("bird",)
    told = say_unknown({"birb": ("bird",), "龙": ()}, {"truck": "car"})
    assert told == 'pocket does not know "truck" (shown as car), "birb" (nearest: bird), "龙"'


def test_numbers_and_signs_are_no_words():
    assert unknown_words("3 red balls? No: 1 red ball ... 100%", LEXICON) == {"balls": ("ball",)}


def test_a_lexicon_reads_back_and_a_broken_one_is_named(tmp_path):
    path = tmp_path / "lexicon.json"
    path.write_text(json.dumps({"words": ["red"], "characters": ["红"]}), encoding="utf-8")
    assert read_lexicon(path) == Lexicon(frozenset({"red"}), frozenset("红"))
    broken = tmp_path / "broken.json"
    broken.write_text("[]")
    with pytest.raises(WeightsError, match=r"broken\.json"):
        read_lexicon(broken)
