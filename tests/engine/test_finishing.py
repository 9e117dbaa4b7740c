from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_family import Tiny

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import InvalidRequest, MediaError, Unsupported
from zoetrope.core.events import StepDone
from zoetrope.core.request import Request
from zoetrope.core.variety import Approved, Variation
from zoetrope.engine.draft import Draft
from zoetrope.engine.finishing import approve, read_draft, write_draft
from zoetrope.engine.generate import generate
from zoetrope.engine.loading import unload_all

RED = np.full((32, 48, 3), (200, 30, 30), np.uint8)


def ask(prompt: str = "bright things", **fields) -> Request:
    return Request(prompt, **({"size": "48x32", "seconds": 1, "preset": "draft"} | fields))  # type: ignore[arg-type]


def make(request: Request, **arguments) -> Draft:
    return generate(request, family=Tiny(), **arguments)


def apart(one: Draft, other: Draft) -> float:
    return float(np.abs(one.frames.astype(float) - other.frames).mean())


def test_the_less_of_a_draft_is_put_back_to_noise_the_nearer_its_final_comes() -> None:
    draft = make(ask(seed=7))
    finals = [
        make(ask(preset="standard", steps=8, guidance=1.0, draft=approve(draft, strength=s))) for s in (0.05, 0.3, 0.6)
    ]
    assert [final.seed for final in finals] == [7, 7, 7]
    near = [apart(final, draft) for final in finals]
    assert near[0] < near[1] < near[2]


def test_finishing_goes_the_rest_of_the_final_s_way() -> None:
    draft, steps = approve(make(ask(seed=7)), strength=0.5), []
    make(
        ask(preset="standard", steps=8, draft=draft),
        on_event=lambda e: steps.append(e) if isinstance(e, StepDone) else None,
    )
    assert len(steps) == 4


def test_at_full_strength_the_final_is_made_from_nothing() -> None:
    draft = approve(make(ask(seed=7)), strength=1.0)
    assert np.array_equal(
        make(ask(seed=7, preset="standard", draft=draft)).frames, make(ask(seed=7, preset="standard")).frames
    )


def test_what_is_given_stays_given() -> None:
    given = (Keyframe("first", RED),)
    draft = make(ask(seed=7, conditions=given))
    final = make(ask(preset="standard", conditions=given, draft=approve(draft)))
    assert np.abs(final.frames[0].astype(int) - RED).max() < 3


def test_a_draft_lies_in_a_file_as_it_was(tmp_path: Path) -> None:
    draft, file = approve(make(ask(seed=7, variation=Variation(0.3, 9))), mark=5), tmp_path / "draft.safetensors"
    write_draft(file, draft)
    again = read_draft(file, 0.4)
    assert [each.name for each in tmp_path.iterdir()] == ["draft.safetensors"]
    assert np.array_equal(again.video, draft.video)
    assert np.array_equal(again.sound, draft.sound)
    assert (again.origin, again.mark, again.strength) == (draft.origin, 5, 0.4)
    assert make(ask(draft=again)).request.variation == Variation(0.3, 9)
    with pytest.raises(MediaError, match="cannot write"):
        write_draft(tmp_path / "nowhere" / "draft", draft)


@pytest.mark.parametrize("content", [b"", b"nonsense" * 9, None])
def test_a_file_that_holds_no_draft_is_refused(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "draft.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidRequest, match="holds no draft"):
        read_draft(file)


def test_a_damaged_draft_is_refused(tmp_path: Path) -> None:
    draft, file = approve(make(ask(seed=7))), tmp_path / "draft.safetensors"
    write_draft(file, draft)
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(InvalidRequest, match="holds no draft"):
        read_draft(file)
    write_draft(file, replace(draft, video=draft.video * np.float32("nan")))
    with pytest.raises(InvalidRequest, match="damaged"):
        read_draft(file)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"seed": 8}, "of seed 7, but its final of seed 8"),
        ({"size": "32x32"}, "48x32, but its final 32x32"),
        ({"seconds": 2}, "1 s long, but its final 2 s long"),
        ({"prompt": "dark things"}, "other words than 'dark things'"),
        ({"conditions": (Keyframe("first", RED),)}, "given other things"),
        ({"variation": Variation(0.1, 3)}, "variation 0.1@3"),
        ({"checkpoint": "large"}, "of pocket, but its final of large"),
    ],
)
def test_a_draft_of_another_shot_is_refused_before_weights_load(other: dict, said: str) -> None:
    draft, family = approve(make(ask(seed=7))), Tiny()
    unload_all()
    with pytest.raises(InvalidRequest, match=said):
        generate(ask(**({"draft": draft} | other)), family=family)
    assert family.loads == []


def test_a_pass_of_another_size_cannot_take_a_draft() -> None:
    draft = approve(make(ask(seed=7)))
    with pytest.raises(InvalidRequest, match="5 of 3"):
        make(ask(draft=replace(draft, video=draft.video[:5])))


def test_where_latents_are_kept_back_nothing_is_finished_or_varied() -> None:
    made = make(ask(seed=7))
    with pytest.raises(InvalidRequest, match="cannot be finished"):
        approve(replace(made, latents=None))
    alone = Tiny(limits=replace(Tiny().limits, latents=False))
    for fields in ({"draft": approve(made)}, {"seed": 7, "variation": Variation(0.2)}, {"best_of": 2}):
        with pytest.raises(Unsupported, match=r"keeps its latents to itself|cannot tell early"):
            generate(ask(**fields), family=alone)


def test_a_draft_holds_its_latents() -> None:
    made = make(ask(seed=7))
    assert made.latents is not None
    assert isinstance(approve(made), Approved)
    assert torch.isfinite(made.latents.video).all()
