"""Put signed credentials (C2PA) into a finished file, as its very last change, or beside it where it has no place.

Any later change of the file, even of its metadata alone, breaks the credentials or drops them silently. Works without
network, except that an operator's time-stamp service is asked when there is one. It does not decide what is said.
"""

import contextlib
import io
import os
import secrets
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from c2pa import Builder, C2paError, C2paSigningAlg, Context, Signer
from PIL import Image

from zoetrope.core.errors import MediaError, Refused, Unsupported
from zoetrope.media.places import writing
from zoetrope.release.asset import Ingredient
from zoetrope.release.credentials_beside import KINDS as KINDS_BESIDE
from zoetrope.release.credentials_beside import beside
from zoetrope.release.credentials_key import SigningKey, check_key
from zoetrope.release.credentials_manifest import Manifest, as_json, ingredient_json, untitled

# Source: C2PA Technical Specification 2.2, Appendix A (embedding); Matroska has no place there.
KINDS = MappingProxyType(
    {
        ".mp4": "video/mp4",
        ".mov": "video/quicktime",
        ".gif": "image/gif",
        ".webp": "image/webp",
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".wav": "audio/wav",
    }
)
_OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}


def settings(anchors: str = "") -> dict[str, Any]:
    """Settings of the C2PA library: no network, no thumbnails (a still grew fourfold), these roots trusted."""
    trust = {"trust": {"user_anchors": anchors}} if anchors else {}
    return {"version": 1, "builder": {"thumbnail": {"enabled": False}}, "verify": _OFFLINE} | trust


def can_sign(path: str | Path) -> bool:
    """Whether such a file can have credentials, by its ending: in it, or beside it as WebM."""
    return Path(path).suffix.lower() in {*KINDS, *KINDS_BESIDE}


def check_signer(key: SigningKey, now: datetime | None = None) -> None:
    """Prove before any rendering that a key can sign now, by its certificates and by signing a picture of one pixel.

    Raises: Refused, with what is wrong and what to do.
    """
    check_key(key, now)
    pixel, signed = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (1, 1)).save(pixel, "PNG")
    pixel.seek(0)
    try:
        _sign(untitled(), "image/png", key, pixel, signed)
    except C2paError as error:
        asked = f", or its time-stamp service {key.time_stamp_url} does not answer" if key.time_stamp_url else ""
        raise Refused(f"the signing key cannot sign claims{asked}: {error}; nothing was rendered") from error


def sign(path: Path, manifest: Manifest, key: SigningKey) -> None:
    """Sign a finished file, in place or into a `.c2pa` file beside it; all stays as it was when that fails.

    Raises: Unsupported for a kind of file that cannot have credentials; MediaError when it cannot be signed or written.
    """
    if not can_sign(path):
        known = ", ".join((*KINDS, *KINDS_BESIDE))
        raise Unsupported(
            f"a {path.suffix} file has no place for signed credentials; use one of {known}, or do without"
        )
    apart = beside(path)
    target = apart or path
    made = target.with_name(f".{path.stem[:80]}.{secrets.token_hex(4)}.signed{target.suffix}")
    try:
        with writing(target), path.open("rb") as source, made.open("x+b") as signed:
            if apart is None:
                _sign(manifest, KINDS[path.suffix.lower()], key, source, signed)
            else:
                signed.write(_signed_apart(manifest, KINDS_BESIDE[path.suffix.lower()], key, source))
        with writing(target):
            os.replace(made, target)
    except C2paError as error:
        raise MediaError(f"cannot sign {path}: {error}; the file stays unsigned") from error
    finally:
        made.unlink(missing_ok=True)


def _signed_apart(manifest: Manifest, kind: str, key: SigningKey, source: BinaryIO) -> bytes:
    """The credentials alone; the library writes an unchanged copy of the file, which is thrown away."""
    with tempfile.TemporaryFile() as copy:
        return _sign(manifest, kind, key, source, copy, embed=False)


def _sign(
    manifest: Manifest, kind: str, key: SigningKey, source: BinaryIO, signed: BinaryIO, *, embed: bool = True
) -> bytes:
    said = as_json(manifest, kind)
    with contextlib.ExitStack() as files:
        opened = [_file_of(given, key, files) for given in manifest.ingredients]
        alone = [ingredient_json(manifest, index) for index, file in enumerate(opened) if file is None]
        with _builder(said | {"ingredients": alone}, key) as builder, _signer(key) as signer:
            for index, file in enumerate(opened):
                if file is not None:
                    builder.add_ingredient(ingredient_json(manifest, index), *file)
            if not embed:
                builder.set_no_embed()
            return builder.sign(signer, kind, source, signed)


@contextlib.contextmanager
def _builder(said: dict[str, Any], key: SigningKey) -> Iterator[Builder]:
    with Context.from_dict(settings(key.anchors)) as context, Builder(said, context=context) as builder:
        yield builder


def _signer(key: SigningKey) -> Signer:
    return Signer.from_callback(key.sign, C2paSigningAlg[key.algorithm.upper()], key.chain, key.time_stamp_url)


def _file_of(given: Ingredient, key: SigningKey, files: contextlib.ExitStack) -> tuple[str, BinaryIO] | None:
    """Kind and content of an ingredient whose own manifests can be taken over, None where there are none to take.

    Files that the library cannot read are tried beforehand, so that a damaged input does not stop the release.
    """
    kind = KINDS.get(given.path.suffix.lower()) if given.path else None
    if given.path is None or kind is None or not given.path.is_file():
        return None
    file = files.enter_context(given.path.open("rb"))
    try:
        with _builder({}, key) as trial:
            trial.add_ingredient({"title": given.title, "relationship": "inputTo"}, kind, file)
    except C2paError:
        return None
    file.seek(0)
    return kind, file
