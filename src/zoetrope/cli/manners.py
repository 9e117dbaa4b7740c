"""From the options that verbs share to what they stand for: fields of a request, and the terms on which it leaves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from zoetrope.cli.adapters import read_adapter
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.home import home_folder

if TYPE_CHECKING:
    from zoetrope.cli.options import Chance, Leaving, Settings
    from zoetrope.render.terms import Terms


def request_fields(chance: Chance, settings: Settings) -> dict[str, Any]:
    """What of a request the options say, whatever it shows. Raises: InvalidRequest for an adapter that is none."""
    return {
        "negative": settings.negative,
        "seed": chance.seed,
        "steps": chance.steps,
        "guidance": chance.guidance,
        "preset": settings.preset,
        "checkpoint": settings.checkpoint,
        "strict": settings.strict,
        "adapters": tuple(map(read_adapter, settings.lora or [])),
    }


def open_terms(leaving: Leaving) -> Terms:
    """The house, opened, and what is said of whom pictures show. Raises: InvalidRequest, Refused, MediaError."""
    from zoetrope.release.door_policy import Recipient
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.likeness import Likenesses
    from zoetrope.render.terms import Terms

    if leaving.agreement and leaving.unlabelled_to is None:
        raise InvalidRequest("--agreement was given without --unlabelled-to; name the recipient who labels the file.")
    policy = open_house(os.environ, leaving.profile)
    if leaving.unlabelled_to is not None:
        policy = policy.without_label(Recipient(leaving.unlabelled_to, leaving.agreement))
    likenesses = Likenesses(home_folder(os.environ), leaving.said, leaving.consent)
    return Terms(policy, likenesses, time_of_making(os.environ), leaving.tell_prompt)
