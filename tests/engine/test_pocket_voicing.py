"""How high a voice speaks is heard in a sound that is referred to, and the shot's voice speaks as high."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from zoetrope.core.conditions import Extend, Reference, ReferenceSound, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.intoning import in_voices, own_pitch, played, spoken, voiced
from zoetrope.engine.families.pocket.plan import AXES, CAST, SLOTS, TRACK, Plan, no_badges
from zoetrope.engine.families.pocket.references import called
from zoetrope.engine.families.pocket.sound_carriers import BANDS, FRAME, RATE, TONES, nearest_tone
from zoetrope.engine.families.pocket.sound_codec import TONE_KNOTS, Gains
from zoetrope.engine.families.pocket.sounding import called_by_voice, going_on, voices
from zoetrope.engine.families.pocket.voicing import pitch_of
from zoetrope.engine.generate import generate
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.evaluation.voice import agreement, pitch, voice_envelope
from zoetrope.training.world.contacts_sound import ring
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

RNG = np.random.default_rng(4)
PICTURE = np.zeros((20, 30, 3), np.uint8)


def semitones(one: float, other: float) -> float:
    return abs(12 * float(np.log2(one / other)))


def told(seed: int, **fixed) -> tuple[np.ndarray, float]:
    """A true voice of the stage (2, s) and the mean pitch of its syllables."""
    wanted = {"action": "talks", "then": None, "cut": False, "badge": False} | fixed
    scene = write_scene(np.random.default_rng([5, seed]), frames=60, fixed=wanted)
    high = np.exp(np.mean(np.log([syllable[2] for syllable in scene.syllables])))
    return np.ascontiguousarray(hear(scene, 5 * RATE), np.float32), float(high)


def struck(material: str) -> np.ndarray:
    sound = 0.01 * RNG.normal(size=(2, 2 * RATE))
    for start in (RATE // 4, RATE, 3 * RATE // 2):
        heard = ring(material, 0.32)[: 2 * RATE - start]
        sound[:, start : start + len(heard)] += 0.5 * heard
    return sound.astype(np.float32)


def mouthed(mouth: np.ndarray) -> Plan:
    """A plan in which the first thing's mouth opens so."""
    tracks = torch.zeros(1, SLOTS, len(mouth), len(TRACK))
    tracks[0, 0, :, TRACK.index("mouth")] = torch.from_numpy(mouth).float()
    return Plan(tracks, torch.zeros(1, len(mouth), 4), torch.zeros(1, CAST), no_badges(1))


def robot(mouth: np.ndarray, kind: str = "robot", colour: str = "red", size: str = "small") -> Plan:
    """The same of a thing that looks so."""
    plan, at = mouthed(mouth), 1
    plan.cast[0, 0] = 1
    for axis, values in AXES.items():
        wanted = {"object": kind, "colour": colour, "size": size}.get(axis, values[0])
        plan.cast[0, at + values.index(wanted)] = 1
        at += len(values)
    return plan


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weather", ["clear", "rain"])
def test_true_voices_are_heard_as_high_as_they_are(seed, weather):
    sound, high = told(seed, weather=weather, setting="meadow")
    heard = pitch_of(sound)
    assert heard is not None
    assert semitones(heard, high) < 1
    assert semitones(pitch(sound), high) < 1


@pytest.mark.parametrize("material", ["rubber", "wood", "metal", "glass"])
def test_what_is_struck_is_no_voice(material):
    assert pitch_of(struck(material)) is None


def test_neither_is_noise_nor_a_tone_nor_silence():
    tone = np.sin(2 * np.pi * 150 * np.arange(2 * RATE) / RATE)
    for sound in (RNG.normal(size=2 * RATE), tone, np.zeros(2 * RATE), np.zeros(5)):
        assert pitch_of(np.stack([sound, sound]).astype(np.float32)) is None


def test_a_voice_speaks_while_its_mouth_is_open_and_sinks_in_every_syllable():
    mouth = np.array([0, 0.8, 0.6, 0.1, 0.8, 0.5, 0, 0, 0, 0, 0, 0], float)
    high = spoken(mouthed(mouth), 0, 200.0, 25, np.random.default_rng(0))
    seconds = (np.arange(25) + 0.5) * FRAME / RATE
    assert ((high > 0) == (np.interp(seconds * 12, np.arange(12), mouth) > 0.03)).all()
    assert semitones(float(np.exp(np.log(high[high > 0]).mean())), 200) < 2
    first = high[(high > 0) & (seconds < 3 / 12)]
    assert (np.diff(first) < 0).all()
    assert not spoken(mouthed(mouth), 1, 200.0, 25, np.random.default_rng(0)).any()


def test_who_looks_alike_speaks_alike_and_who_is_small_higher():
    shut = np.zeros(13)
    small = {colour: own_pitch(robot(shut, colour=colour), 0) for colour in AXES["colour"]}
    large = {colour: own_pitch(robot(shut, colour=colour, size="large"), 0) for colour in AXES["colour"]}
    assert len(set(small.values())) == len(small)
    assert min(small.values()) > max(large.values())
    assert all(100 < high < 320 for high in (*small.values(), *large.values()))
    assert own_pitch(robot(shut, kind="ball"), 0) == own_pitch(robot(shut), 1) == 0


