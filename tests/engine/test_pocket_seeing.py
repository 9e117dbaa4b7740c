from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from zoetrope.core.conditions import Control, Extend, Keyframe, Reference, Region
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket import seeing
from zoetrope.engine.families.pocket.control import path_of_control
from zoetrope.engine.families.pocket.directing import Known, nothing_known
from zoetrope.engine.families.pocket.facts import LIMITS
from zoetrope.engine.families.pocket.plan import AXES, BADGE, METRE, STAGE
from zoetrope.engine.families.pocket.reader import facts_of, number_answers, stated
from zoetrope.engine.families.pocket.references import know_looks, named, settle_facts, slots_of
from zoetrope.engine.families.pocket.seeing import Seer, shown_by
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.spotter import Findings
from zoetrope.engine.families.pocket.tracking import Looks
from zoetrope.training.plans import plan_of
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene

PICTURE = np.zeros((144, 256, 3), np.uint8)


@pytest.fixture
def seer() -> Seer:
    torch.manual_seed(0)
    sketcher = Sketcher(SketcherConfig(thing_width=16, stage_width=16, layers=1)).eval()
    return Seer(None, sketcher)  # type: ignore[arg-type]


def truly_found(scene: Scene) -> tuple[Findings, dict[str, torch.Tensor]]:
    """What a spotter that errs nowhere would say of all pictures of a scene."""
    centre, radius = places(scene)
    rows = [(at, index) for at in range(scene.frames) for index in range(len(scene.things))]
    count, things = len(rows), [scene.things[index] for _, index in rows]

    def sure(axis: str, values: list[str]) -> torch.Tensor:
        return F.one_hot(torch.tensor([AXES[axis].index(value) for value in values]), len(AXES[axis])).float()

    chances = {
        "object": sure("object", [thing.kind for thing in things]),
        **{axis: sure(axis, [getattr(thing, axis) for thing in things]) for axis in ("colour", "surface", "material")},
    }
    turn = torch.zeros(count, 2)
    turn[:, 0] = 1
    found = Findings(
        torch.tensor([at for at, _ in rows]),
        torch.tensor(np.array([centre[index, at] for at, index in rows])).float(),
        torch.tensor(np.array([radius[index, at] for at, index in rows])).float(),
        torch.ones(count),
        chances,
        torch.ones(count),
        turn,
        torch.ones(count),
        torch.zeros(count),
        torch.zeros(count),
    )
    signs = {
        axis: F.one_hot(torch.tensor(values.index(getattr(scene, axis))), len(values)).float().expand(scene.frames, -1)
        for axis, values in STAGE.items()
    }
    return found, signs


