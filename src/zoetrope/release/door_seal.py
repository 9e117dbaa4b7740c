"""What is done to a finished file before it appears: sign it, read everything back, and enter it into the registry."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from zoetrope.core.errors import MediaError
from zoetrope.media.samples import Sample, sample
from zoetrope.release.aigc import as_metadata, make_aigc, read_aigc
from zoetrope.release.asset import Layer, Making, Name, digest
from zoetrope.release.credentials import (
    Manifest,
    SoftBinding,
    can_sign,
    read_credentials,
    sign,
)
from zoetrope.release.credentials_beside import Companion
from zoetrope.release.door_policy import Policy
from zoetrope.release.door_sight import Sight
from zoetrope.release.marks.base import Found
from zoetrope.release.profiles import law
from zoetrope.release.registry import Delivery, Record
from zoetrope.release.verify_judge import show_id

_MONTH_DAYS = 31  # so that so many months are never cut short
_MACHINE_READABLE = ("credentials", "picture mark", "sound mark", "metadata")


class Seal:
    """The last acts on one file."""

    def __init__(self, path: Path, making: Making, policy: Policy, sight: Sight) -> None:
        self._path, self._making, self._policy, self._sight = path, making, policy, sight
        self._number: int | None = None
        self._companion, self._file = Companion(path), None
        self._aigc = _aigc(policy.provider, show_id(sight.mark), making) if making.generated else None
        self.metadata = {"encoder": f"Zoetrope {version('zoetrope')}", "comment": making.note}
        self.metadata |= as_metadata(self._aigc) if self._aigc else {}
        if not can_sign(path):  # the credentials tell the time elsewhere, so that the rest is the same every time
            self.metadata["date"] = making.when.isoformat(timespec="seconds")
        self.sounds = False  # whether a marked sound was written
        self.sha256 = ""
        self.layers: tuple[Layer, ...] = ()
        self.loudness: float | None = None

    def close(self, file: Path) -> None:
        """Sign a finished file, read it back and register it. Raises: MediaError when something does not read back."""
        self._file = file
        if can_sign(file):
            sign(file, self._manifest(), self._policy.signer)
        self.layers = self._read_back(file)
        self._enough()
        self.sha256 = digest(file)
        if self._policy.registry is not None:
            remembered = self._record(), self._sight.looks, self._delivery(), self._sight.miniature()
            self._number = self._policy.registry.add(*remembered)
        self._companion.place(file)

    def withdraw(self) -> None:
        """Take back the record of a file that never appeared, and credentials beside it."""
        self._companion.withdraw(self._file)
        if self._number is not None and self._policy.registry is not None:
            self._policy.registry.remove(self._number)
            self._number = None

    def _read_back(self, file: Path) -> tuple[Layer, ...]:
        """Every layer as the finished file shows it."""
        seen = sample(file)
        return (
            self._credentials(file),
            self._metadata(file),
            self._label(seen),
            self._picture(seen),
            self._sound(seen),
        )

    def _credentials(self, file: Path) -> Layer:
        if not can_sign(file):
            return Layer("credentials", "not possible", f"a {file.suffix} file has no place for them")
        found = read_credentials(file, self._policy.signer.anchors)
        if not found.whole or (found.release or {}).get("id") != show_id(self._sight.mark):
            raise self._fault(f"credentials ({'; '.join(found.problems) or 'of another release'})")
        return Layer("credentials", "answers", f"signed by {found.issuer or 'an unnamed issuer'}")

    def _manifest(self) -> Manifest:
        making, policy, name = self._making, self._policy, show_id(self._sight.mark)
        bindings = [SoftBinding(policy.picture_mark.method, name)] if self._sight.marked and self._sight.count else []
        bindings += [SoftBinding(policy.sound_mark.method, name)] if self.sounds else []
        return Manifest(
            title=self._path.name,
            id=name,
            when=making.when,
            checkpoint=making.checkpoint,
            version=version("zoetrope"),
            provider=policy.provider,
            profile=policy.profile.name,
            bindings=tuple(bindings),
            ingredients=making.ingredients,
            generated=making.generated,
            prompt=making.prompt,
        )

    def _metadata(self, file: Path) -> Layer:
        if read_aigc(file) != self._aigc:
            raise self._fault("metadata")
        if self._aigc is None:
            return Layer("metadata", "not possible", "no model made it, so no label says so")
        return Layer("metadata", "answers", f"the AIGC label names {show_id(self._sight.mark)}")

    def _label(self, seen: Sample) -> Layer:
        if self._sight.labelled:
            if not self._sight.shows_label(seen.frames):
                raise self._fault("visible label")
            return Layer("visible label", "answers", f"it reads {self._policy.profile.visible.words!r}")
        if self._policy.recipient is not None:
            return Layer("visible label", "silent", f"left out for {self._policy.recipient.name}, on record")
        if not self._making.generated:
            return Layer("visible label", "not possible", "no model made it, so no label says so")
        why = "the picture is too small for its words" if self._sight.count else "there is no picture"
        return Layer("visible label", "not possible", why)

    def _picture(self, seen: Sample) -> Layer:
        if seen.kind == "sound" or not self._sight.marked:
            why = "there is no picture" if seen.kind == "sound" else "the picture is too small"
            return Layer("picture mark", "not possible", why)
        return self._mark("picture mark", self._policy.picture_mark.detect(seen.frames))

    def _sound(self, seen: Sample) -> Layer:
        if seen.sound is None or not self.sounds:
            return Layer("sound mark", "not possible", "there is no sound")
        return self._mark("sound mark", self._policy.sound_mark.detect(seen.sound, seen.sound_rate))

    def _mark(self, name: Name, found: Found | None) -> Layer:
        if found is None:
            return Layer(name, "silent", "written, but too faint to be read: the content is too short or too plain")
        given = {ingredient.mark for ingredient in self._making.ingredients}
        if found.id != self._sight.mark and found.id not in given:
            raise self._fault(name)
        return Layer(name, "answers", f"it reads {show_id(found.id)}, {found.strength:.1f} times what is needed")

    def _enough(self) -> None:
        """Raises: MediaError when fewer layers answer than the profile asks for."""
        profile = self._policy.profile
        answer = [layer.name for layer in self.layers if layer.state == "answers" and layer.name in _MACHINE_READABLE]
        if len(answer) < profile.least_layers:
            raise MediaError(
                f"{self._path} was not released: the profile {profile.name} needs {profile.least_layers} layers that "
                f"machines read, and only {', '.join(answer) or 'none'} read back; nothing was written"
            )

    def _fault(self, layer: str) -> MediaError:
        return MediaError(f"{self._path} was not released: its {layer} did not read back; nothing was written")

    def _record(self) -> Record:
        making = self._making
        return Record(
            mark=self._sight.mark,
            sha256=self.sha256,
            checkpoint=making.checkpoint,
            version=version("zoetrope"),
            made_at=making.when,
            profile=self._policy.profile.name,
            name=self._path.name,
            facts={"note": making.note, "layers": {layer.name: layer.state for layer in self.layers}},
        )

    def _delivery(self) -> Delivery | None:
        to = self._policy.recipient
        if to is None:
            return None
        until = _months_later(self._making.when, law("unlabelled_record_months"))
        return Delivery(self._sight.mark, self.sha256, to.name, to.agreement, self._making.when, until)


def _aigc(provider: str, name: str, making: Making) -> dict[str, str]:
    """The label of an output; labels and marks that its ingredients carry stay named in it."""
    earlier: list[dict[str, str]] = []
    for given in making.ingredients:
        if given.aigc:
            earlier.append(json.loads(given.aigc))
        elif given.mark is not None:
            earlier.append({"ContentProducer": "", "ProduceID": show_id(given.mark)})
    return make_aigc(provider, name, earlier=earlier)


def _months_later(moment: datetime, months: int) -> datetime:
    return moment + timedelta(days=_MONTH_DAYS * months)
