"""Laws of plans: what settles fits, more memory never makes it slower, and a refusal names what does fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

import pytest

from zoetrope.core.errors import InvalidRequest, OutOfMemory, Unsupported
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.families.descriptor import Descriptor, PartFiles
from zoetrope.engine.memory.anatomy import anatomy
from zoetrope.engine.memory.budget import forecast, settle_plan
from zoetrope.engine.memory.machine import CARDS, Machine, card, free_host_bytes
from zoetrope.engine.memory.plan import (
    PLAIN,
    STREAMED,
    Plan,
    Precision,
    Residence,
    Wish,
    read_bytes,
    read_precision,
    show_bytes,
)
from zoetrope.engine.memory.work import CodecWork, NetworkWork, TextWork, Workload
from zoetrope.engine.presets import Preset


def small(part: str, width: int, depth: int) -> PartFiles:
    return PartFiles(part, "SmallNetwork", "small_networks", f'{{"width": {width}, "depth": {depth}}}')


# As large as a checkpoint of the 14B class: 12.6 thousand million weights a network, 5.4 for text; never in memory.
PARTS = (small("text", 4096, 80), small("network", 5120, 120), small("network_low", 5120, 120), small("codec", 256, 4))


LIMITS = Limits(
    checkpoint="fourteen",
    clock=Clock(frame_rate=16, sample_rate=24_000, frames_per_latent=4, samples_per_latent=960),
    grid=16,
    sides=(256, 1280),
    most_pixels=1280 * 720,
    learned=(Size(832, 480),),
    seconds=(Fraction(1, 16), Fraction(10)),
    seconds_step=Fraction(1, 16),
    conditions=(),
)

PRESETS = MappingProxyType({"standard": Preset(steps=40, guidance=5.0)})


@dataclass(frozen=True)
class Fourteen:
    """A family that knows its work and nothing else."""

    descriptor: Descriptor
    limits: Limits
    presets: Mapping[str, Preset]
    tiles: bool = True

    def check(self, request: Request) -> tuple:
        return ()

    def load(self, numerics):
        raise AssertionError("nothing here is ever loaded")

    def workload(self, request: Request) -> Workload:
        size, frames = request.size, self.limits.clock.frames(request.seconds)
        latents = -(-frames // 4), size.height // 8, size.width // 8
        tokens = latents[0] * latents[1] * latents[2] // 4
        return Workload(
            (
                TextWork("text", 512, 2),
                NetworkWork("network", tokens, 512, 2, 20),
                NetworkWork("network_low", tokens, 512, 2, 20),
                CodecWork("codec", latents, (frames, size.height, size.width), tiles=self.tiles),
            )
        )


FAMILY = Fourteen(Descriptor("fourteen", "wan", "", "{}", PARTS, "identity"), LIMITS, PRESETS)
REQUEST = Request("a boat", size=Size(832, 480), seconds=Fraction(5))


def test_an_anatomy_counts_what_is_there():
    body = anatomy(small("network", 64, 4))
    block = 64 * 128 * 2 + 128 + 64 + 2 * 64
    assert (body.blocks, body.largest_block, body.layers) == (4 * block + 64, block + 64, 4)
    assert body.outside == 64 * 64 + 2 * 64 + 64  # a tie counts once
    assert (body.packable, body.per_token) == (4 * 64 * 128 * 2,) * 2
    assert (body.width, body.inner, body.kept) == (64, 128, 64)


@pytest.mark.parametrize("gigabytes", CARDS)
def test_what_settles_fits_its_machine(gigabytes: int):
    machine = card(gigabytes)
    plan = settle_plan(FAMILY, REQUEST, machine)
    said = forecast(FAMILY.descriptor, FAMILY.workload(REQUEST), plan, machine)
    assert said.device_peak <= machine.device_bytes
    assert said.host_peak <= machine.host_bytes
    assert (plan.device_bytes, plan.host_bytes) == (said.device_peak, said.host_peak)


def test_more_memory_never_makes_it_slower():
    base, gib = card(24), 2**30
    wish = Wish(precision=Precision.BF16)
    seconds = [
        settle_plan(FAMILY, REQUEST, replace(base, device_bytes=device * gib, host_bytes=host * gib), wish).seconds
        for device, host in ((10, 40), (16, 40), (16, 64), (24, 64), (48, 64), (80, 128), (141, 128))
    ]
    assert seconds == sorted(seconds, reverse=True)


def test_precision_is_kept_where_memory_allows():
    plan = settle_plan(FAMILY, REQUEST, card(141))
    assert {part.precision for part in plan.parts} == {Precision.BF16}
    assert plan.part("network").residence in (Residence.ALWAYS, Residence.TURN)
    assert plan.codec_bytes == 0


def test_tiles_are_planned_only_where_the_family_decodes_in_them():
    assert settle_plan(FAMILY, REQUEST, card(24)).codec_bytes > 0
    assert settle_plan(replace(FAMILY, tiles=False), REQUEST, card(80)).codec_bytes == 0
    with pytest.raises(OutOfMemory):
        settle_plan(replace(FAMILY, tiles=False), REQUEST, card(24))


def test_a_small_card_streams_and_a_wish_is_heard():
    assert settle_plan(FAMILY, REQUEST, card(12), Wish(precision=Precision.BF16)).part("network").residence in STREAMED
    for precision in (Precision.INT8, Precision.NF4, Precision.FP8):
        plan = settle_plan(FAMILY, REQUEST, card(24), Wish(precision=precision))
        assert plan.part("network").precision is precision
        assert plan.part("codec").precision in PLAIN
    held = settle_plan(FAMILY, REQUEST, card(80), Wish(device_bytes=10 * 10**9))
    assert 0 < (held.device_bytes or 0) <= 10 * 10**9


def test_on_a_processor_everything_comes_out_of_one_memory():
    machine = Machine("cpu", "cpu", 24 * 10**9, 24 * 10**9, 1e12)
    plan = settle_plan(FAMILY, REQUEST, machine)
    said = forecast(FAMILY.descriptor, FAMILY.workload(REQUEST), plan, machine)
    assert said.device_peak == said.host_peak <= machine.host_bytes
    assert all(part.residence is not Residence.BLOCKS for part in plan.parts)


def test_a_refusal_names_what_fits_and_that_does_fit():
    machine = card(8)
    large = Request("a boat", size=Size(1280, 720), seconds=Fraction(10))
    with pytest.raises(OutOfMemory, match=r"^fourteen at 1280x720 for 10 s needs at least .* What fits: ") as refused:
        settle_plan(FAMILY, large, machine)
    named = re.findall(r"(\d+)x(\d+) for ([\d.]+) s", str(refused.value).split("What fits: ")[1])
    assert len(named) == 2
    for width, height, seconds in named:
        smaller = Request("a boat", size=Size(int(width), int(height)), seconds=Fraction(seconds))
        assert settle_plan(FAMILY, smaller, machine)


def test_a_refusal_of_everything_says_so():
    with pytest.raises(OutOfMemory, match="nothing of this checkpoint; take a smaller one"):
        settle_plan(FAMILY, REQUEST, replace(card(8), device_bytes=10**9))


def test_equal_layouts_are_equal_plans_whatever_they_take():
    plan = settle_plan(FAMILY, REQUEST, card(80))
    again = Plan(plan.parts, plan.codec_bytes, plan.together)
    assert plan == again
    assert hash(plan) == hash(again)


def test_amounts_and_precisions_are_read_or_refused():
    assert (read_bytes("12GB"), read_bytes("8 GiB"), read_bytes("0.5gb")) == (12 * 10**9, 8 * 2**30, 5 * 10**8)
    assert (show_bytes(12 * 10**9), show_bytes(5 * 10**6)) == ("12.0 GB", "5 MB")
    assert read_precision(" INT8 ") is Precision.INT8
    for wrong in ("12", "GB", "-1GB", "nan GB", "1e9GB", ""):
        with pytest.raises(InvalidRequest, match="memory was"):
            read_bytes(wrong)
    with pytest.raises(InvalidRequest, match="precision was"):
        read_precision("int3")


def test_free_memory_is_some_of_this_machine():
    assert 0 < free_host_bytes() < 2**50


def test_what_has_a_plan_is_not_compiled():
    with pytest.raises(Unsupported, match="is not compiled, only pocket is; leave --compile out"):
        settle_plan(FAMILY, REQUEST, card(80), Wish(compiled=True))
