"""Touches are held against contacts: what is seen must be there, and what strikes must be seen."""

import numpy as np

from zoetrope.evaluation.proof import STRIKES, TOUCHES, proof_of, touches_told
from zoetrope.training.world.script import write_scene


def test_contacts_themselves_are_right():
    pins = {"action": "bounces", "then": None, "camera": "static", "cut": False, "second_object": None}
    scene = write_scene(np.random.default_rng(4), frames=60, fixed=pins)
    seconds = np.array([contact.seconds for contact in scene.contacts])
    told = touches_told(seconds, scene)
    assert told[TOUCHES[0]] == [1.0] * len(seconds)
    assert told[TOUCHES[1]] == [1.0] * sum(contact.speed >= STRIKES for contact in scene.contacts)
    late = touches_told(seconds + 0.15, scene)
    assert np.mean(late[TOUCHES[0]]) < 0.5
    record = {"right": {"camera": True}, "numbers": told}
    assert proof_of([record])[TOUCHES[0]].n == len(seconds)
    assert proof_of([record])["camera"].right == 1
