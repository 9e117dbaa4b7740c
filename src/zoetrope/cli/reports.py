"""What a person, or a program, sees of a generation: a progress bar, lines of JSON, or nothing.

Progress and notes go to standard error, so that standard output holds only what was made.
"""

import json as json_text
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console

from zoetrope.cli.screen import Screen
from zoetrope.core.events import Event, FramesReady, Notice, PreviewReady, StepDone
from zoetrope.core.request import Request
from zoetrope.core.time import show_seconds
from zoetrope.media.preview import has_true_colour


@dataclass(frozen=True)
class Finished:
    """A shot that lies in its file. Units: took in seconds, from reading the options to the finished file."""

    path: Path
    request: Request
    took: float
    again: str


class Report(Protocol):
    """Hears of everything that happens. `preview_path` is the file that shows the forming picture, if there is one."""

    preview_path: Path | None

    def event(self, event: Event) -> None: ...

    def failed(self, message: str) -> None: ...

    def finished(self, made: Finished) -> None: ...


class Silence:
    """Says nothing; errors are said by the caller of the verb."""

    preview_path: Path | None = None

    def event(self, event: Event) -> None:
        """Ignore an event."""

    def failed(self, message: str) -> None:
        """Ignore a failure."""

    def finished(self, made: Finished) -> None:
        """Ignore the end."""


class Lines:
    """One JSON object a line on standard output."""

    def __init__(self, preview: Path | None) -> None:
        self.preview_path = preview

    def event(self, event: Event) -> None:
        """Write what happened; a preview is named, not included."""
        match event:
            case PreviewReady(step=step):
                if self.preview_path is not None:
                    self._write("preview", step=step, path=str(self.preview_path))
            case Notice():
                self._write("notice", **asdict(event))
            case StepDone():
                self._write("step", **asdict(event))
            case FramesReady():
                self._write("frames", **asdict(event))

    def failed(self, message: str) -> None:
        """Write why there is no file."""
        self._write("failed", message=message)

    def finished(self, made: Finished) -> None:
        """Write where the file is and how to make it again."""
        self._write("finished", path=str(made.path), seconds=made.took, seed=made.request.seed, again=made.again)

    def _write(self, event: str, **facts: object) -> None:
        print(json_text.dumps({"event": event, **facts}, ensure_ascii=False), flush=True)


class Told:
    """For people: a bar where there is a terminal, one line at the end."""

    def __init__(self, screen: Screen, preview: Path | None) -> None:
        self._screen, self.preview_path = screen, preview

    def event(self, event: Event) -> None:
        """Show what happened."""
        self._screen.show(event)

    def failed(self, message: str) -> None:
        """Take the bar away; whoever called says the error."""
        self._screen.close()

    def finished(self, made: Finished) -> None:
        """Say in one line where the file is, how long it took and how to make it again."""
        self._screen.close()
        print(last_line(made), flush=True)


def last_line(made: Finished) -> str:
    """The one line that a person keeps."""
    request = made.request
    what = f"a still of {request.size}" if request.still else f"{show_seconds(request.seconds)} s of {request.size}"
    return f"{made.path}: {what}, made in {made.took:.1f} s with seed {request.seed}. Again: {made.again}"


@contextmanager
def open_report(output: Path, *, quiet: bool, json: bool, preview: bool) -> Iterator[Report]:
    """Choose how to tell; a preview that goes to a file vanishes at the end, when the shot itself is there."""
    in_terminal = preview and not json and has_true_colour(sys.stderr, os.environ)
    to_file = preview and not in_terminal and (json or not quiet)
    file = output.with_name(f"{output.stem}.preview.png") if to_file else None
    screen = None if json or quiet else Screen(Console(file=sys.stderr), file)
    try:
        yield Lines(file) if json else Silence() if screen is None else Told(screen, file)
    finally:
        if screen is not None:
            screen.close()
        if file is not None:
            file.unlink(missing_ok=True)
