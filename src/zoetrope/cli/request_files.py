"""Request files: what people would type for one shot or several, as YAML or JSON, read strictly.

A request is a mapping: `make` names the verb, `generate` if left out, and the other keys are the names of its options
and arguments. Knows no verb's options itself: it asks the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import typer

from zoetrope.cli.paths import placing
from zoetrope.cli.yamls import read_yaml
from zoetrope.core.errors import InvalidRequest, MediaError

MAKE = "make"
OUTPUT, KEPT = "output", "keep_latents"  # the options that name files which are made
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
    found = read_yaml(text, str(file))
    return found if isinstance(found, list) else [found]


def ask(requests: Iterable[Any], verbs: Mapping[str, Any], where: str, folder: str = "") -> list[Asked]:
    """Requests as they would be typed; all are checked before the first is made.

    `verbs` are the commands that make a shot, by name; files are named as seen from `folder`, or from here.
    Raises: InvalidRequest for what no command line would take, with the number of the request.
    """
    found = list(requests)
    if not 1 <= len(found) <= MOST:
        raise InvalidRequest(f"{where} holds {len(found)} requests; give 1 to {MOST}.")
    asked: list[Asked] = []
    for number, request in enumerate(found, start=1):
        try:
            asked.append(_asked(request, verbs, folder))
        except (InvalidRequest, typer.TyperException) as error:
            said = error.format_message() if isinstance(error, typer.TyperException) else str(error)
            raise InvalidRequest(f"request {number} of {where}: {said}") from None
        if asked[-1].output in [each.output for each in asked[:-1]]:
            raise InvalidRequest(f"request {number} of {where} writes {asked[-1].output}, as an earlier one does.")
    return asked


def _asked(request: Any, verbs: Mapping[str, Any], folder: str) -> Asked:
    verb, values = _checked(request, verbs)
    command, placed = verbs[verb], placing(verbs[verb].callback)
    texts = {
        param.name: [placed.get(param.name, _stays)(folder, text) for text in _texts(key, value)]
        for param, key, value in values
    }
    options = [word for param, key, value in values for word in _option(param, key, value, texts[param.name])]
    words = [word for each in command.params if _is_argument(each) for word in texts.get(each.name, ())]
    typed = (verb, *options, "--", *words)
    command.make_context(verb, list(typed[1:]))  # refuses what the command line would
    given = [text for name, each in texts.items() if name != OUTPUT for text in each]
    made = [Path(text) for name in (OUTPUT, KEPT) for text in texts.get(name, ())]
    return Asked(typed, made[0], tuple(given), tuple(made))


def _checked(request: Any, verbs: Mapping[str, Any]) -> tuple[str, list[tuple[Any, str, Any]]]:
    """The verb of a request, and what it gives: the verb's parameter, the key and the value, as they stand there."""
    if not isinstance(request, Mapping) or not all(isinstance(key, str) for key in request):
        raise InvalidRequest(f"it is {request!r}; write keys and values, such as prompt: a red ball bounces.")
    verb = request.get(MAKE, "generate")
    if not isinstance(verb, str) or verb not in verbs:
        raise InvalidRequest(f"{MAKE} was {verb!r}; it is one of {', '.join(verbs)}.")
    known = {name: each for each in verbs[verb].params for name in _names(each)}
    values = {key.replace("-", "_"): value for key, value in request.items() if key != MAKE}
    strange = [key for key in values if key not in known]
    if strange:
        raise InvalidRequest(f"{verb} has no {strange[0]}; it has {', '.join(dict.fromkeys(known))}.")
    if OUTPUT not in values:
        raise InvalidRequest("it names no output; write output: and the file that it makes.")
    return verb, [(known[key], key, value) for key, value in values.items()]


def _names(param: Any) -> Iterator[str]:
    yield param.name
    yield from (each.removeprefix("--").replace("-", "_") for each in param.opts if each.startswith("--"))


def _stays(folder: str, text: str) -> str:
    return text  # it names no file


def _is_argument(param: Any) -> bool:
    return param.param_type_name == "argument"


def _option(param: Any, key: str, value: Any, texts: Sequence[str]) -> Iterator[str]:
    """A value as options that are typed."""
    if _is_argument(param):
        return
    if param.is_flag:
        if not isinstance(value, bool):
            raise InvalidRequest(f"{key} was {value!r}; it is true or false.")
        if value:
            yield param.opts[-1]
        return
    if isinstance(value, bool):
        raise InvalidRequest(f"{key} was {value!r}; YAML reads yes, no, on and off so: put it in quotes.")
    if len(texts) > 1 and not param.multiple:
        raise InvalidRequest(f"{key} was {value!r}; give one value.")
    for text in texts:
        yield from (param.opts[-1], text)


def _texts(key: str, value: Any) -> list[str]:
    """A value as it would be typed, or several of a list."""
    if isinstance(value, bool):
        return []  # of a flag
    listed = value if isinstance(value, list | tuple) and value else [value]
    if all(isinstance(each, str | int | float | PurePath) and not isinstance(each, bool) for each in listed):
        return [str(each) for each in listed]
    raise InvalidRequest(f"{key} was {value!r}; give a text, a number or a list of them, a time in quotes.")
