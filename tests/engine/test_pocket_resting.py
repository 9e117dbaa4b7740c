"""Things stand still, or come to a stop, where a prompt says so."""

from fractions import Fraction

import pytest
import torch

from zoetrope.core.motion import Cue
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.doing import at_rest, rest_in, sits_on_second, without_rest
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.plan import AXES, CAST, MARKS, PIVOT, SLOTS, TRACK, Plan, no_badges
from zoetrope.engine.families.pocket.resting import stopped
from zoetrope.engine.families.pocket.staging import Stager
from zoetrope.engine.loading import loaded
from zoetrope.engine.noise import seeds_of
from zoetrope.engine.numerics import choose_numerics

X, Y, SPIN, WAY, MOUTH, GROUND_SPEED, CONTACT, OFFSET = (
    TRACK.index(name) for name in ("x", "y", "spin", "way", "mouth", "ground_speed", "contact", "offset")
)
RADIUS, PICTURES = 0.17, 61
WHOLE = {
    "a parked car in the city at night": "car",
    "a robot stands in a room": "robot",
    "the ball does not move": "ball",
    "the car comes to a stop": "car",
    "a lantern hangs in a room": "lantern",
    "红色小车停在城市的街上": "car",
    "一个机器人静静地站在房间里，镜头环绕": "robot",
}
NEVER = {
    "the camera does not move, a ball bounces": {"object": "ball", "action": "bounces"},
    "a robot stands and talks": {"object": "robot", "action": "talks"},
    "the ball waits, then rolls": {"object": "ball", "action": "rolls"},
    "不停旋转的星星": {"object": "star", "action": "spins"},
    "a red ball rolls past a parked car": {"object": "ball", "second_object": "car", "action": "rolls"},
}


@pytest.mark.parametrize("prompt", WHOLE)
def test_who_stands(prompt: str) -> None:
    assert rest_in(prompt, {"object": WHOLE[prompt]}) == "action"


@pytest.mark.parametrize("prompt", NEVER)
def test_who_does_not_stand(prompt: str) -> None:
    assert rest_in(prompt, NEVER[prompt]) is None


def test_who_stops_after_what_it_does_and_who_stands_beside_another() -> None:
    assert rest_in("a ball rolls and then stops", {"object": "ball", "action": "rolls"}) == "then"
    assert rest_in("一辆小车滑行，然后停下", {"object": "car", "action": "slides"}) == "then"
    assert rest_in("a yellow bird lands on a meadow", {"object": "bird"}) == "then"
    assert rest_in("小鸟落在草地上", {"object": "bird", "action": "falls"}) == "then"
    assert rest_in("a ball lands on the beach", {"object": "ball"}) is None
    assert rest_in("a lantern stops swinging", {"object": "lantern", "action": "swings"}) == "action"
    both = {"object": "robot", "second_object": "ball", "action": "bounces"}
    assert rest_in("a robot stands next to a bouncing ball", both) == "action"
    assert without_rest("a car is parked, then it stops").split() == ["a", "car", "is", ",", "then", "it"]


def test_what_is_planned_of_who_comes_to_rest() -> None:
    assert at_rest({"object": "bird"}, "then", "a bird lands")["action"] == "flies"
    assert at_rest({"object": "bird", "action": "jumps"}, "then", "a bird hops, then stops")["action"] == "jumps"
    assert at_rest({"object": "boat"}, "action", "a boat waits")["action"] == "floats"
    assert at_rest({"object": "lantern"}, "action", "a lantern hangs")["action"] == "swings"
    assert without_rest("a ball lands") == "a ball lands"  # which nobody shows, and is told
    assert without_rest("a bird lands").split() == ["a", "bird"]


def going(kind: str = "ball", y: float = RADIUS, rise: float = 0.0, turn: float = 0.0) -> Plan:
    tracks, cast = torch.zeros(1, SLOTS, PICTURES, len(TRACK)), torch.zeros(1, CAST)
    cast[0, [0, 1 + AXES["object"].index(kind), 1 + len(AXES["object"]) + len(AXES["colour"])]] = 1
    later = torch.arange(PICTURES)
    tracks[0, 0, :, X], tracks[0, 0, :, Y] = 0.1 * later, y + rise * later
    tracks[0, 0, :30, WAY], tracks[0, 0, 30:, WAY] = 1, -1
    tracks[0, 0, :, SPIN], tracks[0, 0, :, MOUTH], tracks[0, 0, 40, CONTACT] = turn, 0.5, 3.0
    return Plan(tracks, torch.zeros(1, PICTURES, 4), cast, no_badges(1))


def test_what_goes_slows_down_and_stands() -> None:
    track = stopped(going(), 20).tracks[0, 0]
    steps = track[:, X].diff()
    assert torch.equal(track[:20], going().tracks[0, 0, :20])
    assert (steps[19:].diff() <= 1e-6).all()
    assert steps[19] > 0.06
    assert torch.equal(steps[29:], torch.zeros(PICTURES - 30))
    assert torch.allclose(track[20:, SPIN], -steps[19:] / RADIUS)  # it rolls no farther than it goes
    assert track[20, GROUND_SPEED] > 0 == track[30, GROUND_SPEED]
    assert not track[20:, [MOUTH, CONTACT]].any()
    assert (track[20:, WAY] == 1).all()  # whichever way it would have turned
    assert stopped(going(), 20, mouth=True).tracks[0, 0, 30, MOUTH] == 0.5


