"""The command line that makes the same shot again, as a person would type it."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from zoetrope.core.request import Request
from zoetrope.core.time import show_seconds


def command_again(request: Request, output: Path, images: Sequence[str], *more: str) -> str:
    """Write the command line for a settled request; what is as by default is left out, the seed never is.

    `more` are words that stand in it as they were typed.
    """
    plain = Request(prompt=request.prompt)
    words = [program(), "generate", request.prompt, "-o", str(output)]
    if request.seconds != plain.seconds:
        words += ["--seconds", show_seconds(request.seconds)]
    if request.size != plain.size:
        words += ["--size", str(request.size)]
    for name in ("negative", "preset", "checkpoint"):
        if getattr(request, name) != getattr(plain, name):
            words += [f"--{name}", getattr(request, name)]
    for image in images:
        words += ["--image", image]
    words += [*more, "--seed", str(request.seed), "--steps", str(request.steps), "--guidance", f"{request.guidance:g}"]
    return " ".join(map(quote, words))


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
