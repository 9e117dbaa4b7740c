"""Whose face is given is asked before anything is made, and a consent carries what was made with it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from zoetrope.core.conditions import Keyframe, Soundtrack
from zoetrope.core.errors import NeedsConsent
from zoetrope.core.request import Request
from zoetrope.release.asset import Ingredient
from zoetrope.release.consent import Scope
from zoetrope.release.consent_store import Consents
from zoetrope.release.consent_text import VERSION
from zoetrope.render.likeness import Likenesses

NOW = datetime.now(UTC)
PICTURE = np.full((32, 48, 3), 120, np.uint8)
GIVEN = (Ingredient("face.png", "input", "ab" * 32),)


def asked(condition=None):
    return Request("somebody waves", size="48x32", conditions=(condition or Keyframe("first", PICTURE),))


def test_a_picture_of_which_nothing_is_said_needs_a_word(tmp_path):
    with pytest.raises(NeedsConsent) as refused:
        Likenesses(tmp_path).check(asked(), GIVEN, NOW)
    assert refused.value.text.startswith("I am the person")
    assert Likenesses(tmp_path, "nobody").check(asked(), GIVEN, NOW) == ()
    assert Likenesses(tmp_path).check(asked(), GIVEN, NOW) == (), "said once, it is remembered"


def test_a_real_person_needs_a_consent_which_lists_what_was_made(tmp_path):
    with pytest.raises(NeedsConsent, match="no consent is named"):
        Likenesses(tmp_path, "real").check(asked(), GIVEN, NOW)
    register, proof = Consents(tmp_path), tmp_path / "signed.txt"
    proof.write_text("signed release")
    scope = Scope(("*",), ("*",), NOW + timedelta(days=30))
    consent = register.grant("face", "Ada", register.keep(proof), scope, agreed=VERSION, by="operator", now=NOW)
    faces = Likenesses(tmp_path, "real", consent.id)
    used = faces.check(asked(), GIVEN, NOW)
    assert [likeness.id for likeness in used] == [consent.id]
    faces.note(used, "0123456789ab a.mp4", NOW)
    assert [made.output for made in register.revoke(consent.id, by="Ada")] == ["0123456789ab a.mp4"]
    with pytest.raises(NeedsConsent, match="revoked"):
        faces.check(asked(), GIVEN, NOW)


def test_a_sound_is_not_asked_for_a_face(tmp_path):
    sound = Soundtrack(np.zeros((2, 120_000), np.float32))
    assert Likenesses(tmp_path).check(asked(sound), GIVEN, NOW) == ()
