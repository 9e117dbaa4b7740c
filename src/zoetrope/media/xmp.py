"""XMP metadata for WebP files, whose encoder writes none."""

import struct
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

_XMP_FLAG = 0x04  # bit of the VP8X chunk that announces an XMP chunk (RFC 9649, section 2.7)
_DUBLIN_CORE = {"title": "dc:title", "comment": "dc:description", "encoder": "xmp:CreatorTool"}


def add_xmp(file: Path, metadata: Mapping[str, str]) -> None:
    """Append an XMP chunk to an extended WebP file and announce it in its header. Source: RFC 9649."""
    data = bytearray(file.read_bytes())
    if data[12:16] != b"VP8X":
        return
    packet = _xmp(metadata)
    data[20] |= _XMP_FLAG
    data += b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
    data[4:8] = struct.pack("<I", len(data) - 8)
    file.write_bytes(data)


def _xmp(metadata: Mapping[str, str]) -> bytes:
    fields = "".join(f" {_DUBLIN_CORE.get(n, 'z:' + n)}={quoteattr(t)}" for n, t in metadata.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:z="https://zoetrope.invalid/ns/1.0/"{fields}/></rdf:RDF></x:xmpmeta>'
    ).encode()
