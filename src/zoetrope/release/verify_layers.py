"""Ask every layer of a file what it says: credentials, metadata, marks in picture and sound, and our own registry.

What a stranger's file says is repeated and never believed. It does not weigh; `verify_judge` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from zoetrope.core.errors import MediaError
from zoetrope.media.samples import Sample, sample
from zoetrope.release.aigc import read_aigc
from zoetrope.release.asset import Layer, digest
from zoetrope.release.credentials import PICTURE_BINDING, SOUND_BINDING, Credentials, can_sign, read_credentials
from zoetrope.release.credentials_beside import beside
from zoetrope.release.door_policy import can_be_marked
from zoetrope.release.marks.base import Found, PictureMark, SoundMark
from zoetrope.release.registry import Record, Registry
from zoetrope.release.screen.hashes import CLEAR
from zoetrope.release.screen.pdq import pdq
from zoetrope.release.verify_ask import ask_registry
from zoetrope.release.verify_judge import Evidence, Signed, show_id

_LOOKS = 12  # frames whose looks are compared with the registry
_MOST_LUMINOUS = 4_000_000  # pixels of a still in which a mark is looked for; a larger one is halved first
_ID_DIGITS = 12
# What the library's names of faults mean, by a part of each. Source: C2PA Technical Specification 2.2, section 15
_FAULTS = (
    ("hashedURI.mismatch", "a part of them was exchanged"),
    ("Hash.mismatch", "what was signed is not what this file shows"),
    ("claimSignature", "their signature does not fit them"),
    ("signingCredential.expired", "their certificate had expired"),
    ("missing", "a part of them is missing"),
)


@dataclass(frozen=True, eq=False)
class Looked:
    """A file that was looked at: what its layers say, one by one and together, and a part of it to show."""

    evidence: Evidence
    layers: tuple[Layer, ...]
    seen: Sample
    sha256: str
    label: Mapping[str, str] | None
    credentials: Credentials


@dataclass(frozen=True, eq=False)
class Readers:
    """With what a house reads: its marks, the roots that it trusts (PEM), and its registry, if it has one."""

    picture_mark: PictureMark
    sound_mark: SoundMark
    anchors: str = ""
    registry: Registry | None = None


def look(path: Path, readers: Readers) -> Looked:
    """Ask all layers of a file. Raises: MediaError when it is no media that can be read."""
    seen = sample(path)
    credentials = read_credentials(path, readers.anchors)
    label, label_layer = _label(path)
    picture, picture_layer = _picture(seen, readers.picture_mark)
    sound, sound_layer = _sound(seen, readers.sound_mark)
    sha256 = digest(path)
    exact, marked, alike = _remembered(sha256, (picture, sound), seen, readers.registry)
    found = None if exact or picture else ask_registry(seen.frames, readers.picture_mark, readers.registry)
    signed_layer = _credentials_layer(path, credentials)
    asked = (signed_layer, label_layer, picture_layer, sound_layer)
    evidence = Evidence(
        signed=_signed(credentials, {readers.picture_mark.method, readers.sound_mark.method}),
        note=None if label is None else label.get("ContentProducer", ""),
        noted=_id(label.get("ProduceID", "")) if label else None,
        picture=picture,
        sound=sound,
        exact=exact,
        marked=marked,
        alike=alike,
        asked=found.answer if found else None,
        able=frozenset(layer.name for layer in asked if layer.state != "not possible"),
    )
    layers = (*asked, *([found.layer] if found else []), _registry_layer(evidence, readers.registry))
    return Looked(evidence, layers, seen, sha256, label, credentials)


def _signed(found: Credentials, methods: Set[str]) -> Signed | None:
    if found.state == "none":
        return None
    said = found.release or {}
    bound = next((_id(b.value) for b in found.bindings if b.method in {PICTURE_BINDING, SOUND_BINDING, *methods}), None)
    return Signed(
        whole=found.whole,
        trusted=found.state == "trusted",
        issuer=found.issuer,
        generator=found.generator,
        when=str(said.get("time", "")) or next((action.when for action in found.actions if action.when), ""),
        checkpoint=str(said.get("checkpoint", "")) or next((a.agent for a in found.actions if a.agent), ""),
        mark=bound,
        given=frozenset(mark for given in said.get("inputs", ()) if (mark := _id(given.get("mark", ""))) is not None),
        problem=_meant(found),
    )


def _meant(found: Credentials) -> str:
    """The first faults in plain words; `--json` tells what the library calls them."""
    said = [next((words for code, words in _FAULTS if code in each.split(":")[0]), each) for each in found.problems]
    return "; ".join(list(dict.fromkeys(said))[:2]) or "no reason given"


def _credentials_layer(path: Path, found: Credentials) -> Layer:
    match found.state:
        case "none" if (apart := beside(path)) is not None:
            said = f"a {path.suffix} file has no place for them, and no {apart.name} lies beside it"
            return Layer("credentials", "not possible", said)
        case "none" if not can_sign(path):
            return Layer("credentials", "not possible", f"a {path.suffix or 'nameless'} file has no place for them")
        case "none":
            return Layer("credentials", "silent", "there are none")
        case "invalid":
            return Layer("credentials", "broken", f"they do not hold: {_meant(found)}")
    who = found.issuer or "an unnamed issuer"
    known = "whom this machine trusts" if found.state == "trusted" else "whom this machine does not know"
    said = f"whole; signed by {who}, {known}, with {found.generator or 'an unnamed program'}"
    return Layer("credentials", "answers", said)


def _label(path: Path) -> tuple[Mapping[str, str] | None, Layer]:
    """The AIGC label, else what the plain metadata say of an origin with us."""
    try:
        label = read_aigc(path)
    except MediaError as error:
        return None, Layer("metadata", "broken", str(error))
    if label is None:
        return None, Layer("metadata", "silent", "they name no origin")
    name, producer = label.get("ProduceID", ""), label.get("ContentProducer", "")
    by = f"producer {producer!r}" if producer else "no producer named"
    return label, Layer("metadata", "answers", f"labelled as made by AI, {by}, id {name!r}")


def _picture(seen: Sample, mark: PictureMark) -> tuple[Found | None, Layer]:
    if not len(seen.frames):
        return None, Layer("picture mark", "not possible", "there is no picture")
    frames = _sized(seen.frames)
    if not can_be_marked((frames.shape[2], frames.shape[1])):
        return None, Layer("picture mark", "not possible", "the picture is too small to carry one")
    found = mark.detect(frames)
    return found, _mark_layer("picture mark", found)


def _sound(seen: Sample, mark: SoundMark) -> tuple[Found | None, Layer]:
    if seen.sound is None or not seen.sound.shape[1]:
        return None, Layer("sound mark", "not possible", "there is no sound")
    found = mark.detect(seen.sound, seen.sound_rate)
    return found, _mark_layer("sound mark", found)


def _mark_layer(name: Any, found: Found | None) -> Layer:
    if found is None:
        return Layer(name, "silent", "no mark of Zoetrope was found")
    how = f", {found.detail}" if found.detail else ""
    return Layer(name, "answers", f"it reads {show_id(found.id)}, {found.strength:.1f} times what is needed{how}")


def _remembered(
    sha256: str, marks: tuple[Found | None, Found | None], seen: Sample, registry: Registry | None
) -> tuple[Record | None, Record | None, tuple[Record, int] | None]:
    """The release of these bytes, of this mark, and of this look."""
    if registry is None:
        return None, None, None
    read = next((found.id for found in marks if found), None)
    marked = registry.by_mark(read) if read is not None else ()
    chosen = np.unique(np.linspace(0, max(0, len(seen.frames) - 1), _LOOKS).round().astype(int))
    looks = [pdq(seen.frames[at]) for at in chosen if len(seen.frames)]
    alike = registry.by_look(tuple(found.bits for found in looks if found.quality >= CLEAR))
    return next(iter(registry.by_digest(sha256)), None), next(iter(marked), None), next(iter(alike), None)


def _registry_layer(seen: Evidence, registry: Registry | None) -> Layer:
    if registry is None:
        return Layer("registry", "not possible", "this machine has released nothing yet")
    if seen.exact:
        return Layer("registry", "answers", f"exactly these bytes were {_released(seen.exact)}")
    if seen.marked:
        return Layer("registry", "answers", f"the id that was read was {_released(seen.marked)}")
    if seen.asked:
        return Layer("registry", "answers", f"the mark that was asked for was {_released(seen.asked[0])}")
    if seen.alike:
        record, bits = seen.alike
        return Layer("registry", "answers", f"it looks like what was {_released(record)}: {bits} of 256 bits differ")
    return Layer("registry", "silent", "this machine remembers no such release")


def _released(record: Record) -> str:
    when = record.made_at.strftime("%Y-%m-%d %H:%M UTC")
    return f"released here as {record.name!r} on {when} with checkpoint {record.checkpoint} ({show_id(record.mark)})"


def _id(text: str) -> int | None:
    """An id as our layers write it; None for anything else."""
    small = text.lower()
    return int(small, 16) if len(small) == _ID_DIGITS and all(c in "0123456789abcdef" for c in small) else None


def _sized(frames: np.ndarray) -> np.ndarray:
    """Large frames at half their size, as often as it takes: a cell of the mark is several pixels there."""
    while frames.shape[1] * frames.shape[2] > _MOST_LUMINOUS:
        frames = np.stack([cv2.resize(f, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for f in frames])
    return frames
