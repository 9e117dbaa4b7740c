import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraMove, CameraPath, Cue, Hold, Stroke, cues_of, read_moves
from zoetrope.core.sizes import Size

SIZE = Size(256, 144)


def test_a_stroke_passes_through_its_points_and_waits_at_its_ends() -> None:
    stroke = Stroke(((1, 0.1, 0.5), (2, 0.5, 0.25), (4, 0.9, 0.5)))
    path = stroke.path(np.array([0, 1, 1.5, 2, 4, 5]))
    np.testing.assert_allclose(path, [[0.1, 0.5], [0.1, 0.5], [0.3, 0.375], [0.5, 0.25], [0.9, 0.5], [0.9, 0.5]])


def test_moves_are_read_as_people_write_them() -> None:
    assert read_moves("push in 0.3, Pan left 0.2") == (CameraMove("push", 0.3), CameraMove("pan left", 0.2))
    assert read_moves("orbit right") == (CameraMove("orbit right", 0.2),)


def test_a_camera_goes_as_far_as_it_is_told() -> None:
    track = CameraPath(read_moves("pan left 0.5, tilt up 0.25, push 0.5, orbit right 0.3")).track(61, SIZE)
    gone = track[-1] - track[0]
    np.testing.assert_allclose(gone, [-0.5 * 256 / 144, 0.25, 0.5, 0.3])
    np.testing.assert_allclose(track[30, :2], 0, atol=1e-9)
    pulled = CameraPath(read_moves("pull back 0.5")).track(61, SIZE)
    assert pulled[0, 2] == pytest.approx(1.5)
    assert pulled[-1, 2] == pytest.approx(1)


def test_a_shake_stays_within_its_amount() -> None:
    track = CameraPath(read_moves("shake 0.05")).track(240, SIZE)
    assert 0.02 < np.abs(track[:, :2]).max() <= 0.05


def test_cues_come_in_the_order_of_time() -> None:
    late, early = Cue(3, "it jumps"), Cue("1.5", "it rolls")
    assert cues_of((late, Hold(np.ones((2, 2), bool)), early)) == [early, late]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Stroke(()), "0 points"),
        (lambda: Stroke(((0, 1.2, 0.5),)), "outside the frame"),
        (lambda: Stroke(((1, 0.2, 0.5), (1, 0.3, 0.5))), "follow each other in time"),
        (lambda: Stroke(((0, 0.2, 0.5),), thing=0), "counts from 1"),
        (lambda: read_moves("fly 0.3"), "'fly'"),
        (lambda: read_moves("pan"), "'pan'"),
        (lambda: read_moves("pan left 7"), "up to 1"),
        (lambda: read_moves(" , "), "no camera move"),
        (lambda: CameraPath(), "either moves or a pose"),
        (lambda: CameraPath(read_moves("push 0.2, pull 0.2")), "one kind"),
        (lambda: CameraPath(poses=((0, 0, 0, 0),)), "zoom above 0"),
        (lambda: Cue(2, " "), "is empty"),
        (lambda: Cue(0, "it rolls"), "the shot's own"),
    ],
)
def test_what_makes_no_sense_is_refused(make, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        make()
