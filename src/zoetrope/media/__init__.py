"""Frames and sound on disk: write clips while they are made, read them in true colours, stills and previews."""

from zoetrope.media.pictures import fit, read_picture
from zoetrope.media.places import check_output
from zoetrope.media.preview import half_blocks, has_true_colour
from zoetrope.media.readers import Clip, Facts, probe, read_clip, read_sound
from zoetrope.media.writers import ClipWriter, open_writer

__all__ = [
    "Clip",
    "ClipWriter",
    "Facts",
    "check_output",
    "fit",
    "half_blocks",
    "has_true_colour",
    "open_writer",
    "probe",
    "read_clip",
    "read_picture",
    "read_sound",
]
