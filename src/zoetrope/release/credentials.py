"""Signed credentials (C2PA), whole: who signs, what is said, signing, reading."""

from zoetrope.release.credentials_key import SigningKey, check_key, file_key, local_anchors, local_key
from zoetrope.release.credentials_manifest import Manifest, SoftBinding
from zoetrope.release.credentials_read import Action, Credentials, GivenBefore, read_credentials
from zoetrope.release.credentials_sign import can_sign, check_signer, sign
from zoetrope.release.marks.base import PICTURE_METHOD as PICTURE_BINDING
from zoetrope.release.marks.base import SOUND_METHOD as SOUND_BINDING

__all__ = [
    "PICTURE_BINDING",
    "SOUND_BINDING",
    "Action",
    "Credentials",
    "GivenBefore",
    "Manifest",
    "SigningKey",
    "SoftBinding",
    "can_sign",
    "check_key",
    "check_signer",
    "file_key",
    "local_anchors",
    "local_key",
    "read_credentials",
    "sign",
]
