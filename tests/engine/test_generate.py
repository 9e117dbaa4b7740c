import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from tiny_family import Tiny

import zoetrope
from zoetrope.core.conditions import Footage, Keyframe, Region, Soundtrack
from zoetrope.core.errors import Cancelled, InvalidRequest
from zoetrope.core.events import FramesReady, Notice, PreviewReady, StepDone
from zoetrope.core.request import Request
from zoetrope.engine.generate import generate
from zoetrope.engine.loading import unload_all
from zoetrope.engine.numerics import Numerics, choose_numerics

TINY = Tiny()


def ask(prompt="bright things", **fields):
    return Request(prompt, **({"size": "48x32", "seconds": 1, "seed": 7} | fields))


def make(request=None, **arguments):
    return generate(request or ask(), family=TINY, **arguments)


def test_a_draft_has_exactly_the_frames_and_samples_of_its_seconds():
    for seconds in (0.5, 1, 1.5, 2):
        draft = make(ask(seconds=seconds))
        assert draft.frames.shape == (12 * seconds, 32, 48, 3)
        assert draft.frames.dtype == np.uint8
        assert draft.sound.shape == (2, 24_000 * seconds)
        assert draft.sound.dtype == np.float32


def test_a_still_is_one_frame_without_sound():
    draft = make(ask(seconds=0))
    assert draft.frames.shape == (1, 32, 48, 3)
    assert draft.sound is None


def test_the_same_request_makes_the_same_bytes():
    one, again, other = make(), make(), make(ask(seed=8))
    assert np.array_equal(one.frames, again.frames)
    assert np.array_equal(one.sound, again.sound)
    assert not np.array_equal(one.frames, other.frames)


def test_the_seed_is_known_afterwards_and_makes_the_draft_again():
    drawn = make(ask(seed=None))
    assert np.array_equal(make(drawn.request).frames, drawn.frames)
    assert drawn.request == ask(seed=drawn.seed, steps=4, guidance=2.0)


def test_the_prompt_decides():
    assert make(ask("bright")).frames.mean() > 180 > 80 > make(ask("dark")).frames.mean()


def test_presets_settle_what_the_request_leaves_open():
    assert (make(ask(preset="draft")).request.steps, make(ask(preset="draft", steps=3)).request.steps) == (2, 3)
    with pytest.raises(InvalidRequest, match="standard, draft"):
        make(ask(preset="best"))


def test_events_tell_steps_previews_and_frames_in_order():
    events = []
    make(on_event=events.append, preview_every=2)
    kinds = [type(event) for event in events]
    assert kinds == [Notice, StepDone, StepDone, PreviewReady, StepDone, StepDone, *[FramesReady] * 2]
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [(step.step, step.steps) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert steps[-1].remaining == 0 < steps[0].remaining
    assert events[3].frame.shape == (32, 48, 3)
    assert [(event.start, event.count, event.total) for event in events[-2:]] == [(0, 1, 12), (1, 11, 12)]


def test_a_perfect_preview_looks_like_the_first_frame():
    previews = []
    draft = make(ask(steps=64), on_event=previews.append, preview_every=63)
    preview = next(event for event in previews if isinstance(event, PreviewReady))
    assert np.abs(preview.frame.astype(int) - draft.frames[0]).max() <= 4


def test_without_sound_there_is_none():
    assert make(ask(sound=False)).sound is None


def test_what_is_given_whole_comes_back_untouched():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (12, 32, 48, 3), np.uint8)
    sound = rng.uniform(-1, 1, (2, 24_000)).astype(np.float32)
    mask = np.zeros((32, 48), bool)
    mask[:, :16] = True
    assert np.array_equal(make(ask(conditions=(Footage(frames),))).frames, frames)
    assert np.array_equal(make(ask(conditions=(Soundtrack(sound),))).sound, sound)
    edited = make(ask(conditions=(Region(frames, mask),))).frames
    assert np.array_equal(edited[:, ~mask], frames[:, ~mask])
    assert not np.array_equal(edited[:, mask], frames[:, mask])


def test_a_first_frame_comes_back_as_given():
    picture = np.zeros((32, 48, 3), np.uint8) + np.array([200, 100, 50], np.uint8)
    draft = make(ask(conditions=(Keyframe("first", picture),)))
    assert np.abs(draft.frames[0].astype(int) - picture).max() <= 1


def test_weights_stay_loaded_between_requests_and_numerics():
    unload_all()
    family = Tiny()
    numerics = choose_numerics("cpu")
    for _ in range(3):
        generate(ask(), family=family, numerics=numerics)
    assert family.loads == [numerics]


def test_parts_come_while_later_ones_are_still_to_be_decoded():
    parts = []
    draft = make(on_part=parts.append)
    assert [part.start for part in parts] == [0, 1]
    assert np.array_equal(np.concatenate([part.frames for part in parts]), draft.frames)
    assert np.array_equal(np.concatenate([part.sound for part in parts], axis=1), draft.sound)


def test_a_draft_has_no_way_to_a_file():
    assert not hasattr(make(), "save")


@pytest.mark.parametrize("when", [StepDone, FramesReady])
def test_cancelling_stops_the_work(when):
    flag = threading.Event()

    def on_event(event):
        if isinstance(event, when):
            flag.set()

    with pytest.raises(Cancelled):
        make(on_event=on_event, cancel=flag)


def test_a_bad_request_fails_before_anything_loads():
    unload_all()
    family = Tiny()
    with pytest.raises(InvalidRequest, match="Nearest"):
        generate(ask(size="40x30"), family=family)
    assert family.loads == []


def test_an_unknown_checkpoint_is_named_with_the_known():
    with pytest.raises(InvalidRequest, match="for instance pocket"):
        zoetrope.generate("a ball", checkpoint="sora")


def test_numerics_can_be_overridden():
    assert choose_numerics("cpu", torch.float32) == Numerics("cpu", torch.float32)


def test_importing_and_checking_load_no_torch():
    code = (
        "import sys, zoetrope\n"
        "from zoetrope.core.request import Request\n"
        "from zoetrope.engine.families import find_family\n"
        "find_family('pocket').check(Request('a red ball'))\n"
        "assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
