"""Frames and sound on disk: write clips while they are made, read them in true colours, stills and previews."""

from zoetrope.media.pictures import contact_strip, fit, read_picture, write_picture
from zoetrope.media.places import check_output
from zoetrope.media.preview import PreviewFile, TerminalPreview, open_preview
from zoetrope.media.readers import Clip, Facts, probe, read_clip, read_sound
from zoetrope.media.writers import ClipWriter, open_writer

__all__ = [
    "Clip",
    "ClipWriter",
    "Facts",
    "PreviewFile",
    "TerminalPreview",
    "check_output",
    "contact_strip",
    "fit",
    "open_preview",
    "open_writer",
    "probe",
    "read_clip",
    "read_picture",
    "read_sound",
    "write_picture",
]
