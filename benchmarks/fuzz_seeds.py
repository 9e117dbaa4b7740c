"""What the fuzzing of readers begins from: a small whole file of each kind, and bombs that nobody made by chance."""

import io
import struct
import zlib
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from zoetrope.media.writers import open_writer
from zoetrope.release.aigc import as_metadata, make_aigc
from zoetrope.release.credentials import PICTURE_BINDING, Manifest, SoftBinding, local_key, sign

KINDS = ("mp4", "mov", "webm", "gif", "webp", "png", "wav")
_MARK = "0123456789ab"
_SIZE, _FRAMES = (96, 64), 3
_UNPACKED = 200 << 20  # bytes that a text of 200 kB unpacks to
_BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    + b"]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&j;</x:xmpmeta>"
)
_OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&e;</x:xmpmeta>'
HOSTILE = (
    b"[" * 50_000,
    b'{"Label":' * 9_000,
    b'{"Label": 1}',
    b'{"Label":"\x1b[2J","ProduceID":"' + b"f" * 70_000 + b'"}',
    b"\xff\xfe" * 4_000,
    _BILLION,
    _OUTSIDE,
)


def make_seeds(folder: Path) -> dict[str, bytes]:
    """Signed and labelled files of each kind, by name; `c2pa` is the manifest that lies beside the webm."""
    key, rng = local_key(folder / "keys"), np.random.default_rng(1)
    frames = rng.integers(0, 256, (_FRAMES, 8, 12, 3), np.uint8).repeat(8, 1).repeat(8, 2)
    sound = rng.normal(0, 0.1, (2, _FRAMES * 2000)).astype(np.float32)
    seeds = {}
    for kind in KINDS:
        path = folder / f"seed.{kind}"
        with open_writer(path, size=_SIZE, metadata=as_metadata(make_aigc("studio", _MARK))) as writer:
            writer.write_frames(frames)
            writer.write_sound(sound)
        binding = SoftBinding(PICTURE_BINDING, _MARK)
        sign(
            path, Manifest(path.name, _MARK, datetime(2026, 1, 1, tzinfo=UTC), "pocket", "1", bindings=(binding,)), key
        )
        seeds[kind] = path.read_bytes()
    seeds["c2pa"] = (folder / "seed.c2pa").read_bytes()
    return seeds


def bombs(seeds: dict[str, bytes], unpacked: int = _UNPACKED) -> dict[str, bytes]:
    """Small files that declare, or unpack to, far more than they are, by name. Units: unpacked in bytes."""
    return {
        "pixels.png": _png(30_000, 30_000, 90_001 * 30),
        "sides.png": _png(2**31 - 1, 2**31 - 1, 1000),
        "text.png": _png_text(b"zTXt", b"AIGC\0\0" + zlib.compress(bytes(unpacked), 9)),
        "text.mov": _mov_of(_png_text(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(unpacked), 9))),
        "xmp.png": _png_text(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _BILLION),
        "packed.png": _png_text(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(unpacked), 9)),
        "outside.png": _png_text(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _OUTSIDE),
        "canvas.gif": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"," + bytes(20) + b";",
        "frames.gif": _gif_of_many(),
        "canvas.webp": b"RIFF"
        + struct.pack("<I", 40)
        + b"WEBPVP8X"
        + struct.pack("<I", 10)
        + b"\x02"
        + b"\xff" * 9
        + bytes(14),
        "nested.mp4": _nested(4000, b"moov"),
        "nested.mov": _nested(30_000, b"udta"),
        "box.mp4": _FTYP + struct.pack(">I", 1) + b"moov" + b"\x40" + bytes(7),
        "table.mp4": _grown(seeds["mp4"], b"stsz", 12, b"\x7f\xff\xff\xff"),
        "times.mp4": _grown(seeds["mp4"], b"stts", 8, b"\x7f\xff\xff\xff"),
        "size.mp4": _grown(seeds["mp4"], b"avc1", 28, struct.pack(">HH", 16_000, 16_000)),
        "jumbf.png": _png_text(b"caBX", struct.pack(">I", 0xFFFFFFF0) + b"jumb" + bytes(4000)),
        "list.wav": b"RIFF\xff\xff\xff\xffWAVE" + b"AIGC" + struct.pack("<I", 0xFFFFFFF0) + b"{}",
        "rate.wav": _wav(0xFFFFFFFF, 2),
        "channels.wav": _wav(24_000, 65_535),
        "element.webm": seeds["webm"][:40] + b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + seeds["webm"][40:],
    }


_FTYP = struct.pack(">I", 16) + b"ftypisom" + bytes(4)


def _mov_of(picture: bytes) -> bytes:
    """A clip whose pictures are the same PNG of 8x8 pixels again and again."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="mov") as file:
        stream = file.add_stream("png", rate=12)
        stream.width, stream.height, stream.pix_fmt = 8, 8, "gray"
        for at in range(3):
            packet = av.Packet(picture)
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, at, at, Fraction(1, 12)
            file.mux(packet)
    return memory.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, held: int, more: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + _chunk(b"IDAT", zlib.compress(bytes(held), 9)) + _chunk(b"IEND", b"")


def _png_text(name: bytes, data: bytes) -> bytes:
    return _png(8, 8, 8 * 25, _chunk(name, data))


def _gif_of_many() -> bytes:
    """An animation of 3,000 frames of 2,000 by 2,000 in a few kilobytes each hundred."""
    frame = b"!\xf9\x04\0\0\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, 2000, 2000, 0) + b"\x02\x02\x4c\x01\0"
    head = b"GIF89a" + struct.pack("<HHBBB", 2000, 2000, 0x80, 0, 0) + bytes(6)
    return head + frame * 3000 + b";"


def _nested(depth: int, name: bytes) -> bytes:
    return _FTYP + b"".join(struct.pack(">I", 8 * (depth - n)) + name for n in range(depth))


def _grown(data: bytes, box: bytes, after: int, value: bytes) -> bytes:
    place = data.find(box)
    return data[: place + after] + value + data[place + after + len(value) :] if place > 0 else data


def _wav(rate: int, channels: int) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, rate, 4, 16)
    return (
        b"RIFF"
        + struct.pack("<I", 60)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", 24)
        + bytes(24)
    )
