"""All verbs under one name, and the one place that turns errors into a sentence and an exit code.

Exit codes: 0 done; 2 what was asked cannot be done, said in one sentence; 130 stopped by Ctrl-C; 1 our own mistake.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from zoetrope.cli import (
    bridge,
    consent,
    doctor,
    edit,
    evaluate,
    extend,
    foley,
    generate,
    models,
    request,
    retake,
    stream,
    train,
    verify,
    world,
)
from zoetrope.cli.stopping import EXIT_STOPPED
from zoetrope.core.errors import Cancelled, NeedsConsent, ZoetropeError

EXIT_REFUSED = 2

app = typer.Typer(
    name="zoetrope",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"zoetrope {version('zoetrope')}")
        raise typer.Exit


@app.callback()
def zoetrope(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """A film studio on your own machine: words in, video with synchronised sound out."""


app.command()(generate.generate)
app.command()(retake.retake)
app.command()(edit.edit)
app.command()(foley.foley)
app.command()(extend.extend)
app.command()(bridge.bridge)
app.command()(stream.stream)
app.command()(request.request)
app.command()(verify.verify)
app.add_typer(consent.consent, name="consent")
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(world.world)
app.command()(doctor.doctor)
app.add_typer(models.models, name="models")


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every error that is not our own mistake is one sentence."""
    try:
        code = app(args=list(arguments) or ["--help"], prog_name="zoetrope", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return _say("stopped; nothing was kept.", EXIT_STOPPED)
    except Cancelled as error:
        return _say(str(error), EXIT_STOPPED)
    except NeedsConsent as error:
        return _say(f"{error} The text to agree to: {error.text}", EXIT_REFUSED)
    except ZoetropeError as error:
        return _say(str(error), EXIT_REFUSED)
    except MemoryError:
        return _say("the memory of this machine is full; ask for fewer seconds or a smaller size.", EXIT_REFUSED)
    except OSError as error:
        return _say(f"the system refused to go on: {error.strerror or error}", EXIT_REFUSED)
    except typer.TyperException as error:
        return _say(error.format_message(), EXIT_REFUSED)
    return code if isinstance(code, int) else 0


def _say(sentence: str, code: int) -> int:
    sentence = " ".join(sentence.split())
    print(f"zoetrope: {sentence}{'' if sentence.endswith(('.', '?', '!')) else '.'}", file=sys.stderr)
    return code
