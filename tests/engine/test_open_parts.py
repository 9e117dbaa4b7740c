"""From files on disk to parts that compute, under every residence; and the error that comes before a long load."""

import json
import warnings

import pytest
import torch
from small_networks import denoise

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the libraries warn of their own deprecations when they are imported
    diffusers = pytest.importorskip("diffusers")
    classes = [diffusers.WanTransformer3DModel, diffusers.UniPCMultistepScheduler]

from safetensors.torch import save_file

from zoetrope.core.errors import WeightsError
from zoetrope.engine.families.descriptor import Descriptor, PartFiles
from zoetrope.engine.families.libraries import need
from zoetrope.engine.memory.plan import PartPlan, Plan, Precision, Residence
from zoetrope.engine.memory.residency import open_parts
from zoetrope.engine.numerics import Numerics

WAN = dict(num_attention_heads=2, attention_head_dim=24, in_channels=16, out_channels=16, text_dim=32, freq_dim=32)
WAN |= dict(ffn_dim=64, num_layers=3, rope_max_seq_len=64)
SCHEDULER = {"flow_shift": 3.0, "use_flow_sigmas": True, "prediction_type": "flow_prediction"}


@pytest.fixture(scope="module")
def reference():
    torch.manual_seed(0)
    return need("diffusers", "WanTransformer3DModel")(**WAN).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def descriptor(reference, tmp_path_factory) -> Descriptor:
    state = reference.state_dict()
    folder, names = tmp_path_factory.mktemp("network"), sorted(state)
    shards = tuple(folder / f"shard-{number}.safetensors" for number in range(2))
    for number, shard in enumerate(shards):
        save_file({name: state[name] for name in names[number::2]}, shard)
    network = PartFiles("network", "WanTransformer3DModel", "diffusers", json.dumps(WAN), shards)
    scheduler = PartFiles("scheduler", "UniPCMultistepScheduler", "diffusers", json.dumps(SCHEDULER))
    return Descriptor("tiny", "wan", "WanPipeline", "{}", (network, scheduler), "identity")


@pytest.mark.parametrize("residence", [None, Residence.TURN, Residence.BLOCKS, Residence.DISK])
def test_parts_compute_the_bits_of_their_files(reference, descriptor, residence):
    plan = Plan((PartPlan("network", Precision.F32, residence),)) if residence else None
    heard: list[str] = []
    parts = open_parts(descriptor, Numerics("cpu", torch.float32, plan), on_loaded=heard.append)
    assert heard == []
    with parts["network"].resident() as network:
        assert torch.equal(denoise(network), denoise(reference))
    assert heard == ["network"]
    assert parts["scheduler"].config["flow_shift"] == 3.0


def test_a_missing_shard_is_said_when_parts_are_opened(descriptor):
    network = descriptor.part("network")
    short = PartFiles(network.part, network.kind, network.library, network.config_text, network.files[:1])
    lacking = Descriptor("tiny", "wan", "WanPipeline", "{}", (short,), "identity")
    with pytest.raises(WeightsError, match=r"shard-0\.safetensors"):
        open_parts(lacking, Numerics("cpu", torch.float32))
