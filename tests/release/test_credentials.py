"""Credentials hold for the file that was signed and no other, name what it was made from, and need a key in order."""

import shutil
import stat
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from zoetrope.core.errors import MediaError, Refused, Unsupported
from zoetrope.media.readers import read_clip
from zoetrope.media.writers import open_writer
from zoetrope.release.aigc import as_metadata, make_aigc, read_aigc
from zoetrope.release.asset import Ingredient
from zoetrope.release.credentials import (
    PICTURE_BINDING,
    Manifest,
    SigningKey,
    SoftBinding,
    can_sign,
    check_signer,
    file_key,
    local_anchors,
    local_key,
    read_credentials,
    sign,
)
from zoetrope.release.credentials_root import local_root

WHEN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MARK = "0123456789ab"
GENERATED = "trainedAlgorithmicMedia"
COMPOSITE = "compositeWithTrainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def key(home):
    return local_key(home)


def clip(path, metadata=None):
    frames = np.zeros((3, 64, 96, 3), np.uint8)
    frames[..., 1] = np.arange(96)
    with open_writer(path, size=(96, 64), metadata=metadata or {}) as writer:
        writer.write_frames(frames)
        writer.write_sound(np.zeros((2, 6000), np.float32))
    return path


def about(path, **more):
    return Manifest(path.name, MARK, WHEN, "pocket", "0.1.0", bindings=(SoftBinding(PICTURE_BINDING, MARK),), **more)


