"""Single chunks of RIFF files (WAV, WebP): add one at the end, find one.

Knows how chunks are laid out. It does not know what is in them.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST_BYTES = 1 << 20  # notes are a few kilobytes; a chunk that says more is not read as one
_MOST_CHUNKS = 4096  # a hostile file may hold millions of empty ones


def add_chunk(file: Path, name: bytes, data: bytes) -> None:
    """Append a chunk to a finished RIFF file and count it in the file's length.

    Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991), "RIFF".
    """
    with file.open("r+b") as stream:
        end = stream.seek(0, 2)
        chunk = name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        stream.write(b"\0" * (end % 2) + chunk)
        length = stream.tell() - 8
        stream.seek(4)
        stream.write(struct.pack("<I", length))


def find_chunks(file: Path, name: bytes) -> list[bytes]:
    """The contents of all chunks of a name that are no larger than a note; none in other kinds of files."""
    with file.open("rb") as stream:
        return [stream.read(length) for found, length in _chunks(stream) if found == name and length <= _MOST_BYTES]


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Names and lengths of the chunks of a file, which stands at the content of the one that was just named."""
    if stream.read(4) != b"RIFF":
        return
    place = 12
    for _ in range(_MOST_CHUNKS):
        stream.seek(place)
        head = stream.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "little")
        yield head[:4], length
        place += 8 + length + length % 2
