"""Who remembers the original finds its mark by asking where none can be read, and finds nothing that is not there."""

import io
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from toy_clips import toy_clip

from zoetrope.media.miniature import MiniatureMaker
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.picture import SpreadPictureMark

ID, OTHER = 0x123456789ABC, 0x0FEDCBA98765
SIZE = (256, 144)
MARK = SpreadPictureMark(load_key(None))


def worn(frames, mirrored=False):
    """A crop to 60 % of each side at half its size through x264 at crf 22: 76x44 pixels."""
    frames = frames[:, 40:126, 30:184, :][:, :, :: -1 if mirrored else 1]
    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=12, options={"crf": "22", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = 76, 44, "yuv420p"
        for frame in frames:
            small = cv2.resize(np.ascontiguousarray(frame), (76, 44), interpolation=cv2.INTER_AREA)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(small, format="rgb24")))
        file.mux(stream.encode(None))
    memory.seek(0)
    with av.open(memory, "r") as read:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in read.decode(video=0)])


@pytest.fixture(scope="module")
def frames():
    return toy_clip()[0]


@pytest.fixture(scope="module")
def miniature(frames):
    maker = MiniatureMaker(SIZE, Fraction(12))
    maker.add(frames)
    return maker.finish()


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_mark_that_cannot_be_read_answers_when_asked_for(frames, miniature, mirrored):
    copy = worn(MARK.embedder(ID, SIZE)(frames), mirrored)
    assert MARK.detect(copy) is None
    asking = MARK.asking(copy)
    assert asking.glance(miniature) > 0.6
    found = asking.ask(miniature, ID)
    assert found is not None
    assert (found.id, found.strength >= 1, "mirrored" in found.detail) == (ID, True, mirrored)


def test_another_id_does_not_answer_in_the_same_picture(frames, miniature):
    assert MARK.asking(worn(MARK.embedder(ID, SIZE)(frames))).ask(miniature, OTHER) is None
    assert MARK.asking(MARK.embedder(ID, SIZE)(frames)).ask(miniature, OTHER) is None


def test_the_same_content_without_a_mark_does_not_answer(frames, miniature):
    assert MARK.asking(worn(frames)).ask(miniature, ID) is None
    assert MARK.asking(frames).ask(miniature, ID) is None


def test_another_key_does_not_answer(frames, miniature):
    copy = MARK.embedder(ID, SIZE)(frames)
    assert SpreadPictureMark(bytes(32)).asking(copy).ask(miniature, ID) is None


def test_even_and_other_pictures_do_not_answer(miniature):
    for copy in (np.full((2, 144, 256, 3), 90, np.uint8), np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3))):
        assert MARK.asking(copy.astype(np.uint8)).ask(miniature, ID) is None
