"""Generate the fixed prompts, measure the clips, and write the table: `scorecard.json`, `scorecard.md` and sheets.

Resumable: each finished clip is one line of `records.jsonl`, and a second run goes on after the last line. Knows no
family: whoever calls it gives the function that makes a draft.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from zoetrope.core.conditions import Condition
from zoetrope.core.errors import Unsupported
from zoetrope.evaluation import longer, sheets
from zoetrope.evaluation.detect import Detectors, shipped
from zoetrope.evaluation.judge import judge, measure
from zoetrope.evaluation.prompts import Prompt
from zoetrope.evaluation.prompts import prompts as all_prompts
from zoetrope.evaluation.proven import Proof, read_proof
from zoetrope.evaluation.rows import Row, rows
from zoetrope.evaluation.sight import Sight

SECONDS = 5
PICTURES, EXTENSIONS = 8, 2  # prompts that start from a given picture; prompts that are extended to 30 s


class Made(Protocol):
    """What a generator returns: frames uint8 (t, h, w, 3) and sound float32 (2, s), or None."""

    @property
    def frames(self) -> np.ndarray: ...
    @property
    def sound(self) -> np.ndarray | None: ...


class Generate(Protocol):
    """A generator of one shot, as `zoetrope.generate` is one."""

    def __call__(self, prompt: str, *, seconds: float, seed: int, conditions: Sequence[Condition] = ()) -> Made: ...


class GoOn(Protocol):
    """Goes on from a clip, part by part without end: yields new frames, uint8 (t, h, w, 3)."""

    def __call__(
        self, prompt: str, frames: np.ndarray, sound: np.ndarray | None, *, seed: int
    ) -> Iterator[np.ndarray]: ...


Progress = Callable[[int, int], None]
Keep = Callable[[Path, np.ndarray], None]


@dataclass(frozen=True)
class Scorecard:
    """A table and where it came from."""

    title: str
    clips: int
    rows: tuple[Row, ...]

    def row(self, name: str) -> Row:
        """The row of this name. Raises: KeyError."""
        return {row.name: row for row in self.rows}[name]

    def markdown(self) -> str:
        lines = [
            f"# {self.title}",
            "",
            f"{self.clips} clips",
            "",
            "| Row | Measured | Bar | n | Detector right on true renders |",
            "| --- | --- | --- | --- | --- |",
        ]
        for row in self.rows:
            mark = {None: "", True: " ✓", False: " ✗"}[row.met]
            bar = "" if row.bar is None else ("≤ " if row.lower else "≥ ") + row.text(row.bar)
            lines.append(f"| {row.name} | {row.text(row.measured)}{mark} | {bar} | {row.n} | {_believed(row)} |")
        return "\n".join(lines) + "\n"

    def save(self, folder: Path) -> None:
        """Write `scorecard.json` and `scorecard.md`."""
        body = {"title": self.title, "clips": self.clips, "rows": [asdict(row) | {"met": row.met} for row in self.rows]}
        (folder / "scorecard.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        (folder / "scorecard.md").write_text(self.markdown(), encoding="utf-8")


def _believed(row: Row) -> str:
    if row.proof is None:
        return ""
    return f"{row.proof.right:.1%} of {row.proof.n}" + ("" if row.proof.counts else ": its word does not count")


def evaluate(
    generate: Generate,
    *,
    go_on: GoOn | None = None,
    prompts: Sequence[Prompt] | None = None,
    folder: Path,
    limit: int | None = None,
    seconds: float = SECONDS,
    extras: bool = True,
    detectors: Detectors | None = None,
    keep: Keep | None = None,
    on_progress: Progress | None = None,
) -> Scorecard:
    """Make and measure every prompt; with extras also given first pictures, and extensions to 30 s by `go_on`.

    `keep` writes pictures (h, w, 3) uint8 of the clips to files; without it there are none.
    Units: limit in prompts from the start of the list, which is a fair sample at every length.
    Raises: what `generate` raises; WeightsError if the detectors have no weights.
    """
    eyes = detectors or shipped()
    chosen = list(all_prompts() if prompts is None else prompts)[:limit]
    book = Book(folder, keep)
    tasks = [(f"{prompt.index:03d}", lambda p=prompt: _clip(generate, p, seconds, eyes, book)) for prompt in chosen]
    if extras:
        tasks += [
            (f"picture-{p.index:03d}", lambda p=p: _extra(partial(longer.from_picture, generate), p, seconds))
            for p in chosen[:PICTURES]
        ]
    if extras and go_on is not None:
        extend = partial(longer.to_half_a_minute, generate, go_on)
        tasks += [(f"longer-{p.index:03d}", lambda p=p: _extra(extend, p, seconds)) for p in chosen[:EXTENSIONS]]
    for done, (name, task) in enumerate(tasks):
        if name not in book.records:
            book.add(name, task())
        if on_progress is not None:
            on_progress(done + 1, len(tasks))
    wanted = {name for name, _ in tasks}
    proof = {} if detectors else read_proof()
    return finish("Scorecard of generated clips", [r for n, r in book.records.items() if n in wanted], book, proof)


class Book:
    """The records of one evaluation, on disk line by line, and pictures of its clips where somebody says how."""

    def __init__(self, folder: Path, keep: Keep | None = None) -> None:
        self.folder, self.strips, self.keep_picture = folder, folder / "strips", keep
        self.strips.mkdir(parents=True, exist_ok=True)
        self.path = folder / "records.jsonl"
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else []
        self.records: dict[str, dict[str, Any]] = {record["name"]: record for record in _whole(lines)}

    def add(self, name: str, record: dict[str, Any]) -> None:
        """Keep a record for good."""
        self.records[name] = {"name": name} | record
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(self.records[name], ensure_ascii=False) + "\n")

    def draw(self, name: str, frames: np.ndarray) -> None:
        """Keep a strip of frames for the sheets: numbers, and no picture that could leave."""
        if self.keep_picture is not None:
            np.save(self.strips / f"{name}.npy", sheets.strip(frames))

    def strip(self, name: str) -> np.ndarray | None:
        """The strip of a clip; None if there is none."""
        path = self.strips / f"{name}.npy"
        return np.load(path) if path.is_file() else None


def _whole(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Records of the lines that were written to their end; a run that was killed may leave half a line."""
    out = []
    for line in lines:
        try:
            out.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return out


