"""Lists of terms as data: what they hold, how they are written, how an operator brings one.

A list is a YAML file:

    name: my-house                    # shown to operators beside what it found; letters, digits, - and _
    licence: our own                  # free text, optional
    categories:
      sexual:                         # any name of lower-case letters, digits and _
        severity: block               # block, review or log
        terms:
          - some term                 # words end at word edges; Chinese matches anywhere
          - prefix*                   # a star at the end: longer words too
          - term: another             # with the ordinary phrases in which it may stand
            allow: [another day, "one another"]
            severity: review          # instead of the category's
    allow: [naked mole rat]           # phrases in which no term of this list counts

or, for lists that come from elsewhere, lines of text or of CSV: `term`, or `term,category,severity` (`.txt`, `.csv`,
`.tsv`; lines that begin with # are notes; without a category it is `listed`, without a severity `block`). One spelling
of each term is enough: accents, spacing, look-alikes, digits for letters, traditional characters and pinyin are found
by themselves. Knows no text to screen. No list that ships here was copied from anywhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.release.screen.normalise import plain
from zoetrope.release.screen.verdict import SEVERITIES, Severity
from zoetrope.release.screen.views import squeezed

_DATA = Path(__file__).with_name("data")
_NAME = re.compile(r"[a-z0-9_]{1,40}")
_MOST_BYTES = 64 * 1024**2  # a list of a million terms has about 20 MB
_LONGEST_TERM = 200
_FIELDS = {"name", "licence", "categories", "allow"}
_TERM_FIELDS = {"term", "allow", "severity"}


@dataclass(frozen=True)
class Listed:
    """One term of a list. `entry` says where it stands, for operators, without saying what it is."""

    text: str
    category: str
    severity: Severity
    entry: str
    allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class TermList:
    """A list of terms, and phrases in which none of its terms counts."""

    name: str
    terms: tuple[Listed, ...]
    allow: tuple[str, ...] = ()


@cache
def starter_lists() -> tuple[TermList, ...]:
    """The small lists that ship, in English and Chinese."""
    return tuple(import_list(_DATA / f"starter_{language}.yaml") for language in ("en", "zh"))


def import_list(path: str | Path) -> TermList:
    """Read a list of terms from YAML, CSV, TSV or plain lines.

    Raises: MediaError when it cannot be read; InvalidRequest, with the place, for what is not a list.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidRequest(f"the list {path} is larger than {_MOST_BYTES >> 20} MB; split it")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MediaError(f"cannot read the list {path}: {error}; give a UTF-8 text file") from error
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(text, path)
    return _from_lines(text, path)


def _from_yaml(text: str, path: Path) -> TermList:
    try:
        said = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise InvalidRequest(f"the list {path} is no YAML: {error}") from error
    said = _mapping(said, f"the list {path}", _FIELDS)
    name = _name(said.get("name", path.stem), f"the name of the list {path}")
    terms: list[Listed] = []
    for category, body in _mapping(said.get("categories", {}), f"categories in {path}").items():
        place = f"{category} in {path}"
        body = _mapping(body, place, {"severity", "terms"})
        severity = _severity(body.get("severity", "block"), place)
        for number, given in enumerate(_list(body.get("terms"), f"terms of {place}"), 1):
            entry = f"{name}:{_name(category, place)}:{number}"
            terms.append(_term(given, category, severity, entry, f"term {number} of {place}"))
    return TermList(name, tuple(terms), _phrases(said.get("allow"), f"allow in {path}"))


def _term(given: Any, category: str, severity: Severity, entry: str, place: str) -> Listed:
    if not isinstance(given, Mapping):
        return Listed(_spelling(given, place), category, severity, entry)
    given = _mapping(given, place, _TERM_FIELDS)
    own = _severity(given.get("severity", severity), place)
    return Listed(_spelling(given.get("term"), place), category, own, entry, _phrases(given.get("allow"), place))


def _from_lines(text: str, path: Path) -> TermList:
    name = _name(path.stem, f"the name of the list {path}")
    terms = []
    rows = csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ",")
    for number, row in _numbered(rows, path):
        cells = [cell.strip() for cell in row] + ["", ""]
        place = f"line {number} of {path}"
        category = _name(cells[1] or "listed", place)
        severity = _severity(cells[2] or "block", place)
        terms.append(Listed(_spelling(cells[0], place), category, severity, f"{name}:{category}:{number}"))
    return TermList(name, tuple(terms))


def _numbered(rows: Any, path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in rows:
            if row and any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#"):
                yield rows.line_num, row
    except csv.Error as error:
        raise InvalidRequest(f"line {rows.line_num} of {path} is no line of a list: {error}") from error


def _spelling(given: Any, place: str) -> str:
    if not isinstance(given, str) or len(given) > _LONGEST_TERM:
        raise InvalidRequest(f"{place} must be text of at most {_LONGEST_TERM} characters; put it into quotes")
    if len(squeezed(plain(given.removesuffix("*"))).text) < 2:
        raise InvalidRequest(f"{place} is too short: one letter or none would refuse nearly every text")
    return given


def _phrases(given: Any, place: str) -> tuple[str, ...]:
    return tuple(_spelling(phrase, f"a phrase of {place}") for phrase in _list(given, place))


def _name(given: Any, place: str) -> str:
    name = str(given).strip().lower()
    if not _NAME.fullmatch(name.replace("-", "_")):
        raise InvalidRequest(f"{place}: {given!r} must be 1 to 40 letters, digits, - or _")
    return name


def _severity(given: Any, place: str) -> Severity:
    if given not in SEVERITIES:
        raise InvalidRequest(f"{place}: the severity {given!r} must be one of {', '.join(SEVERITIES)}")
    return cast(Severity, given)


def _mapping(given: Any, place: str, known: Iterable[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidRequest(f"{place} must be a mapping; see the format in zoetrope.release.screen.lists")
    if known is not None and (odd := [str(key) for key in given if key not in known]):
        raise InvalidRequest(f"{place} holds {', '.join(odd)}, which no list has; known are {', '.join(sorted(known))}")
    return given


def _list(given: Any, place: str) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise InvalidRequest(f"{place} must be a list")
    return given
