"""Given pictures are upright, opaque and safe; fits have the right shape."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from zoetrope.core.errors import MediaError
from zoetrope.media.pictures import fit, read_picture
from zoetrope.media.writers import open_writer


def halves(height: int = 20, width: int = 40) -> np.ndarray:
    """Left half red, right half blue."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (200, 40, 30)
    picture[:, width // 2 :] = (30, 40, 200)
    return picture


def test_a_picture_comes_back(tmp_path):
    with open_writer(tmp_path / "a.png", size=(40, 20), with_sound=False) as writer:
        writer.write_frames(halves()[None])
    assert np.array_equal(read_picture(tmp_path / "a.png"), halves())


def test_a_turned_photograph_is_upright(tmp_path):
    turned = Image.fromarray(halves()).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90 degrees clockwise to see it upright"
    turned.save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read_picture(tmp_path / "turned.png"), halves())


def test_transparency_is_shown_on_white(tmp_path):
    clear = np.zeros((4, 4, 4), np.uint8)
    clear[:2] = (200, 40, 30, 255)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    picture = read_picture(tmp_path / "clear.png")
    assert (picture[:2] == (200, 40, 30)).all()
    assert (picture[2:] == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "CMYK", "LA"])
def test_every_common_kind_of_picture_becomes_rgb(tmp_path, mode):
    grey = np.full((8, 8), 128, np.uint8)
    deep = mode == "I;16"
    picture = Image.fromarray(grey.astype(np.uint16) * 256) if deep else Image.fromarray(grey).convert(mode)
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    picture.save(path)
    assert read_picture(path).shape == (8, 8, 3)
    if mode != "1":
        assert np.abs(read_picture(path).astype(int) - 128).max() <= 2


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def test_bad_pictures_are_one_sentence(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(whole, "PNG")
    cut_jpeg = io.BytesIO()
    Image.fromarray(halves(200, 200)).save(cut_jpeg, "JPEG")
    for name, content, said in (
        ("zero.png", b"", "the file is empty"),
        ("text.png", b"not a picture at all", "its content is no known picture format; give a PNG, JPEG or WebP"),
        ("cut.png", whole.getvalue()[:5000], "damaged or cut short"),
        ("cut.jpg", cut_jpeg.getvalue()[:-600], "damaged or cut short"),
        ("head.png", whole.getvalue()[:20], "cut short|no known picture"),
        ("bomb.png", png_that_claims(60_000, 60_000), "is too large; scale it to 100 megapixels or less"),
        ("big.png", png_that_claims(11_000, 10_000), "is too large; scale it to 100 megapixels or less"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(MediaError, match=said) as raised:
            read_picture(path)
        assert "\n" not in str(raised.value)
    with pytest.raises(MediaError, match="no such file"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(MediaError, match="it is a folder"):
        read_picture(tmp_path)


@pytest.mark.parametrize("size", [(256, 144), (144, 256), (64, 64), (40, 20)])
def test_fitting_covers_the_canvas_and_keeps_the_middle(size):
    fitted = fit(halves(100, 300), size)
    assert fitted.shape == (size[1], size[0], 3)
    redness = fitted[size[1] // 2, :, 0].astype(float)
    assert abs((redness > 115).sum() - size[0] / 2) <= 1


def test_fitting_the_right_size_changes_nothing():
    assert np.array_equal(fit(halves(), (40, 20)), halves())
