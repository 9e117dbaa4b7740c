"""What a title, a comment and the encoder are called inside each container, both ways.

Callers use the names `title`, `comment`, `encoder` and any other of their own; only this module knows the rest.
"""

from collections.abc import Mapping

# With bit-exact output the muxers drop the name "encoder", so it travels under the container's own name for it.
_OWN_NAMES: Mapping[str, Mapping[str, str]] = {
    "mp4": {"encoder": "encoding_tool"},
    "mov": {
        "title": "com.apple.quicktime.title",
        "comment": "com.apple.quicktime.comment",
        "encoder": "com.apple.quicktime.software",
    },
    "webm": {"encoder": "encoded_by"},
    "wav": {"encoder": "ISFT"},
}
_PLAIN_IN_MP4 = {"title", "comment", "encoder", "artist", "date", "copyright", "description", "genre", "album"}
_ABOUT_THE_CONTAINER = {"major_brand", "minor_version", "compatible_brands"}


def to_container(muxer: str, metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata under the names that a muxer writes."""
    own = _OWN_NAMES.get(muxer, {})
    return {own.get(name, name): text for name, text in metadata.items()}


def needs_free_names(muxer: str, metadata: Mapping[str, str]) -> bool:
    """Whether the muxer must be told to keep names outside its short list, which it drops silently otherwise."""
    return muxer == "mov" or (muxer == "mp4" and not set(metadata) <= _PLAIN_IN_MP4)


def from_container(metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata as our callers name it, without what only describes the container."""
    given = {own: name for names in _OWN_NAMES.values() for name, own in names.items()}
    found = {name: text for name, text in metadata.items() if name not in _ABOUT_THE_CONTAINER}
    plain = {name: text for name, text in found.items() if name not in given and name.lower() not in given}
    ours = {given.get(name) or given[name.lower()]: text for name, text in found.items() if name not in plain}
    return {_tidy(name): text for name, text in plain.items()} | ours


def _tidy(name: str) -> str:
    """Matroska shouts the names it knows; everything else keeps its case."""
    return name.lower() if name.lower() in _PLAIN_IN_MP4 else name
