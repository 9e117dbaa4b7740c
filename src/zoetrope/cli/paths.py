"""Names of files in options: which options hold them, and the same names as seen from another folder.

Knows no option: each says beside itself how its text holds a name.
"""

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias, get_args, get_origin

Placed: TypeAlias = Callable[[str, str], str]  # a folder and a text -> the text as it is typed outside that folder


def beside(folder: str, text: str) -> str:
    """A text that begins with a file's name, which was written inside a folder. Whole paths and `~` stay themselves."""
    return os.path.join(folder, os.path.expanduser(text))


def after_equals(folder: str, text: str) -> str:
    """The same of a text such as `hero=a.png`."""
    name, separator, file = text.partition("=")
    return f"{name}={beside(folder, file)}" if separator and file else text


@dataclass(frozen=True)
class Names:
    """Stands beside an option of text which names a file; an option that is a path needs none."""

    placed: Placed = beside


def placing(verb: Callable[..., Any]) -> Mapping[str, Placed]:
    """How the arguments of a verb that name files are placed, by argument."""
    found = {}
    for name, parameter in inspect.signature(verb).parameters.items():
        hint, *beside_it = get_args(parameter.annotation) if _is_annotated(parameter) else [parameter.annotation]
        marks = [each.placed for each in beside_it if isinstance(each, Names)]
        if marks or hint is Path or Path in get_args(hint):
            found[name] = marks[0] if marks else beside
    return found


def _is_annotated(parameter: inspect.Parameter) -> bool:
    return get_origin(parameter.annotation) is Annotated
