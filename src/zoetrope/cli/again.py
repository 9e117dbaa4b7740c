"""The command line that makes the same shot again, as a person would type it."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from zoetrope.core.request import Request


def command_again(request: Request, words: Sequence[str]) -> str:
    """Write the command line for a settled request: `words` as they were typed, and what chance and preset settled."""
    settled = ("--seed", str(request.seed), "--steps", str(request.steps), "--guidance", f"{request.guidance:g}")
    varied = request.variation
    relative = ("--variation", f"{varied.strength!r}@{varied.seed}") if varied is not None else ()
    return " ".join(map(quote, (program(), *words, *settled, *relative)))


def program() -> str:
    """How this program is called here: by its name if the shell finds it, else by the path that was typed."""
    typed = sys.argv[0]
    found = shutil.which("zoetrope")
    if Path(typed).name != "zoetrope" or (found and Path(found).resolve() == Path(typed).resolve()):
        return "zoetrope"
    here = Path.cwd()
    path = Path(typed).absolute()
    return str(path.relative_to(here)) if path.is_relative_to(here) else typed


def quote(word: str) -> str:
    """Quote a word for the shell where it needs it, in double quotes where they suffice, which reads best."""
    if shlex.quote(word) == word:
        return word
    return f'"{word}"' if not set(word) & set('"$`\\!') else shlex.quote(word)
