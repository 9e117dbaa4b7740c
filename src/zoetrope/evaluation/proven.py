"""How often the detectors are right on true renders, axis by axis: what their word is worth. Knows no clips."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

BAR = 0.98  # share of true renders that a detector must get right before its word counts


@dataclass(frozen=True)
class Proof:
    """The share of true renders on which an axis was read right, and of how many."""

    right: float
    n: int

    @property
    def counts(self) -> bool:
        return self.right >= BAR


def proof_path() -> Path:
    """Where the proof of the shipped detectors lies."""
    return Path(str(files("zoetrope.evaluation") / "weights" / "proof.json"))


def read_proof(path: Path | None = None) -> dict[str, Proof]:
    """The proof by axis; nothing where there is none."""
    path = path or proof_path()
    if not path.is_file():
        return {}
    return {axis: Proof(**row) for axis, row in json.loads(path.read_text(encoding="utf-8")).items()}


def write_proof(proof: Mapping[str, Proof], path: Path) -> None:
    """Write a proof, one axis a line."""
    lines = [f" {json.dumps(axis)}: {json.dumps(vars(row))}" for axis, row in proof.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
