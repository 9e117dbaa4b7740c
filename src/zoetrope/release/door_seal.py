"""What is done to a finished file before it appears: sign it, read everything back, and enter it into the registry."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from zoetrope.release.asset import Layer, Making, digest
from zoetrope.release.door_policy import Policy
from zoetrope.release.door_sight import Sight
from zoetrope.release.registry import Record


class Seal:
    """The last acts on one file."""

    def __init__(self, path: Path, making: Making, policy: Policy, sight: Sight) -> None:
        self._path, self._making, self._policy, self._sight = path, making, policy, sight
        self._number: int | None = None
        self.metadata = {"encoder": f"Zoetrope {version('zoetrope')}", "comment": making.note}
        self.sha256 = ""
        self.layers: tuple[Layer, ...] = ()
        self.loudness: float | None = None

    def close(self, file: Path) -> None:
        """Sign a finished file, read it back and register it. Raises: MediaError when something does not read back."""
        self.sha256 = digest(file)
        self._number = self._policy.registry.add(self._record(), self._sight.looks)

    def withdraw(self) -> None:
        """Take back the record of a file that never appeared."""
        if self._number is not None:
            self._policy.registry.remove(self._number)
            self._number = None

    def _record(self) -> Record:
        making = self._making
        return Record(
            mark=self._sight.mark,
            sha256=self.sha256,
            checkpoint=making.checkpoint,
            version=version("zoetrope"),
            made_at=making.when,
            profile="default",
            name=self._path.name,
            facts={"note": making.note},
        )
