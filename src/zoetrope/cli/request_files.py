"""Request files: what people would type for one shot or several, as YAML or JSON, read strictly.

A request is a mapping: `make` names the verb, `generate` if left out, and the other keys are the names of its options
and arguments. Knows no verb's options itself: it asks the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
import yaml

from zoetrope.core.errors import InvalidRequest, MediaError

MAKE = "make"
MADE = ("output", "keep_latents")  # the options that name files which are made
MOST = 1000  # requests of a file: a night's work of the fastest machine
MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Asked:
    """One request, as it would be typed. `values` are the texts in it, among them the files that it reads; `made` are
    the files that are there when it is finished."""

    words: tuple[str, ...]
    output: Path
    values: tuple[str, ...]
    made: tuple[Path, ...]

    def goes_on_from(self, before: Asked) -> bool:
        """Whether a file that another request makes may be read for this one."""
        return any(path.name in value for path in before.made for value in self.values)


def read_requests(file: Path) -> list[Any]:
    """The requests of a file, as they stand there.

    Raises: MediaError where it cannot be read, InvalidRequest where it is neither YAML nor JSON.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise MediaError(f"cannot read the requests in {file}: {reason.lower()}; check the name") from error
    if len(content) > MOST_BYTES:
        raise InvalidRequest(
            f"{file} is larger than {MOST_BYTES >> 20} MB, which no file of requests is; give another."
        )
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"{file} is not valid YAML: {' '.join(str(error).split())}.") from None
    return found if isinstance(found, list) else [found]


def ask(requests: Iterable[Any], verbs: Mapping[str, Any], where: str) -> list[Asked]:
    """Requests as they would be typed; all are checked before the first is made.

    `verbs` are the commands that make a shot, by name.
    Raises: InvalidRequest for what no command line would take, with the number of the request.
    """
    found = list(requests)
    if not 1 <= len(found) <= MOST:
        raise InvalidRequest(f"{where} holds {len(found)} requests; give 1 to {MOST}.")
    asked: list[Asked] = []
    for number, request in enumerate(found, start=1):
        try:
            asked.append(_asked(request, verbs))
        except (InvalidRequest, typer.TyperException) as error:
            said = error.format_message() if isinstance(error, typer.TyperException) else str(error)
            raise InvalidRequest(f"request {number} of {where}: {said}") from None
        if asked[-1].output in [each.output for each in asked[:-1]]:
            raise InvalidRequest(f"request {number} of {where} writes {asked[-1].output}, as an earlier one does.")
    return asked


def _asked(request: Any, verbs: Mapping[str, Any]) -> Asked:
    if not isinstance(request, Mapping) or not all(isinstance(key, str) for key in request):
        raise InvalidRequest(f"it is {request!r}; write keys and values, such as prompt: a red ball bounces.")
    verb = request.get(MAKE, "generate")
    if verb not in verbs:
        raise InvalidRequest(f"{MAKE} was {verb!r}; it is one of {', '.join(verbs)}.")
    known = {name: each for each in verbs[verb].params for name in _names(each)}
    values = {key.replace("-", "_"): value for key, value in request.items() if key != MAKE}
    strange = [key for key in values if key not in known]
    if strange:
        raise InvalidRequest(f"{verb} has no {strange[0]}; it has {', '.join(dict.fromkeys(known))}.")
    if "output" not in values:
        raise InvalidRequest("it names no output; write output: and the file that it makes.")
    options = [word for key, value in values.items() for word in _option(known[key], key, value)]
    given = [each for each in verbs[verb].params if each.param_type_name == "argument" and each.name in values]
    words = [word for each in given for word in _texts(each.name, values[each.name])]
    typed = (verb, *options, "--", *words)
    verbs[verb].make_context(verb, list(typed[1:]))  # refuses what the command line would
    texts = [text for key, value in values.items() if key != "output" for text in _texts(key, value)]
    made = [Path(text) for key in MADE for text in _texts(key, values.get(key, False))]
    return Asked(typed, Path(str(values["output"])), tuple(texts), tuple(made))


def _names(param: Any) -> Iterator[str]:
    yield param.name
    yield from (each.removeprefix("--").replace("-", "_") for each in param.opts if each.startswith("--"))


def _option(param: Any, key: str, value: Any) -> Iterator[str]:
    if param.param_type_name == "argument":
        return
    if param.is_flag:
        if not isinstance(value, bool):
            raise InvalidRequest(f"{key} was {value!r}; it is true or false.")
        if value:
            yield param.opts[-1]
        return
    if isinstance(value, bool):
        raise InvalidRequest(f"{key} was {value!r}; YAML reads yes, no, on and off so: put it in quotes.")
    texts = _texts(key, value)
    if len(texts) > 1 and not param.multiple:
        raise InvalidRequest(f"{key} was {value!r}; give one value.")
    for text in texts:
        yield from (param.opts[-1], text)


def _texts(key: str, value: Any) -> list[str]:
    """A value as it would be typed, or several of a list."""
    if isinstance(value, bool):
        return []  # of a flag
    if isinstance(value, str | int | float):
        return [str(value)]
    if isinstance(value, list) and value:
        return [text for each in value for text in _texts(key, each)]
    raise InvalidRequest(f"{key} was {value!r}; give a text, a number or a list of them, a time in quotes.")
