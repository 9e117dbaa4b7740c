"""Paces by law: speeds, rates and heights that are measured say which pace they have, and the network the rest."""

import numpy as np
import pytest

from zoetrope.evaluation.axes import AXES, NO_SECOND, shows_pace
from zoetrope.evaluation.prompts import prompts
from zoetrope.evaluation.proof import asked_of
from zoetrope.evaluation.sight import Sight
from zoetrope.evaluation.simulate import simulate
from zoetrope.evaluation.tempo import LAWS, paces_seen
from zoetrope.evaluation.turning import RATES, turns
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

PACES = AXES["pace"]
UNREAD = np.zeros(len(PACES))  # what a network says that knows nothing


def seen(seed, **pins):
    """A scene and what would be measured of it."""
    rest = {"camera": "static", "cut": False, "then": None, "second_object": None}
    scene = write_scene(np.random.default_rng(seed), frames=60, fixed=rest | pins)
    measured = simulate(scene, np.random.default_rng(seed))
    touches = np.array([contact.seconds for contact in scene.contacts])
    return scene, Sight(measured.things, measured.camera, {}, touches, (144, 256)), measured.cuts


def said(scene, sight, cuts, read=UNREAD):
    acts = (scene.acts[0].name, scene.acts[1].name if len(scene.acts) > 1 else NO_SECOND)
    drawn = draw(scene) if "spins" in acts else np.zeros((scene.frames, 144, 256, 3), np.uint8)
    return paces_seen(read, acts, drawn, sight, cuts)


@pytest.mark.parametrize("act", sorted(set(LAWS) - {"collides"}))
@pytest.mark.parametrize("pace", PACES)
def test_a_law_tells_the_pace_alone(act, pace):
    for seed in range(2):
        chances = said(*seen(seed, action=act, pace=pace))
        assert PACES[int(chances.argmax())] == pace
        assert chances.sum() == pytest.approx(1)


def test_both_of_two_actions_are_asked():
    for pace in PACES:
        scene, sight, cuts = seen(3, action="rolls", then="slides", pace=pace, object="ball")
        assert PACES[int(said(scene, sight, cuts).argmax())] == pace


def test_where_no_law_says_anything_the_network_is_believed():
    scene, sight, cuts = seen(4, action="swings", pace="fast")
    read = np.log([0.2, 0.7, 0.1])
    assert np.allclose(said(scene, sight, cuts, read), [0.2, 0.7, 0.1])
    nobody = Sight((), sight.camera, {}, UNREAD, (144, 256))
    assert np.allclose(paces_seen(read, ("rolls", NO_SECOND), draw(scene), nobody, cuts), [0.2, 0.7, 0.1])


@pytest.mark.parametrize("kind", ["lantern", "star", "ring", "fish"])
def test_a_turn_is_measured_whatever_turns(kind):
    for pace in PACES:
        scene, sight, _ = seen(5, action="spins", pace=pace, object=kind, surface="striped", style="plain")
        rate = np.median(np.diff(scene.motion.angle[0])) * 12
        shares = turns(draw(scene), sight.things[0], np.ones(60, bool))
        assert RATES[int(shares.argmax())] == pytest.approx(rate, abs=0.3)


def test_a_fall_has_no_pace_that_could_be_seen():
    assert not shows_pace("falls")
    assert shows_pace("falls", "rolls")
    scene, *_ = seen(6, action="falls", pace="slowly")
    assert "pace" not in asked_of(scene)
    assert "pace" in asked_of(seen(6, action="rolls", pace="slowly")[0])
    falls = [prompt for prompt in prompts() if prompt.expected["action"] == "falls"]
    assert falls
    assert all("pace" not in prompt.expected for prompt in falls if prompt.expected.get("then") == NO_SECOND)
