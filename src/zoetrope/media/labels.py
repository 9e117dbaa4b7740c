"""Find the AIGC label that a media file carries, wherever its kind of file keeps it.

It knows places, not meanings: what it returns is the text as it stands in the file. `release.aigc` judges it.
"""

import contextlib
import json
import warnings
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from zoetrope.core.errors import MediaError
from zoetrope.media.pictures import DAMAGED
from zoetrope.media.places import check_readable
from zoetrope.media.readers import read_notes
from zoetrope.media.riff import find_chunks
from zoetrope.media.xmp import AIGC, find_packet, read_aigc_field

_CHARACTER_CODE = 8  # bytes before the text of an EXIF comment. Source: CIPA DC-008 (Exif 2.32), UserComment
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")


def find_aigc(path: str | Path) -> list[str]:
    """The AIGC labels in a file, as text; a sound file has one, most files of others have none.

    Raises: MediaError when the file is missing, empty, damaged or of a kind that is not read.
    """
    place = Path(path)
    check_readable(place)
    with place.open("rb") as file:
        head = file.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        return [_text(chunk) for chunk in find_chunks(place, AIGC.encode())]
    if head.startswith(_PICTURES) or head[8:] in (b"WEBP", b"avif"):
        return _in_picture(place)
    return [text for name, text in read_notes(place).items() if name.upper() == AIGC]


def _text(chunk: bytes) -> str:
    return chunk.rstrip(b"\0").decode("utf-8", "replace")


def _in_picture(path: Path) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                packet = find_packet(picture, path)
                others = [picture.info.get(AIGC), _user_comment(picture)]
    except (*DAMAGED, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise MediaError(f"cannot read {path}: it is damaged or cut short; give an intact file") from error
    found = read_aigc_field(packet) if packet else []
    return found + [text for text in others if isinstance(text, str) and text]


def _user_comment(picture: Image.Image) -> str | None:
    """A label in the place where other programs put it: {"AIGC": {...}} as the comment of a photograph."""
    comment = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if isinstance(comment, bytes):
        comment = comment[_CHARACTER_CODE:].decode("utf-8", "replace")
    with contextlib.suppress(ValueError, RecursionError):
        said = json.loads(comment) if isinstance(comment, str) else None
        if isinstance(said, dict) and AIGC in said:
            return said[AIGC] if isinstance(said[AIGC], str) else json.dumps(said[AIGC])
    return None
