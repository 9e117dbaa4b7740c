"""`zoetrope stream`: picture and sound without end, steered by what is typed meanwhile."""

import os
import sys
from contextlib import ExitStack
from fractions import Fraction
from typing import Annotated

import typer

from zoetrope.cli.grouping import grouped
from zoetrope.cli.lines import HELP, Quit, Say, listening, read_line
from zoetrope.cli.manners import request_fields
from zoetrope.cli.options import Chance, Settings
from zoetrope.cli.stopping import stop_on_interrupt
from zoetrope.cli.wishes import read_wish
from zoetrope.core.errors import InvalidRequest, ZoetropeError
from zoetrope.core.events import Event, Notice
from zoetrope.core.motion import CameraPath, read_moves
from zoetrope.core.request import Request
from zoetrope.core.sizes import read_size
from zoetrope.core.time import exact_seconds
from zoetrope.engine.checkpoints.models_folder import open_models
from zoetrope.engine.families import find_family
from zoetrope.engine.memory.plan import Wish
from zoetrope.media.preview import has_true_colour


@grouped
def stream(
    prompt: Annotated[str, typer.Argument(help="What is shown and heard at first, in English or Chinese.")],
    chance: Chance,
    settings: Settings,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="An .mp4 file, or - for a pipe.", show_default="this terminal"),
    ] = None,
    seconds: Annotated[str | None, typer.Option(help="How long it runs.", show_default="until Ctrl-C")] = None,
    size: Annotated[
        str | None, typer.Option(help="Width x height in pixels.", show_default="the checkpoint's best")
    ] = None,
    camera: Annotated[
        str | None, typer.Option(metavar="MOVES", help='How the camera moves at first, such as "pan left 0.2".')
    ] = None,
    paced: Annotated[
        bool | None,
        typer.Option(
            "--pace/--fast", help="As fast as it plays, or as fast as it can.", show_default="--fast to a file"
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Labels as a place wants them: default, cn or us-ca.", show_default="default")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Make picture and sound without end; lines that are typed steer it."""
    family = find_family(settings.checkpoint, open_models(os.environ))
    limits = family.limits
    request = Request(
        prompt=prompt,
        seconds=min(Fraction(5), limits.seconds[1]),
        size=limits.learned[0] if size is None else read_size(size),
        conditions=(CameraPath(read_moves(camera)),) if camera is not None else (),
        **request_fields(chance, settings),
    )
    length = None if seconds is None else exact_seconds(seconds)
    if length is not None and limits.clock.frames(length) < limits.clock.frame_rate // 2:
        raise InvalidRequest(f"--seconds was {seconds}; a stream runs for 0.5 seconds or more.")
    allowed = read_wish(settings)
    _run(request, family, allowed, output, length, paced, profile, quiet)


def _run(request, family, allowed: Wish, output, length, paced, profile, quiet: bool) -> None:
    """Open the house and the outlet, listen, and stream."""
    from zoetrope.cli.outlets import open_outflow, open_terminal
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.live import Outlet, Run, Steering, stream
    from zoetrope.render.terms import Means, Watch

    policy = open_house(os.environ, profile)
    steering = Steering(request, policy.screen)
    family.check(request)
    if output is None and not has_true_colour(sys.stderr, os.environ):
        raise InvalidRequest("this terminal shows no pictures; name a file by -o, or -o - for a pipe to a player.")
    with ExitStack() as open_until_end:
        wish = open_until_end.enter_context(stop_on_interrupt())
        outflow = open_until_end.enter_context(open_outflow(output, 1)) if output is not None else None
        screen = open_until_end.enter_context(open_terminal(sys.stderr)) if outflow is None else None
        open_until_end.enter_context(listening(0, _hearer(steering, wish)))
        run = Run(length, paced if paced is not None else output in (None, "-"), time_of_making(os.environ))
        outlet = Outlet(outflow.write, ended=outflow.ended) if outflow else Outlet(show=screen.show if screen else None)
        watch = Watch(lambda event: _told(event, quiet), wish)
        _tell(f"streaming; {HELP}.", quiet)
        frames = stream(request, policy, steering, run, outlet, Means(family, wish=allowed), watch)
    _tell(f"{frames} frames, {frames / family.limits.clock.frame_rate:.1f} s of stream.", quiet)


def _hearer(steering, wish):
    """What to do with a line that was typed; what cannot be done is said, and the stream goes on."""

    def hear(line: str) -> None:
        try:
            match read_line(line):
                case None:
                    pass
                case Quit():
                    wish.set()
                case Say(prompt=prompt):
                    steering.say(prompt)
                case condition:
                    steering.lead(condition)
        except ZoetropeError as error:
            _tell(f"{error} The stream goes on as before.", quiet=False)

    return hear


def _told(event: Event, quiet: bool) -> None:
    if isinstance(event, Notice):
        _tell(event.text, quiet)


def _tell(sentence: str, quiet: bool) -> None:
    if not quiet:
        print(f"zoetrope: {sentence}", file=sys.stderr, flush=True)