def made_key(folder, *, kind="es256", days=300, uses=None, begins=-1):
    """An operator's certificate and key under a root of their own, as files."""
    makers = {
        "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "ps256": lambda: rsa.generate_private_key(65537, 2048),
        "es256k": lambda: ec.generate_private_key(ec.SECP256K1()),
    }
    root = local_root(folder / "authority")
    issuer = x509.load_pem_x509_certificate((root / "root.pem").read_bytes())
    issuer_key = serialization.load_pem_private_key((root / "root.key").read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    private = makers[kind]()
    now = datetime.now(UTC)
    usage = {name: False for name in ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign")}
    usage |= {"digital_signature": True, "content_commitment": True}
    usage |= {name: False for name in ("crl_sign", "encipher_only", "decipher_only")}
    uses = [ExtendedKeyUsageOID.EMAIL_PROTECTION] if uses is None else uses
    name = [(NameOID.ORGANIZATION_NAME, "A studio"), (NameOID.COMMON_NAME, "signer")]
    leaf = (
        x509.CertificateBuilder(issuer.subject, x509.Name([x509.NameAttribute(*n) for n in name]), private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.KeyUsage(**usage), True)
        .add_extension(x509.ExtendedKeyUsage(uses), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False)
        .sign(issuer_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(leaf.public_bytes(pem) + issuer.public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(private.private_bytes(pem, form, serialization.NoEncryption()))
    return folder / "chain.pem", folder / "key.pem"


@pytest.mark.parametrize("ending", ["mp4", "mov", "gif", "webp", "png", "wav"])
def test_what_was_signed_is_trusted_here_and_unknown_elsewhere(tmp_path, home, key, ending):
    label = make_aigc("studio", MARK)
    path = clip(tmp_path / f"a.{ending}", as_metadata(label))
    sign(path, about(path), key)
    found = read_credentials(path, local_anchors(home))
    assert found.state == "trusted"
    assert found.problems == ()
    assert found.generator == "Zoetrope 0.1.0"
    assert found.bindings == (SoftBinding(PICTURE_BINDING, MARK),)
    assert found.release is not None
    assert found.release["id"] == MARK
    assert [action.name for action in found.actions] == ["c2pa.created", "c2pa.watermarked.bound"]
    assert found.actions[0].source_type.endswith("/" + GENERATED)
    assert found.actions[0].agent == "pocket 0.1.0"
    assert read_credentials(path).state == "valid"
    assert read_aigc(path) == label
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_credentials_of_webm_lie_beside_it(tmp_path, home, key):
    path = clip(tmp_path / "a.webm")
    before = path.read_bytes()
    assert read_credentials(path).state == "none"
    sign(path, about(path), key)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.c2pa", "a.webm"]
    assert read_credentials(path, local_anchors(home)).state == "trusted"
    assert read_credentials(path).state == "valid"
    data = bytearray(before)
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert read_credentials(path, local_anchors(home)).state == "invalid"
    for hostile in (b"", b"no credentials", bytes(1000)):
        (tmp_path / "a.c2pa").write_bytes(hostile)
        assert read_credentials(path, local_anchors(home)).state == "invalid"


def test_every_kind_that_is_written_can_be_signed_and_others_cannot(tmp_path, key):
    assert all(can_sign(f"a.{ending}") for ending in ("mp4", "MOV", "webm", "gif", "webp", "png", "wav"))
    path = tmp_path / "a.txt"
    path.write_text("words")
    with pytest.raises(Unsupported, match="no place"):
        sign(path, about(path), key)


def test_a_changed_file_and_a_manifest_moved_to_another_picture_are_invalid(tmp_path, home, key):
    path = clip(tmp_path / "a.png")
    sign(path, about(path), key)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"IDAT") + 8] ^= 1
    (tmp_path / "b.png").write_bytes(data)
    changed = read_credentials(tmp_path / "b.png", local_anchors(home))
    assert changed.state == "invalid"
    assert any("mismatch" in problem for problem in changed.problems)
    other = clip(tmp_path / "c.png", {"title": "other"}).read_bytes()
    start = data.index(b"caBX") - 4
    end = start + 12 + int.from_bytes(data[start : start + 4], "big")
    (tmp_path / "d.png").write_bytes(other[:33] + data[start:end] + other[33:])
    assert read_credentials(tmp_path / "d.png", local_anchors(home)).state == "invalid"


def test_another_mux_drops_the_credentials_and_reading_says_so(tmp_path, key):
    path = clip(tmp_path / "a.mp4")
    sign(path, about(path), key)
    assert read_credentials(path).state == "valid"
    with open_writer(tmp_path / "b.mp4", size=(96, 64)) as writer:
        writer.write_frames(read_clip(path).frames)
    assert read_credentials(tmp_path / "b.mp4").state == "none"


def test_inputs_are_carried_over_and_edits_say_what_was_opened(tmp_path, home, key):
    first, second, odd = clip(tmp_path / "a.mp4"), clip(tmp_path / "b.mp4"), clip(tmp_path / "c.webm")
    sign(first, about(first), key)
    (tmp_path / "d.png").write_bytes(b"not a picture")
    given = (
        Ingredient("a.mp4", "parent", "00", first, mark=5, aigc='{"Label":"1"}'),
        Ingredient("b.mp4", "parent", "01", second),
        Ingredient("c.webm", "input", "02", odd),
        Ingredient("d.png", "input", "03", tmp_path / "d.png"),
        Ingredient("gone.png", "input", "04", tmp_path / "gone.png"),
    )
    path = clip(tmp_path / "e.mp4")
    sign(path, about(path, ingredients=given), key)
    found = read_credentials(path, local_anchors(home))
    assert found.state == "trusted"
    relations = {i.title: i.relation for i in found.ingredients}
    assert relations["a.mp4"] == "parentOf"
    assert relations["b.mp4"] == "componentOf"
    assert {relations[name] for name in ("c.webm", "d.png", "gone.png")} == {"inputTo"}
    assert [i.title for i in found.ingredients if i.signed] == ["a.mp4"]
    assert [a.name for a in found.actions][:3] == ["c2pa.opened", "c2pa.placed", "c2pa.edited"]
    assert found.actions[2].source_type.endswith("/" + COMPOSITE)
    assert found.release is not None
    assert found.release["inputs"][0] == {
        "title": "a.mp4", "relation": "parent", "sha256": "00", "mark": "000000000005", "aigc": '{"Label":"1"}'
    }  # fmt: skip


def test_references_alone_leave_it_created(tmp_path, key):
    path = clip(tmp_path / "a.png")
    sign(path, about(path, ingredients=(Ingredient("face.png", "input", "00"),)), key)
    found = read_credentials(path)
    assert found.actions[0].name == "c2pa.created"
    assert found.ingredients[0].relation == "inputTo"


def test_the_prompt_is_told_only_when_asked(tmp_path, key):
    quiet, open_ = clip(tmp_path / "a.png"), clip(tmp_path / "b.png")
    sign(quiet, about(quiet), key)
    sign(open_, about(open_, prompt="a red ball"), key)
    said = [read_credentials(path).release or {} for path in (quiet, open_)]
    assert [release.get("prompt") for release in said] == [None, "a red ball"]


def test_the_local_root_is_made_once_for_its_owner_alone_and_renewed_in_time(tmp_path):
    now = datetime.now(UTC)
    folder = local_root(tmp_path / "keys", now)
    root, leaf = (folder / "root.pem").read_bytes(), (folder / "signing.pem").read_bytes()
    for secret in ("root.key", "signing.pem"):
        assert stat.S_IMODE((folder / secret).stat().st_mode) == 0o600
    local_root(folder, now + timedelta(days=300))
    assert (folder / "signing.pem").read_bytes() == leaf
    local_root(folder, now + timedelta(days=360))
    assert (folder / "signing.pem").read_bytes() != leaf
    assert (folder / "root.pem").read_bytes() == root
    with pytest.raises(Refused, match="expired"):
        local_root(folder, now + timedelta(days=4000))


def test_a_damaged_local_root_is_one_clear_sentence(tmp_path):
    folder = local_root(tmp_path / "credentials")
    (folder / "signing.pem").write_text("nonsense")
    with pytest.raises(Refused, match="damaged"):
        local_key(tmp_path)


@pytest.mark.parametrize("kind", ["es256", "es384", "ed25519", "ps256"])
def test_an_operators_key_signs(tmp_path, kind):
    key = file_key(*made_key(tmp_path, kind=kind))
    check_signer(key)
    path = clip(tmp_path / "a.png")
    sign(path, about(path), key)
    anchors = (tmp_path / "authority" / "root.pem").read_text()
    found = read_credentials(path, anchors)
    assert (found.state, found.issuer) == ("trusted", "A studio")


def test_a_callback_signs_without_giving_the_key_away(tmp_path):
    chain, secret = made_key(tmp_path)
    private = serialization.load_pem_private_key(secret.read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    key = SigningKey(chain.read_text(), lambda data: private.sign(data, ec.ECDSA(hashes.SHA256())))
    check_signer(key)
    path = clip(tmp_path / "a.png")
    sign(path, about(path), key)
    assert read_credentials(path).state == "valid"


def test_a_key_that_cannot_sign_is_refused_before_any_work(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        file_key(tmp_path / "none.pem", tmp_path / "none.key")
    chain, secret = made_key(tmp_path, begins=-10, days=-1)
    with pytest.raises(Refused, match="expired on"):
        check_signer(file_key(chain, secret))
    with pytest.raises(Refused, match="clock"):
        check_signer(file_key(*made_key(tmp_path, begins=2)))
    with pytest.raises(Refused, match="may not sign claims"):
        check_signer(file_key(*made_key(tmp_path, uses=[ExtendedKeyUsageOID.SERVER_AUTH])))
    with pytest.raises(Refused, match="kind"):
        file_key(*made_key(tmp_path, kind="es256k"))
    good = file_key(*made_key(tmp_path))
    (tmp_path / "other").mkdir()
    other = file_key(*made_key(tmp_path / "other"))
    with pytest.raises(Refused, match="does not belong"):
        check_signer(SigningKey(good.chain, other.sign))
    with pytest.raises(Refused, match="does not sign"):
        check_signer(SigningKey(good.chain, lambda data: 1 / 0))
    with pytest.raises(Refused, match="no PEM chain"):
        check_signer(SigningKey("", good.sign))
    secret.write_text("nonsense")
    with pytest.raises(Refused, match="no private key"):
        file_key(chain, secret)


def test_a_time_stamp_service_that_is_silent_is_refused_before_any_work(tmp_path):
    key = local_key(tmp_path, time_stamp_url="http://127.0.0.1:9/")
    with pytest.raises(Refused, match=r"127\.0\.0\.1:9"):
        check_signer(key)


def test_a_failed_signature_leaves_the_file_as_it_was(tmp_path, key):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(MediaError, match="stays unsigned"):
        sign(path, about(path), key)
    assert path.read_bytes().endswith(b"nothing")
    assert len(list(tmp_path.iterdir())) == 1


def test_damaged_credentials_are_invalid_or_none_but_never_a_crash(tmp_path, home, key):
    path = clip(tmp_path / "a.mp4")
    sign(path, about(path), key)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    part = tmp_path / "part.mp4"
    media = whole.rindex(b"mdat")
    for _ in range(8):
        data = bytearray(whole)
        data[int(rng.integers(media + 4, len(data)))] ^= int(rng.integers(1, 255))
        part.write_bytes(data)
        assert read_credentials(part, local_anchors(home)).state == "invalid"
        part.write_bytes(whole[: int(rng.integers(1, len(whole)))])
        assert not read_credentials(part, local_anchors(home)).whole
    shutil.copy(path, part)
    assert read_credentials(part, local_anchors(home)).state == "trusted"