def finish(title: str, records: list[dict[str, Any]], book: Book, proof: Mapping[str, Proof]) -> Scorecard:
    """Sum up records, and write table and sheets."""
    card = Scorecard(title, sum(bool(r["right"]) for r in records), rows(records, proof))
    card.save(book.folder)
    if book.keep_picture is not None:
        sheets.sheets(records, book.strip, book.folder, book.keep_picture)
    return card


def record_of(
    frames: np.ndarray, sound: np.ndarray | None, expected: dict[str, str], detectors: Detectors, **about: Any
) -> dict[str, Any]:
    """Look at one clip and hold it against what was asked; about is kept beside it as it is."""
    return record_seen(frames, sound, expected, detectors.look(frames), **about)


def record_seen(
    frames: np.ndarray, sound: np.ndarray | None, expected: dict[str, str], sight: Sight, **about: Any
) -> dict[str, Any]:
    """The same of a clip that was looked at."""
    verdict = judge(sight, expected)
    numbers = {name: [round(v, 4) for v in values] for name, values in measure(frames, sound, sight, expected).items()}
    return about | {"expected": expected, "seen": verdict.seen, "right": verdict.right, "numbers": numbers}


def _extra(how: Callable[..., dict[str, Any]], prompt: Prompt, seconds: float) -> dict[str, Any]:
    """A record of a task that not every checkpoint can do; one that it refuses counts for nothing."""
    try:
        return longer.record(how(prompt, seconds))
    except Unsupported as error:
        return longer.record({}) | {"refused": str(error)}


def _clip(generate: Generate, prompt: Prompt, seconds: float, detectors: Detectors, book: Book) -> dict[str, Any]:
    name = f"{prompt.index:03d}"
    made = generate(prompt.text, seconds=seconds, seed=prompt.seed)
    book.draw(name, made.frames)
    about = {
        "text": prompt.text,
        "language": prompt.language,
        "group": prompt.group,
        "held_out": prompt.held_out,
        "material": prompt.material,
    }
    return record_of(made.frames, made.sound, dict(prompt.expected), detectors, **about)
