"""Every kind of condition is listed, looked at and asked for its faces; a path tells nobody where it lies."""

from datetime import UTC, datetime

import numpy as np
import pytest

from zoetrope.core.conditions import Control, Extend, Footage, Keyframe, Reference, ReferenceSound, Region, Restyle
from zoetrope.core.errors import NeedsConsent
from zoetrope.core.request import Adapter, Request
from zoetrope.release.asset import Ingredient
from zoetrope.render.ingredients import _ingredient
from zoetrope.render.likeness import Likenesses
from zoetrope.render.making import making_of
from zoetrope.render.screening import _given

NOW = datetime.now(UTC)
PICTURE = np.full((32, 48, 3), 120, np.uint8)
CLIP = PICTURE[None].repeat(3, 0)
SEEN = (
    Keyframe("first", PICTURE),
    Extend(CLIP),
    Region(CLIP, np.ones((32, 48), bool)),
    Footage(CLIP),
    Control(CLIP, "pose"),
    Reference(PICTURE),
    Restyle(CLIP, 0.5),
)


class Unmarked:
    """A policy whose marks are never found."""

    picture_mark = sound_mark = None

    def __init__(self):
        self.picture_mark = self.sound_mark = self

    def detect(self, *_):
        return None


def asked(condition):
    return Request("somebody waves", size="48x32", conditions=(condition,))


@pytest.mark.parametrize("condition", SEEN, ids=lambda condition: type(condition).__name__)
def test_what_shows_pictures_is_listed_screened_and_asked_for_faces(tmp_path, condition):
    assert len(_ingredient(condition, Unmarked()).sha256) == 64
    assert [frames.shape[-3:] for frames, _ in _given(asked(condition))] == [PICTURE.shape]
    with pytest.raises(NeedsConsent):
        Likenesses(tmp_path, "real").check(asked(condition), (Ingredient("face", "input", "ab" * 32),), NOW)


def test_a_sound_that_is_referred_to_is_listed_and_screened():
    sound = ReferenceSound(np.zeros((2, 100), np.float32), "hit")
    assert _ingredient(sound, Unmarked()).relation == "input"
    request = Request("a @hit ball", size="48x32", conditions=(sound,))
    assert [each[1] is sound.sound for each in _given(request)] == [True]


def test_a_checkpoint_named_by_its_path_is_told_by_its_name_and_weights():
    request = Request("a ball", seed=1, checkpoint="/home/somebody/secret/wan")
    made = making_of(request, NOW, checkpoint="wan", weights="ab")
    assert made.checkpoint == "wan"
    assert "/" not in made.note
    moved = making_of(Request("a ball", seed=1, checkpoint="/mnt/wan"), NOW, checkpoint="wan", weights="ab")
    assert made.fingerprint == moved.fingerprint
    assert made.fingerprint != making_of(request, NOW, checkpoint="wan", weights="cd").fingerprint


def test_adapters_are_part_of_the_fingerprint():
    plain, laid = Request("a ball", seed=1), Request("a ball", seed=1, adapters=(Adapter("style.safetensors", 0.5),))
    assert making_of(plain, NOW).fingerprint != making_of(laid, NOW).fingerprint
