import json

import numpy as np
import pytest
import torch

from zoetrope.core.conditions import Extend, Footage, Keyframe, Reference, Region, Restyle, Soundtrack
from zoetrope.core.errors import InvalidRequest, WeightsError
from zoetrope.core.events import Notice, PreviewReady
from zoetrope.core.motion import Cue, Stroke
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Tokens
from zoetrope.engine.families.pocket.facts import POCKET, Pocket
from zoetrope.engine.families.pocket.family import _layout_of, _levels
from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
from zoetrope.engine.families.pocket.planner import Planner, PlannerConfig
from zoetrope.engine.families.pocket.reader import Reader
from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.families.pocket.spotter import Spotter, SpotterConfig
from zoetrope.engine.families.pocket.storage import load_pocket
from zoetrope.engine.families.pocket.text import TextConfig, Tokeniser
from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.engine.families.pocket.words import Lexicon
from zoetrope.engine.generate import generate, prepare
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.stream import decode_parts
from zoetrope.engine.weights import save_weights

CPU = Numerics("cpu", torch.float32)
WORDS, CHARACTERS = ["red", "ball", "bounces", "bird"], ["红", "球"]


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """A pocket checkpoint with small random weights, in the real format."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    entries = Tokeniser(Lexicon(frozenset(WORDS), frozenset(CHARACTERS))).entries
    text = TextConfig(entries=entries, width=64, layers=1, length=12)
    network = NetworkConfig(text=text, width=64, layers=2, hidden_factor=2)
    video = VideoCodecConfig()
    sound = SoundCodecConfig(width=32, encoder_blocks=1, decoder_blocks=1)
    modules = {"network": (PocketNetwork(network), network), "video_codec": (VideoCodec(video), video)}
    planner = PlannerConfig(width=48, layers=2, head=24)
    modules["planner"] = (Planner(planner), planner)
    modules["reader"] = (Reader(text), text)
    sketcher = SketcherConfig(thing_width=16, stage_width=16, layers=1)
    modules["sketcher"] = (Sketcher(sketcher), sketcher)
    scenery = SceneryConfig(width=48, layers=2, head=24)
    modules["scenery"] = (Scenery(scenery), scenery)
    spotter = SpotterConfig(finder=(8, 8, 8, 8, 8), joined=8, eye=(8, 8, 8, 8), look=16)
    modules["spotter"] = (Spotter(spotter), spotter)
    modules["sound_codec"] = (SoundCodec(sound), sound)
    for name, (module, config) in modules.items():
        for parameter in module.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.02)
        save_weights(module, folder / f"{name}.safetensors", config)
    (folder / "lexicon.json").write_text(json.dumps({"words": WORDS, "characters": CHARACTERS}), encoding="utf-8")
    return Pocket(folder)


@pytest.fixture(scope="module")
def pocket(family):
    return family.load(CPU)


def ask(prompt="red ball bounces", **fields):
    return Request(prompt, **({"size": "96x80", "seconds": 1, "seed": 7, "steps": 2} | fields))


def canvas_of(pocket, *conditions, **fields):
    request = ask(conditions=conditions, **fields)
    return pocket.place(pocket.blank(request), request)


RNG = np.random.default_rng(0)
FRAMES = RNG.integers(0, 255, (12, 80, 96, 3), np.uint8)
SOUND = RNG.uniform(-0.5, 0.5, (2, 24_000)).astype(np.float32)
CELLS = 5 * 6


def test_the_canvas_has_the_tokens_of_its_shot(pocket):
    canvas = canvas_of(pocket)
    assert canvas.grid == (3, 5, 6)
    assert canvas.video.latent.shape == (3 * CELLS, 160)
    assert canvas.sound.latent.shape == (25, 64)
    assert len(canvas.reference.latent) == 0
    assert not canvas.video.given.any()
    assert len(canvas_of(pocket, seconds=0).video.latent) == CELLS


def given_frames(canvas):
    return canvas.video.given.view(3, CELLS).all(1).tolist()


def test_conditions_give_their_own_tokens(pocket):
    assert given_frames(canvas_of(pocket, Keyframe("first", FRAMES[0]))) == [True, False, False]
    assert given_frames(canvas_of(pocket, Keyframe(0, FRAMES[0]))) == [True, False, False]
    assert given_frames(canvas_of(pocket, Footage(FRAMES))) == [True, True, True]
    assert canvas_of(pocket, Soundtrack(SOUND)).sound.given.all()
    extended = canvas_of(pocket, Extend(FRAMES[:7], SOUND[:, :14_000]))
    assert given_frames(extended) == [True, True, False]
    assert extended.sound.given.tolist() == [True] * 14 + [False] * 11


def test_a_still_gives_the_latent_of_its_first_frame(pocket):
    first = canvas_of(pocket, Keyframe("first", FRAMES[0])).video.latent[:CELLS]
    whole = canvas_of(pocket, Footage(FRAMES)).video.latent[:CELLS]
    torch.testing.assert_close(first, whole)


def test_keyframes_at_any_time_lie_beside_the_grid(pocket):
    canvas = canvas_of(pocket, Keyframe("last", FRAMES[1]), Keyframe("first", FRAMES[0]), Keyframe(0.5, FRAMES[2]))
    assert given_frames(canvas) == [True, True, True]  # with what the sketch has around them
    assert canvas.reference.given.all()
    assert canvas.reference.place[::CELLS, 0].tolist() == pytest.approx([11 / 12, 0.5])
    alone = canvas_of(pocket, Keyframe(0.5, FRAMES[2]))
    torch.testing.assert_close(alone.reference.latent, canvas.reference.latent[CELLS:])


def test_a_region_frees_the_tokens_it_touches(pocket):
    mask = np.zeros((12, 80, 96), bool)
    mask[8, 17, 33] = True  # frame 8 lies in latent frame 2, row 1, column 2
    canvas = canvas_of(pocket, Region(FRAMES, mask, SOUND))
    free = (~canvas.video.given).nonzero().flatten().tolist()
    assert free == [2 * CELLS + 1 * 6 + 2]
    assert canvas.sound.given.all()


def test_levels_and_ranks_follow_what_is_given(pocket):
    request = ask(conditions=(Keyframe("first", FRAMES[0]), Keyframe("last", FRAMES[1])))
    canvas = pocket.place(pocket.blank(request), request)
    distinct, level = _levels(canvas)
    assert distinct.tolist() == [0]
    given = torch.cat([canvas.video.given, canvas.reference.given, canvas.sound.given])
    assert torch.equal(level, given.long())
    assert torch.equal(_layout_of(canvas, request).rank, (~given).long())


def test_branches_in_one_batch_are_the_branches_alone(pocket):
    request = ask(conditions=(Keyframe("first", FRAMES[0]),), negative="bird")
    canvas = pocket.place(pocket.blank(request), request)
    branches = pocket.branches(request, canvas)
    both = branches(canvas, 0.5, ("positive", "negative"))
    for name, together in zip(("positive", "negative"), both, strict=True):
        (alone,) = branches(canvas, 0.5, (name,))
        assert together.video.shape == canvas.video.latent.shape
        torch.testing.assert_close(alone.video, together.video, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(alone.sound, together.sound, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(both[0].video, both[1].video)


@pytest.mark.parametrize(
    "conditions",
    [
        (),
        (Keyframe("first", FRAMES[0]), Keyframe("last", FRAMES[-1])),
        (Extend(FRAMES[:7], SOUND[:, :14_000]),),
        (Region(FRAMES, np.ones((80, 96), bool)), Soundtrack(SOUND)),
        (Footage(FRAMES),),
    ],
)
def test_every_task_makes_a_draft_and_the_same_one_again(family, conditions):
    events = []
    draft = generate(ask(conditions=conditions), family=family, numerics=CPU, on_event=events.append, preview_every=1)
    again = generate(ask(conditions=conditions), family=family, numerics=CPU)
    assert draft.frames.shape == FRAMES.shape
    assert draft.sound.shape == SOUND.shape
    assert np.array_equal(draft.frames, again.frames)
    assert np.array_equal(draft.sound, again.sound)
    assert [event.frame.shape for event in events if isinstance(event, PreviewReady)] == [FRAMES.shape[1:]]


def test_streamed_decoding_is_decoding_at_once(pocket):
    canvas = canvas_of(pocket, Footage(FRAMES), Soundtrack(SOUND))
    parts = list(decode_parts(pocket, canvas, frames=12, samples=24_000))
    assert len(parts) > 1
    latent = canvas.video.latent.view(3, 5, 6, 160)
    frames = np.concatenate([part.frames for part in parts])
    at_once, _ = pocket.decode_video(latent, None)
    assert np.abs(frames.astype(int) - at_once[:12]).max() <= 1
    sound, _ = pocket.decode_sound(canvas.sound.latent, None)
    assert np.abs(np.concatenate([part.sound for part in parts], 1) - sound.clip(-1, 1)).max() < 1e-4
    assert all(part.sound.shape[1] == 2000 * len(part.frames) for part in parts)


def test_a_preview_shows_what_is_being_made(pocket):
    canvas = canvas_of(pocket, Extend(FRAMES[:7]))
    whole, _ = pocket.decode_video(canvas.video.latent.view(3, 5, 6, 160), None)
    preview = pocket.preview(canvas, Tokens(canvas.video.latent, canvas.sound.latent))
    assert np.abs(preview.astype(int) - whole[-1]).max() <= 1


def test_unknown_words_are_told_or_refused(family):
    told = []
    prepare(ask("red bal 红龙"), family, told.append)
    assert isinstance(told[0], Notice)
    assert '"bal" (nearest: ball), "龙"' in told[0].text
    with pytest.raises(InvalidRequest, match='"bal"'):
        prepare(ask("red bal", strict=True), family, None)


def test_a_third_thing_is_told_or_refused():
    told = POCKET.check(Request("a red ball, a blue cube and a green star on a meadow"))
    assert [each.text for each in told] == [
        "pocket shows 2 things in a shot, and the prompt names 3 (red ball, blue cube, green star); "
        "only 2 of them will be seen."
    ]
    with pytest.raises(InvalidRequest, match=r"names 3 \(red ball, blue cube, fish\); only 2 .* leave strict out"):
        POCKET.check(Request("a red ball hits a blue cube and a fish", strict=True))
    assert POCKET.check(Request("a red ball hits a blue cube, then the ball rolls")) == ()


def test_an_unlearned_size_is_told(family):
    told = []
    prepare(ask(), family, told.append)
    assert "best at 256x144" in told[-1].text
    told.clear()
    prepare(ask(size="256x144"), family, told.append)
    assert told == []


def test_absent_weights_and_words_that_do_not_match_are_named(family, tmp_path):
    with pytest.raises(WeightsError, match=r"lexicon\.json"):
        load_pocket(tmp_path, CPU)
    (tmp_path / "lexicon.json").write_text(json.dumps({"words": ["red"], "characters": []}), encoding="utf-8")
    with pytest.raises(WeightsError, match=r"network\.safetensors are missing"):
        load_pocket(tmp_path, CPU)
    (tmp_path / "network.safetensors").symlink_to(family.weights / "network.safetensors")
    with pytest.raises(WeightsError, match="reads 39 words"):
        load_pocket(tmp_path, CPU)


def test_strokes_names_and_cues_are_checked(family):
    point = ((0, 0.5, 0.5),)
    with pytest.raises(InvalidRequest, match="drawn for thing 3"):
        family.check(Request("red ball", conditions=(Stroke(point, thing=3),)))
    picture = np.zeros((144, 256, 3), np.uint8)
    assert family.check(Request("@hero bounces", conditions=(Reference(picture, "hero"),), strict=True)) == ()
    with pytest.raises(InvalidRequest, match="frobs"):
        family.check(Request("red ball", conditions=(Cue(2, "ball frobs"),), strict=True))


def test_a_clip_is_made_into_another_and_keeps_its_sound_to_the_sample_where_it_is_heard_alike(family, pocket):
    draft = generate(ask(conditions=(Restyle(FRAMES, 0.6, SOUND),)), family=family, numerics=CPU)
    assert draft.frames.shape == FRAMES.shape
    assert draft.sound is not None
    taken = canvas_of(pocket, Restyle(FRAMES, 0.6, SOUND)).sound.given
    assert bool(taken.all()) == np.array_equal(draft.sound, SOUND)
    assert bool(taken.any()) == bool(taken.all())
    whole = generate(ask(conditions=(Restyle(FRAMES, 1.0, SOUND),)), family=family, numerics=CPU)
    free = generate(ask(), family=family, numerics=CPU)
    assert np.array_equal(whole.frames, free.frames)
