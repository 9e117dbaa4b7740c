"""Read the signed credentials (C2PA) of any file, without network, and put them into plain values.

What a stranger's manifest says is repeated, never believed: only `state` says whether it holds. It opens no link that a
file names and does not judge; `verify` does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from c2pa import C2paError, Context, Reader

from zoetrope.media.places import check_readable
from zoetrope.release.credentials_beside import KINDS as KINDS_BESIDE
from zoetrope.release.credentials_beside import read_beside
from zoetrope.release.credentials_manifest import RELEASE, SoftBinding
from zoetrope.release.credentials_sign import settings

State = Literal["trusted", "valid", "invalid", "none"]
_STATES: Mapping[str, State] = {"Trusted": "trusted", "Valid": "valid"}
# How the library begins to say that a kind of file has no place for credentials, or that they lie somewhere in the net.
_ABSENT = ("NotSupported", "RemoteManifest")
_MOST_ITEMS = 64  # of actions, ingredients or problems; a hostile manifest may list millions
_MOST_LETTERS = 500
# Its signature holds and its issuer is a stranger: said by the state "valid", no fault of the file.
_UNKNOWN_ISSUER = "signingCredential.untrusted"


@dataclass(frozen=True)
class Action:
    """One thing that was done, as its maker says: name and source type as C2PA writes them, who did it, and when."""

    name: str
    source_type: str = ""
    agent: str = ""
    when: str = ""


@dataclass(frozen=True)
class GivenBefore:
    """An ingredient as a manifest lists it. `issuer` and `problems` are those of its own credentials, if it had any."""

    title: str
    relation: str
    signed: bool
    issuer: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Credentials:
    """What a file's credentials say, and whether they hold.

    `trusted`: whole, and issued under a root that was given; `valid`: whole, by an issuer that is not known;
    `invalid`: broken, or made for other content; `none`: there are none. `time` is that of a time-stamp service, ""
    without one. `release` is what Zoetrope says besides: id, provider, version, checkpoint, profile, time, inputs.
    """

    state: State
    issuer: str = ""
    time: str = ""
    title: str = ""
    generator: str = ""
    actions: tuple[Action, ...] = ()
    ingredients: tuple[GivenBefore, ...] = ()
    bindings: tuple[SoftBinding, ...] = ()
    release: Mapping[str, Any] | None = None
    problems: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether signature and content belong together."""
        return self.state in ("trusted", "valid")


def read_credentials(path: str | Path, anchors: str = "") -> Credentials:
    """The credentials of a file, in it or beside it; roots in `anchors` (PEM) are trusted, no others.

    Raises: MediaError when there is no such file, or it may not be read.
    """
    check_readable(Path(path))
    apart = read_beside(Path(path))
    kind = KINDS_BESIDE[Path(path).suffix.lower()] if apart is not None else None
    try:
        with Context.from_dict(settings(anchors)) as context, Path(path).open("rb") as file:
            reader = Reader.try_create(kind, file, apart, context=context)
            if reader is None:
                return Credentials("none")
            with reader:
                return _told(json.loads(reader.json()))
    except (C2paError, ValueError, RecursionError) as error:
        absent = str(error).startswith(_ABSENT)
        return Credentials("none" if absent else "invalid", problems=(_short(error),))


def _told(store: Mapping[str, Any]) -> Credentials:
    manifests = _mapping(store.get("manifests"))
    active = _mapping(manifests.get(str(store.get("active_manifest"))))
    signature = _mapping(active.get("signature_info"))
    assertions = [_mapping(a) for a in _items(active.get("assertions"))]
    return Credentials(
        state=_STATES.get(str(store.get("validation_state")), "invalid"),
        issuer=_text(signature.get("issuer")),
        time=_text(signature.get("time")),
        title=_text(active.get("title")),
        generator=_generator(active),
        actions=tuple(_action(a) for data in _data(assertions, "c2pa.actions") for a in _items(data.get("actions"))),
        ingredients=tuple(_ingredient(_mapping(i), manifests) for i in _items(active.get("ingredients"))),
        bindings=tuple(b for data in _data(assertions, "c2pa.soft-binding") for b in _bindings(data)),
        release=next((_release(data) for data in _data(assertions, RELEASE)), None),
        problems=_problems(_mapping(store.get("validation_results")).get("activeManifest")),
    )


def _data(assertions: Sequence[Mapping[str, Any]], label: str) -> list[Mapping[str, Any]]:
    """The contents of all assertions of a label, of any version."""
    return [_mapping(a.get("data")) for a in assertions if _text(a.get("label")).split(".v")[0] == label]


def _release(data: Mapping[str, Any]) -> dict[str, Any]:
    """What Zoetrope says besides, as texts, and its list of inputs; anybody can write such an assertion."""
    inputs = [{name: _text(text) for name, text in _mapping(given).items()} for given in _items(data.get("inputs"))]
    said = {name: _text(text) for name, text in list(data.items())[:_MOST_ITEMS] if isinstance(text, str)}
    return said | {"inputs": inputs}


def _generator(manifest: Mapping[str, Any]) -> str:
    info = _mapping(next(iter(_items(manifest.get("claim_generator_info"))), None))
    named = f"{_text(info.get('name'))} {_text(info.get('version'))}".strip()
    return named or _text(manifest.get("claim_generator"))


def _action(found: object) -> Action:
    said = _mapping(found)
    agent = said.get("softwareAgent")
    name = (
        f"{_text(agent.get('name'))} {_text(agent.get('version'))}".strip() if isinstance(agent, dict) else _text(agent)
    )
    return Action(_text(said.get("action")), _text(said.get("digitalSourceType")), name, _text(said.get("when")))


def _ingredient(said: Mapping[str, Any], manifests: Mapping[str, Any]) -> GivenBefore:
    own = _mapping(manifests.get(_text(said.get("active_manifest"))))
    problems = _problems(_mapping(said.get("validation_results")).get("activeManifest"))
    issuer = _text(_mapping(own.get("signature_info")).get("issuer"))
    return GivenBefore(_text(said.get("title")), _text(said.get("relationship")), bool(own), issuer, problems)


def _bindings(data: Mapping[str, Any]) -> list[SoftBinding]:
    blocks = [_mapping(block) for block in _items(data.get("blocks"))]
    return [SoftBinding(_text(data.get("alg")), _text(block.get("value"))) for block in blocks]


def _problems(results: object) -> tuple[str, ...]:
    failures = [_mapping(failure) for failure in _items(_mapping(results).get("failure"))]
    said = [f"{_text(f.get('code'))}: {_text(f.get('explanation'))}" for f in failures]
    return tuple(text for text in said if not text.startswith(_UNKNOWN_ISSUER))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value[:_MOST_ITEMS] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Text without control characters and of bounded length; a terminal shows it later."""
    said = value if isinstance(value, str) else ""
    return "".join(letter for letter in said[:_MOST_LETTERS] if letter.isprintable())


def _short(error: Exception) -> str:
    return _text(" ".join(str(error).split()))
