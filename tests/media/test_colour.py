"""Colours survive the way into a file and back, and the file says what they mean."""

from typing import Any

import av
import numpy as np
import pytest

from zoetrope.media.pictures import read_picture
from zoetrope.media.readers import read_clip
from zoetrope.media.writers import open_writer

RED = (200, 40, 30)


def write(path, frames: np.ndarray) -> None:
    with open_writer(path, size=(frames.shape[2], frames.shape[1]), with_sound=False) as writer:
        writer.write_frames(frames)


@pytest.mark.parametrize("colour", [RED, (20, 160, 60), (30, 60, 210), (250, 230, 40), (0, 0, 0), (255, 255, 255)])
@pytest.mark.parametrize("ending", ["mp4", "webm", "mov", "webp", "png"])
def test_a_plain_colour_comes_back_within_three_levels(tmp_path, ending, colour):
    path = tmp_path / f"plain.{ending}"
    write(path, np.full((3, 80, 128, 3), colour, np.uint8))
    frames = read_picture(path)[None] if ending == "png" else read_clip(path).frames
    assert np.abs(frames.astype(int) - colour).max() <= 3


@pytest.mark.parametrize("ending", ["mp4", "webm", "mov"])
def test_the_stream_is_tagged_bt709_studio_range(tmp_path, ending):
    path = tmp_path / f"tags.{ending}"
    write(path, np.full((3, 80, 128, 3), RED, np.uint8))
    with av.open(str(path)) as file:
        codec = file.streams.video[0].codec_context
        assert (codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range) == (1, 1, 1, 1)


def middle(weight: np.ndarray) -> float:
    """The column around which a weight lies."""
    columns = np.abs(weight - weight[0, 0]).sum(0)
    return float((columns * np.arange(columns.size)).sum() / columns.sum())


@pytest.mark.parametrize("ending", ["mp4", "webm", "mov"])
def test_red_stays_in_its_place(tmp_path, ending):
    """Chroma belongs to the left one of two pixels; read as lying between them, a red thing moves by half a pixel."""
    picture = np.full((80, 128, 3), (90, 140, 190), np.uint8)
    picture[20:60, 31:78] = RED
    path = tmp_path / f"edge.{ending}"
    write(path, np.stack([picture] * 3))
    back = read_clip(path).frames[1].astype(float)
    assert middle(back[..., 0] - back[..., 1]) == pytest.approx(54, abs=0.1)
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0))
    red_plane: Any = frame.planes[2]  # a buffer, though its stub does not say so
    width = red_plane.line_size // (1 if frame.format.name == "yuv420p" else 2)
    values = np.frombuffer(red_plane, np.uint8 if frame.format.name == "yuv420p" else np.uint16).reshape(-1, width)
    assert 2 * middle(values[:, :64].astype(float)) == pytest.approx(54, abs=0.1)


def test_untagged_small_video_is_read_as_bt601_like_players_do(tmp_path):
    path = tmp_path / "old.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=12, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 128, 80, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.full((80, 128, 3), RED, np.uint8), format="rgb24")
        file.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU601")))
        file.mux(stream.encode(None))
    assert np.abs(read_clip(path).frames.astype(int) - RED).max() <= 4
