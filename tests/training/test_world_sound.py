"""Laws of what is heard: exact moments, pitch by size, decay by material, loudness by speed, balance by place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zoetrope.training.world.contacts_sound import pitch, ring
from zoetrope.training.world.scene import Act, CameraMove, Contact, Motion, Scene, Thing
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear, limit
from zoetrope.training.world.vocabulary import MATERIALS, RADII, SETTINGS, WEATHERS

RATE = 24_000


def scene(frames: int = 25, name: str = "bounces", material: str = "wood", x: float = 0.0, **given) -> Scene:
    """A plain scene in which one ball rests at x and nothing touches."""
    zero = np.zeros((1, frames))
    camera = np.zeros((frames, 4))
    camera[:, 2] = 1
    motion = Motion(np.full((1, frames, 2), x), zero, zero + 1, zero, zero, zero, camera)
    facts = {
        "seed": 5,
        "width": 256,
        "height": 144,
        "frames": frames,
        "setting": "room",
        "light": "day",
        "weather": "clear",
        "style": "plain",
        "camera": CameraMove("static", 0.0),
        "things": (Thing("ball", "red", "small", "plain", material, RADII["small"]),),
        "acts": (Act(name, 0, "normal", 0, frames),),
        "motion": motion,
        "contacts": (),
        "ground": -0.6,
    }
    return Scene(**(facts | given))


def touch(seconds: float = 0.5, speed: float = 2.0, x: float = 0.0, **given) -> np.ndarray:
    """What one contact adds to the sound of a scene."""
    silent = scene(**given)
    return hear(replace(silent, contacts=(Contact(seconds, 0, speed, x),))) - hear(silent)


def moving(kind: str, name: str, speed: float) -> np.ndarray:
    """The sound of a thing that moves at a steady speed on the ground or in the air."""
    still = scene(name=name)
    return hear(replace(still, motion=replace(still.motion, **{kind: np.full((1, still.frames), speed)})))


def centroid(sound: np.ndarray) -> float:
    """Middle of the power over frequency, in Hz."""
    power = (np.abs(np.fft.rfft(sound, axis=1)) ** 2).sum(0)
    return float(power @ np.fft.rfftfreq(sound.shape[1], 1 / RATE) / power.sum())


def share(sound: np.ndarray, low: float, high: float) -> float:
    """Share of the power in a band."""
    power = (np.abs(np.fft.rfft(sound, axis=1)) ** 2).sum(0)
    frequency = np.fft.rfftfreq(sound.shape[1], 1 / RATE)
    return float(power[(frequency >= low) & (frequency < high)].sum() / power.sum())


@pytest.mark.parametrize(("frames", "samples"), [(1, 0), (7, 12_000), (61, 120_000)])
def test_length_is_that_of_the_frames_after_the_first(frames, samples):
    sound = hear(scene(frames))
    assert sound.shape == (2, samples)
    assert sound.dtype == np.float32


def test_asked_length_is_kept_and_shares_its_start():
    assert hear(scene(), 90_001).shape == (2, 90_001)
    assert hear(scene(), 10).shape == (2, 10)


def test_written_scenes_are_heard_the_same_twice_without_clipping():
    for seed in range(24):
        written = write_scene(np.random.default_rng(seed), frames=25)
        sound = hear(written)
        assert np.array_equal(sound, hear(written))
        assert np.isfinite(sound).all()
        assert 1e-3 < np.abs(sound).max() < 1


def test_seeds_differ():
    assert not np.array_equal(hear(scene()), hear(scene(seed=6)))


@pytest.mark.parametrize("moment", [0.1, 0.73, 1.5004])
def test_contact_begins_at_its_very_sample(moment):
    added = np.abs(touch(moment)).max(0)
    first = round(moment * RATE)
    assert added[:first].max() == 0
    assert added[first : first + 24].max() > 0.05


@pytest.mark.parametrize("material", MATERIALS)
def test_pitch_falls_with_size(material):
    heights = []
    for radius in RADII.values():
        sound = ring(material, radius)
        heights.append(np.abs(np.fft.rfft(sound, 4 * RATE)).argmax() / 4)
    small, large = heights
    assert small / large == pytest.approx(RADII["large"] / RADII["small"], rel=0.15)
    assert small == pytest.approx(
        pitch(Thing("ball", "red", "small", "plain", material, RADII["small"])),
        rel=0.3 if material == "rubber" else 0.02,
    )


def test_metal_and_glass_ring_longer_than_wood_and_rubber():
    def lasting(material: str) -> float:
        power = np.cumsum(ring(material, RADII["small"]) ** 2)
        return float(np.searchsorted(power, 0.95 * power[-1]) / RATE)

    assert min(lasting("metal"), lasting("glass")) > 2 * max(lasting("wood"), lasting("rubber"))


def test_harder_is_louder():
    peaks = [np.abs(touch(speed=speed)).max() for speed in (0.3, 0.8, 2.0, 5.0)]
    assert np.all(np.diff(peaks) > 0)
    assert -16 < 20 * np.log10(peaks[0]) < 20 * np.log10(peaks[-1]) < -1


def test_balance_follows_the_place_at_equal_power():
    left, middle, right = (touch(x=x).std(axis=1) for x in (-1.5, 0.0, 1.5))
    assert left[0] > 3 * left[1]
    assert right[1] > 3 * right[0]
    assert middle[0] == pytest.approx(middle[1], rel=1e-3)
    assert np.hypot(*left) == pytest.approx(np.hypot(*middle), rel=1e-3)


def test_place_is_seen_through_the_camera():
    shifted = scene()
    shifted.motion.camera[:, 0] = 1.5
    quiet = hear(shifted)
    loud = hear(replace(shifted, contacts=(Contact(0.5, 0, 2.0, 1.5),)))
    left, right = (loud - quiet).std(axis=1)
    assert left == pytest.approx(right, rel=1e-3)


def test_rolling_rumbles_and_sliding_hisses_and_flight_lies_between():
    roll, slide = moving("ground_speed", "rolls", 1.5), moving("ground_speed", "slides", 1.5)
    fly = moving("air_speed", "flies", 1.5)
    assert centroid(roll) < 500 < centroid(fly) < 2000 < centroid(slide)


@pytest.mark.parametrize(
    ("kind", "name"), [("ground_speed", "rolls"), ("ground_speed", "slides"), ("air_speed", "flies")]
)
def test_faster_is_louder(kind, name):
    assert moving(kind, name, 2.0).std() > 1.5 * moving(kind, name, 0.5).std()


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("weather", WEATHERS)
def test_ambience_stays_far_below_contacts(setting, weather):
    level = 20 * np.log10(hear(scene(setting=setting, weather=weather)).std())
    assert -44 < level < -28


def test_night_brings_insects_outdoors_only():
    day, night = (hear(scene(setting="meadow", light=light)) for light in ("day", "night"))
    assert share(night, 3500, 4800) > 0.3 > 3 * share(day, 3500, 4800)
    assert np.array_equal(hear(scene(light="day")), hear(scene(light="night")))


def test_voice_sounds_while_a_syllable_lasts():
    syllables = ((0.25, 0.2, 150.0, 0.8), (1.0, 0.2, 150.0, 0.8))
    spoken = hear(scene(name="talks", syllables=syllables)) - hear(scene(name="talks"))
    level = np.abs(spoken).max(0)
    assert level[: RATE // 4].max() < 1e-6
    assert level[RATE // 4 : RATE // 4 + 4800].max() > 0.1
    assert level[RATE // 2 : RATE].max() < 1e-6


def test_limit_passes_what_is_quiet_and_bends_what_is_loud():
    sound = np.array([[-3.0, -0.5, 0.0, 0.79, 0.9, 2.0]], np.float32)
    bent = limit(sound)
    assert np.array_equal(bent[0, 1:4], sound[0, 1:4])
    assert np.all(np.diff(bent[0]) > 0)
    assert np.abs(bent).max() <= 1
