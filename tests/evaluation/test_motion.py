"""Motion in metres: a pan is not a slide, a cut changes no size, and what is measured in thought is near the truth."""

import numpy as np
import torch

from zoetrope.evaluation import truth
from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.motion import (
    FEATURES,
    MotionConfig,
    MotionNet,
    across_cuts,
    features,
    settled,
    to_metres,
)
from zoetrope.evaluation.simulate import simulate
from zoetrope.training.world.script import write_scene

REST = {"second_object": None, "then": None, "cut": False}


def written(seed, **pins):
    return write_scene(np.random.default_rng(seed), frames=48, fixed=REST | pins)


def test_metres_do_not_know_of_the_camera():
    scene = written(3, camera="pan left", action="rolls", pace="normal")
    measured = simulate(scene, np.random.default_rng(0))
    place = truth.places(scene)[0][0]
    path = scene.motion.camera.copy()
    path[:, 2], path[:, 3] = np.log(path[:, 2]), np.sin(path[:, 3])
    assert np.allclose(to_metres(place, path, (144, 256)), scene.motion.centre[0], atol=1e-6)
    assert np.abs(settled(measured.camera)[:, 0] - path[:, 0]).max() < 0.3


def test_a_cut_changes_neither_size_nor_place():
    for seed in range(4):
        scene = written(seed, camera="static", action="spins", cut=True)
        measured = simulate(scene, np.random.default_rng(0))
        thing = measured.things[0]
        path = across_cuts(thing, np.zeros((48, 4)), measured.cuts, (144, 256))
        metres = to_metres(thing.place, path, (144, 256))
        step = np.abs(np.diff(metres, axis=0))[measured.cuts[1:]]
        assert np.nanmax(step) < 0.1
        assert abs(path[-1, 2]) > 0.2


def test_the_network_reads_clips_of_any_length():
    network, rng = MotionNet(MotionConfig(width=16, depth=1)), np.random.default_rng(1)
    for frames in (24, 61):
        scene = write_scene(rng, frames=frames)
        measured = simulate(scene, rng)
        read = features(measured.things, measured.camera, measured.cuts, (144, 256))
        assert read.shape == (frames, FEATURES)
        logits, touch = network(torch.from_numpy(read)[None], torch.ones(1, frames, dtype=torch.bool))
        assert logits["action"].shape == (1, len(AXES["action"]))
        assert touch.shape == (1, frames, 2)
