"""Tell whether a media file ends before the length that it declares for itself.

Decoders play what is left of a file that was cut short and say nothing; a user wants to know. It decodes nothing, and
calls a file whole when it declares no length.
"""

import struct
from pathlib import Path
from typing import BinaryIO

_OPEN_ENDED = 0xFFFFFFFF  # what a RIFF file says while it is still being written
_BOXES = frozenset(b"ftyp styp moov mdat free skip wide moof mfra sidx udta uuid meta pdin prft emsg jumb".split())
_EBML = b"\x1a\x45\xdf\xa3"


def is_cut_short(path: Path) -> bool:
    """Whether an mp4, mov, webm, mkv, wav, webp or avi file is shorter than it says; False for other kinds."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
            return _boxes_end(file, size) > size
        if head[:4] == b"RIFF" and len(head) == 12:
            (declared,) = struct.unpack("<I", head[4:8])
            return declared not in (0, _OPEN_ENDED) and 8 + declared > size
        if head[:4] == _EBML:
            return _segment_end(file) > size
    return False


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Where the last top-level box of an ISO base media file ends. Source: ISO/IEC 14496-12, section 4.2."""
    place = 0
    while place < size:
        file.seek(place)
        head = file.read(16)
        if head[4:8] not in _BOXES:  # something that another program hung on at the end
            return place
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:
            return size
        if length < 8:
            return place
        place += length
    return place


def _segment_end(file: BinaryIO) -> int:
    """Where the segment of a Matroska file ends, 0 when it does not say. Source: RFC 8794, section 4."""
    file.seek(4)
    header, _ = _number(file)
    file.seek(header + 4, 1)
    length, known = _number(file)
    return file.tell() + length if known else 0


def _number(file: BinaryIO) -> tuple[int, bool]:
    """A number of variable length, and whether it is known; all ones mean unknown."""
    first = (file.read(1) or b"\0")[0]
    if not first:
        return 0, False
    length = 9 - first.bit_length()
    value = first & (0xFF >> length)
    for byte in file.read(length - 1):
        value = value << 8 | byte
    return value, value != (1 << 7 * length) - 1
