"""Options that several verbs share: declared once as frozen dataclasses, and typed again from them.

A verb takes a group as one argument; the command line shows its fields one by one. Knows no option itself.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import Field, fields, is_dataclass
from enum import StrEnum
from typing import Any, get_type_hints


def grouped(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with every argument that is a dataclass spread out into the dataclass's fields, as keywords."""
    signature = inspect.signature(verb, eval_str=True)
    hints = {name: each.annotation for name, each in signature.parameters.items()}
    groups: dict[str, type] = {name: hint for name, hint in hints.items() if _is_group(hint)}

    @functools.wraps(verb)
    def spread(**given: Any) -> None:
        verb(**{name: _packed(group, given) for name, group in groups.items()}, **given)

    single = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in signature.parameters.values()]
    parameters = [each for one in single for each in (_spread(groups[one.name]) if one.name in groups else [one])]
    vars(spread).update(__signature__=inspect.Signature(parameters, return_annotation=None))
    spread.__annotations__ = {each.name: each.annotation for each in parameters}
    return spread


def typed(group: Any) -> tuple[str, ...]:
    """The options of a group as they would be typed; what is as by default is left out."""
    return tuple(word for field in fields(group) for word in _words(field, getattr(group, field.name)))


def _words(field: Field, value: Any) -> Iterator[str]:
    option = f"--{field.name.replace('_', '-')}"
    if is_dataclass(value):
        yield from typed(value)
    elif value != field.default:
        for each in value if isinstance(value, list | tuple) else [value]:
            yield option
            if each is not True:
                yield each.value if isinstance(each, StrEnum) else str(each)


def _is_group(hint: Any) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)


def _spread(group: type) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        if _is_group(hints[field.name]):
            yield from _spread(hints[field.name])
        else:
            yield inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
            )


def _packed(group: type, given: dict[str, Any]) -> Any:
    """One group out of the arguments that were given, which it takes away."""
    hints = get_type_hints(group)
    return group(
        **{
            field.name: _packed(hints[field.name], given) if _is_group(hints[field.name]) else given.pop(field.name)
            for field in fields(group)
        }
    )
