"""Make a WebM file declare the length that it plays.

Block times in WebM include the sound encoder's lead-in, so the muxer declares a clip of 5.000 s as 5.008 s long, and
players show and loop that. Source: RFC 9559, sections 5.1.2.10 (Duration) and 5.1.4.1.20 (CodecDelay).
"""

import struct
from fractions import Fraction
from pathlib import Path

_DURATION = b"\x44\x89\x88"  # the element's id, and its size: eight bytes
_FIRST_CLUSTER = b"\x1f\x43\xb6\x75"
_TAG = b"DURATION\x44\x87\x93"  # the muxer's tag of a track: nineteen bytes of text and a zero


def declare_length(file: Path, seconds: Fraction) -> None:
    """Write `seconds` into the header of a finished file and into the tags of its tracks."""
    with file.open("r+b") as stream:
        head = stream.read(1 << 16).partition(_FIRST_CLUSTER)[0]
        place = head.find(_DURATION)
        if place >= 0:
            stream.seek(place + len(_DURATION))
            stream.write(struct.pack(">d", float(seconds * 1000)))
        place = head.find(_TAG)
        while place >= 0:
            stream.seek(place + len(_TAG))
            stream.write(_clock(seconds))
            place = head.find(_TAG, place + 1)


def _clock(seconds: Fraction) -> bytes:
    whole, part = divmod(round(seconds * 10**9), 10**9)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{part:09d}".encode()
