"""Deny lists of perceptual hashes: pictures that an operator was told of are recognised without any weights.

A list is text: one PDQ hash of 64 hexadecimal digits a line, then, after a comma, what it is; or CSV with a column
whose cells are such hashes. Lines that begin with # are notes. Such lists are given by authorities and networks to
those who may hold them; none ships here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.release.screen.pdq import pdq_and_mirrored

NEAR = 31  # bits of 256; the distance that the authors of PDQ recommend, below one false match in many millions
CLEAR = 50  # quality from which the same authors trust a hash
DENIED = "denied_picture"
_CELL = re.compile(r"\b[0-9a-fA-F]{64}\b")
_NAME = re.compile(r"[a-z0-9_]{1,40}")
_HEADERS = re.compile(r"[^0-9]*hash[^0-9]*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class DenyList:
    """Hashes that must not be used nor made. Shapes: hashes (n, 4) uint64; one category for each."""

    hashes: np.ndarray
    categories: tuple[str, ...]

    def matches(self, picture: np.ndarray) -> frozenset[str]:
        """The categories under which a picture, or its mirror image, is listed. Shapes: (h, w, 3) uint8."""
        found: set[str] = set()
        for seen in pdq_and_mirrored(picture):
            if seen.quality >= CLEAR and len(self.hashes):
                near = np.flatnonzero(_distances(self.hashes, seen.bits) <= NEAR)
                found.update(self.categories[k] for k in near)
        return frozenset(found)


def read_deny_list(*paths: str | Path) -> DenyList:
    """Read deny lists as one.

    Raises: MediaError when a file cannot be read; InvalidRequest, with the line, for what is no hash.
    """
    rows = [row for path in paths for row in _rows(Path(path))]
    data = b"".join(bits for bits, _ in rows)
    return DenyList(np.frombuffer(data, np.uint64).reshape(-1, 4), tuple(category for _, category in rows))


def _distances(hashes: np.ndarray, bits: bytes) -> np.ndarray:
    return np.bitwise_count(hashes ^ np.frombuffer(bits, np.uint64)).sum(axis=1)


def _rows(path: Path) -> list[tuple[bytes, str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MediaError(f"cannot read the deny list {path}: {error}; give a text file of PDQ hashes") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#") or (number == 1 and _HEADERS.fullmatch(line)):
            continue
        cell = _CELL.search(line)
        if cell is None:
            raise InvalidRequest(f"line {number} of the deny list {path} holds no PDQ hash of 64 hexadecimal digits")
        said = line[cell.end() :].strip(' ,;\t"').split(",")[0].strip().lower().replace(" ", "_").replace("-", "_")
        rows.append((bytes.fromhex(cell[0]), said if _NAME.fullmatch(said) else DENIED))
    return rows
