"""What a struck thing is made of, by its sound alone."""

import numpy as np
import pytest

from zoetrope.core.conditions import Reference, ReferenceSound
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.references import called, most_said
from zoetrope.engine.families.pocket.ringing import RATE, RINGS_OF, material_of, strokes
from zoetrope.training.world.contacts_sound import ring

AT = RATE // 2  # samples before the stroke
RNG = np.random.default_rng(3)
PICTURE = np.zeros((20, 30, 3), np.uint8)


def struck(material: str, radius: float = 0.17, noise: float = 0.0) -> np.ndarray:
    """Silence or noise in which a thing of the stage is struck once. Shapes: (2, s)."""
    sound = noise * RNG.normal(size=(2, 2 * RATE))
    told = ring(material, radius)
    sound[:, AT : AT + len(told)] += 0.5 * told
    return sound.astype(np.float32)


@pytest.mark.parametrize("material", RINGS_OF)
@pytest.mark.parametrize("radius", [0.17, 0.32])
def test_every_material_of_the_stage_is_heard(material, radius):
    assert material_of(struck(material, radius, noise=0.01)) == material


def test_what_does_not_ring_is_none():
    assert material_of(np.zeros((2, RATE), np.float32)) is None
    assert material_of(RNG.normal(size=(2, RATE)).astype(np.float32)) is None
    assert material_of(np.zeros((2, 5), np.float32)) is None


def test_strokes_begin_where_they_do():
    (start,) = strokes(struck("wood").mean(0).astype(np.float64))
    assert abs(start - AT) <= 48


def test_a_material_is_a_word_and_a_thing_has_an_article():
    words = {"hit": ["metal"], "hero": ["red", "ball"]}
    assert called("a @hit star beside @hero", words) == "a metal star beside the red ball"
    assert called("一只@hit球", {"hit": ["glass"]}) == "一只玻璃球"
    assert most_said(["wood", "glass", "glass"]) == "glass"


def asked(*conditions, prompt="a @hit ball"):
    return Request(prompt, conditions=conditions)


def test_sounds_that_say_nothing_are_refused_before_weights_load():
    with pytest.raises(InvalidRequest, match="the sound of @hit is no voice and rings like no material"):
        POCKET.check(asked(ReferenceSound(np.zeros((2, RATE), np.float32), "hit")))
    with pytest.raises(InvalidRequest, match="@clang and @hit are known by strokes alone"):
        POCKET.check(
            asked(
                ReferenceSound(struck("wood"), "hit"),
                ReferenceSound(struck("metal"), "clang"),
                prompt="a @hit ball and a @clang cube",
            )
        )
    assert POCKET.check(asked(ReferenceSound(struck("wood"), "hit"))) is not None


def test_pictures_and_sounds_count_as_references_alike():
    sound, picture = ReferenceSound(struck("wood"), "hit"), Reference(PICTURE, "hit")
    assert asked(*[picture] * 6, *[sound] * 6)
    with pytest.raises(InvalidRequest, match="13 references were given"):
        asked(*[picture] * 7, *[sound] * 6)
    with pytest.raises(InvalidRequest, match="the prompt does not name it"):
        asked(sound, prompt="a ball")
    with pytest.raises(InvalidRequest, match="it needs one"):
        ReferenceSound(sound.sound, "")
