"""Other words for what pocket shows: said in words that it has read, and never in place of one of these."""

import tomllib
from fractions import Fraction

import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import Cue
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import LEXICON, POCKET
from zoetrope.engine.families.pocket.naming import COLOURS, THINGS
from zoetrope.engine.families.pocket.wordings import (
    THESAURUS,
    in_known_words,
    nearest,
    other_forms,
    shown_as,
    stand_ins,
)
from zoetrope.engine.families.pocket.words import FUNCTION_WORDS, read_lexicon, unknown_words

KNOWN = read_lexicon(POCKET.weights / LEXICON)
BOTH = {**other_forms(), **nearest(), **stand_ins()}


def test_no_word_that_was_read_is_changed() -> None:
    for word in BOTH:
        assert word not in KNOWN.words | FUNCTION_WORDS, word
    assert not set(other_forms()) & set(nearest())


def test_a_word_stands_for_one() -> None:
    tables = tomllib.loads(THESAURUS.read_text(encoding="utf-8")).values()
    words = [word for table in tables for said in table.values() for word in said.split(", ")]
    assert sorted(words) == sorted(BOTH)


def test_all_become_words_that_were_read() -> None:
    assert {word: unknown_words(word, KNOWN) for word in BOTH.values() if unknown_words(word, KNOWN)} == {}


@pytest.mark.parametrize("table", [COLOURS, THINGS])
def test_nouns_become_nouns_that_stand_for_the_same(table: dict[str, str]) -> None:
    """A word that is itself in a table of names must not become something else there."""
    assert all(table.get(BOTH[word], table[word]) == table[word] for word in table if word in BOTH)


@pytest.mark.parametrize(
    ("prompt", "known"),
    [
        ("make two red balls Bounce", "make two red ball bounces"),
        ("a truck drives through the forest", "a car slides through the meadow"),
        ("银色的卡车在公路上行驶", "白色的汽车在城市上滑行"),
        ("a red ball bounces on a meadow", "a red ball bounces on a meadow"),
        ("drivers and rollers", "drivers and rollers"),
        ("a racecar smashes into a hot air balloon", "a car crashes into a hot air ball"),
        ("a yelow latern on the strete at nihgt", "a yellow lantern on the street at night"),
        ("pastel tones, a bell", "pastel tones, a bell"),
        ("a boat under the moon", "a boat under the moon"),
    ],
)
def test_prompts_are_said_in_known_words(prompt: str, known: str) -> None:
    assert in_known_words(prompt, KNOWN) == known


def test_what_is_shown_as_something_else_is_told_and_other_forms_are_not() -> None:
    assert shown_as("two gray trucks drive past the 卡车", KNOWN) == {
        "gray": "white",
        "trucks": "car",
        "drive": "slides",
        "卡车": "汽车",
    }
    told = POCKET.check(Request("a truck bounced near a zebra"))
    assert [each.text.split(";")[0] for each in told] == [
        'pocket does not know "truck" (shown as car), "zebra"',
    ]
    assert POCKET.check(Request("make a red ball bounce")) == ()
    with pytest.raises(InvalidRequest, match=r'"truck" \(shown as car\)'):
        POCKET.check(Request("a truck rolls", strict=True))


@pytest.mark.parametrize(
    ("prompt", "known", "shown"),
    [
        ("a tiger catches a Cat", "a robot catches a Cat", {"tiger": "robot"}),
        ("a jet flies", "a bird flies", {"jet": "bird"}),
        ("一只小狗在草地上弹跳", "一只机器人在草地上弹跳", {"小狗": "机器人"}),
        ("no people, but cats catch it", "no people, but robot catch it", {"cats": "robot"}),
        ("no people on the meadow", "no people on the meadow", {}),
        ("a girl and a red ball", "a girl and a red ball", {}),
        ("a lion chases a truck", "a lion chases a car", {"truck": "car"}),
    ],
)
def test_people_and_creatures_have_stand_ins_where_no_thing_is_named(
    prompt: str, known: str, shown: dict[str, str]
) -> None:
    assert in_known_words(prompt, KNOWN) == known
    assert shown_as(prompt, KNOWN) == shown


def test_every_prompt_of_a_shot_is_cast_by_itself() -> None:
    later = Request("a red ball bounces on a meadow", conditions=(Cue(Fraction(2), "the dog jumps"),))
    told = " ".join(each.text for each in POCKET.check(later))
    assert '"dog" (shown as robot)' in told
    assert "only the prompt at 2 s names" in told


def test_what_is_mistyped_is_told() -> None:
    assert shown_as("a yelow truck", KNOWN) == {"yelow": "yellow", "truck": "car"}
