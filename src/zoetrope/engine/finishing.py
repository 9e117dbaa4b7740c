"""Finish an approved draft: keep its latents in a file, and begin a walk from them, so that the same shot comes.

The draft is put back to a noise level below 1, under the noise of its own seed, and goes down from there by the steps
of the final's schedule. Knows no family and no pictures.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.core.sizes import read_size
from zoetrope.core.time import exact_seconds, show_seconds
from zoetrope.core.variety import Approved, Origin, Variation
from zoetrope.engine.canvas import Canvas, Tokens, advance, combine
from zoetrope.engine.draft import Draft
from zoetrope.engine.keeping import digest
from zoetrope.engine.walk import Walk
from zoetrope.media.places import write_whole

FORMAT = "zoetrope draft 1"
CLOSE = 1e-4  # two noise levels nearer than this are one


def approve(draft: Draft, *, strength: float = Approved.strength, mark: int | None = None) -> Approved:
    """A draft as what its final begins from.

    Raises: InvalidRequest where the draft has no latents.
    """
    if draft.latents is None:
        raise InvalidRequest(f"{draft.request.checkpoint} keeps its latents to itself; its drafts cannot be finished.")
    video, sound = (each.float().cpu().numpy() for each in (draft.latents.video, draft.latents.sound))
    return Approved(video, sound, origin_of(draft.request), strength, mark)


def write_draft(path: Path, draft: Approved) -> None:
    """Keep a draft's latents in a file, written whole or not at all.

    Raises: MediaError if it cannot be written.
    """
    said = {"format": FORMAT, "origin": json.dumps(asdict(draft.origin), default=str), "mark": json.dumps(draft.mark)}
    write_whole(path, save({"video": draft.video, "sound": draft.sound}, said))


def read_draft(path: Path, strength: float | None = None) -> Approved:
    """A draft out of its file.

    Raises: InvalidRequest if the file is not there, damaged or none of these; for a strength that is none.
    """
    if not path.is_file():
        raise InvalidRequest(
            f"{path} holds no draft: it is no file; name the one that `zoetrope generate --keep-latents` wrote."
        )
    try:
        with safe_open(path, "numpy") as held:
            said = held.metadata() or {}
            if said.get("format") != FORMAT:
                raise KeyError("its header names no draft")
            video, sound = held.get_tensor("video"), held.get_tensor("sound")
        origin, mark = _origin(json.loads(said["origin"])), json.loads(said["mark"])
    except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
        raise InvalidRequest(
            f"{path} holds no draft: {error}; name the file that `zoetrope generate --keep-latents` wrote."
        ) from error
    if not (np.isfinite(video).all() and np.isfinite(sound).all()):
        raise InvalidRequest(f"the latents in {path} are damaged: they hold what is no number; make the draft again.")
    return Approved(video, sound, origin, Approved.strength if strength is None else strength, mark)


def settle_draft(request: Request) -> Request:
    """The request under its draft's seed, if it has a draft; seeds and variation are the draft's where left open.

    Raises: InvalidRequest where the draft is of another shot, naming both.
    """
    if request.draft is None:
        return request
    origin = request.draft.origin
    request = replace(
        request,
        seed=origin.seed if request.seed is None else request.seed,
        variation=origin.variation if request.variation is None else request.variation,
    )
    asked = origin_of(request)
    for was, now in zip(_said(origin), _said(asked), strict=True):
        if was != now:
            raise InvalidRequest(
                f"the draft is {was}, but its final {now}; ask for what the draft is, or make a new draft."
            )
    if origin.prompt != asked.prompt:
        raise InvalidRequest(
            f"the draft was made to other words than {request.prompt!r}; give its own prompt, or make a new draft."
        )
    if origin.given != asked.given:
        raise InvalidRequest(
            f"the draft was given other things than the {len(request.conditions)} that its final is given; give the "
            "same files and moves, or make a new draft."
        )
    return request


def origin_of(request: Request) -> Origin:
    """Which shot a settled request is."""
    assert request.seed is not None, "a draft is made from a request whose seed is known"
    return Origin(
        request.checkpoint,
        request.size,
        request.seconds,
        request.sound,
        request.seed,
        request.variation,
        digest(request.prompt.strip()),
        digest(request.conditions),
    )


def take_draft(canvas: Canvas, walk: Walk, draft: Approved) -> tuple[Canvas, Walk]:
    """Where finishing begins: the draft under its seed's noise, and what is left of the walk there.

    What is given on the canvas stays as it is given.
    Raises: InvalidRequest if the draft's latents do not lie on this canvas.
    """
    here, made = canvas.tokens, Tokens(torch.from_numpy(draft.video), torch.from_numpy(draft.sound))
    if _shapes(made) != _shapes(here):
        raise InvalidRequest(
            f"the draft's latents are {_shapes(made)}, but its final's {_shapes(here)}; this preset goes another way, "
            "so make the draft and its final by presets that begin at one size."
        )
    level = min(draft.strength, float(walk.sigmas[0]))
    latent = combine(lambda x, noise: (1 - level) * x.to(noise) + level * noise, made, here)
    left = [each for each in walk.sigmas.tolist() if each < level - CLOSE]
    return advance(canvas, latent), replace(walk, sigmas=walk.sigmas.new_tensor([level, *left]))


def _said(origin: Origin) -> tuple[str, ...]:
    """What people may read of it, in the order in which it is compared."""
    varied = origin.variation
    return (
        f"of {origin.checkpoint}",
        f"{origin.size}",
        f"{show_seconds(origin.seconds)} s long",
        "with sound" if origin.sound else "without sound",
        f"of seed {origin.seed}",
        f"the seed's variation {varied.strength:g}@{varied.seed}" if varied else "the seed's own shot",
    )


def _origin(told: dict) -> Origin:
    varied = told["variation"]
    return Origin(
        checkpoint=str(told["checkpoint"]),
        size=read_size(f"{told['size']['width']}x{told['size']['height']}"),
        seconds=exact_seconds(told["seconds"]),
        sound=bool(told["sound"]),
        seed=int(told["seed"]),
        variation=Variation(float(varied["strength"]), int(varied["seed"])) if varied else None,
        prompt=str(told["prompt"]),
        given=str(told["given"]),
    )


def _shapes(tokens: Tokens) -> str:
    return " and ".join(f"{len(each)} of {each.shape[1]}" for each in (tokens.video, tokens.sound))
