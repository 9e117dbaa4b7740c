"""Laws of weights that come and go: whatever the plan, the same numbers come out."""

import threading

import pytest
import small_networks
import torch
from small_networks import InMemory, SmallNetwork

from zoetrope.engine.families.descriptor import PartFiles
from zoetrope.engine.memory.building import build_empty, repeated_blocks
from zoetrope.engine.memory.plan import PartPlan, Precision, Residence
from zoetrope.engine.memory.residency import HeldPart
from zoetrope.engine.memory.turns import Turns
from zoetrope.engine.numerics import Numerics

FILES = PartFiles("network", "SmallNetwork", "small_networks", '{"width": 64, "depth": 4}')
INPUT = torch.randn(3, 64, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def reference() -> SmallNetwork:
    torch.manual_seed(0)
    return SmallNetwork().eval().requires_grad_(False)


def stored(network: SmallNetwork) -> InMemory:
    tensors = dict(network.state_dict())
    del tensors["leave.weight"]  # savers write a tie once
    return InMemory(tensors)


def part_of(
    network: SmallNetwork | InMemory,
    residence: Residence,
    precision: Precision = Precision.F32,
    turns: Turns | None = None,
    name: str = "network",
    ahead: int = 1,
) -> HeldPart:
    plan = PartPlan(name, precision, residence, ahead)
    numerics = Numerics("cpu", torch.float32)
    files = network if isinstance(network, InMemory) else stored(network)
    return HeldPart(build_empty(FILES), files, FILES.config, plan, numerics, turns or Turns())


def test_a_network_is_built_without_weights_but_with_its_tables():
    network = build_empty(FILES)
    assert isinstance(network, SmallNetwork)
    assert all(parameter.device.type == "meta" for parameter in network.parameters())
    assert torch.equal(network.places, torch.arange(64) / 64)
    assert network.leave.weight is network.enter.weight
    assert repeated_blocks(network) == ("blocks",)


@pytest.mark.parametrize("ahead", [1, 2, 9])
@pytest.mark.parametrize("residence", list(Residence))
def test_every_residence_computes_the_same_bits(reference: SmallNetwork, residence: Residence, ahead: int):
    part = part_of(reference, residence, ahead=ahead)
    for _ in range(3):
        with part.resident() as network:
            assert torch.equal(network(INPUT), reference(INPUT))
    part.free()
    with part.resident() as network:
        assert torch.equal(network(INPUT), reference(INPUT))


def test_bfloat16_keeps_in_float32_what_the_reference_keeps(reference: SmallNetwork):
    with part_of(reference, Residence.ALWAYS, Precision.BF16).resident() as network:
        assert network.scale.dtype is torch.float32
        assert network.enter.weight.dtype is torch.bfloat16


def test_only_the_slots_hold_blocks(reference: SmallNetwork):
    with part_of(reference, Residence.DISK).resident() as network:
        for number, block in enumerate(network.blocks):
            here = [other.up.weight.device.type != "meta" for other in network.blocks._modules.values()]
            assert here == [other == number for other in range(4)]
            assert block.up.weight.device.type == "cpu"


def test_a_pass_that_was_given_up_does_not_spoil_the_next(reference: SmallNetwork):
    with part_of(reference, Residence.DISK).resident() as network:
        kept = []
        for stop in range(4):
            blocks = iter(network.blocks)
            for _ in range(stop + 1):
                next(blocks)
            kept.append(blocks)  # as a traceback keeps a frame alive
            assert torch.equal(network(INPUT), reference(INPUT))


def compute_twice(network: SmallNetwork) -> None:
    network(INPUT)
    network(INPUT)


def test_an_error_while_reading_is_raised_and_passes(reference: SmallNetwork):
    files = stored(reference)
    part = part_of(files, Residence.DISK)
    with part.resident() as network:
        network(INPUT)
    lost = files.tensors.pop("blocks.2.up.weight")
    with part.resident() as network, pytest.raises(KeyError):
        compute_twice(network)
    files.tensors["blocks.2.up.weight"] = lost
    with part.resident() as network:
        assert torch.equal(network(INPUT), reference(INPUT))


def test_parts_take_turns_and_those_that_stay_do_not(reference: SmallNetwork):
    turns = Turns()
    one, other = (part_of(reference, Residence.TURN, turns=turns, name=name) for name in ("text", "network"))
    stays = part_of(reference, Residence.ALWAYS, turns=turns, name="codec")
    for part in (stays, one, other):
        with part.resident():
            pass
    assert [_is_here(part) for part in (stays, one, other)] == [True, False, True]
    with other.resident(), one.resident():
        other.free()
        assert _is_here(one)
        assert _is_here(other)
    other.free()
    stays.free()
    assert [_is_here(part) for part in (stays, one, other)] == [True, True, False]


@pytest.mark.parametrize("residences", [(Residence.TURN, Residence.TURN), (Residence.DISK, Residence.TURN)])
def test_threads_that_want_different_parts_wait_for_each_other(reference: SmallNetwork, residences):
    turns = Turns()
    parts = [part_of(reference, residence, turns=turns, name=str(residence)) for residence in residences]
    expected, failures = reference(INPUT), []

    def use(order: int) -> None:
        for step in range(20):
            with torch.no_grad(), parts[(order + step) % 2].resident() as network:
                if not torch.equal(network(INPUT), expected):
                    failures.append((order, step))

    threads = [threading.Thread(target=use, args=(order,)) for order in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []


@pytest.mark.parametrize("residence", list(Residence))
def test_weights_are_usable_in_every_mode_of_autograd(reference: SmallNetwork, residence: Residence):
    part = part_of(reference, residence)
    with torch.inference_mode(), part.resident() as network:
        inside = network(INPUT).clone()
    with part.resident() as network:
        assert torch.equal(network(INPUT), inside)


@pytest.mark.parametrize("precision", [Precision.INT8, Precision.NF4])
@pytest.mark.parametrize("residence", [Residence.ALWAYS, Residence.BLOCKS, Residence.DISK])
def test_packed_weights_are_the_same_wherever_they_lie(reference: SmallNetwork, residence, precision):
    with part_of(reference, Residence.TURN, precision).resident() as network:
        expected = network(INPUT)
    with part_of(reference, residence, precision).resident() as network:
        assert torch.equal(network(INPUT), expected)
        assert type(network.enter) is torch.nn.Linear
    error = (expected - reference(INPUT)).norm() / reference(INPUT).norm()
    assert 0 < error < {Precision.INT8: 0.02, Precision.NF4: 0.2}[precision]


def _is_here(part: HeldPart) -> bool:
    return part._module.get_parameter("scale").device.type != "meta"


def test_the_small_network_is_found_as_a_library_is():
    assert small_networks.SmallNetwork is SmallNetwork
