"""Several prompts over time: `--at 0s "a ball rolls" --at 3s "it bounces"`."""

from collections.abc import Sequence

from zoetrope.cli.moments import read_moment
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import Cue
from zoetrope.core.time import show_seconds


def read_prompts(prompts: Sequence[str], at: Sequence[str]) -> tuple[str, tuple[Cue, ...]]:
    """The prompt that the shot begins with, and those that take over later.

    Raises: InvalidRequest where prompts and moments do not pair.
    """
    if not at:
        if len(prompts) == 1:
            return prompts[0], ()
        raise InvalidRequest(
            f"{len(prompts)} prompts were given and no --at; put one prompt in quotation marks, or write "
            '--at 0s "..." --at 3s "...".'
        )
    if len(at) != len(prompts):
        raise InvalidRequest(f"{len(prompts)} prompts and {len(at)} times --at were given; give one --at before each.")
    moments = [read_moment("--at", each) for each in at]
    if moments[0] != 0:
        raise InvalidRequest(f"the first --at was {show_seconds(moments[0])} s; the first prompt begins at 0s.")
    return prompts[0], tuple(Cue(moment, each) for moment, each in zip(moments[1:], prompts[1:], strict=True))


def type_prompts(prompts: Sequence[str], at: Sequence[str]) -> tuple[str, ...]:
    """The same as words of a command line."""
    if not at:
        return tuple(prompts)
    return tuple(word for moment, prompt in zip(at, prompts, strict=True) for word in ("--at", moment, prompt))
