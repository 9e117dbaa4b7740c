"""The registry of likenesses: consents, declarations, what was made with them, and a trail that only grows.

One SQLite file and a folder of evidence under its digest, both readable by their owner alone. Knows no picture.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zoetrope.core.errors import InvalidRequest, MediaError
from zoetrope.release.consent import Declaration, Evidence, Likeness, Recording, Release, Scope
from zoetrope.release.consent_evidence import keep_file
from zoetrope.release.consent_phrase import Phrase, PhraseChecker, draw_phrase
from zoetrope.release.consent_text import VERSION, Kind, Language, agreement, digest

FILE = "consent.sqlite"
LONGEST = timedelta(days=730)  # asked again after two years at the latest; a choice of this house, no law names one
_WAIT = 10.0  # seconds that a writer waits for another one
_SCHEMA = """
CREATE TABLE IF NOT EXISTS likenesses (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, evidence TEXT NOT NULL, scope TEXT NOT NULL,
    version TEXT NOT NULL, granted_by TEXT NOT NULL, granted_at TEXT NOT NULL, revoked_at TEXT
);
CREATE TABLE IF NOT EXISTS phrases (
    id TEXT PRIMARY KEY, subject TEXT NOT NULL, text TEXT NOT NULL, expires TEXT NOT NULL, used_at TEXT
);
CREATE TABLE IF NOT EXISTS declarations (
    sha256 TEXT PRIMARY KEY, shows TEXT NOT NULL, by TEXT NOT NULL, operator INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS outputs (
    likeness TEXT NOT NULL REFERENCES likenesses, output TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
    PRIMARY KEY (likeness, output)
);
CREATE TABLE IF NOT EXISTS trail (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, about TEXT NOT NULL, by TEXT NOT NULL,
    detail TEXT NOT NULL, chain TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS trail_is_not_changed BEFORE UPDATE ON trail
    BEGIN SELECT RAISE(ABORT, 'the trail only grows'); END;
CREATE TRIGGER IF NOT EXISTS trail_is_not_cut BEFORE DELETE ON trail
    BEGIN SELECT RAISE(ABORT, 'the trail only grows'); END;
"""


@dataclass(frozen=True)
class Output:
    """Something that was made with a likeness: its id at the door, who made it, when."""

    output: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class Entry:
    """One line of the trail: what happened to what, by whom, when."""

    at: datetime
    event: str
    about: str
    by: str
    detail: str


class Consents:
    """The registry in a folder of user data. Every change and its line in the trail are one transaction.

    Raises: MediaError when the folder or the file cannot be used.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "consent"
        self._path = home / FILE
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as base:
                base.executescript(_SCHEMA)
            self._path.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise MediaError(f"cannot use the registry of consents {self._path}: {error}") from error

    def issue_phrase(self, subject: str, language: Language = "en", *, by: str, now: datetime | None = None) -> Phrase:
        """A phrase for this person to read aloud, good for one recording and a quarter of an hour."""
        phrase = draw_phrase(_filled(subject, "the person's name"), language, now or _now())
        with self._change("phrase issued", phrase.id, by, subject, now) as base:
            row = (phrase.id, phrase.subject, phrase.text, phrase.expires.isoformat())
            base.execute("INSERT INTO phrases VALUES (?, ?, ?, ?, NULL)", row)
        return phrase

    def keep(self, file: Path) -> Release:
        """Keep a signed release under its digest. Raises: MediaError when it cannot be read or kept."""
        return Release(keep_file(file, self._folder))

    def keep_recording(
        self, file: Path, phrase: str, *, attested_by: str, checker: PhraseChecker | None = None
    ) -> Recording:
        """Keep a recording of a phrase, attested by a person, or by a checker where there is one.

        Raises: InvalidRequest when the phrase is unknown or the checker does not hear it; MediaError.
        """
        with self._open() as base:
            row = base.execute("SELECT text FROM phrases WHERE id = ?", (phrase,)).fetchone()
        if row is None:
            raise InvalidRequest(f"the phrase {phrase} was never issued; ask for one first")
        if checker is not None and not checker.says(file, row[0]):
            raise InvalidRequest("the recording does not say its phrase; record it again, or ask for a new phrase")
        return Recording(keep_file(file, self._folder), phrase, _filled(attested_by, "who attested the recording"))

    def grant(
        self,
        kind: Kind,
        subject: str,
        evidence: Evidence,
        scope: Scope,
        *,
        agreed: str,
        by: str,
        now: datetime | None = None,
    ) -> Likeness:
        """Register a consent. `agreed` is the version of the text that was shown and agreed to.

        Raises: InvalidRequest for another version, a scope that is over or too long, evidence that is not kept, or a
        phrase that is used, late or another person's.
        """
        at = now or _now()
        if agreed != VERSION:
            raise InvalidRequest(f"the text in force is version {VERSION}, not {agreed!r}: {agreement(kind)}")
        if not at < scope.until <= at + LONGEST:
            raise InvalidRequest(f"a consent ends in the future and within {LONGEST.days} days; name an earlier end")
        if not (self._folder / evidence.sha256).is_file():
            raise InvalidRequest("the evidence is not kept here; keep the file first, then register the consent")
        likeness = Likeness(
            f"lik-{secrets.token_hex(8)}", kind, _filled(subject, "the person's name"), evidence, scope, agreed, by, at
        )
        with self._change("granted", likeness.id, by, f"{kind}, text {agreed} {digest(kind)}", at) as base:
            if isinstance(evidence, Recording):
                _use_phrase(base, evidence.phrase, subject, at)
            base.execute("INSERT INTO likenesses VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)", _as_row(likeness))
        return likeness

    def find(self, likeness: str) -> Likeness | None:
        """A consent by its id, revoked and expired ones too."""
        with self._open() as base:
            row = base.execute("SELECT * FROM likenesses WHERE id = ?", (likeness,)).fetchone()
        return None if row is None else _from_row(row)

    def all(self, subject: str | None = None) -> tuple[Likeness, ...]:
        """All consents, or those of one person, the newest first."""
        with self._open() as base:
            rows = base.execute("SELECT * FROM likenesses ORDER BY granted_at DESC, id").fetchall()
        return tuple(likeness for likeness in map(_from_row, rows) if subject in (None, likeness.subject))

    def declared(self, sha256: str) -> tuple[Declaration, bool] | None:
        """What was said of a reference before, and whether the operator said it."""
        with self._open() as base:
            row = base.execute("SELECT shows, operator FROM declarations WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else (row[0], bool(row[1]))

    def declare(self, sha256: str, shows: Declaration, by: str, *, operator: bool = False) -> None:
        """Remember whom a reference shows. Nobody's word replaces the operator's."""
        with self._change("declared", sha256, by, f"shows {shows}", None) as base:
            base.execute(
                "INSERT INTO declarations VALUES (?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET "
                "shows = excluded.shows, by = excluded.by, operator = excluded.operator "
                "WHERE excluded.operator OR NOT declarations.operator",
                (sha256, shows, by, int(operator)),
            )

    def note_output(self, likeness: str, output: str, *, by: str, now: datetime | None = None) -> None:
        """Remember what was made with a likeness. Raises: InvalidRequest when there is none of this id."""
        if self.find(likeness) is None:
            raise InvalidRequest(f"there is no consent {likeness}")
        at = now or _now()
        with self._change("used", likeness, by, output, at) as base:
            base.execute("INSERT OR IGNORE INTO outputs VALUES (?, ?, ?, ?)", (likeness, output, by, at.isoformat()))

    def outputs(self, likeness: str) -> tuple[Output, ...]:
        """Everything that was made with a likeness, in order."""
        with self._open() as base:
            rows = base.execute(
                "SELECT output, made_by, made_at FROM outputs WHERE likeness = ? ORDER BY made_at, output", (likeness,)
            ).fetchall()
        return tuple(Output(output, by, datetime.fromisoformat(at)) for output, by, at in rows)

    def revoke(self, likeness: str, *, by: str, reason: str = "", now: datetime | None = None) -> tuple[Output, ...]:
        """End a consent at once, and list what was made with it. Doing it twice changes nothing.

        Raises: InvalidRequest when there is none of this id.
        """
        known = self.find(likeness)
        if known is None:
            raise InvalidRequest(f"there is no consent {likeness}")
        if known.revoked_at is None:
            at = now or _now()
            with self._change("revoked", likeness, by, reason, at) as base:
                base.execute("UPDATE likenesses SET revoked_at = ? WHERE id = ?", (at.isoformat(), likeness))
        return self.outputs(likeness)

    def trail(self, about: str | None = None) -> tuple[Entry, ...]:
        """Everything that happened, or what happened to one consent, phrase or reference, in order."""
        with self._open() as base:
            rows = base.execute("SELECT at, event, about, by, detail FROM trail ORDER BY number").fetchall()
        return tuple(Entry(datetime.fromisoformat(row[0]), *row[1:]) for row in rows if about in (None, row[2]))

    def trail_is_whole(self) -> bool:
        """Whether no line of the trail was changed, moved or taken from its middle by other means."""
        with self._open() as base:
            rows = base.execute("SELECT at, event, about, by, detail, chain FROM trail ORDER BY number").fetchall()
        chain = ""
        for *line, said in rows:
            chain = _chained(chain, line)
            if chain != said:
                return False
        return True

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
        try:
            base.execute("PRAGMA foreign_keys = ON")
            yield base
        finally:
            base.close()

    @contextlib.contextmanager
    def _change(
        self, event: str, about: str, by: str, detail: str, at: datetime | None
    ) -> Iterator[sqlite3.Connection]:
        """A transaction that ends with a line in the trail, or leaves nothing."""
        line = [(at or _now()).isoformat(), event, about, _filled(by, "who does it"), detail]
        with self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                yield base
                last = base.execute("SELECT chain FROM trail ORDER BY number DESC LIMIT 1").fetchone()
                chain = _chained(last[0] if last else "", line)
                base.execute("INSERT INTO trail VALUES (NULL, ?, ?, ?, ?, ?, ?)", (*line, chain))
                base.execute("COMMIT")
            except BaseException:
                base.execute("ROLLBACK")
                raise


def _use_phrase(base: sqlite3.Connection, phrase: str, subject: str, at: datetime) -> None:
    """Spend a phrase. Raises: InvalidRequest when it is spent, late or another person's."""
    row = base.execute("SELECT subject, expires, used_at FROM phrases WHERE id = ?", (phrase,)).fetchone()
    if row is None or row[0] != subject or row[2] is not None or at > datetime.fromisoformat(row[1]):
        raise InvalidRequest(f"the phrase {phrase} is unknown, used, too old or another person's; ask for a new one")
    base.execute("UPDATE phrases SET used_at = ? WHERE id = ?", (at.isoformat(), phrase))


def _as_row(likeness: Likeness) -> tuple[Any, ...]:
    evidence = likeness.evidence
    told = {"kind": type(evidence).__name__, **vars(evidence)}
    scope = {**vars(likeness.scope), "until": likeness.scope.until.isoformat()}
    return (
        likeness.id,
        likeness.kind,
        likeness.subject,
        json.dumps(told),
        json.dumps(scope),
        likeness.version,
        likeness.granted_by,
        likeness.granted_at.isoformat(),
    )


def _from_row(row: tuple[Any, ...]) -> Likeness:
    id, kind, subject, evidence, scope, version, by, at, revoked = row
    told, said = json.loads(evidence), json.loads(scope)
    shape = {"Release": Release, "Recording": Recording}[told.pop("kind")]
    limits = Scope(tuple(said["users"]), tuple(said["projects"]), datetime.fromisoformat(said["until"]))
    ended = datetime.fromisoformat(revoked) if revoked else None
    return Likeness(id, kind, subject, shape(**told), limits, version, by, datetime.fromisoformat(at), ended)


def _chained(before: str, line: list[str]) -> str:
    return hashlib.sha256(json.dumps([before, *line]).encode()).hexdigest()


def _filled(said: str, what: str) -> str:
    if not said.strip():
        raise InvalidRequest(f"{what} is missing")
    return said


def _now() -> datetime:
    return datetime.now(UTC)
