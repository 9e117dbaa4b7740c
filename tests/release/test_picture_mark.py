"""The picture mark reads its own id back, from what platforms leave of a picture, and claims nothing elsewhere."""

import cv2
import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.release.marks.code import decode
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.picture import SpreadPictureMark
from zoetrope.release.marks.picture_evidence import evidence
from zoetrope.release.marks.picture_pattern import make_pattern
from zoetrope.release.marks.picture_search import Search
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

ID = 0x123456789ABC
SIZE = (256, 144)
MARK = SpreadPictureMark(load_key(None))


def clip(seed: int = 3, frames: int = 6) -> np.ndarray:
    fixed = {"style": "plain", "setting": "meadow", "weather": "clear", "camera": "static"}
    return draw(write_scene(np.random.default_rng(seed), width=SIZE[0], height=SIZE[1], frames=frames, fixed=fixed))


@pytest.fixture(scope="module")
def marked() -> np.ndarray:
    return MARK.embedder(ID, SIZE)(clip())


def turned(frames: np.ndarray, degrees: float) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((127.5, 71.5), degrees, 1)
    return np.stack([cv2.warpAffine(frame, matrix, SIZE) for frame in frames])


def jpeg(frames: np.ndarray) -> np.ndarray:
    data = cv2.imencode(".jpg", frames[0], [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[None]


ATTACKS = {
    "nothing": lambda frames: frames,
    "one frame as JPEG": jpeg,
    "mirror": lambda frames: frames[:, :, ::-1],
    "crop to 60 % of each side": lambda frames: frames[:, 40:126, 70:224],
    "half-size": lambda frames: np.stack([cv2.resize(x, (128, 72), interpolation=cv2.INTER_AREA) for x in frames]),
    "four percent wider": lambda frames: np.stack([cv2.resize(x, (266, 144)) for x in frames]),
    "letterbox": lambda frames: np.pad(frames, ((0, 0), (24, 24), (0, 0), (0, 0))),
    "turned by two degrees": lambda frames: turned(frames, 2),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_id_is_read_back_after(attack: str, marked: np.ndarray) -> None:
    found = MARK.detect(ATTACKS[attack](marked))
    assert found is not None
    assert found.id == ID
    assert found.strength >= 1


def test_an_untouched_picture_is_read_where_it_is_likely_without_a_long_search(marked: np.ndarray) -> None:
    pattern = make_pattern(load_key(None))
    search = Search(evidence(marked)[0], pattern.pilot_tile)
    assert decode(pattern.soft(search.read(search.likely()[0]))) == ID


def test_nothing_is_claimed_of_unmarked_frames() -> None:
    assert MARK.detect(clip()) is None
    assert MARK.detect(np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3), np.uint8)) is None


def test_nothing_is_claimed_of_even_surfaces() -> None:
    assert MARK.detect(np.full((2, 144, 256, 3), 200, np.uint8)) is None


def test_a_crop_of_even_surfaces_is_not_taken_for_bars() -> None:
    frames = np.full((2, *SIZE[::-1], 3), (120, 170, 230), np.uint8)
    for at in range(5):
        cv2.circle(frames[0], (60 + 25 * at, 80), 8 + at, (200, 40 * at, 60), -1)
    frames[1] = frames[0]
    found = MARK.detect(MARK.embedder(ID, SIZE)(frames)[:, 40:112, 50:178])
    assert found is not None
    assert found.id == ID


def test_another_key_reads_nothing(marked: np.ndarray) -> None:
    assert SpreadPictureMark(bytes(32)).detect(marked) is None


def test_parts_give_the_same_as_the_whole(marked: np.ndarray) -> None:
    embed, frames = MARK.embedder(ID, SIZE), clip()
    assert np.array_equal(np.concatenate([embed(frames[:1]), embed(frames[1:])]), marked)


def test_the_mark_stays_under_its_noise_bound(marked: np.ndarray) -> None:
    error = np.mean((clip().astype(np.float32) - marked) ** 2, axis=(1, 2, 3))
    assert 10 * np.log10(255**2 / error.max()) >= 42


def test_ids_and_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        MARK.embedder(1 << 48, SIZE)
    with pytest.raises(InvalidRequest):
        MARK.embedder(ID, (256, 32))
    with pytest.raises(InvalidRequest):
        MARK.embedder(ID, SIZE)(np.zeros((1, 144, 128, 3), np.uint8))


def test_frames_may_lie_in_memory_in_any_order() -> None:
    frames = np.random.default_rng(3).integers(0, 255, (2, 144, 256, 3), np.uint8)
    strided = np.ascontiguousarray(frames.transpose(3, 0, 1, 2)).transpose(1, 2, 3, 0)
    embed = MARK.embedder(ID, SIZE)
    assert np.array_equal(embed(strided), embed(frames))
