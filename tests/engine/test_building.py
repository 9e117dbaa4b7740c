"""Networks of the libraries, built without weights and filled again: the same names, ties, tables and numbers."""

import json
import warnings

import pytest
import torch
from small_networks import InMemory, denoise

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the libraries warn of their own deprecations when they are imported
    diffusers = pytest.importorskip("diffusers")
    transformers = pytest.importorskip("transformers")
    classes = [
        diffusers.WanTransformer3DModel,
        diffusers.AutoencoderKLWan,
        transformers.UMT5EncoderModel,
        transformers.T5EncoderModel,
    ]

from zoetrope.engine.families.descriptor import PartFiles
from zoetrope.engine.families.libraries import need
from zoetrope.engine.memory.anatomy import anatomy
from zoetrope.engine.memory.building import build_empty, repeated_blocks
from zoetrope.engine.memory.plan import PartPlan, Precision, Residence
from zoetrope.engine.memory.residency import HeldPart
from zoetrope.engine.memory.turns import Turns
from zoetrope.engine.numerics import Numerics

UMT5 = dict(vocab_size=64, d_model=32, d_kv=8, d_ff=64, num_layers=3, num_heads=4)
WAN = dict(num_attention_heads=2, attention_head_dim=24, in_channels=16, out_channels=16, text_dim=32, freq_dim=32)
WAN |= dict(ffn_dim=64, num_layers=3, rope_max_seq_len=64)
CODEC = dict(base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1)


def read(network):
    return network(input_ids=torch.arange(12).view(1, 12), attention_mask=torch.ones(1, 12)).last_hidden_state


def decode(network):
    return network.decode(torch.ones(1, 16, 2, 4, 6), return_dict=False)[0]


KINDS = [
    pytest.param("transformers", "UMT5EncoderModel", UMT5, read, ("encoder.block",), id="umt5"),
    pytest.param("transformers", "T5EncoderModel", UMT5, read, ("encoder.block",), id="t5"),
    pytest.param("diffusers", "WanTransformer3DModel", WAN, denoise, ("blocks",), id="wan"),
    pytest.param("diffusers", "AutoencoderKLWan", CODEC, decode, None, id="wan-codec"),
]


def made(library: str, kind: str, config: dict):
    torch.manual_seed(0)
    build = need(library, kind)
    network = build(build.config_class(**config)) if library == "transformers" else build(**config)
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize(("library", "kind", "config", "use", "lists"), KINDS)
def test_a_filled_network_computes_the_same_bits(library, kind, config, use, lists):
    reference = made(library, kind, config)
    files = PartFiles("part", kind, library, json.dumps(config))
    expected = use(reference)
    if lists is not None:
        assert repeated_blocks(build_empty(files)) == lists
    assert anatomy(files).total == sum(parameter.numel() for parameter in reference.parameters())
    for residence in (Residence.ALWAYS, Residence.DISK, Residence.BLOCKS) if lists else (Residence.TURN,):
        stored = InMemory(dict(reference.state_dict()))
        plan = PartPlan("part", Precision.F32, residence)
        part = HeldPart(build_empty(files), stored, config, plan, Numerics("cpu", torch.float32), Turns())
        for _ in range(2):
            with part.resident() as network:
                assert torch.equal(use(network), expected)
            part.free()