def test_a_voice_goes_on_from_run_to_run_of_latents():
    codec, chance = loaded(POCKET, choose_numerics()).sound_codec, np.random.default_rng(2)  # type: ignore[attr-defined]
    plan = robot(np.abs(np.sin(np.arange(37) / 3)))
    latents = codec.encode(torch.from_numpy(told(1)[0][None, :, : 75 * FRAME]))[0]
    whole, _ = in_voices(codec, latents, plan, [], 5)
    cut = int(chance.integers(20, 40))
    first, state = in_voices(codec, latents[:cut], plan, [], 5)
    second, after = in_voices(codec, latents[cut:], plan, [150.0], 5, cut, state)
    assert after.high == state.high == after.own
    parts = np.concatenate([first, second], axis=1)
    assert parts.shape == whole.shape
    edge = slice(cut * FRAME - 200, cut * FRAME + 200)
    assert np.abs(np.diff(parts[:, edge])).max() < 2 * np.abs(np.diff(whole)).max()
    apart = np.sqrt(np.mean((parts[:, : cut * FRAME] - whole[:, : cut * FRAME]) ** 2))
    assert apart < 0.05 * whole.std()


def test_what_goes_on_from_a_voice_speaks_as_high():
    sound, high = told(3, weather="clear", setting="meadow")
    frames = np.zeros((7, 144, 256, 3), np.uint8)
    assert semitones(going_on(Request("a robot talks", conditions=(Extend(frames, sound),)))[0], high) < 1
    for conditions in ((), (Extend(frames, struck("wood")),), (Extend(frames),), (Extend(frames, sound, object()),)):
        assert going_on(Request("a robot talks", conditions=conditions)) == []


def test_whoever_talks_has_a_voice():
    draft = generate(Request("a small red robot talks on a meadow", seconds=Fraction(5), seed=41))
    plan = loaded(POCKET, choose_numerics()).plan(draft.request, 11)  # type: ignore[attr-defined]
    heard = pitch_of(draft.sound)
    assert heard is not None
    assert semitones(heard, own_pitch(plan, 0)) < 2


def test_tones_become_the_harmonics_of_one_pitch_as_strong_and_others_stay():
    tones = torch.zeros(1, 2, 10 * TONE_KNOTS, TONES)
    low, high = int(nearest_tone(torch.tensor(450.0))), int(nearest_tone(torch.tensor(8000.0)))
    tones[..., low], tones[..., low + 1], tones[..., high] = 0.3, 0.4, 0.2
    gains = Gains(tones, torch.zeros(1, 10, TONES), torch.zeros(1, 2, 160, 2 * BANDS))
    rest, levels = voiced(gains, np.full(10, 155.0))
    voice, _ = played(torch.cat([torch.zeros_like(levels[:, :1]), levels], 1), np.full(10, 155.0), 0.0)
    assert rest.tones[..., high].eq(tones[..., high]).all()
    assert not rest.tones[..., [low, low + 1]].any()
    heard = voice[0, 2 * FRAME :].numpy()
    strength = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 8 * RATE))
    assert strength.argmax() / 8 == pytest.approx(3 * 155, abs=1)
    assert heard.std() * np.sqrt(2) == pytest.approx(0.5, abs=0.01)  # power adds up: 0.3 and 0.4
    untouched, silence = voiced(gains, np.zeros(10))
    assert untouched.tones.equal(tones)
    assert not silence.any()


def test_a_voice_has_no_word_beside_its_robot_and_is_one_without():
    sound = ReferenceSound(told(0)[0], "voice")
    beside = Request("a red @voice robot talks", conditions=(sound,))
    assert called(beside.prompt, {"voice": called_by_voice(beside, "voice")}).split() == ["a", "red", "robot", "talks"]
    alone = Request("@voice在说话", conditions=(sound,))
    assert called(alone.prompt, {"voice": called_by_voice(alone, "voice")}) == "机器人在说话"


def test_voices_are_told_in_the_order_of_their_mention_and_are_no_material():
    (low, _), (high, _) = (sorted((told(seed) for seed in range(6)), key=lambda pair: pair[1])[at] for at in (0, -1))
    given = (ReferenceSound(high, "b"), ReferenceSound(low, "a"), Reference(PICTURE, "a"), Reference(PICTURE, "b"))
    heard = voices(Request("@a talks and @b listens", conditions=given))
    assert list(heard) == ["a", "b"]
    assert heard["a"] < heard["b"]


def test_what_a_voice_cannot_be_is_told_before_weights_load():
    sound = told(0)[0]
    voice = ReferenceSound(sound, "voice")
    (notice,) = POCKET.check(Request("a @voice robot jumps in a room", conditions=(voice,)))
    assert "does not say that anybody talks" in notice.text
    with pytest.raises(InvalidRequest, match="say that the robot talks"):
        POCKET.check(Request("a @voice robot jumps in a room", strict=True, conditions=(voice,)))
    assert not POCKET.check(Request("a @voice robot talks in a room", strict=True, conditions=(voice,)))
    with pytest.raises(InvalidRequest, match="the shot's sound is given"):
        POCKET.check(Request("a @voice robot talks", conditions=(voice, Soundtrack(sound))))
    with pytest.raises(InvalidRequest, match="known by voices alone"):
        POCKET.check(Request("@a and @b talk", conditions=(ReferenceSound(sound, "a"), ReferenceSound(sound, "b"))))


def test_a_shot_speaks_as_high_as_its_reference():
    given = [told(seed) for seed in range(6)]
    made = []
    for sound, high in (min(given, key=lambda pair: pair[1]), max(given, key=lambda pair: pair[1])):
        asked = Request(
            "a yellow @voice robot talks in a room",
            seconds=Fraction(3),
            seed=1,
            conditions=(ReferenceSound(sound, "voice"),),
        )
        draft = generate(asked)
        assert draft.sound is not None
        assert semitones(pitch(draft.sound), high) < 1.5
        made.append(draft)
    assert (made[0].frames == made[1].frames).all()
    assert agreement(voice_envelope(made[0].sound), voice_envelope(made[1].sound)) > 0.9
