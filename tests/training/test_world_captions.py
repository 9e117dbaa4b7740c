"""What captions say, leave out and never say."""

from collections import Counter

import numpy as np
import pytest

from zoetrope.training.world.captions import Caption, captions, lexicon, negative, truth
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import NAMES
from zoetrope.training.world.wording import words_of

LENGTHS = (1, 25, 61)


@pytest.fixture(scope="module")
def told() -> list[tuple[Scene, Caption, str]]:
    pairs = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        scene = write_scene(rng, frames=LENGTHS[seed % 3])
        pairs += [(scene, captions(scene, rng), negative(scene, rng)) for _ in range(8)]
    return pairs


def test_nothing_outside_the_lexicon_is_said(told):
    english, chinese = map(set, lexicon())
    for _, caption, absent in told:
        words, characters = words_of(f"{caption.text} {absent}")
        assert english.issuperset(words)
        assert chinese.issuperset(characters)


def test_the_lexicon_holds_little_that_is_never_said(told):
    said_words, said_characters = set(), set()
    for _, caption, absent in told:
        words, characters = words_of(f"{caption.text} {absent}")
        said_words.update(words)
        said_characters.update(characters)
    english, chinese = lexicon()
    assert len(said_words) > 0.9 * len(english)
    assert len(said_characters) > 0.9 * len(chinese)


def test_each_language_keeps_to_itself_and_mixtures_do_not(told):
    shares = Counter(caption.language for _, caption, _ in told)
    assert min(shares[language] for language in ("en", "zh", "mixed")) > 0.08 * len(told)
    both = 0
    for _, caption, _ in told:
        words, characters = words_of(caption.text)
        if caption.language == "en":
            assert not characters
        elif caption.language == "zh":
            assert not words
        else:
            both += bool(words and characters)
    assert both > 0.8 * shares["mixed"]


def test_mentioned_colours_are_in_the_words_and_unmentioned_ones_are_not(told):
    for scene, caption, _ in told:
        lead = scene.things[0].colour
        names = NAMES["colour"][lead]
        words, _ = words_of(caption.text)
        said = bool(set(names.en) & set(words)) or names.zh[1] in caption.text or "橘" in caption.text
        if "colour" in caption.mentioned:
            assert said, caption
        elif len(scene.things) == 1 and lead not in ("black", "white"):
            assert not said, caption


def test_an_order_is_told_in_order(told):
    ordered = [(s, c) for s, c, _ in told if "then" in c.mentioned and c.language == "en"]
    assert ordered
    for _, caption in ordered:
        assert {"then", "after"} & set(words_of(caption.text)[0])


def test_usual_attributes_are_mostly_silent_and_unusual_ones_mostly_said(told):
    clips = [(truth(scene), caption.mentioned) for scene, caption, _ in told if scene.frames > 1]
    for axis, usual in (("camera", "static"), ("style", "plain"), ("weather", "clear"), ("pace", "normal")):
        silent = [axis not in mentioned for facts, mentioned in clips if facts[axis] == usual]
        said = [axis in mentioned for facts, mentioned in clips if facts[axis] != usual]
        assert 0.75 < np.mean(silent) < 1
        assert 0.75 < np.mean(said) < 1
    for axis in ("object", "colour", "action"):
        assert np.mean([axis in mentioned for _, mentioned in clips]) > 0.9


def test_a_still_has_no_camera_pace_or_order(told):
    for scene, caption, _ in told:
        if scene.frames == 1:
            assert not {"camera", "pace", "then", "cut"} & caption.mentioned


def test_captions_vary(told):
    assert len({caption.text for _, caption, _ in told}) > 0.95 * len(told)


def test_a_given_language_is_spoken():
    scene = write_scene(np.random.default_rng(0))
    for language in ("en", "zh", "mixed"):
        assert captions(scene, np.random.default_rng(1), language).language == language


def test_a_negative_prompt_names_nothing_that_is_there(told):
    for scene, _, absent in told:
        words, _ = words_of(absent)
        assert words or absent
        for axis in ("object", "colour", "style"):
            value = truth(scene)[axis]
            if value == "plain":
                continue
            for name in NAMES[axis][value].en:
                assert name not in absent.split(", ")
