"""What an operator sets for a whole house, by the names of environment variables, and the policy that follows from it.

Reads a mapping that its caller gives: `cli` and `zoetrope` hand over the environment, tests a dictionary.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.home import home_folder
from zoetrope.release.credentials import SigningKey, file_key, local_anchors, local_key
from zoetrope.release.credentials_trust import issuers_of, read_roots
from zoetrope.release.door_policy import Policy, open_policy
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.picture import SpreadPictureMark
from zoetrope.release.marks.sound import SpreadSoundMark
from zoetrope.release.registry import FILE, Registry
from zoetrope.release.verify_layers import Readers

PROFILE = "ZOETROPE_PROFILE"  # default, cn, eu, us-ca
PROVIDER = "ZOETROPE_PROVIDER"  # who offers the service: provider code or name
MARK_KEY = "ZOETROPE_MARK_KEY"  # file with the house's own secret for invisible marks
CERTIFICATE = "ZOETROPE_SIGNING_CERTIFICATE"  # chain in PEM, leaf first
SIGNING_KEY = "ZOETROPE_SIGNING_KEY"  # private key in PEM; in the same file where left out
TRUSTED_ROOTS = "ZOETROPE_TRUSTED_ROOTS"  # files in PEM whose issuers `verify` trusts; separated as in PATH
TIME_STAMPS = "ZOETROPE_TIME_STAMP_URL"  # an RFC 3161 service
EPOCH = "SOURCE_DATE_EPOCH"  # seconds since 1970 that stand for now. Source: reproducible-builds.org


def open_house(environment: Mapping[str, str], profile: str | None = None) -> Policy:
    """The policy of a house, ready to release: keys read and tried, registry open.

    Raises: InvalidRequest, Refused, MediaError for what would only fail after the work otherwise.
    """
    home = home_folder(environment)
    return open_policy(
        home,
        profile or environment.get(PROFILE) or "default",
        provider=environment.get(PROVIDER, ""),
        signer=_signer(environment, home),
        mark_key=mark_key_of(environment),
    )


def open_readers(environment: Mapping[str, str], roots: Sequence[Path] = ()) -> Readers:
    """With what a house reads files: marks by its key, its registry if any, and trust.

    Trusted are its own root, who issued its own certificate, the roots that its settings name, and `roots`.
    Makes nothing: verifying leaves no trace.
    Raises: InvalidRequest, MediaError for keys and registries that cannot be read.
    """
    home, key = home_folder(environment), load_key(mark_key_of(environment))
    return Readers(
        picture_mark=SpreadPictureMark(key),
        sound_mark=SpreadSoundMark(key),
        anchors=local_anchors(home) + _trusted(environment, roots),
        registry=Registry(home) if (home / FILE).is_file() else None,
    )


def _trusted(environment: Mapping[str, str], roots: Sequence[Path]) -> str:
    named = [Path(name) for name in environment.get(TRUSTED_ROOTS, "").split(os.pathsep) if name]
    chain, issuers = environment.get(CERTIFICATE), ""
    if chain:
        with contextlib.suppress(OSError, ValueError):  # a chain that is gone stops releasing, not reading
            issuers = issuers_of(Path(chain).read_text("ascii"))
    return issuers + read_roots([*named, *roots])


def mark_key_of(environment: Mapping[str, str]) -> Path | None:
    """The file with the house's own secret for marks, if it has one."""
    return Path(environment[MARK_KEY]) if environment.get(MARK_KEY) else None


def time_of_making(environment: Mapping[str, str]) -> datetime:
    """Now, or the fixed time that the environment sets. Raises: InvalidRequest for a time that is none."""
    fixed = environment.get(EPOCH)
    if not fixed:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidRequest(f"{EPOCH} was {fixed!r}; it must be whole seconds since 1970, or unset") from None


def _signer(environment: Mapping[str, str], home: Path) -> SigningKey:
    stamps = environment.get(TIME_STAMPS) or None
    chain = environment.get(CERTIFICATE)
    if chain:
        return file_key(Path(chain), Path(environment.get(SIGNING_KEY) or chain), time_stamp_url=stamps)
    return local_key(home, time_stamp_url=stamps)
