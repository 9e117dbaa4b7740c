"""Listed terms are found however they are spelled, ordinary words are left alone, and nobody is told what matched."""

import logging

import pytest

from zoetrope.core.errors import InvalidRequest, MediaError, Refused
from zoetrope.release.screen import ScreenPolicy, import_list, screen_text, starter_lists
from zoetrope.release.screen.lists import Listed, TermList
from zoetrope.release.screen.normalise import plain
from zoetrope.release.screen.policy import open_screen


def house(*terms, allow=(), **settings):
    """A policy with one list of harmless terms."""
    listed = [term if isinstance(term, Listed) else Listed(term, "fruit", "block", "house:fruit:1") for term in terms]
    return ScreenPolicy(lists=(TermList("house", tuple(listed), allow),), **settings)


MOONSTONE = house("moonstone", "paper lantern", "月光石", "违禁水果")


def stops(text, policy=MOONSTONE):
    return not screen_text({"prompt": text}, policy).allowed


@pytest.mark.parametrize(
    "text",
    [
        "MoonStone",
        "ｍｏｏｎｓｔｏｎｅ",
        "𝐦𝐨𝐨𝐧𝐬𝐭𝐨𝐧𝐞",
        "ᴍᴏᴏɴsᴛᴏɴᴇ",
        "mооnstоnе",
        "móõnstönè",
        "moo\u200bnst\u00adone",
        "m o o n s t o n e",
        "m.o.o.n.s.t.o.n.e",
        "moon*stone",
        "m00n5t0ne",
        "m0.0n$tone",
        "moooooonstone",
        "moo*stone",
        "mo onstone",
        "p@per l4ntern",
        "paper-lantern",
        "a pap*r lantern",
        "月光石",
        "一颗月*光*石在发光",
        "看 月 光 石 的光",
        "yueguangshi",
        "yue guang shi",
        "yuè guāng shí",
        "月guang石",
        "悦光时",
        "違禁水果",
        "违禁🌸水果",
    ],
)
def test_a_term_is_found_however_it_is_spelled(text):
    assert stops(text)


@pytest.mark.parametrize("text", ["一段关于蜜 糖的短片", "他在蜜\u3000糖里", "蜜 糖"])
def test_two_characters_that_a_space_parts_are_one_word_between_characters_of_grammar(text):
    assert stops(text, house("蜜糖"))


@pytest.mark.parametrize("text", ["甜蜜 糖果", "他的甜蜜 糖的颜色", "花蜜 糖葫芦"])
def test_the_end_and_the_beginning_of_two_words_are_not_one(text):
    assert not stops(text, house("蜜糖"))


@pytest.mark.parametrize(
    "text",
    [
        "moonstones are heavy",
        "a honeymoonstone",
        "the moon, stone walls",
        "月光，石头",
        "月光 石头",
        "paper and lantern",
        "",
    ],
)
def test_ordinary_words_beside_each_other_are_no_term(text):
    assert not stops(text)


def test_shreds_that_are_words_are_no_term():
    policy = house("sodomy", "porn")
    for text in ("so do my friends", "pop or nothing", "up or not"):
        assert not stops(text, policy)


def test_a_star_reaches_longer_words():
    policy = house("moonst*")
    assert stops("many moonstones", policy)
    assert not stops("a honeymoonst", policy)


def test_an_allowed_phrase_excuses_only_itself():
    listed = Listed("naked", "nudity", "block", "house:nudity:1", ("naked mole rat",))
    assert not stops("two naked mole rats", house(listed))
    assert not stops("a n-a-k-e-d mole rat", house(listed))
    assert stops("a naked mole rat beside a naked man", house(listed))
    assert not stops("a naked man", house(listed, allow=("naked man",)))


def test_severity_decides_what_stops():
    noted = screen_text({"prompt": "moonstone"}, house("moonstone", severities={"fruit": "review"}))
    assert noted.allowed
    assert [(found.category, found.severity, found.role) for found in noted.findings] == [("fruit", "review", "prompt")]


