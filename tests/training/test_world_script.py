"""The laws of the toy stage, measured on the tracks of written scenes."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from zoetrope.core.errors import InvalidRequest
from zoetrope.training.world import vocabulary as v
from zoetrope.training.world.cameras import HALF_VIEW, visible
from zoetrope.training.world.physics import mass, pair_restitution
from zoetrope.training.world.scene import FRAMES_PER_SECOND, GRAVITY, Scene
from zoetrope.training.world.script import is_held_out, write_scene
from zoetrope.training.world.takes import half_width

SIZES = ((256, 144), (192, 192), (144, 256))
LENGTHS = (1, 13, 25, 37, 61)


def scene(seed: int, frames: int = 61, width: int = 256, height: int = 144, **fixed) -> Scene:
    fixed.setdefault("then", None)
    return write_scene(np.random.default_rng(seed), width=width, height=height, frames=frames, fixed=fixed)


def seconds(written: Scene) -> np.ndarray:
    return np.arange(written.frames) / FRAMES_PER_SECOND


@pytest.fixture(scope="module")
def many() -> list[Scene]:
    scenes = []
    for seed in range(750):
        width, height = SIZES[seed % 3]
        rng = np.random.default_rng(seed)
        scenes.append(write_scene(rng, width=width, height=height, frames=LENGTHS[seed // 3 % 5]))
    return scenes


@pytest.mark.parametrize("material", v.MATERIALS)
@pytest.mark.parametrize("seed", range(5))
def test_rebounds_follow_the_restitution(material, seed):
    written = scene(seed, action="bounces", material=material)
    touches = [(c.seconds, c.speed) for c in written.contacts]
    law = v.MATERIALS[material].restitution
    rebounds = [
        (later - earlier, fast, slow)
        for (earlier, fast), (later, slow) in pairwise(touches)
        if slow < fast * 0.99 and abs(later - earlier - 2 * law * fast / GRAVITY) < 1e-6
    ]
    assert rebounds
    for _, fast, slow in rebounds:
        assert slow == pytest.approx(law * fast)


@pytest.mark.parametrize("action", ["bounces", "falls", "jumps"])
@pytest.mark.parametrize("seed", range(5))
def test_flight_between_touches_falls_with_gravity(action, seed):
    written = scene(seed, action=action, size="small")
    times, height = seconds(written), written.motion.centre[0, :, 1]
    touches = np.array([0.0, *(c.seconds for c in written.contacts), 9.0])
    bend = np.diff(height, 2) * FRAMES_PER_SECOND**2
    rest = written.ground + written.things[0].radius
    checked = 0
    for middle in range(1, written.frames - 1):
        spans = np.searchsorted(touches, times[middle - 1 : middle + 2])
        moving = np.all(height[middle - 1 : middle + 2] > rest + 0.02)
        if moving and len(set(spans)) == 1 and np.all(written.motion.air_speed[0, middle - 1 : middle + 2] > 0):
            checked += 1
            assert bend[middle - 1] == pytest.approx(-GRAVITY, rel=1e-6)
    assert checked >= 3


@pytest.mark.parametrize("seed", range(8))
def test_a_touch_is_where_the_track_meets_the_ground(seed):
    written = scene(seed, action="bounces")
    height = written.motion.centre[0, :, 1]
    rest = written.ground + written.things[0].radius
    assert height.min() >= rest - 1e-9
    for contact in written.contacts:
        near = np.abs(seconds(written) - contact.seconds) <= 1 / FRAMES_PER_SECOND
        assert height[near].min() - rest <= contact.speed / FRAMES_PER_SECOND
        path = np.interp(contact.seconds, seconds(written), written.motion.centre[0, :, 0])
        assert contact.x == pytest.approx(path, abs=0.1)


@pytest.mark.parametrize("kind", v.OBJECTS)
def test_rolling_does_not_slip(kind):
    written = scene(3, action="rolls", object=kind)
    x, angle = written.motion.centre[0, :, 0], written.motion.angle[0]
    np.testing.assert_allclose(np.diff(angle) * written.things[0].radius, -np.diff(x), atol=1e-9)
    assert written.motion.centre[0, :, 1].min() >= written.ground + written.things[0].radius * 0.9


@pytest.mark.parametrize("pace", v.PACES)
@pytest.mark.parametrize("seed", range(3))
def test_a_pendulum_keeps_its_length_and_period(pace, seed):
    written = scene(seed, action="swings", pace=pace)
    assert written.pivot is not None
    arm = written.motion.centre[0] - np.array(written.pivot)
    length = np.hypot(arm[:, 0], arm[:, 1])
    np.testing.assert_allclose(length, length[0], rtol=1e-9)
    lean = np.arctan2(arm[:, 0], -arm[:, 1])
    crossings = np.flatnonzero(np.diff(np.sign(lean)) != 0)
    moments = crossings - lean[crossings] / (lean[crossings + 1] - lean[crossings])
    period = 2 * np.diff(moments).mean() / FRAMES_PER_SECOND
    ideal = 2 * np.pi * np.sqrt(length[0] / GRAVITY)
    assert ideal * 0.97 <= period <= ideal * 1.08


@pytest.mark.parametrize("seed", range(12))
def test_a_collision_keeps_momentum(seed):
    written = scene(seed, action="collides", cut=False)
    [contact] = written.contacts
    first, second = written.things
    times, x = seconds(written), written.motion.centre[:, :, 0]
    before = np.flatnonzero(times <= contact.seconds)[-2:]
    speed_before = np.diff(x[:, before], axis=1)[:, 0] * FRAMES_PER_SECOND
    after = np.flatnonzero(times >= contact.seconds)[:3]
    steps = np.diff(x[:, after], axis=1) * FRAMES_PER_SECOND
    brake = steps[:, 1] - steps[:, 0]  # friction, m/s lost in one frame
    speed_after = steps[:, 0] - brake * (times[after[:2]].mean() - contact.seconds) * FRAMES_PER_SECOND
    masses = np.array([mass(first), mass(second)])
    scale = np.abs(masses * speed_before).max()
    assert masses @ speed_after == pytest.approx(masses @ speed_before, abs=0.02 * scale)
    closing = speed_before[0] - speed_before[1]
    assert abs(closing) == pytest.approx(contact.speed, rel=0.02)
    assert speed_after[1] - speed_after[0] == pytest.approx(pair_restitution(first, second) * closing, rel=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_the_wall_is_touched_and_never_entered(seed):
    written = scene(seed, action="rebounds")
    assert written.wall is not None
    gap = (written.wall - written.motion.centre[0, :, 0]) * written.wall_side - half_width(written.things[0])
    assert gap.min() >= -1e-9
    assert written.contacts
    for contact in written.contacts:
        assert contact.other == "wall"
        assert contact.x == written.wall
        assert np.interp(contact.seconds, seconds(written), gap) <= contact.speed / FRAMES_PER_SECOND


def test_a_mouth_opens_only_while_a_syllable_sounds():
    written = scene(1, action="talks")
    times, mouth = seconds(written), written.motion.mouth[0]
    sounding = np.zeros(len(times), bool)
    for start, length, pitch, strength in written.syllables:
        sounding |= (times >= start) & (times <= start + length)
        assert 80 <= pitch <= 400
        assert 0 < strength <= 1
    assert mouth[~sounding].max() == 0
    assert mouth.max() > 0.4


def test_two_actions_follow_without_a_jump():
    for seed in range(24):
        first, second = (("bounces", "rolls"), ("flies", "falls"), ("spins", "jumps"), ("falls", "slides"))[seed % 4]
        written = scene(seed, action=first, then=second, cut=False, pace="normal")
        assert [act.name for act in written.acts] == [first, second]
        assert written.acts[0].start == 0
        assert written.acts[0].stop == written.acts[1].start
        assert written.acts[1].stop == written.frames
        assert np.abs(np.diff(written.motion.centre[0], axis=0)).max() < 0.5


def test_things_are_seen(many):
    shares = []
    for written in many:
        centre, half = written.motion.centre[0], written.width / written.height * HALF_VIEW
        radius = written.things[0].radius
        shares.append(visible(centre[:, 0], centre[:, 1], written.motion.camera, half, radius).mean())
    assert np.mean(shares) > 0.99
    assert np.mean(np.array(shares) >= 0.9) > 0.98


def test_tracks_have_their_shapes_and_are_finite(many):
    for written in many:
        motion = written.motion
        things = len(written.things)
        assert motion.centre.shape == (things, written.frames, 2)
        assert motion.camera.shape == (written.frames, 4)
        for track in (motion.angle, motion.stretch, motion.mouth, motion.ground_speed, motion.air_speed):
            assert track.shape == (things, written.frames)
            assert np.isfinite(track).all()
        assert all(0 <= c.seconds <= (written.frames - 1) / FRAMES_PER_SECOND for c in written.contacts)


def test_every_value_of_every_axis_is_drawn_often(many):
    axes = {
        "object": (v.OBJECTS, [s.things[0].kind for s in many]),
        "colour": (v.COLOURS, [s.things[0].colour for s in many]),
        "size": (v.RADII, [s.things[0].size for s in many]),
        "surface": (v.SURFACES, [s.things[0].surface for s in many]),
        "material": (v.MATERIALS, [s.things[0].material for s in many]),
        "setting": (v.SETTINGS, [s.setting for s in many]),
        "light": (v.LIGHTS, [s.light for s in many]),
        "weather": (v.WEATHERS, [s.weather for s in many]),
        "style": (v.STYLES, [s.style for s in many]),
        "action": (v.ACTIONS, [s.acts[0].name for s in many]),
        "pace": (v.PACES, [s.acts[0].pace for s in many]),
        "camera": (v.CAMERAS, [s.camera.name for s in many if s.frames > 1]),
    }
    for axis, (values, seen) in axes.items():
        counts = Counter(seen)
        for value in values:
            assert counts[value] / len(seen) > 0.45 / len(values), (axis, value)
    assert 0.18 < np.mean([s.things[0].badge is not None for s in many]) < 0.32


def test_held_out_combinations_are_drawn_only_on_purpose(many):
    assert not any(is_held_out(written) for written in many)
    for seed in range(40):
        assert is_held_out(write_scene(np.random.default_rng(seed), frames=13, held_out=True))
    assert is_held_out(scene(0, frames=13, object="car", material="glass"))


@pytest.mark.parametrize("axis", ["object", "colour", "size", "surface", "material"])
def test_pinned_attributes_of_the_thing_stay(axis):
    values = {"object": v.OBJECTS, "colour": v.COLOURS, "size": v.RADII, "surface": v.SURFACES, "material": v.MATERIALS}
    for value in values[axis]:
        thing = scene(4, frames=13, **{axis: value}).things[0]
        assert getattr(thing, "kind" if axis == "object" else axis) == value


def test_pinned_events_stay():
    written = scene(5, camera="orbit left", setting="sea", cut=True, badge=True, second_object="boat", action="spins")
    assert written.camera.name == "orbit left"
    assert written.setting == "sea"
    assert written.cut is not None
    assert written.things[0].badge is not None
    assert written.things[1].kind == "boat"


def test_a_cut_jumps_and_a_static_camera_does_not_move():
    written = scene(6, camera="static", cut=True)
    camera = written.motion.camera
    assert written.cut is not None
    assert np.ptp(camera[: written.cut], axis=0).max() == 0
    assert np.ptp(camera[written.cut :], axis=0).max() == 0
    assert abs(camera[written.cut, 2] / camera[0, 2] - 1) > 0.2


@pytest.mark.parametrize(
    ("name", "column", "sign"),
    [
        ("pan left", 0, -1),
        ("pan right", 0, 1),
        ("tilt up", 1, 1),
        ("tilt down", 1, -1),
        ("push in", 2, 1),
        ("pull back", 2, -1),
        ("orbit left", 3, -1),
        ("orbit right", 3, 1),
    ],
)
def test_the_camera_moves_as_named(name, column, sign):
    for width, height in SIZES:
        camera = scene(7, width=width, height=height, frames=25, camera=name, cut=False).motion.camera
        steps = np.diff(camera[:, column])
        assert (steps * sign > 0).all()


def test_the_same_seed_writes_the_same_scene():
    one, other = (write_scene(np.random.default_rng(11)) for _ in range(2))
    assert one.seed == other.seed
    assert one.contacts == other.contacts
    np.testing.assert_array_equal(one.motion.centre, other.motion.centre)


@pytest.mark.parametrize(
    ("fixed", "words"),
    [({"mood": "sad"}, "mood"), ({"colour": "beige"}, "beige"), ({"action": "talks", "object": "fish"}, "robot")],
)
def test_unknown_pins_are_refused(fixed, words):
    with pytest.raises(InvalidRequest, match=words):
        write_scene(np.random.default_rng(0), fixed=fixed)
