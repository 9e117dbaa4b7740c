"""The local root: certificates that an installation makes for itself once, so that every release can be signed offline.

Others see an issuer that they do not know, which is honest: it proves that a file is unchanged since this installation
signed it, not who runs the installation. The private keys stay in the user's data folder, readable by the user alone.
"""

import os
import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from zoetrope.core.errors import Refused
from zoetrope.release.profiles import law

ROOT_CERTIFICATE, ROOT_KEY = "root.pem", "root.key"
SIGNING = "signing.pem"  # key and chain in one file, so that a renewal replaces both at once

# Source: C2PA Technical Specification 2.2, section 14.5.1; older validators want e-mail protection beside it.
_CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_ROOT_YEARS = 10
_BEFORE = timedelta(hours=1)  # clocks of other machines may be a little slow
_RENEW_BEFORE = timedelta(days=14)


def local_root(folder: Path, now: datetime | None = None) -> Path:
    """The folder with this installation's certificates and keys, made on first use; the leaf is renewed in time.

    Raises: Refused when the folder cannot be written or read, or its root has expired.
    """
    now = now or datetime.now(UTC)
    try:
        if not (folder / ROOT_KEY).exists():
            _make(folder, now)
        if _expires(folder / SIGNING) - _RENEW_BEFORE < now:
            _renew(folder, now)
    except OSError as error:
        raise Refused(
            f"the signing keys in {folder} cannot be read or made: {error.strerror}; "
            "make that folder writable, or give your own key"
        ) from error
    except (ValueError, TypeError) as error:
        raise Refused(f"the signing keys in {folder} are damaged; remove the folder to make new ones") from error
    return folder


def _expires(certificate: Path) -> datetime:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def _make(folder: Path, now: datetime) -> None:
    """Make all files in a folder beside and move it into place, so that two first uses at once end with one root."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    beside.mkdir(mode=0o700)
    try:
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = _root(root_key, now)
        _write(beside / ROOT_KEY, _secret(root_key))
        (beside / ROOT_CERTIFICATE).write_bytes(_pem(root))
        _write_leaf(beside, root, root_key, now)
        try:
            beside.rename(folder)
        except OSError:
            if not (folder / ROOT_KEY).exists():
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _renew(folder: Path, now: datetime) -> None:
    root = x509.load_pem_x509_certificate((folder / ROOT_CERTIFICATE).read_bytes())
    if root.not_valid_after_utc < now:
        raise Refused(f"the local root in {folder} expired; remove the folder to make a new one, or give your own key")
    root_key = serialization.load_pem_private_key((folder / ROOT_KEY).read_bytes(), password=None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    _write_leaf(folder, root, root_key, now)


def _write_leaf(folder: Path, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    _write(folder / SIGNING, _pem(_leaf(key, root, root_key, now)) + _pem(root) + _secret(key))


def _secret(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    os.replace(beside, path)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _named(common: str) -> x509.Name:
    names = {NameOID.ORGANIZATION_NAME: "Zoetrope, self-hosted", NameOID.COMMON_NAME: common}
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in names.items()])


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now - _BEFORE + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _root(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _named(f"Local root {secrets.token_hex(4)}")  # two installations are told apart by it
    begun = _begun(name, name, key, now, 366 * _ROOT_YEARS)
    begun = begun.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return begun.add_extension(_usage(signs_certificates=True), critical=True).sign(key, hashes.SHA256())


def _leaf(
    key: ec.EllipticCurvePrivateKey, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate:
    begun = _begun(_named("Local signer"), root.subject, key, now, law("signing_certificate_days"))
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING])
    begun = begun.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    begun = begun.add_extension(issuer, critical=False).add_extension(uses, critical=False)
    return begun.add_extension(_usage(signs_certificates=False), critical=True).sign(root_key, hashes.SHA256())
