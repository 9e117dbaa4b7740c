"""Who is not in a given picture is out of its sight, on the side that it goes to or comes from."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from zoetrope.engine.families.pocket.directing import Known, nothing_known, with_camera
from zoetrope.engine.families.pocket.parting import Met, lacking, met_in, out_of_sight, stretch_of
from zoetrope.engine.families.pocket.plan import AXES, BADGE, CAST, SLOTS, TRACK, Plan, no_badges, project
from zoetrope.engine.families.pocket.spotter import Findings
from zoetrope.engine.families.pocket.tracking import Looks, Seen

GRID = (9, 16)
WIDE = 16 / 9
ENDS = [(0, 0), (1, 1)]
NUMBERS = torch.tensor([0, 60])
LEFT, RIGHT, MIDDLE = -1.0, 1.0, torch.tensor([0.0, 0.2])


def resting(pictures: int = 61) -> Known:
    return with_camera(nothing_known(pictures), torch.zeros(1, pictures, 4))


def free(start: float = 0.0, stop: float = 0.0) -> Plan:
    """A plan in which the first thing, a small one, goes evenly from one place to another."""
    cast = torch.zeros(1, CAST)
    cast[0, [0, 1 + len(AXES["object"]) + len(AXES["colour"])]] = 1
    tracks = torch.zeros(1, SLOTS, 61, len(TRACK))
    tracks[0, 0, :, 0] = torch.linspace(start, stop, 61)
    return Plan(tracks, torch.zeros(1, 61, 4), cast, no_badges(1))


def side(known: Known, number: int) -> float:
    """1 if the first thing is beyond the right edge in a picture, -1 beyond the left one, 0 where it is seen."""
    x = float(project(known.plan.tracks[0, 0, number, :2], known.plan.camera[0, number], GRID)[0])
    return RIGHT if x > 256 + 20 else LEFT if x < -20 else 0.0


@pytest.mark.parametrize("way", [LEFT, RIGHT])
def test_it_leaves_the_way_it_goes_and_comes_from_where_it_goes_away_from(way: float) -> None:
    gone = out_of_sight(resting(), 0, ENDS[1:], NUMBERS, [Met(0, MIDDLE, way)], free(), WIDE)
    assert side(gone, 60) == side(gone, 55) == way
    assert not gone.rows[:55, 0].any()
    come = out_of_sight(resting(), 0, ENDS[:1], NUMBERS, [Met(60, MIDDLE, way)], free(), WIDE)
    assert side(come, 0) == -way
    assert not come.rows[1:, 0].any()


def test_a_heading_says_it_before_what_is_seen() -> None:
    gone = out_of_sight(resting(), 0, ENDS[1:], NUMBERS, [Met(0, MIDDLE, LEFT)], free(), WIDE, "right")
    assert side(gone, 60) == RIGHT


def test_without_a_way_it_is_the_nearest_side() -> None:
    for x in (-0.5, 0.5):
        gone = out_of_sight(resting(), 0, ENDS[1:], NUMBERS, [Met(0, torch.tensor([x, 0.2]), 0.0)], free(), WIDE)
        assert side(gone, 60) == (RIGHT if x > 0 else LEFT)


def test_what_the_camera_has_left_stays_behind_it() -> None:
    camera = torch.zeros(1, 61, 4)
    camera[0, :, 0] = torch.linspace(0, 6, 61)
    known = out_of_sight(with_camera(resting(), camera), 0, ENDS[1:], NUMBERS, [Met(0, MIDDLE, RIGHT)], free(), WIDE)
    assert side(known, 60) == LEFT


def test_what_is_met_nowhere_crosses_the_picture_as_it_goes() -> None:
    known = out_of_sight(resting(), 0, ENDS, NUMBERS, [], free(-0.5, 0.9), WIDE)
    assert (side(known, 0), side(known, 60)) == (LEFT, RIGHT)
    known = out_of_sight(resting(), 0, ENDS, NUMBERS, [], free(0.5, -0.9), WIDE)
    assert (side(known, 0), side(known, 60)) == (RIGHT, LEFT)


def test_what_stays_comes_to_where_it_stays() -> None:
    known = out_of_sight(resting(), 0, ENDS, NUMBERS, [], free(0.4, 0.4), WIDE)
    assert side(known, 0) == side(known, 60) == RIGHT
    assert known.rows[15, 0]
    assert known.rows[45, 0]
    assert float(known.plan.tracks[0, 0, 15, 0]) == pytest.approx(0.4)
    assert not known.rows[20:40, 0].any()
    at_once = out_of_sight(resting(13), 0, ENDS, torch.tensor([0, 12]), [], free(0.4, 0.4), WIDE)
    assert at_once.rows[:, 0].tolist() == [True] + [False] * 6 + [True] * 6  # there is no time to come


def test_a_picture_alone_stands_for_its_latent_frame() -> None:
    assert stretch_of(0, 0, 61).tolist() == [0]
    assert stretch_of(9, 9, 61).tolist() == [7, 8, 9, 10, 11, 12]
    assert stretch_of(60, 60, 60).tolist() == [55, 56, 57, 58, 59]
    assert stretch_of(3, 8, 61).tolist() == [3, 4, 5, 6, 7, 8]


def findings(*each: tuple[int, str]) -> Findings:
    """Faint findings: (picture, kind)."""
    count = len(each)
    kinds = torch.tensor([AXES["object"].index(kind) for _, kind in each], dtype=torch.long)
    nothing = torch.zeros(count)
    chances = {"object": F.one_hot(kinds, len(AXES["object"])).float()}
    spots = torch.zeros(count, 2)
    which = torch.tensor([picture for picture, _ in each], dtype=torch.long)
    return Findings(which, spots, nothing, nothing + 0.25, chances, nothing, spots, nothing, nothing, nothing)


def test_where_something_alike_is_found_nothing_is_lacking() -> None:
    found = findings((0, "bird"), (1, "ball"))
    assert lacking(found, ENDS, "bird") == [(1, 1)]
    assert lacking(found, ENDS, "car") == ENDS
    long = [(0, 9)]
    assert lacking(findings((0, "bird"), (1, "bird")), long, "bird") == long
    assert lacking(findings(*((at, "bird") for at in range(5))), long, "bird") == []


def test_a_way_is_where_a_thing_goes_and_else_where_it_looks() -> None:
    def ways(kind: str, speed: float, right: float, run: tuple[int, int]) -> list[float]:
        count = run[1] + 1
        which = F.one_hot(torch.tensor(AXES["object"].index(kind)), len(AXES["object"])).float()
        looks, spots = Looks({"object": which}, torch.zeros(BADGE), 20.0, 0.9), torch.zeros(count, 2)
        seen = Seen(list(range(count)), spots, looks, spots, spots[:, 0], torch.full((count,), right), 0.0)
        known = resting()
        known = replace(known, plan=replace(known.plan, tracks=free(0, speed * 5).tracks))
        return [each.way for each in met_in(known, 0, seen, [run], torch.arange(count))]

    assert ways("bird", 0.0, 0.1, (0, 0)) == [LEFT, LEFT]
    assert ways("bird", 0.8, 0.1, (0, 12)) == [RIGHT, RIGHT]
    assert ways("ball", 0.0, 0.1, (0, 12)) == [0, 0]
    assert ways("ball", -0.8, 0.9, (0, 12)) == [LEFT, LEFT]


def test_what_falls_comes_from_above() -> None:
    known = out_of_sight(resting(), 0, ENDS, NUMBERS, [], free(0.4, 0.4), WIDE, "down")
    x, y = project(known.plan.tracks[0, 0, 0, :2], known.plan.camera[0, 0], GRID).tolist()
    assert 128 < x < 256
    assert y < -20
    assert side(known, 60) == RIGHT
    assert not known.rows[1:55, 0].any()
