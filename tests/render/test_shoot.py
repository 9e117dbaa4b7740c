"""A request becomes a released file or a take: whole or not there, the same again, and quiet about its prompt."""

import threading

import numpy as np
import pytest
from tiny_family import Tiny

from zoetrope.core.errors import Cancelled, MediaError
from zoetrope.core.events import FramesReady, StepDone
from zoetrope.core.request import Request
from zoetrope.engine.loading import unload_all
from zoetrope.media.readers import probe
from zoetrope.release.door_policy import open_policy
from zoetrope.render.likeness import Likenesses
from zoetrope.render.shoot import generate, generate_to

TINY = Tiny()


@pytest.fixture(scope="module")
def policy(home):
    return open_policy(home)


@pytest.fixture(scope="module")
def faces(home):
    return Likenesses(home)


def ask(prompt="bright things", **fields):
    return Request(prompt, **({"size": "48x32", "seconds": 1, "seed": 7} | fields))


def test_a_file_is_written_whole(tmp_path, policy, faces):
    path = tmp_path / "ball.mp4"
    shot = generate_to(path, ask(), policy, faces, family=TINY)
    assert path.stat().st_size > 0
    assert shot.take.frames.shape == (12, 32, 48, 3)
    assert shot.asset.path == path
    shot.asset.check()
    assert [each.name for each in tmp_path.iterdir()] == ["ball.mp4"]


def test_a_take_and_a_stream_leave_as_the_same_media(tmp_path, policy, faces):
    shot = generate_to(tmp_path / "shot.mp4", ask("bright secrets"), policy, faces, family=TINY)
    saved = generate(ask("bright secrets"), policy, faces, family=TINY).save(tmp_path / "saved.mp4")
    told = probe(shot.asset.path).metadata
    assert told == probe(saved).metadata
    assert "seed 7" in told["comment"]
    assert told["encoder"].startswith("Zoetrope")
    assert "secrets" not in str(told)
    assert np.array_equal(shot.take.frames, generate(ask("bright secrets"), policy, faces, family=TINY).frames)


@pytest.mark.parametrize("when", [StepDone, FramesReady])
def test_cancelling_leaves_nothing_behind(tmp_path, policy, faces, when):
    flag = threading.Event()

    def on_event(event):
        if isinstance(event, when):
            flag.set()

    with pytest.raises(Cancelled):
        generate_to(tmp_path / "ball.mp4", ask(), policy, faces, family=TINY, on_event=on_event, cancel=flag)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_fails_before_anything_loads(tmp_path, policy, faces):
    unload_all()
    family = Tiny()
    with pytest.raises(MediaError):
        generate_to(tmp_path / "missing" / "ball.mp4", ask(), policy, faces, family=family)
    assert family.loads == []
