"""Zoetrope: a self-hosted film studio driven by generative models.

`generate` is the short way from a prompt to a shot, `request` does what the command line does. Importing this package
loads no torch; the first shot does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fractions import Fraction

    from zoetrope.core.cancel import Cancel
    from zoetrope.core.conditions import Condition
    from zoetrope.core.events import OnEvent
    from zoetrope.core.request import Adapter
    from zoetrope.core.sizes import Size
    from zoetrope.core.variety import Approved, Variation
    from zoetrope.release.consent import Declaration
    from zoetrope.render.take import Take

__all__ = ["generate", "request"]


def generate(
    prompt: str,
    *,
    negative: str = "",
    seconds: float | str | Fraction = 5,
    size: str | Size | None = None,
    seed: int | None = None,
    steps: int | None = None,
    guidance: float | None = None,
    preset: str = "standard",
    checkpoint: str = "pocket",
    conditions: Sequence[Condition] = (),
    adapters: Sequence[Adapter] = (),
    variation: Variation | None = None,
    best_of: int = 1,
    draft: Approved | None = None,
    sound: bool = True,
    strict: bool = False,
    profile: str | None = None,
    shows: Declaration | None = None,
    consent: str | None = None,
    tell_prompt: bool = False,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
) -> Take:
    """Make one shot from a prompt: `generate("a red ball bounces on a meadow").save("ball.mp4")`.

    Units: seconds 0 is a still; size is the checkpoint's best where left out; steps, guidance and seed are settled by
    the preset and by chance, and are written in the take's request. `checkpoint` is a name or a path; `adapters` are
    LoRAs over it. `variation` is a relative of the seed's shot; of `best_of` seeds the one that promises most goes on;
    `draft` is an earlier take's `approve()`, and is finished. `profile` of labels is the house's own if left out.
    Whoever gives pictures says whom they show: "nobody", somebody "invented", or a "real" person whose registered
    `consent` is named.
    Raises: InvalidRequest, Unsupported, Refused, NeedsConsent, WeightsError, MediaError, Cancelled; all are
    `zoetrope.core.errors.ZoetropeError`.
    """
    from zoetrope.core.home import home_folder
    from zoetrope.core.request import Request
    from zoetrope.core.sizes import read_size
    from zoetrope.core.time import exact_seconds
    from zoetrope.engine.checkpoints.models_folder import open_models
    from zoetrope.engine.families import find_family
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.likeness import Likenesses
    from zoetrope.render.shoot import generate as generate_shot

    family = find_family(checkpoint, open_models(os.environ))
    request = Request(
        prompt,
        negative=negative,
        seconds=exact_seconds(seconds),
        size=family.limits.learned[0] if size is None else read_size(size),
        seed=seed,
        steps=steps,
        guidance=guidance,
        preset=preset,
        checkpoint=checkpoint,
        conditions=tuple(conditions),
        adapters=tuple(adapters),
        variation=variation,
        best_of=best_of,
        draft=draft,
        sound=sound,
        strict=strict,
    )
    policy = open_house(os.environ, profile)
    faces = Likenesses(home_folder(os.environ), shows, consent)
    when = time_of_making(os.environ)
    return generate_shot(
        request,
        policy,
        faces,
        on_event=on_event,
        cancel=cancel,
        family=family,
        when=when,
        tell_prompt=tell_prompt,
    )


def request(wanted: str | Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Path]:
    """Make shots by any verb: `request({"make": "extend", "clip": "a.mp4", "seconds": 5, "output": "b.mp4"})`.

    `wanted` is one request, several, or a file of them: mappings from the names of the command line's options and
    arguments to what would be typed, with `make` for the verb. Paths are as seen from the file's folder, or from here.
    All are checked before the first is made; each is finished while the next one is made. Returns the files, in order.
    Raises: InvalidRequest with the number of the request that nobody could type; else as `generate`, for the first
    shot that cannot be made, and those before it are there.
    """
    from zoetrope.cli.following import Row
    from zoetrope.cli.request import carry_out, read

    asked = read(wanted)
    carry_out(asked, Row(), quiet=True)
    return [each.output.absolute() for each in asked]