def test_what_is_in_the_air_falls_and_is_heard_or_comes_down_softly() -> None:
    track = stopped(going(y=0.2, rise=0.08), 20).tracks[0, 0]
    assert float(track[20, Y]) > float(track[19, Y])  # it goes on rising first
    assert float(track[-1, Y]) == pytest.approx(RADIUS)
    (lands,) = track[20:, CONTACT].nonzero()[:, 0].tolist()
    assert float(track[20 + lands, Y]) > RADIUS == pytest.approx(float(track[21 + lands, Y]))
    assert 0 <= float(track[20 + lands, OFFSET]) < 1
    soft = stopped(going("bird", y=1.2), 20).tracks[0, 0]
    assert not soft[:, CONTACT][20:].any()
    assert float(soft[-1, Y]) == pytest.approx(RADIUS, abs=1e-5)


def test_what_leans_stands_up_and_what_hangs_hangs_straight() -> None:
    angle = stopped(going("cube", turn=0.01), 20).tracks[0, 0, :, SPIN].cumsum(0)
    assert float(angle[-1]) == pytest.approx(0, abs=1e-5)
    hung = going("lantern", y=0.5)
    hung.cast[0, -MARKS + PIVOT :] = torch.tensor([1.0, 2.5, 1.5])
    track = stopped(hung, 20).tracks[0, 0]
    rope = float(torch.hypot(hung.tracks[0, 0, 19, X] - 2.5, hung.tracks[0, 0, 19, Y] - 1.5))
    assert track[-1, [X, Y]].tolist() == pytest.approx([2.5, 1.5 - rope])


def test_from_the_first_picture_on_it_stands_where_it_mostly_was() -> None:
    track = stopped(going("car", y=1.0), 0).tracks[0, 0]
    assert track[:, X].unique().tolist() == pytest.approx([3.0])
    assert track[:, Y].unique().tolist() == pytest.approx([RADIUS])


@pytest.fixture(scope="module")
def stager() -> Stager:
    return loaded(POCKET, choose_numerics()).stager  # type: ignore[attr-defined]


def planned(stager: Stager, prompt: str, *conditions: Cue, seed: int = 1) -> torch.Tensor:
    request = Request(prompt, seconds=5, seed=seed, conditions=conditions)
    with torch.inference_mode():
        return stager.plan(request, 11, seeds_of(request).named("plan")).tracks[0, 0]


def test_prompts_and_later_prompts_say_so(stager: Stager) -> None:
    for still in ("a robot stands in a room", "a lantern hangs in a room"):
        assert planned(stager, still)[:, [X, Y]].std(0).max() < 1e-5
    height = planned(stager, "a yellow bird lands on a meadow")[:, Y]
    assert height[0] > height[-1] + 0.2
    assert height[-6:].std() < 1e-5
    for seed in range(2):
        track = planned(stager, "a red ball rolls on a meadow and then stops", seed=seed)
        assert track[:20, X].diff().abs().mean() > 0.02
        assert track[-8:, X].diff().abs().max() < 1e-5
        track = planned(stager, "a blue car slides in the city", Cue(Fraction(2), "小车停下"), seed=seed)
        assert track[40:, X].diff().abs().max() < 1e-5
        again = planned(stager, "a robot stands", Cue(Fraction(2), "it jumps"), seed=seed)
        assert again[:20, Y].std() < 1e-5 < 0.01 < again[30:, Y].std()


def test_a_line_that_stops_keeps_all_but_the_action(stager: Stager) -> None:
    request = Request("a blue car slides in the city", seconds=1, seed=1)
    with torch.inference_mode():
        plan = stager.plan(request, 3, seeds_of(request).named("plan"))
    said = stager.carried("a blue car slides fast to the left in the city", "the car stops", plan)
    assert all(word not in said for word in ("slides", "fast", "left"))
    assert "blue" in said
    assert "stands still" in stager.carried(said, "rain starts to fall", plan)
    assert "stands still" not in stager.carried(said, "the car jumps", plan)


def test_who_sits_on_another_is_on_top_of_it(stager: Stager) -> None:
    both = {"object": "bird", "second_object": "cube"}
    assert sits_on_second("a bird sits on a large red cube", both)
    assert sits_on_second("小鸟落在红色方块上", both)
    assert not sits_on_second("a bird sits on the beach beside a cube", both)
    assert not sits_on_second("a cube stands on a bird", both)
    for prompt in ("a bird sits on a cube in the city", "a bird lands on a cube in the city"):
        request = Request(prompt, seconds=5, seed=1)
        with torch.inference_mode():
            plan = stager.plan(request, 11, seeds_of(request).named("plan"))
        bird, cube = plan.tracks[0, :, -1]
        assert float(bird[X]) == pytest.approx(float(cube[X]), abs=1e-4)
        top = plan.marks[0, 0] + 2 * plan.radii()[0, 1]
        assert float(bird[Y]) == pytest.approx(float(top + plan.radii()[0, 0]), abs=1e-4)
