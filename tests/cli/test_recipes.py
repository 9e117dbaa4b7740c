"""Recipes are laid over their defaults strictly."""

from dataclasses import dataclass, field

import pytest

from zoetrope.cli.recipes import cook
from zoetrope.core.errors import InvalidRequest, MediaError


@dataclass(frozen=True)
class Inner:
    width: int = 4


@dataclass(frozen=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    rate: float = 0.1
    sizes: tuple[tuple[int, int], ...] = ((1, 2),)
    name: str = "a"
    parts: tuple[Inner, ...] = (Inner(1), Inner(2))


def test_a_file_and_then_settings_are_laid_over_the_defaults(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("rate: 1e-3\nsizes: [[3, 4]]\ninner: {width: 8}\n")
    made = cook(Outer(), file, ["inner.width=16", "name=b"])
    assert made == Outer(Inner(16), 0.001, ((3, 4),), "b")


def test_parts_that_are_recipes_are_laid_over_the_one_in_their_place():
    assert cook(Outer(), None, ["parts=[{}, {width: 7}, {}]"]).parts == (Inner(1), Inner(7), Inner(2))
    with pytest.raises(InvalidRequest, match=r"parts\[0\].depth"):
        cook(Outer(), None, ["parts=[{depth: 1}]"])


def test_nothing_given_changes_nothing():
    assert cook(Outer(), None, []) == Outer()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("depth=3", "no depth"),
        ("inner.depth=3", "no inner.depth"),
        ("rate=fast", "rate was 'fast'"),
        ("inner=3", "width inside"),
        ("name=3", "'a' there"),
        ("rate", "key=value"),
        ("rate=[", "not valid YAML"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(setting, said):
    with pytest.raises(InvalidRequest, match=said):
        cook(Outer(), None, [setting])


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(MediaError, match="cannot read the recipe"):
        cook(Outer(), tmp_path / "none.yaml", [])


def test_a_file_without_keys_is_refused(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("just words")
    with pytest.raises(InvalidRequest, match="keys and values"):
        cook(Outer(), file, [])
