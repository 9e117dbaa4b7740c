"""A real face or a cloned voice is used with its person's consent, or not at all."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest, NeedsConsent, Refused
from zoetrope.release.consent import ANYONE, Scope, Use, check_use
from zoetrope.release.consent_store import Consents
from zoetrope.release.consent_text import VERSION, agreement

NOW = datetime(2026, 11, 21, tzinfo=UTC)
YEAR = timedelta(days=365)
PICTURE = np.zeros((1, 32, 32, 3), np.uint8)


@pytest.fixture
def consents(tmp_path):
    return Consents(tmp_path)


def granted(consents, tmp_path, kind="face", users=("ada",), projects=("film",), until=NOW + YEAR):
    file = tmp_path / "release.pdf"
    file.write_bytes(b"signed by Grace")
    scope = Scope(users, projects, until)
    return consents.grant(kind, "Grace", consents.keep(file), scope, agreed=VERSION, by="grace", now=NOW)


def check(use, consents, user="ada", project="film", now=NOW, **more):
    return check_use(use, consents, user=user, project=project, now=now, **more)


def test_a_real_face_without_consent_says_what_to_agree_to(consents):
    with pytest.raises(NeedsConsent) as said:
        check(Use("first frame", "face", "ab", shows="real"), consents)
    assert said.value.text == agreement("face")
    assert (said.value.version, said.value.kind, said.value.role) == (VERSION, "face", "first frame")
    assert isinstance(said.value, Refused)


def test_a_consent_lets_its_users_work_within_its_scope_and_time(consents, tmp_path):
    likeness = granted(consents, tmp_path)
    use = Use("first frame", "face", "ab", likeness=likeness.id)
    assert check(use, consents) == likeness
    for other in ({"user": "bob"}, {"project": "advert"}, {"now": NOW + YEAR}):
        with pytest.raises(NeedsConsent):
            check(use, consents, **other)


def test_a_face_does_not_lend_its_voice(consents, tmp_path):
    face = granted(consents, tmp_path)
    voice = granted(consents, tmp_path, kind="voice", users=(ANYONE,))
    assert check(Use("line 1", "voice", "cd", likeness=voice.id), consents) == voice
    for use in (
        Use("line 1", "voice", "cd", likeness=face.id),
        Use("line 1", "voice", "cd", likeness=voice.id, origin="face"),
    ):
        with pytest.raises(Refused, match="never derived from a face") as said:
            check(use, consents)
        assert not isinstance(said.value, NeedsConsent)
    with pytest.raises(NeedsConsent):
        check(Use("first frame", "face", "ab", likeness=voice.id), consents)
    with pytest.raises(NeedsConsent):
        check(Use("line 1", "voice", "cd"), consents)
    assert check(Use("line 1", "voice", "cd", origin="design"), consents) is None


def test_revoking_stops_new_work_and_lists_what_was_made(consents, tmp_path):
    likeness = granted(consents, tmp_path)
    consents.note_output(likeness.id, "mark 7", by="ada", now=NOW)
    consents.note_output(likeness.id, "mark 8", by="ada", now=NOW + timedelta(days=1))
    made = consents.revoke(likeness.id, by="grace", reason="changed my mind")
    assert [output.output for output in made] == ["mark 7", "mark 8"]
    assert consents.revoke(likeness.id, by="grace") == made
    with pytest.raises(NeedsConsent, match="revoked"):
        check(Use("first frame", "face", "ab", likeness=likeness.id), consents)
    assert [entry.event for entry in consents.trail(likeness.id)] == ["granted", "used", "used", "revoked"]


def test_a_detector_decides_and_the_operator_may_correct_it(consents):
    class Sees:
        def faces(self, pictures):
            return 1

    class Fails:
        def faces(self, pictures):
            raise RuntimeError

    use = Use("first frame", "face", "ab", shows="nobody")
    for detector in (Sees(), Fails()):
        with pytest.raises(NeedsConsent):
            check(use, consents, pictures=PICTURE, detector=detector)
    consents.declare("ab", "invented", "operator", operator=True)
    consents.declare("ab", "real", "ada")
    assert check(use, consents, pictures=PICTURE, detector=Sees()) is None


def test_without_a_detector_the_giver_says_it_once(consents):
    with pytest.raises(NeedsConsent, match="whom it shows"):
        check(Use("first frame", "face", "ab"), consents)
    assert check(Use("first frame", "face", "ab", shows="invented"), consents) is None
    assert check(Use("first frame", "face", "ab"), consents) is None
    assert [entry.event for entry in consents.trail("ab")] == ["declared"]


def test_a_phrase_is_good_for_one_recording_of_one_person_in_time(consents, tmp_path):
    file = tmp_path / "reading.wav"
    file.write_bytes(b"six words")
    scope = Scope(("ada",), (ANYONE,), NOW + YEAR)

    def register(phrase, subject="Grace", now=NOW):
        recording = consents.keep_recording(file, phrase.id, attested_by="the operator")
        return consents.grant("voice", subject, recording, scope, agreed=VERSION, by="grace", now=now)

    phrase = consents.issue_phrase("Grace", "zh", by="grace", now=NOW)
    with pytest.raises(InvalidRequest):
        register(phrase, subject="Ida")
    with pytest.raises(InvalidRequest):
        register(phrase, now=NOW + timedelta(hours=1))
    likeness = register(phrase)
    assert consents.find(likeness.id) == likeness
    assert likeness.evidence.attested_by == "the operator"
    with pytest.raises(InvalidRequest):
        register(phrase)
    assert len(consents.all("Grace")) == 1


def test_a_checker_that_hears_another_phrase_keeps_the_recording_out(consents, tmp_path):
    class Deaf:
        def says(self, recording, phrase):
            return False

    file = tmp_path / "reading.wav"
    file.write_bytes(b"other words")
    phrase = consents.issue_phrase("Grace", by="grace", now=NOW)
    with pytest.raises(InvalidRequest, match="does not say"):
        consents.keep_recording(file, phrase.id, attested_by="checker", checker=Deaf())


def test_consents_need_the_text_in_force_evidence_and_an_end(consents, tmp_path):
    likeness = granted(consents, tmp_path)
    scope, evidence = likeness.scope, likeness.evidence
    for changed in ({"agreed": "0"}, {"scope": Scope(("ada",), ("film",), NOW + 3 * YEAR)}, {"scope": None}):
        given = {"agreed": VERSION, "scope": scope, "by": "grace", "now": NOW} | changed
        where = given.pop("scope") or Scope(("ada",), ("film",), NOW)
        with pytest.raises(InvalidRequest):
            consents.grant("face", "Grace", evidence, where, **given)
    (tmp_path / "consent" / evidence.sha256).unlink()
    with pytest.raises(InvalidRequest, match="not kept"):
        consents.grant("face", "Grace", evidence, scope, agreed=VERSION, by="grace", now=NOW)
    assert len(consents.all()) == 1


def test_the_trail_only_grows_and_shows_tampering(consents, tmp_path):
    granted(consents, tmp_path)
    consents.declare("ab", "nobody", "ada")
    assert consents.trail_is_whole()
    with sqlite3.connect(tmp_path / "consent.sqlite") as base:
        for command in ("UPDATE trail SET by = 'eve'", "DELETE FROM trail"):
            with pytest.raises(sqlite3.IntegrityError):
                base.execute(command)
        base.execute("DROP TRIGGER trail_is_not_changed")
        base.execute("UPDATE trail SET by = 'eve' WHERE number = 1")
    base.close()
    assert not consents.trail_is_whole()


def test_evidence_and_registry_are_their_owners_alone(consents, tmp_path):
    likeness = granted(consents, tmp_path)
    kept = tmp_path / "consent" / likeness.evidence.sha256
    assert kept.read_bytes() == b"signed by Grace"
    for path in (kept, tmp_path / "consent.sqlite"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_who_says_that_a_person_is_real_is_believed_whatever_a_detector_sees(consents):
    class SeesNobody:
        def faces(self, pictures):
            return 0

    for shows, needed in (("real", True), (None, False), ("nobody", False)):
        use = Use("first frame", "face", f"of {shows}", shows=shows)
        if needed:
            with pytest.raises(NeedsConsent):
                check(use, consents, pictures=PICTURE, detector=SeesNobody())
        else:
            assert check(use, consents, pictures=PICTURE, detector=SeesNobody()) is None
