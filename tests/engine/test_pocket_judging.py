import torch

from zoetrope.engine.families.pocket.judging import EVERY, HAPPENS, fit, shown
from zoetrope.engine.families.pocket.plan import AXES, CAST, SLOTS, STAGE, TRACK, Plan, no_badges, project
from zoetrope.engine.families.pocket.planner import Planner, PlannerConfig
from zoetrope.engine.families.pocket.reader import ASKED, facts_of, number_answers
from zoetrope.engine.families.pocket.spotter import Findings

SAID = {"object": "ball", "colour": "red", "setting": "meadow", "action": "rolls"}
FACTS = facts_of({axis: torch.tensor([number]) for axis, number in number_answers(SAID).items()})
PICTURES, GRID = 31, (9, 16)


def plan() -> Plan:
    """A small ball that rolls through the middle of the frame."""
    tracks, cast = torch.zeros(1, SLOTS, PICTURES, len(TRACK)), torch.zeros(1, CAST)
    tracks[0, 0, :, 0] = torch.linspace(-1, 1, PICTURES)
    at = 1
    cast[0, 0] = 1
    for values in AXES.values():
        cast[0, at], at = 1, at + len(values)
    return Plan(tracks, torch.zeros(1, PICTURES, 4), cast, no_badges(1))


def seen(shift: float, colour: str = "red") -> tuple[Findings, dict[str, torch.Tensor]]:
    """A ball in every looked-at picture, so many pixels beside where the plan has it."""
    numbers = torch.arange(0, PICTURES, EVERY)
    count, made = len(numbers), plan()
    place = project(made.tracks[0, 0, numbers, :2], made.camera[0, numbers], GRID) + torch.tensor([shift, 0.0])
    chances = {axis: torch.full((count, len(values)), 0.01) for axis, values in AXES.items()}
    chances["object"][:, 0] = 0.9
    chances["colour"][:, AXES["colour"].index(colour)] = 0.9
    nothing, ones = torch.zeros(count), torch.ones(count)
    found = Findings(
        torch.arange(count),
        place,
        12 * ones,
        0.9 * ones,
        chances,
        ones,
        torch.zeros(count, 2),
        ones,
        nothing,
        nothing,
    )
    return found, {axis: torch.full((count, len(values)), 1 / len(values)) for axis, values in STAGE.items()}


def test_a_thing_is_good_where_the_plan_has_it_and_as_it_is_called() -> None:
    there, beside, blue = (
        float(shown(*seen(shift, colour), plan(), FACTS, GRID).clamp(min=0.05).log().sum())
        for shift, colour in ((0, "red"), (60, "red"), (0, "blue"))
    )
    assert there > beside
    assert there > blue


def test_as_many_chances_for_all_shots_of_a_prompt() -> None:
    found, signs = seen(0)
    none = Findings(
        **{
            name: {axis: each[:0] for axis, each in value.items()} if isinstance(value, dict) else value[:0]
            for name, value in vars(found).items()
        }
    )
    chances = shown(none, signs, plan(), FACTS, GRID)
    assert len(chances) == len(shown(found, signs, plan(), FACTS, GRID))
    assert torch.isfinite(chances).all()


def test_a_planner_that_knows_nothing_finds_every_answer_as_likely() -> None:
    torch.manual_seed(0)
    chances = fit(Planner(PlannerConfig(width=48, layers=1)), plan(), FACTS)
    assert torch.allclose(chances, torch.tensor([1 / (1 + len(ASKED[axis])) for axis in HAPPENS]), atol=1e-4)
