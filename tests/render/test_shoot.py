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
from zoetrope.render.shoot import generate, shoot_to
from zoetrope.render.terms import Means, Watch

TINY = Tiny()


def ask(prompt="bright things", **fields):
    return Request(prompt, **({"size": "48x32", "seconds": 1, "seed": 7} | fields))


def test_a_file_is_written_whole(tmp_path, terms):
    path = tmp_path / "ball.mp4"
    shot = shoot_to(path, ask(), terms, Means(TINY)).finish()
    assert path.stat().st_size > 0
    assert shot.take.frames.shape == (12, 32, 48, 3)
    assert shot.asset.path == path
    shot.asset.check()
    assert [each.name for each in tmp_path.iterdir()] == ["ball.mp4"]


def test_a_take_and_a_stream_leave_as_the_same_media(tmp_path, terms):
    shot = shoot_to(tmp_path / "shot.mp4", ask("bright secrets"), terms, Means(TINY)).finish()
    saved = generate(ask("bright secrets"), terms, Means(TINY)).save(tmp_path / "saved.mp4")
    told = probe(shot.asset.path).metadata
    assert told == probe(saved).metadata
    assert "seed 7" in told["comment"]
    assert told["encoder"].startswith("Zoetrope")
    assert "secrets" not in str(told)
    assert np.array_equal(shot.take.frames, generate(ask("bright secrets"), terms, Means(TINY)).frames)


@pytest.mark.parametrize("when", [StepDone, FramesReady])
def test_cancelling_leaves_nothing_behind(tmp_path, terms, when):
    flag = threading.Event()

    def on_event(event):
        if isinstance(event, when):
            flag.set()

    with pytest.raises(Cancelled):
        shoot_to(tmp_path / "ball.mp4", ask(), terms, Means(TINY), Watch(on_event, flag)).finish()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_fails_before_anything_loads(tmp_path, terms):
    unload_all()
    family = Tiny()
    with pytest.raises(MediaError):
        shoot_to(tmp_path / "missing" / "ball.mp4", ask(), terms, Means(family)).finish()
    assert family.loads == []
