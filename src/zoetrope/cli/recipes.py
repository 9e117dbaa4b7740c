"""Recipes as data: a YAML file and single settings laid over a recipe's defaults, checked strictly.

A recipe is any frozen dataclass, with others inside it. Knows no training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from zoetrope.cli.yamls import read_yaml
from zoetrope.core.errors import InvalidRequest, MediaError

Recipe = TypeVar("Recipe")


def cook(recipe: Recipe, file: Path | None, settings: Sequence[str]) -> Recipe:
    """Lay a file and then `key=value` settings over a recipe; a dot goes inside, as in config.width=512.

    Raises: InvalidRequest for an unknown key or a value of another kind; MediaError for a file that cannot be read.
    """
    if file is not None:
        recipe = lay_over(recipe, _read(file))
    for setting in settings:
        recipe = lay_over(recipe, _parse(setting))
    return recipe


def lay_over(recipe: Any, changes: Mapping[str, Any], path: str = "") -> Any:
    """Replace the named fields of a recipe, strictly."""
    known = {field.name: getattr(recipe, field.name) for field in fields(recipe)}
    new = {}
    for key, value in changes.items():
        if key not in known:
            raise InvalidRequest(f"the recipe has no {path}{key}; it has {', '.join(path + name for name in known)}.")
        new[key] = _fitting(known[key], value, path + key)
    return replace(recipe, **new)


def _fitting(old: Any, new: Any, name: str) -> Any:
    if is_dataclass(old) and isinstance(new, Mapping):
        return lay_over(old, new, f"{name}.")
    if isinstance(old, tuple) and isinstance(new, list):
        return tuple(_part_of(old, index, part, f"{name}[{index}].") for index, part in enumerate(new))
    if isinstance(old, float) and isinstance(new, int | str) and not isinstance(new, bool):
        try:
            return float(new)  # YAML reads 1e-3 as text
        except ValueError:
            pass
    if old is not None and type(old) is not type(new):
        raise InvalidRequest(f"{name} was {new!r}; the recipe has {_shown(old)} there, so give a value of that kind.")
    return new


def _part_of(old: tuple, index: int, new: Any, name: str) -> Any:
    """A part of a list; where the parts are recipes themselves, it is laid over the one in its place, or the last."""
    like = old[min(index, len(old) - 1)] if old else None
    if is_dataclass(like) and isinstance(new, Mapping):
        return lay_over(like, new, name)
    return _frozen(new)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    return f"{', '.join(field.name for field in fields(value))} inside" if is_dataclass(value) else repr(value)


def _parse(setting: str) -> dict[str, Any]:
    key, separator, text = setting.partition("=")
    if not separator or not key.strip():
        raise InvalidRequest(f"--set was {setting!r}; write key=value, such as rate=0.001.")
    value = read_yaml(text, f"--set {setting}")
    for part in reversed(key.strip().split(".")):
        value = {part: value}
    return value


def _read(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MediaError(
            f"cannot read the recipe {file}: {getattr(error, 'strerror', None) or 'it is no text'}."
        ) from error
    content = read_yaml(text, str(file))
    if not isinstance(content, Mapping):
        raise InvalidRequest(f"the recipe {file} must hold keys and values, such as rate: 0.001.")
    return content
