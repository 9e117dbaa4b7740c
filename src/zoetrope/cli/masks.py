"""Masks from picture files: white marks a part of the frame, black the rest."""

from pathlib import Path

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.sizes import Size

WHITE = 128  # of 255: brighter is marked


def read_mask(path: Path, size: Size, *also: Size) -> np.ndarray:
    """Read a mask as large as the frame, or as large as one of the sizes that the frame was fitted from.

    Shapes: bool (h, w) of `size` out.
    Raises: InvalidRequest for a mask of another size; MediaError for a file that is no picture.
    """
    from zoetrope.media.pictures import fit, read_picture

    picture = read_picture(path)
    drawn = Size(picture.shape[1], picture.shape[0])
    if drawn not in (size, *also):
        sizes = " or ".join(map(str, dict.fromkeys((size, *also))))
        raise InvalidRequest(f"the mask {path} is {drawn}, but the picture is {size}; draw it at {sizes}.")
    mask = fit(picture, (size.width, size.height)).mean(2) >= WHITE
    if not mask.any():
        raise InvalidRequest(f"the mask {path} is black all over, so it marks nothing; paint the part it is for white.")
    return mask