def test_what_is_seen_of_a_clip_is_its_plan(seer: Seer, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = write_scene(
        np.random.default_rng(4), frames=13, fixed={"action": "rolls", "camera": "pan left", "cut": False}
    )
    monkeypatch.setattr(seeing, "spot", lambda *_: truly_found(scene))
    plan, facts = plan_of(scene), facts_of({axis: torch.tensor([n]) for axis, n in number_answers({}).items()})
    shown = seeing.Shown(list(range(13)), draw(scene), np.zeros((13, 144, 256), bool), False)
    known = seer.know(nothing_known(61), shown, facts, plan, (9, 16))
    made = known.laid_over(plan)
    torch.testing.assert_close(made.tracks[0, 0, :, :2], plan.tracks[0, 0, :, :2], atol=0.05, rtol=0)
    assert known.rows[:13, :2].all()
    assert not known.rows[13:, :-4].any()
    assert known.rows[:, -4:].all()
    slots = made.traits.shape[2] * made.traits.shape[1]
    assert torch.equal(made.cast[0, : slots // 2], plan.cast[0, : slots // 2])
    assert torch.equal(made.signs[0, :-7], plan.signs[0, :-7])


def test_who_is_in_no_picture_is_out_of_its_sight(seer: Seer, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = write_scene(np.random.default_rng(4), frames=2, fixed={"action": "rolls", "camera": "static", "cut": False})
    found, signs = truly_found(scene)
    monkeypatch.setattr(seeing, "spot", lambda *_: (_nothing(found), signs))
    plan = plan_of(scene)
    facts = facts_of({axis: torch.tensor([n]) for axis, n in number_answers({"object": "ball"}).items()})

    def known(made: bool, told: bool, *numbers: int) -> Known:
        masks = np.full((len(numbers), 144, 256), made)
        shown = seeing.Shown(list(numbers), draw(scene)[[0] * len(numbers)], masks, True)
        before = nothing_known(61)
        if told:
            before.rows[:, 0] = True
        free = replace(plan, tracks=plan.tracks[:, :, :1].repeat(1, 1, 61, 1), camera=torch.zeros(1, 61, 4))
        return seer.know(before, shown, facts, free, (9, 16))

    away = known(False, False, 0)
    assert away.rows[0, 0]
    assert abs(float(away.plan.tracks[0, 0, 0, 0])) > 16 / 9 / (2 * METRE)
    assert not known(True, False, 0).rows[0, 0]  # it may be where the picture is made anew
    assert float(known(False, True, 0).plan.tracks[0, 0, 0, 0]) == 0  # its way is told
    assert not known(False, False, *range(61)).rows[:, 0].any()  # else it would be nowhere


def _nothing(found: Findings) -> Findings:
    """Findings like some, but none."""
    return Findings(
        **{
            name: {axis: chances[:0] for axis, chances in each.items()} if isinstance(each, dict) else each[:0]
            for name, each in vars(found).items()
        }
    )


def test_pictures_are_taken_where_they_are_given() -> None:
    clip = PICTURE[None].repeat(7, 0)
    keys = (Keyframe("first", PICTURE), Keyframe("last", PICTURE), Keyframe(Fraction(1, 2), PICTURE))
    shown = shown_by(Request("a ball", conditions=keys, seconds=2), LIMITS.clock)
    assert shown is not None
    assert (shown.numbers, shown.lone) == ([0, 6, 23], True)
    shown = shown_by(Request("a ball", conditions=(Extend(clip),), seconds=2), LIMITS.clock)
    assert shown is not None
    assert (shown.numbers, shown.lone) == (list(range(7)), False)
    mask = np.zeros((24, 144, 256), bool)
    mask[6:12] = True
    retaken = Request("a ball", conditions=(Region(PICTURE[None].repeat(24, 0), mask),), seconds=2)
    shown = shown_by(retaken, LIMITS.clock)
    assert shown is not None
    assert shown.numbers == [*range(6), *range(12, 24)]
    assert shown_by(Request("a ball"), LIMITS.clock) is None


def looks(kind: str, colour: str) -> Looks:
    chances = {
        axis: F.one_hot(torch.tensor(AXES[axis].index(value)), len(AXES[axis])).float()
        for axis, value in {"object": kind, "colour": colour, "surface": "dotted", "material": "metal"}.items()
    }
    badge = torch.zeros(BADGE)
    badge[[0, 3]] = 1
    return Looks(chances, badge, 20.0, 1.0)


@pytest.mark.parametrize(
    ("prompt", "put"),
    [
        ("@hero jumps over @hat", "the red ball jumps over the blue cube"),
        ("@hero在草地上撞上@hat", "红色的球在草地上撞上蓝色的方块"),
    ],
)
def test_names_are_put_into_words(prompt: str, put: str, seer: Seer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {1: looks("ball", "red"), 2: looks("cube", "blue")}
    monkeypatch.setattr(Seer, "looks", lambda _, given: seen[int(given[0].picture[0, 0, 0])])
    references = (Reference(PICTURE + np.uint8(2), "hat"), Reference(PICTURE + np.uint8(1), "hero"))
    request, things = named(Request(prompt, conditions=references), seer)
    assert request.prompt == put
    assert [each.value("object") for each in things] == ["ball", "cube"]
    assert request.conditions == ()


def told(**said: str) -> torch.Tensor:
    return facts_of({axis: torch.tensor([number]) for axis, number in number_answers(said).items()})


def test_a_slot_looks_as_its_reference() -> None:
    facts = told(object="cube", colour="blue", second_object="ball", second_colour="red")
    known = know_looks(nothing_known(7), slots_of([looks("ball", "red")], facts), facts)
    assert not known.plan.badges[0, 0].any()
    assert known.plan.badges[0, 1, 0] == 1
    assert known.plan.traits[0, 1, 0] == 1
    assert not known.plan.traits[0, 0].any()


def test_references_outweigh_what_their_words_were_read_as() -> None:
    things = [looks("ball", "red"), looks("ball", "blue")]
    facts = told(object="star", colour="blue", second_object="ball", action="rolls")
    slots = slots_of(things, facts)
    assert list(slots.values()) == things
    read = stated(settle_facts(facts, slots)[0])
    assert read == {"object": "ball", "colour": "red", "surface": "dotted", "material": "metal", "action": "rolls"} | {
        "second_object": "ball",
        "second_colour": "blue",
    }


def test_the_largest_part_of_a_control_clip_leads() -> None:
    frames = np.full((12, 144, 256, 3), 40, np.uint8)
    for at in range(12):
        frames[at, 60:80, 20 + 10 * at : 40 + 10 * at] = 220
        frames[at, 10:12, 10:12] = 220 if at % 2 else 40
    path = path_of_control(Control(frames, "depth"))
    assert path is not None
    np.testing.assert_allclose(path, [[30 + 10 * at, 70] for at in range(12)], atol=1)
    assert path_of_control(Control(np.zeros((4, 144, 256, 3), np.uint8), "depth")) is None
