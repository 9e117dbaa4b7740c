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

    What is left out is settled by the preset, the checkpoint or chance, and written in the take's request.

    prompt: what is seen and heard, in English or Chinese; up to 2,000 characters.
    negative: what the shot should not show, as a list: "rain, night".
    seconds: the shot's length in seconds, 0 for a still.
    size: width x height in pixels, such as "256x144"; the checkpoint's best if left out.
    seed: a whole number from 0 to 4294967295; the same one makes the same shot. Drawn if left out.
    steps: steps from noise to picture, 1 to 200; the preset's if left out.
    guidance: how strongly the prompt pulls, 0 to 30; 1 is not at all. The preset's if left out.
    preset: named settings of the checkpoint, such as "draft", "standard" or "fine".
    checkpoint: which weights: a name of `zoetrope models`, or the path of a folder or file.
    conditions: what is given of the shot, from `zoetrope.core.conditions` and `zoetrope.core.motion`.
    adapters: LoRAs that are laid over the weights, in their order.
    variation: how far the shot goes, 0 to 1, towards another seed's; needs `seed`.
    best_of: how many seeds are begun, 1 to 64; the one that promises most goes on.
    draft: an earlier take's `approve()`, which is finished by this preset.
    sound: whether sound is made, where the checkpoint makes any.
    strict: whether words that the checkpoint does not know are refused; else they are told as events.
    profile: labels as a place wants them: "default", "cn", "eu" or "us-ca"; the house's own if left out.
    shows: whom given pictures show: "nobody", somebody "invented", or a "real" person. Needed where any are given.
    consent: the id of the registered consent of that person.
    tell_prompt: whether the signed credentials tell the prompt.
    on_event: hears of notices, steps and finished frames, `zoetrope.core.events`, on the thread that computes.
    cancel: a `threading.Event`, or a function that says whether to stop; asked between two steps.

    Raises: InvalidRequest, Unsupported, Refused, NeedsConsent, WeightsError, MediaError, OutOfMemory, Cancelled; all
    are `zoetrope.core.errors.ZoetropeError`.
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
    from zoetrope.render.terms import Means, Terms, Watch

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
        conditions=conditions,  # type: ignore[arg-type]  (made a tuple there, or refused)
        adapters=adapters,  # type: ignore[arg-type]
        variation=variation,
        best_of=best_of,
        draft=draft,
        sound=sound,
        strict=strict,
    )
    faces = Likenesses(home_folder(os.environ), shows, consent)
    terms = Terms(open_house(os.environ, profile), faces, time_of_making(os.environ), tell_prompt)
    return generate_shot(request, terms, Means(family), Watch(on_event, cancel))


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
