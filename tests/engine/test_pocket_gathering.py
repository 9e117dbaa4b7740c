"""What will not be seen is told: things beyond two, references beyond what a shot shows, and who comes in later."""

from fractions import Fraction

import numpy as np
import pytest

from zoetrope.core.conditions import Reference
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.motion import Cue
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.generate import generate
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

PICTURE = np.zeros((144, 256, 3), np.uint8)


def said(prompt: str, *conditions, strict: bool = False) -> list[str]:
    return [each.text for each in POCKET.check(Request(prompt, conditions=conditions, strict=strict))]


def pictures(*names: str) -> tuple[Reference, ...]:
    return tuple(Reference(PICTURE, name) for name in names)


def shown(number: int, kind: str, colour: str, setting: str = "room") -> np.ndarray:
    """A picture of one thing in the middle of a place."""
    fixed = {"object": kind, "colour": colour, "second_object": None, "setting": setting, "action": "spins"}
    rest = {"then": None, "cut": False, "size": "large", "weather": "clear", "style": "plain", "light": "day"}
    return draw(write_scene(np.random.default_rng([6, number]), frames=2, fixed=fixed | rest))[0]


def test_a_thing_that_only_a_later_prompt_names_is_told_or_refused():
    later = Cue(Fraction(3), "a blue cube falls")
    (told,) = said("a red ball rolls on a meadow", later)
    assert "only the prompt at 3 s names blue cube; name it in the first prompt" in told
    with pytest.raises(InvalidRequest, match="the prompt at 3 s names blue cube"):
        said("a red ball rolls on a meadow", later, strict=True)
    assert said("一只红色的球在草地上滚动", Cue(Fraction(3), "蓝色的方块落下"))
    assert said("a red ball rolls on a meadow", Cue(Fraction(3), "the blue ball falls"))


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("a red ball rolls on a meadow", "the ball bounces"),
        ("a red ball rolls past a cube", "the blue cube spins, the camera pans left"),
        ("一只红色的球在草地上滚动", "球跳起"),
        ("一只红色的球在草地上滚动", "the red ball jumps"),
        ("a truck drives in the city", "the car jumps"),
        ("a red ball rolls on a meadow", "it jumps"),
    ],
)
def test_who_is_there_already_is_not(first, later):
    assert not any("first prompt" in each for each in said(first, Cue(Fraction(2), later)))


def test_more_references_than_things_and_a_place_are_told_before_anybody_looks():
    (told,) = said("@a, @b, @c and @d", *pictures("a", "b", "c", "d"))
    assert told.startswith("pocket shows 2 things in a shot, and the prompt names 4 (@a, @b, @c, @d); ")
    (told,) = said("@a and @b beside a red ball and a cube", *pictures("a", "b"))
    assert "names 4 (red ball, cube, @a, @b); only 2 of them, or 2 and a place, will be seen" in told
    with pytest.raises(InvalidRequest, match="names 4"):
        said("@a, @b, @c and @d", *pictures("a", "b", "c", "d"), strict=True)
    assert said("@a and @b on @c", *pictures("a", "b", "c")) == []
    assert said("@ball and @star beside a robot", *pictures("ball", "star")) == []  # one may be a place


def test_a_reference_that_only_a_later_prompt_names_is_told():
    (told,) = said("@a rolls on a meadow", Cue(Fraction(2), "@b falls"), *pictures("a", "b"))
    assert "only the prompt at 2 s names @b" in told


def test_what_references_turn_out_to_show_is_told_or_refused_once_they_are_looked_at():
    kinds = {"a": ("ball", "red"), "b": ("cube", "blue"), "c": ("star", "yellow")}
    given = tuple(Reference(shown(at, *kind), name) for at, (name, kind) in enumerate(kinds.items()))

    def asked(strict: bool = False) -> Request:
        return Request("@a, @b and @c in a room", seconds=Fraction(1, 2), seed=1, conditions=given, strict=strict)

    assert POCKET.check(asked()) == ()
    told: list = []
    generate(asked(), on_event=told.append)
    (notice,) = [each for each in told if isinstance(each, Notice)]
    assert "names 3 (red ball, blue cube, yellow star); only 2 of them will be seen" in notice.text
    with pytest.raises(InvalidRequest, match="names 3"):
        generate(asked(strict=True))


def test_a_picture_of_a_place_is_no_third_thing():
    from zoetrope.engine.families.pocket.family import LoadedPocket
    from zoetrope.engine.loading import loaded
    from zoetrope.engine.numerics import choose_numerics

    pocket = loaded(POCKET, choose_numerics())
    assert isinstance(pocket, LoadedPocket)
    empty = shown(0, "ball", "red", "beach").copy()
    empty[:] = empty[:, :8].mean(1, keepdims=True)  # its edge, drawn through the thing
    given = (Reference(shown(1, "ball", "red"), "a"), Reference(shown(2, "cube", "blue"), "b"), Reference(empty, "c"))
    request = Request("@a and @b on @c", seconds=Fraction(1, 2), seed=1, conditions=given)
    assert pocket.notices(request) == ()
    later = Cue(Fraction(1, 4), "the green star falls")
    (notice,) = pocket.notices(Request("@a and @b on @c", seconds=Fraction(1, 2), conditions=(*given, later)))
    assert "names green star" in notice.text


@pytest.mark.parametrize(
    ("first", "later", "names"),
    [
        ("a red ball rolls on a meadow", "it jumps in the city in the rain", "setting city, weather rain"),
        ("一只红色的球在白天的草地上滚动", "夜里它跳起来", "light night"),
        ("a red ball rolls on a meadow in the rain", "it jumps over the grass in the rain", ""),
        ("a red ball rolls on a meadow", "it jumps, not in the city", ""),
    ],
)
def test_another_stage_that_only_a_later_prompt_names_is_told(first: str, later: str, names: str):
    told = said(first, Cue(Fraction(3), later))
    assert [f"the prompt at 3 s names {names};" in each for each in told] == [True] * bool(names)
    if names:
        with pytest.raises(InvalidRequest, match=names):
            said(first, Cue(Fraction(3), later), strict=True)


def test_that_a_second_thing_will_stand_still_is_told():
    (told,) = said("a robot talks while a yellow lantern swings in the room")
    assert "only the first swings, so the yellow lantern will stand still" in told
    assert said("a lantern swings while a robot talks in the room") == []
    assert said("a red ball rolls and hits a blue cube") == []
