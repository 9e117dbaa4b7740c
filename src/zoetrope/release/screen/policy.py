"""What an operator decides about screening: lists, moderators, deny lists, severities. Read once, passed down.

The rule about minors is not here and cannot be; see `minors`. Knows no text and no picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.release.consent import FaceDetector
from zoetrope.release.screen.endpoint import Endpoint
from zoetrope.release.screen.faces import EndpointFaces
from zoetrope.release.screen.hashes import DenyList, read_deny_list
from zoetrope.release.screen.lists import Listed, TermList, import_list, starter_lists
from zoetrope.release.screen.moderators import Moderator
from zoetrope.release.screen.terms import Matcher, Term
from zoetrope.release.screen.verdict import MINORS, SEVERITIES, Severity

SETTINGS = "screen.yaml"  # in the folder of user data; absent, the starter lists alone decide
_FIELDS = {"starter", "lists", "allow", "severities", "moderators", "denied", "faces"}
_MODERATOR_FIELDS = {"url", "categories", "seconds", "go_on_without"}
_FACES_FIELDS = {"url", "seconds"}


@dataclass(frozen=True, eq=False)
class ScreenPolicy:
    """Lists, moderators and deny lists of one house.

    `severities` replaces what lists and moderators say of a category; `allow` holds phrases in which no listed term
    counts. `go_on_without` names categories whose moderator may fail to answer; it is heeded for review and log only.
    `faces` counts faces of real people in what is given; without it the giver says whom it shows.
    """

    lists: tuple[TermList, ...] = field(default_factory=starter_lists)
    allow: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    moderators: tuple[Moderator, ...] = ()
    denied: DenyList | None = None
    go_on_without: frozenset[str] = frozenset()
    faces: FaceDetector | None = None

    def severity(self, category: str, said: Severity) -> Severity:
        """How much a category matters in this house; sexual content with minors is never less than a block."""
        return "block" if category == MINORS else self.severities.get(category, said)

    @cached_property
    def matchers(self) -> tuple[tuple[tuple[Listed, ...], Matcher], ...]:
        """Each list's terms, ready to be found. 0.1 s for the starter lists, 1.4 s for 30,000 terms, once a process."""
        return tuple((listed.terms, self._matcher(listed)) for listed in self.lists)

    def _matcher(self, listed: TermList) -> Matcher:
        terms = [Term(term.text, term.allow) for term in listed.terms]
        return Matcher(terms, (*listed.allow, *self.allow))


def open_screen(home: Path) -> ScreenPolicy:
    """The policy that an operator wrote to `screen.yaml` in the folder of user data, or the plain one.

        starter: true                       # the lists that ship
        lists: [lists/my-house.yaml]        # beside screen.yaml, or absolute
        allow: [naked mole rat]
        severities: {nudity: block}
        denied: [hashes/known.csv]          # PDQ deny lists
        moderators:
          - url: http://127.0.0.1:9000/check
            seconds: 5
            categories: {sexual: block, minor: block, gore: review}
            go_on_without: [gore]           # heeded for review and log only
        faces: {url: http://127.0.0.1:9001/faces, seconds: 5}

    Raises: InvalidRequest, MediaError, for what cannot be read, before any work is done.
    """
    path = home / SETTINGS
    if not path.exists():
        return ScreenPolicy()
    said = _read(path)
    if odd := sorted(set(said) - _FIELDS):
        raise InvalidRequest(f"{path} holds {', '.join(odd)}; known are {', '.join(sorted(_FIELDS))}")
    lists = starter_lists() if said.get("starter", True) else ()
    severities = said.get("severities") or {}
    for category, severity in severities.items():
        if severity not in SEVERITIES:
            raise InvalidRequest(f"{path}: the severity of {category} must be one of {', '.join(SEVERITIES)}")
    moderators = [_moderator(each, path) for each in said.get("moderators") or []]
    denied = [home / name for name in said.get("denied") or []]
    return ScreenPolicy(
        lists=(*lists, *(import_list(home / name) for name in said.get("lists") or [])),
        allow=tuple(said.get("allow") or ()),
        severities=severities,
        moderators=tuple(moderator for moderator, _ in moderators),
        denied=read_deny_list(*denied) if denied else None,
        go_on_without=frozenset(name for _, names in moderators for name in names),
        faces=_faces(said.get("faces"), path),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MediaError(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        raise InvalidRequest(f"{path} is no YAML: {error}") from error
    if not isinstance(said or {}, dict):
        raise InvalidRequest(f"{path} must be a mapping; see zoetrope.release.screen.policy.open_screen")
    return said or {}


def _moderator(said: Any, path: Path) -> tuple[Moderator, list[str]]:
    if not isinstance(said, dict) or not {"url", "categories"} <= set(said) <= _MODERATOR_FIELDS:
        raise InvalidRequest(f"{path}: a moderator has url and categories, and may have seconds and go_on_without")
    endpoint = Endpoint(said["url"], said["categories"], float(said.get("seconds", 5.0)))
    return endpoint, list(said.get("go_on_without") or [])


def _faces(said: Any, path: Path) -> FaceDetector | None:
    if said is None:
        return None
    if not isinstance(said, dict) or not {"url"} <= set(said) <= _FACES_FIELDS:
        raise InvalidRequest(f"{path}: faces has a url, and may have seconds")
    return EndpointFaces(said["url"], float(said.get("seconds", 5.0)))
