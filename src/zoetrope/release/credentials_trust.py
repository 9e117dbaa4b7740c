"""Whom a reader trusts: root certificates that an operator names, as PEM. Knows certificates and no manifests."""

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from zoetrope.core.errors import InvalidRequest


def read_roots(files: Iterable[Path]) -> str:
    """The certificates of files, one PEM text; each must be one that issues others.

    Raises: InvalidRequest for a file that cannot be read, holds no PEM, or a certificate that issues nothing.
    """
    return "".join(_pem(certificate) for file in files for certificate in _roots(file))


def issuers_of(chain: str) -> str:
    """What stands above the leaf in a chain, as PEM; "" where the leaf stands alone or the text is no chain."""
    try:
        return "".join(_pem(issuer) for issuer in x509.load_pem_x509_certificates(chain.encode())[1:])
    except ValueError:
        return ""


def _roots(file: Path) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        raise InvalidRequest(f"the trusted roots {file} cannot be read: {error.strerror}; check the name") from error
    except ValueError as error:
        raise InvalidRequest(f"the trusted roots {file} hold no certificates in PEM; give the issuer's own") from error
    for certificate in found:
        if not _issues(certificate):
            name = certificate.subject.rfc4514_string() or "a certificate without a name"
            raise InvalidRequest(
                f"the trusted roots {file} hold {name}, which issues no others; give the certificate of who issued it"
            )
    return found


def _issues(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
