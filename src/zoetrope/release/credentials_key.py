"""Who signs: a chain of certificates and a way to sign bytes, from files, from a callback or from the local root.

It knows certificates; it knows nothing about manifests.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from zoetrope.core.errors import Refused
from zoetrope.release.credentials_root import ROOT_CERTIFICATE, SIGNING, local_root

_CURVES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "secp256r1": ("es256", hashes.SHA256()),
    "secp384r1": ("es384", hashes.SHA384()),
    "secp521r1": ("es512", hashes.SHA512()),
}
_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
_LEAST_RSA_BITS = 2048
_TRIED = b"zoetrope: does this key belong to this certificate?"


@dataclass(frozen=True)
class SigningKey:
    """Who signs.

    `chain` is PEM, the leaf first; `sign` takes bytes and returns a signature as `cryptography` makes it (DER for
    elliptic curves, PSS with SHA-256 for RSA); `anchors` is PEM of roots that readers on this machine may trust.
    """

    chain: str
    sign: Callable[[bytes], bytes]
    time_stamp_url: str | None = None
    anchors: str = ""

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate that signs. Raises: Refused when the chain cannot be read."""
        return _certificates(self.chain)[0]

    @property
    def algorithm(self) -> str:
        """The name that C2PA has for the way this key signs. Raises: Refused for a kind of key that it lacks."""
        return algorithm_of(self.leaf)


def local_key(home: Path, *, time_stamp_url: str | None = None) -> SigningKey:
    """The key of this installation's own root, made on first use in the user's data folder.

    Raises: Refused when it cannot be made, read or renewed.
    """
    signing = local_root(home / "credentials") / SIGNING
    key = file_key(signing, signing, time_stamp_url=time_stamp_url)
    return replace(key, anchors=local_anchors(home))


def local_anchors(home: Path) -> str:
    """The local root as PEM, "" while there is none: readers who pass it on trust what this installation signed."""
    root = home / "credentials" / ROOT_CERTIFICATE
    return root.read_text("ascii") if root.is_file() else ""


def file_key(chain: Path, key: Path, *, password: bytes | None = None, time_stamp_url: str | None = None) -> SigningKey:
    """An operator's certificate chain and private key, both PEM; one file may hold both.

    Raises: Refused when a file is missing, cannot be read or holds something else.
    """
    try:
        certificates, secret = chain.read_text("ascii"), key.read_bytes()
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "it is no PEM text"
        name = getattr(error, "filename", None) or chain
        raise Refused(f"the signing key cannot be read: {name}: {what}; nothing was rendered") from error
    try:
        private = serialization.load_pem_private_key(secret, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused(f"{key} holds no private key in PEM that this password opens; nothing was rendered") from error
    only = "".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in _certificates(certificates))
    return SigningKey(only, signing_with(private), time_stamp_url)


def signing_with(private: object) -> Callable[[bytes], bytes]:
    """A function that signs with a private key. Raises: Refused for a kind of key that C2PA lacks."""
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        digest = _CURVES[private.curve.name][1]
        return lambda data: private.sign(data, ec.ECDSA(digest))
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign
    if isinstance(private, rsa.RSAPrivateKey):
        return lambda data: private.sign(data, _PADDING, hashes.SHA256())
    raise Refused("the signing key is of a kind that C2PA does not know; use P-256, P-384, P-521, Ed25519 or RSA")


def algorithm_of(leaf: x509.Certificate) -> str:
    """What C2PA calls the way a certificate's key signs. Raises: Refused for a kind of key that it lacks."""
    public = leaf.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in _CURVES:
        return _CURVES[public.curve.name][0]
    if isinstance(public, ed25519.Ed25519PublicKey):
        return "ed25519"
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS:
        return "ps256"
    raise Refused("the signing certificate's key is of a kind that C2PA lacks; use P-256, P-384, P-521, Ed25519 or RSA")


def check_key(key: SigningKey, now: datetime | None = None) -> None:
    """Make sure that a key can sign now: readable, in its time, allowed to sign claims, and a pair.

    Raises: Refused, with what is wrong and what to do.
    """
    now = now or datetime.now(UTC)
    chain = _certificates(key.chain)
    for certificate in chain:
        _check_time(certificate, now)
    _check_uses(chain[0])
    for lower, upper in itertools.pairwise(chain):
        _check_issued(lower, upper)
    _check_pair(key, chain[0])


def _certificates(chain: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(chain.encode())
    except ValueError as error:
        raise Refused("the signing certificates are no PEM chain; give the leaf first, then what issued it") from error


def _check_time(certificate: x509.Certificate, now: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if last < now:
        raise Refused(
            f"the signing certificate {_name(certificate)} expired on {last:%Y-%m-%d}; renew it; nothing was rendered"
        )
    if first > now:
        raise Refused(
            f"the signing certificate {_name(certificate)} is valid from {first:%Y-%m-%d} on only; "
            "check this machine's clock; nothing was rendered"
        )


def _check_uses(leaf: x509.Certificate) -> None:
    algorithm_of(leaf)
    try:
        uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        signs = leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        uses, signs = [], False
    if ExtendedKeyUsageOID.EMAIL_PROTECTION not in uses or not signs:
        raise Refused(
            f"the certificate {_name(leaf)} may not sign claims: it needs the key usage digitalSignature and the "
            "extended usages emailProtection and c2pa-kp-claimSigning; ask for one that has them"
        )


def _check_issued(lower: x509.Certificate, upper: x509.Certificate) -> None:
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Refused(
            f"the chain is broken: {_name(upper)} did not issue {_name(lower)}; "
            "give the leaf first, then what issued it"
        ) from error


def _check_pair(key: SigningKey, leaf: x509.Certificate) -> None:
    try:
        signature = key.sign(_TRIED)
    except Exception as error:  # what an operator's callback raises is not known here
        raise Refused(f"the signing key does not sign: {error}; nothing was rendered") from error
    try:
        _verify(leaf.public_key(), signature)
    except (InvalidSignature, TypeError, ValueError) as error:
        raise Refused(
            f"the private key does not belong to the certificate {_name(leaf)}; give the key that was certified"
        ) from error


def _verify(public: object, signature: bytes) -> None:
    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, _TRIED, ec.ECDSA(_CURVES[public.curve.name][1]))
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, _TRIED)
    elif isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, _TRIED, _PADDING, hashes.SHA256())


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "without a name"
