"""XMP metadata for files whose encoders write none: WebP, GIF and PNG; and how it is read from pictures.

It knows how packets are written and where each kind of file keeps them. It does not know what the words mean.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from PIL import Image

from zoetrope.media.riff import add_chunk

AIGC = "AIGC"
# Source: TC260-PG-20259A (2025-08-28), the guide for pictures that belongs to GB 45438-2025.
AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"

_XMP_FLAG = 0x04  # bit of the VP8X chunk that announces an XMP chunk (RFC 9649, section 2.7)
_DUBLIN_CORE = {"title": "dc:title", "comment": "dc:description", "encoder": "xmp:CreatorTool"}
_MOST_BYTES = 1 << 20
# Readers of GIF that skip blocks byte by byte land on its end wherever they start.
# Source: XMP Specification Part 3 (Adobe, 2020), section 1.1.2 "GIF".
_GIF_NAME = b"\x21\xff\x0bXMP DataXMP"
_GIF_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def add_xmp(file: Path, metadata: Mapping[str, str]) -> None:
    """Append an XMP chunk to a finished WebP file and announce it in its header. Source: RFC 9649."""
    with file.open("rb") as stream:
        extended = stream.read(16)[12:] == b"VP8X"
    if not extended:
        _extend(file)
    with file.open("r+b") as stream:
        stream.seek(20)
        flags = stream.read(1)[0]
        stream.seek(20)
        stream.write(bytes([flags | _XMP_FLAG]))
    add_chunk(file, b"XMP ", packet(metadata))


def _extend(file: Path) -> None:
    """Give a WebP of one plain picture the header that files with metadata need. Source: RFC 9649, section 2.7."""
    with Image.open(file) as picture:
        width, height = picture.size
    data = file.read_bytes()
    header = (
        struct.pack("<4sII", b"VP8X", 10, 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )
    file.write_bytes(b"RIFF" + struct.pack("<I", len(data) + 10) + b"WEBP" + header + data[12:])


def add_xmp_to_gif(file: Path, metadata: Mapping[str, str]) -> None:
    """Put an XMP packet into a finished GIF, before its first picture."""
    data = file.read_bytes()
    place = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)  # after the screen descriptor and its palette
    file.write_bytes(data[:place] + _GIF_NAME + packet(metadata) + _GIF_TRAILER + data[place:])


def packet(metadata: Mapping[str, str]) -> bytes:
    """An XMP packet that holds metadata under the names that our callers use."""
    rest = {name: text for name, text in metadata.items() if name != AIGC}
    fields = "".join(f" {_DUBLIN_CORE.get(n, 'z:' + n)}={quoteattr(t)}" for n, t in rest.items())
    label = f"<TC260:AIGC>{escape(metadata[AIGC])}</TC260:AIGC>" if AIGC in metadata else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:TC260="{AIGC_NAMESPACE}" xmlns:z="https://zoetrope.invalid/ns/1.0/"{fields}>{label}'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def find_packet(picture: Image.Image, file: Path) -> bytes | None:
    """The XMP packet of an opened picture file (PNG, JPEG, WebP, TIFF, AVIF, GIF), None when it holds none."""
    if picture.format == "GIF":
        return _gif_packet(file)
    found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp")
    if found is None or len(found) > _MOST_BYTES:
        return None
    return found.encode() if isinstance(found, str) else bytes(found)


def _gif_packet(file: Path) -> bytes | None:
    with file.open("rb") as stream:
        head = stream.read(2 * _MOST_BYTES)
    _, name, rest = head.partition(_GIF_NAME)
    found, trailer, _ = rest.partition(_GIF_TRAILER[:16])
    return found if name and trailer else None


def read_aigc_field(xmp: bytes) -> list[str]:
    """Every AIGC label in a packet, as element or as attribute; none when the packet is no sound XML."""
    xmp = xmp.strip(b"\0 \r\n\t").removeprefix(b"\xef\xbb\xbf")
    # declarations can make a small packet huge and XMP needs none; zero bytes are encodings that would hide them
    if b"<!DOCTYPE" in xmp or b"<!ENTITY" in xmp or b"\0" in xmp:
        return []
    try:
        root = ElementTree.fromstring(xmp)
    except (ElementTree.ParseError, ValueError, LookupError):
        return []
    name = f"{{{AIGC_NAMESPACE}}}{AIGC}"
    found = [(part.text or "").strip() for part in root.iter(name)]
    return found + [part.attrib[name].strip() for part in root.iter() if name in part.attrib]
