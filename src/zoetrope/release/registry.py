"""The registry of what was released: which file, which mark, what it looked like, what made it, and when.

It answers when all layers inside a file are gone, and it remembers each picture in miniature, so that its own mark can
be asked for where it cannot be read. Deliveries without a visible label are recorded beside, for as long as the law
wants. One SQLite file; knows no codec and no policy.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from zoetrope.core.errors import MediaError
from zoetrope.media.miniature import Miniature

FILE = "registry.sqlite"
NEAR_BITS = 31  # of 256: two pictures this close by PDQ are the same to the eye. Source: PDQ, Meta 2019, section 4
_WAIT = 10.0  # seconds that a writer waits for another one
_SCHEMA = """
CREATE TABLE IF NOT EXISTS releases (
    number INTEGER PRIMARY KEY,
    mark INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    version TEXT NOT NULL,
    made_at TEXT NOT NULL,
    profile TEXT NOT NULL,
    name TEXT NOT NULL,
    facts TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS releases_by_mark ON releases (mark);
CREATE INDEX IF NOT EXISTS releases_by_digest ON releases (sha256);
CREATE TABLE IF NOT EXISTS looks (
    release INTEGER NOT NULL REFERENCES releases ON DELETE CASCADE,
    second REAL NOT NULL,
    pdq BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS looks_by_release ON looks (release);
CREATE TABLE IF NOT EXISTS miniatures (
    release INTEGER PRIMARY KEY REFERENCES releases ON DELETE CASCADE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY,
    mark INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    recipient TEXT NOT NULL,
    agreement TEXT NOT NULL,
    delivered_at TEXT NOT NULL,
    keep_until TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Look:
    """How a release looks at a moment: the PDQ hash of its picture there. Units: seconds; 32 bytes."""

    second: float
    pdq: bytes


@dataclass(frozen=True)
class Record:
    """One release. `facts` are plain values worth telling: seed, steps, layers that were read back."""

    mark: int
    sha256: str
    checkpoint: str
    version: str
    made_at: datetime
    profile: str
    name: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """A file that was given without a visible label: to whom, on which agreement, and how long that is remembered."""

    mark: int
    sha256: str
    recipient: str
    agreement: str
    delivered_at: datetime
    keep_until: datetime


class Registry:
    """The registry in a folder, which is made where it is not there yet.

    Raises: MediaError, from every method, when the file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        with _said(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            with self._connected() as base:
                base.executescript(_SCHEMA)

    def add(
        self,
        record: Record,
        looks: tuple[Look, ...] = (),
        delivery: Delivery | None = None,
        miniature: Miniature | None = None,
    ) -> int:
        """Remember a release, and its delivery if it is one; returns the number to `remove` it by."""
        row = (
            record.mark,
            record.sha256,
            record.checkpoint,
            record.version,
            record.made_at.isoformat(),
            record.profile,
            record.name,
            json.dumps(dict(record.facts), ensure_ascii=False, sort_keys=True),
        )
        with self._connected() as base:
            number = base.execute(
                "INSERT INTO releases (mark, sha256, checkpoint, version, made_at, profile, name, facts)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            assert number is not None, "an inserted row has a number"
            base.executemany("INSERT INTO looks VALUES (?, ?, ?)", [(number, look.second, look.pdq) for look in looks])
            if miniature is not None:
                base.execute("INSERT INTO miniatures VALUES (?, ?, ?, ?)", (number, *miniature.size, miniature.data))
            if delivery is not None:
                base.execute(
                    "INSERT INTO deliveries (mark, sha256, recipient, agreement, delivered_at, keep_until)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        delivery.mark,
                        delivery.sha256,
                        delivery.recipient,
                        delivery.agreement,
                        delivery.delivered_at.isoformat(),
                        delivery.keep_until.isoformat(),
                    ),
                )
        return number

    def remove(self, number: int) -> None:
        """Forget a release whose file never appeared."""
        with self._connected() as base:
            found = base.execute("SELECT mark, sha256 FROM releases WHERE number = ?", (number,)).fetchone()
            base.execute("DELETE FROM releases WHERE number = ?", (number,))
            if found is not None:
                base.execute("DELETE FROM deliveries WHERE mark = ? AND sha256 = ?", found)

    def by_digest(self, sha256: str) -> tuple[Record, ...]:
        """Releases of exactly these bytes."""
        return self._releases("sha256 = ?", sha256)

    def by_mark(self, mark: int) -> tuple[Record, ...]:
        """Releases that carry this mark."""
        return self._releases("mark = ?", mark)

    def by_look(self, pdqs: tuple[bytes, ...]) -> tuple[tuple[Record, int], ...]:
        """Releases that look like one of these pictures, nearest first, with the bits in which they differ."""
        with self._connected() as base:
            rows = base.execute("SELECT release, pdq FROM looks").fetchall()
        if not rows or not pdqs:
            return ()
        held = np.frombuffer(b"".join(pdq for _, pdq in rows), np.uint64).reshape(len(rows), 4)
        asked = np.frombuffer(b"".join(pdqs), np.uint64).reshape(len(pdqs), 1, 4)
        bits = np.bitwise_count(held ^ asked).sum(-1, dtype=np.int64).min(0)
        nearest: dict[int, int] = {}
        for (number, _), differ in zip(rows, bits.tolist(), strict=True):
            if differ <= NEAR_BITS:
                nearest[number] = min(differ, nearest.get(number, NEAR_BITS))
        ordered = sorted(nearest.items(), key=lambda each: each[1])
        return tuple((record, bits) for number, bits in ordered for record in self._releases("number = ?", number))

    def miniatures(self) -> Iterator[tuple[Record, Miniature]]:
        """Every release that is remembered in miniature, newest first, one at a time."""
        with self._connected() as base:
            numbers = base.execute("SELECT release FROM miniatures ORDER BY release DESC").fetchall()
        for (number,) in numbers:
            with self._connected() as base:
                row = base.execute("SELECT width, height, data FROM miniatures WHERE release = ?", (number,)).fetchone()
            for record in self._releases("number = ?", number) if row else ():
                yield record, Miniature((row[0], row[1]), row[2])

    def deliveries(self, now: datetime) -> tuple[Delivery, ...]:
        """Every delivery that must still be remembered; those whose time is over are forgotten."""
        with self._connected() as base:
            base.execute("DELETE FROM deliveries WHERE keep_until < ?", (now.isoformat(),))
            rows = base.execute(
                "SELECT mark, sha256, recipient, agreement, delivered_at, keep_until FROM deliveries ORDER BY number"
            ).fetchall()
        return tuple(
            Delivery(mark, sha256, to, why, datetime.fromisoformat(at), datetime.fromisoformat(until))
            for mark, sha256, to, why, at, until in rows
        )

    def _releases(self, where: str, value: object) -> tuple[Record, ...]:
        with self._connected() as base:
            rows = base.execute(
                "SELECT mark, sha256, checkpoint, version, made_at, profile, name, facts FROM releases"
                f" WHERE {where} ORDER BY number DESC LIMIT 20",
                (value,),
            ).fetchall()
        return tuple(
            Record(mark, sha256, checkpoint, version, datetime.fromisoformat(at), profile, name, json.loads(facts))
            for mark, sha256, checkpoint, version, at, profile, name, facts in rows
        )

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work, which is kept whole or not at all."""
        with _said(self.path), contextlib.closing(sqlite3.connect(self.path, timeout=_WAIT)) as base:
            base.execute("PRAGMA foreign_keys = ON")
            base.execute("PRAGMA synchronous = NORMAL")
            base.execute("PRAGMA journal_mode = WAL")
            with base:
                yield base


@contextlib.contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise MediaError(
            f"the registry {path} cannot be used: {error}; free some space, mend its permissions, or set ZOETROPE_HOME "
            "to another folder"
        ) from error
