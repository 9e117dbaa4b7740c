"""A shot promises as much as its things are whole in the picture."""

from dataclasses import replace

import torch

from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.judging import promise
from zoetrope.engine.families.pocket.plan import AXES, CAST, SLOTS, TRACK, TRAITS, Plan, no_badges
from zoetrope.engine.generate import prepare, settle_seed
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics

PICTURES, GRID = 31, (9, 16)


def plan(*paths: torch.Tensor) -> Plan:
    """Small things that go along the ground at these places in metres, (t,) each."""
    tracks, cast = torch.zeros(1, SLOTS, PICTURES, len(TRACK)), torch.zeros(1, CAST)
    for slot, path in enumerate(paths):
        tracks[0, slot, :, 0] = path
        at = slot * TRAITS + 1
        cast[0, slot * TRAITS] = 1
        for values in AXES.values():
            cast[0, at], at = 1, at + len(values)
    return Plan(tracks, torch.zeros(1, PICTURES, 4), cast, no_badges(1))


def test_a_thing_that_is_whole_all_the_time_is_best_and_one_outside_worst():
    still = torch.zeros(PICTURES)
    assert promise(plan(still), GRID) == 1
    assert promise(plan(still + 9), GRID) == 0
    assert promise(plan(), GRID) == 1
    assert 0.3 < promise(plan(torch.linspace(0, 4, PICTURES)), GRID) < 0.6


def test_a_thing_cut_by_the_edge_is_not_whole():
    half = 128 / (0.45 * 144)  # metres from the middle of the frame to its edge
    assert promise(plan(torch.full((PICTURES,), half)), GRID) == 0
    assert promise(plan(torch.full((PICTURES,), half - 0.2)), GRID) == 1


def test_the_one_that_is_seen_least_counts_and_cameras_are_looked_through():
    still = torch.zeros(PICTURES)
    assert promise(plan(still, still + 9), GRID) == 0
    away = plan(still)
    away.camera[..., 0] = 9
    assert promise(away, GRID) == 0


def test_the_seed_that_is_chosen_promises_most_and_nothing_is_walked():
    asked = Request("a black ball collides with a white car", seed=3, seconds=5, best_of=4)
    request, family = prepare(asked, None, None)
    chosen = settle_seed(request, family)
    pocket = loaded(POCKET, choose_numerics())
    scores = {}
    for seed in (3, 4, 5, 6):
        alone, _ = prepare(replace(asked, seed=seed, best_of=1), None, None)
        with torch.inference_mode():
            scores[seed] = POCKET.score(pocket, alone)
    assert chosen.seed == max(scores, key=lambda seed: scores[seed])
    assert chosen.best_of == 1
