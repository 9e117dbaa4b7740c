"""Prove the detectors on true renders, where everything is known. Knows no generator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoetrope.evaluation import truth
from zoetrope.evaluation.axes import AXES, THING_AXES, shows_pace
from zoetrope.evaluation.detect import Detectors, shipped
from zoetrope.evaluation.judge import HEARD, THERE
from zoetrope.evaluation.onsets import pair
from zoetrope.evaluation.proven import Proof, write_proof
from zoetrope.evaluation.scorecard import Book, Keep, Progress, Scorecard, finish, record_seen
from zoetrope.training.world.captions import captions
from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear
from zoetrope.training.world.spoil import spoil

SEED = 900_000  # far from the seeds of fitting
PROOF = "proof.json"
FRAMES = 60
SCENES = 420
TOUCHES = ("touches that are there", "touches that are seen")  # of those seen; of those there that strike at all
STRIKES = 1.0  # metres a second: softer ones, the last hops of a fall, are hardly seen and hardly heard


def detector_report(
    folder: Path,
    *,
    scenes: int = SCENES,
    seed: int = SEED,
    spoiled: bool = False,
    detectors: Detectors | None = None,
    keep: Keep | None = None,
    on_progress: Progress | None = None,
) -> Scorecard:
    """The same table on fresh true renders, and `proof.json` with the share of right answers by axis.

    spoiled degrades the renders first as codecs do. Resumable like `evaluate`.
    """
    detectors, book = detectors or shipped(), Book(folder, keep)
    for index in range(scenes):
        name = f"{index:03d}"
        if name not in book.records:
            book.add(name, _true_record(index, seed, spoiled, detectors, book))
        if on_progress is not None:
            on_progress(index + 1, scenes)
    proof = proof_of(list(book.records.values()))
    write_proof(proof, folder / PROOF)
    return finish("Proof of the detectors on true renders", list(book.records.values()), book, proof)


def proof_of(records: Sequence[Mapping[str, Any]]) -> dict[str, Proof]:
    """How often each axis was read right."""
    out = {}
    for axis in AXES:
        right = [record["right"][axis] for record in records if axis in record["right"]]
        out[axis] = _share(right)
    for name in TOUCHES:
        out[name] = _share([value for record in records for value in record["numbers"].get(name, ())])
    return out


def _share(right: Sequence[float]) -> Proof:
    return Proof(round(float(np.mean(right)), 4) if right else 0.0, len(right))


def _true_record(index: int, seed: int, spoiled: bool, detectors: Detectors, book: Book) -> dict[str, Any]:
    rng = np.random.default_rng(seed + index)
    scene = write_scene(rng, frames=FRAMES, held_out=index % 5 == 0)
    frames = draw(scene)
    if spoiled:
        frames = spoil(frames, rng)
    book.draw(f"{index:03d}", frames)
    about = {
        "text": captions(scene, rng, "en").text,
        "language": "en",
        "group": "true",
        "held_out": "",
        "material": scene.things[0].material,
    }
    sight = detectors.look(frames)
    record = record_seen(frames, hear(scene, FRAMES * 2000), asked_of(scene), sight, **about)
    return record | {"numbers": record["numbers"] | touches_told(sight.touches, scene)}


def touches_told(seen: np.ndarray, scene: Scene) -> dict[str, list[float]]:
    """Of each touch that was seen whether there is one within 80 ms, and of each that strikes whether it was seen.

    Shapes: seen (n,) seconds. Contacts outside the picture count neither way.
    """
    inside = truth.visible(scene)
    last = scene.frames - 1
    shown = [c for c in scene.contacts if inside[c.thing, min(round(c.seconds * 12), last)]]
    real = np.array([contact.seconds for contact in shown])
    hard = np.array([contact.seconds for contact in shown if contact.speed >= STRIKES])
    believed, known = pair(real, seen, HEARD)[0], pair(seen, hard, HEARD)[0]
    told = zip(TOUCHES, (believed, known), strict=True)
    return {name: [float(not np.isnan(gap)) for gap in gaps] for name, gaps in told}


def asked_of(scene: Scene) -> dict[str, str]:
    """What can be asked of a scene: what can be seen of it, so of its thing only where that is in the picture."""
    told = truth.values(scene)
    if not shows_pace(told["action"], told["then"]):
        del told["pace"]
    shown = truth.visible(scene)[0].mean() > THERE
    return {axis: value for axis, value in told.items() if shown or axis not in THING_AXES}
