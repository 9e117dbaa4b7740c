"""Still pictures: read one from a file, fit it to a canvas, lay frames side by side.

It knows nothing about clips in files; `readers` and `writers` do.
"""

import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from zoetrope.core.errors import MediaError
from zoetrope.media.places import check_readable

# What the library raises on damaged files, found by flipping bytes and cutting ends of every format.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, RuntimeError, struct.error)
MOST_PIXELS = 100_000_000  # a 100-megapixel photograph; 300 MB in memory


def read_picture(path: str | Path) -> np.ndarray:
    """Read a still: upright, in RGB, transparency shown on white. Shapes: (h, w, 3) uint8 out.

    Raises: MediaError when the file is missing, empty, no picture, cut short or larger than 100 megapixels.
    """
    check_readable(Path(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                _refuse_bombs(picture, path)
                picture.load()
                return np.asarray(_on_white(ImageOps.exif_transpose(picture)))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise MediaError(_unreadable(path, error)) from error
    except DAMAGED as error:
        raise MediaError(
            f"cannot read the picture {path}: it is damaged or cut short; give an intact PNG, JPEG or WebP"
        ) from error


def _unreadable(path: str | Path, error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"cannot read the picture {path}: it is too large; scale it to {MOST_PIXELS // 10**6} megapixels or less"
    return f"cannot read {path} as a picture: its content is no known picture format; give a PNG, JPEG or WebP"


def _refuse_bombs(picture: Image.Image, path: str | Path) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise MediaError(
            f"cannot read the picture {path}: {picture.width}x{picture.height} is too large; "
            f"scale it to {MOST_PIXELS // 10**6} megapixels or less"
        )


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        return Image.fromarray((np.asarray(picture).astype(np.uint32) >> 8).astype(np.uint8)).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return picture.convert("RGB")


def fit(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale a picture so that it covers a canvas, and cut what stands over evenly on both sides.

    Shapes: (h, w, 3) uint8 in; (size[1], size[0], 3) uint8 out.
    """
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(ImageOps.fit(Image.fromarray(picture), size, Image.Resampling.LANCZOS))
