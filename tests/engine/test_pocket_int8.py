"""Pocket's shots in int8 beside those in bfloat16, by products in int8 and by weights that are unpacked."""

import numpy as np
import pytest
import torch

from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.generate import generate
from zoetrope.engine.int8 import Int8Linear
from zoetrope.engine.loading import loaded, unload_all
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import QuantisedLinear
from zoetrope.engine.numerics import choose_numerics

LEAST = 45.0  # dB; eight shots of two seconds were 51.9 dB or more from those in bfloat16
ASKED = Request("a red ball bounces on a meadow", seconds=0.5, seed=7, steps=2)


@pytest.mark.parametrize("able", [True, False])
def test_int8_makes_the_same_shot(able: bool, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_vnni": able, "avx512_bf16": True})
    numerics = choose_numerics("cpu")
    packed = choose_numerics("cpu", precision=Precision.INT8)
    plain = generate(ASKED, numerics=numerics)
    made = generate(ASKED, numerics=packed)
    block = loaded(POCKET, packed).network.blocks[0]  # type: ignore[attr-defined]
    assert type(block.query_key_value) is (Int8Linear if able else QuantisedLinear)
    unload_all()
    error = np.square(made.frames.astype(float) - plain.frames).mean()
    assert 10 * np.log10(255**2 / error) > LEAST
