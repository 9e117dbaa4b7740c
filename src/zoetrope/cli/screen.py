"""The lines that change while a shot is made: bar, steps, rate, remaining time, and the forming picture."""

from pathlib import Path

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from zoetrope.core.events import Event, FramesReady, Notice, PreviewReady, StepDone
from zoetrope.media.preview import half_blocks

MOST_COLUMNS = 80  # wider pictures show no more of 256 pixels and fill the window


class Screen:
    """Shows events on a terminal; elsewhere only notes. Previews go to a file if one is given, else to the terminal."""

    def __init__(self, console: Console, preview: Path | None) -> None:
        self._console = console
        self._preview = preview
        self._told_where = False
        self._picture: Text | None = None
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"), console=console
        )
        self._task = self._bar.add_task("loading ", total=None, detail="")
        self._live = Live(self._shown(), console=console, transient=True, refresh_per_second=8)
        if console.is_terminal:
            self._live.start()

    def show(self, event: Event) -> None:
        """Bring the screen up to date."""
        match event:
            case Notice(text=text):
                self._console.print(f"note: {text}", markup=False, highlight=False, soft_wrap=True)
            case StepDone():
                self._bar.update(
                    self._task, description="denoising", total=event.steps, completed=event.step, detail=_pace(event)
                )
            case FramesReady(start=start, count=count, total=total):
                done = start + count
                self._bar.update(
                    self._task, description="decoding ", total=total, completed=done, detail=f"{done}/{total} frames"
                )
            case PreviewReady(frame=frame):
                self._show_picture(frame)
        if self._live.is_started:
            self._live.update(self._shown())

    def close(self) -> None:
        """Take the changing lines away."""
        self._live.stop()

    def _show_picture(self, frame: np.ndarray) -> None:
        if self._preview is None:
            self._picture = Text.from_ansi(half_blocks(frame, min(self._console.width - 1, MOST_COLUMNS)))
            return
        if not self._told_where:
            self._console.print(f"preview: {self._preview}", markup=False, highlight=False, soft_wrap=True)
            self._told_where = True

    def _shown(self) -> RenderableType:
        return self._bar if self._picture is None else Group(self._picture, self._bar)


def _pace(event: StepDone) -> str:
    return f"{event.step}/{event.steps} steps   {event.rate:.1f} steps/s   {event.remaining:.1f} s left"
