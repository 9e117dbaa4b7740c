"""Drafts and finals as files: the final names its draft, and the chosen seed is the one that the file tells of."""

import numpy as np
import pytest
from tiny_family import Tiny

from zoetrope.core.errors import MediaError
from zoetrope.core.request import Request
from zoetrope.engine.finishing import approve
from zoetrope.engine.loading import unload_all
from zoetrope.media.readers import probe
from zoetrope.render.shoot import generate, shoot_to
from zoetrope.render.terms import Means


class Judged(Tiny):
    def score(self, checkpoint, request) -> float:
        return float(request.seed == 9)


def ask(**fields) -> Request:
    return Request("bright things", **({"size": "48x32", "seconds": 1} | fields))  # type: ignore[arg-type]


def test_a_final_names_its_draft(tmp_path, terms):
    draft = shoot_to(tmp_path / "draft.mp4", ask(seed=7, preset="draft"), terms, Means(Tiny())).finish()
    approved = ask(draft=approve(draft.take, mark=draft.asset.mark))
    final = shoot_to(tmp_path / "final.mp4", approved, terms, Means(Tiny())).finish()
    (given,) = final.take.making.ingredients
    assert (given.relation, given.mark) == ("input", draft.asset.mark)
    assert final.asset.mark != draft.asset.mark
    final.asset.check()


def test_a_take_in_memory_can_be_approved(terms):
    draft = generate(ask(seed=7, preset="draft"), terms, Means(Tiny()))
    final = generate(ask(draft=draft.approve(0.3)), terms, Means(Tiny()))
    assert final.seed == 7
    assert final.making.fingerprint != generate(ask(seed=7), terms, Means(Tiny())).making.fingerprint


def test_the_file_tells_of_the_chosen_seed_alone(tmp_path, terms):
    best = shoot_to(tmp_path / "best.mp4", ask(seed=7, best_of=4), terms, Means(Judged())).finish()
    alone = shoot_to(tmp_path / "alone.mp4", ask(seed=9), terms, Means(Judged())).finish()
    assert "seed 9" in probe(best.asset.path).metadata["comment"]
    assert best.asset.mark == alone.asset.mark
    assert np.array_equal(best.take.frames, alone.take.frames)


def test_a_place_that_cannot_be_written_fails_before_seeds_are_tried(tmp_path, terms):
    unload_all()
    family = Judged()
    with pytest.raises(MediaError):
        shoot_to(tmp_path / "missing" / "best.mp4", ask(best_of=2), terms, Means(family)).finish()
    assert family.loads == []