def test_plain_spelling_is_its_own():
    for text in ("Ｍооn\u200b  Stöne 月光石 違禁", "l'été, ça va? Ünïcödé", "弓虽光 ㊙ ⓜ🅿"):
        assert plain(plain(text)) == plain(text)


def test_the_term_is_told_to_nobody(caplog):
    with caplog.at_level(logging.DEBUG):
        verdict = screen_text({"prompt": "fine", "line 2": "m-o-o-n-s-t-o-n-e"}, MOONSTONE)
    with pytest.raises(Refused) as said:
        verdict.raise_if_blocked()
    for told in (str(said.value), repr(verdict), caplog.text):
        assert "moon" not in told.lower()
    assert "line 2" in str(said.value)
    assert verdict.reference in str(said.value)
    assert verdict.reference in caplog.text
    assert "house:fruit:1" in caplog.text


def test_lists_come_from_yaml_and_from_lines(tmp_path):
    written = tmp_path / "house.yaml"
    written.write_text(
        "name: my-house\ncategories:\n  fruit:\n    severity: log\n    terms:\n"
        "      - plum\n      - {term: kiwi, allow: [kiwi bird], severity: block}\nallow: [plum tree]\n",
        encoding="utf-8",
    )
    listed = import_list(written)
    assert [(term.text, term.severity, term.entry) for term in listed.terms] == [
        ("plum", "log", "my-house:fruit:1"),
        ("kiwi", "block", "my-house:fruit:2"),
    ]
    assert stops("a kiwi", ScreenPolicy(lists=(listed,)))
    assert not stops("a kiwi bird", ScreenPolicy(lists=(listed,)))
    lines = tmp_path / "others.csv"
    lines.write_text("# ours\nplum\n月光石,stone,review\n", encoding="utf-8")
    assert [(term.category, term.severity) for term in import_list(lines).terms] == [
        ("listed", "block"),
        ("stone", "review"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "categories: [plum]",
        "categories: {fruit: {severity: never, terms: [plum]}}",
        "categories: {fruit: {terms: [x]}}",
        "categories: {fruit: {terms: [12]}}",
        "categories: {fruit: {terms: [{word: plum}]}}",
        "terms: [plum]",
        "a: [b",
        "- plum",
    ],
)
def test_what_is_no_list_says_so(tmp_path, text):
    path = tmp_path / "house.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequest):
        import_list(path)
    with pytest.raises(MediaError):
        import_list(tmp_path / "absent.yaml")


def test_the_lists_that_ship_leave_the_mole_rat_alone():
    policy = ScreenPolicy()
    assert {listed.name for listed in starter_lists()} == {"starter-en", "starter-zh"}
    for text in (
        "a naked mole rat",
        "shoot a scene",
        "kill the lights",
        "粉红色情人节",
        "十字路口交通",
        "拍一场戏，关灯",
    ):
        assert screen_text({"prompt": text}, policy).findings == ()


def test_settings_of_a_house_are_read_once(tmp_path):
    assert open_screen(tmp_path).lists == starter_lists()
    (tmp_path / "plum.txt").write_text("plum\n", encoding="utf-8")
    (tmp_path / "screen.yaml").write_text(
        "starter: false\nlists: [plum.txt]\nallow: [plum tree]\nseverities: {nudity: block}\n"
        "moderators: [{url: 'http://127.0.0.1:1/check', categories: {gore: review}, go_on_without: [gore]}]\n",
        encoding="utf-8",
    )
    policy = open_screen(tmp_path)
    assert stops("a plum", policy)
    assert not stops("a plum tree", policy)
    assert policy.go_on_without == {"gore"}
    (tmp_path / "screen.yaml").write_text("minors: off\n", encoding="utf-8")
    with pytest.raises(InvalidRequest):
        open_screen(tmp_path)


def test_syllables_with_tones_spell_even_short_terms():
    short = house("木马")
    assert stops("a mu4ma3 in the yard", short)
    assert stops("mu4 ma3", short)
    assert not stops("muma is a name", short)
    assert not stops("mu4ma is a plate", short)
