"""How long the pocket network's products and steps take in int8 and compiled, against bfloat16, on one thread in turn.

usage: python benchmarks/pocket_products.py [--repeats 20] [--steps 8] [--compiled] [--weights FOLDER]

Processor time of this thread, the least of the repeats; other programs on the machine disturb it little. `compiled`
compiles first, which takes a minute where nothing is kept.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from zoetrope.core.request import Request
from zoetrope.engine.compiling import compile_blocks
from zoetrope.engine.families.pocket.facts import POCKET, Pocket
from zoetrope.engine.families.pocket.layers import Mlp
from zoetrope.engine.generate import prepare
from zoetrope.engine.int8 import Int8Linear, Int8Mlp, rounded
from zoetrope.engine.loading import loaded
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import QuantisedLinear, quantise
from zoetrope.engine.numerics import choose_numerics

TOKENS = 1709  # of five seconds at 256x144, with sound
SHAPES = {"query, key, value": (320, 960), "attention out": (320, 320), "mlp in": (320, 1280), "mlp out": (1280, 320)}
PLAIN = "bf16"
Ways = Mapping[str, Callable[[], Any]]


def least(ways: Ways, repeats: int) -> dict[str, float]:
    """Processor seconds of each way, one after the other in every round; the first round does not count."""
    seconds = dict.fromkeys(ways, float("inf"))
    for number in range(repeats + 1):
        for name, run in ways.items():
            began = time.thread_time()
            run()
            if number:
                seconds[name] = min(seconds[name], time.thread_time() - began)
    return seconds


def products(inner: int, outer: int) -> Ways:
    """Ways to multiply the tokens by a matrix."""
    plain = nn.Linear(inner, outer).bfloat16()
    unpacked = QuantisedLinear(plain, Precision.INT8, torch.bfloat16)
    unpacked.hold(plain.weight)
    layer, x = Int8Linear(plain), torch.randn(1, TOKENS, inner).bfloat16()
    codes, scale, zero = rounded(x[0])
    weight, signed = unpacked.packed.t(), (codes.int() - zero).to(torch.int8)
    return {
        PLAIN: lambda: plain(x),
        "f32": lambda: F.linear(x.float(), plain.weight.float()),
        "int8 weights alone, unpacked": lambda: unpacked(x),
        "int8 weights alone, _weight_int8pack_mm": lambda: torch.ops.aten._weight_int8pack_mm(
            x[0], unpacked.packed, unpacked.scale.flatten().bfloat16()
        ),
        "torch._int_mm alone": lambda: torch.ops.aten._int_mm(signed, weight),
        "oneDNN alone": lambda: layer.multiply((codes, scale, zero), torch.bfloat16),
        "rounding alone": lambda: rounded(x[0]),
        "Int8Linear": lambda: layer(x),
    }


def pairs() -> Ways:
    """The two layers around a GELU."""
    plain, x = Mlp(320, 1280).bfloat16(), torch.randn(1, TOKENS, 320).bfloat16()
    packed = Int8Mlp(plain)
    return {PLAIN: lambda: plain(x), "Int8Mlp": lambda: packed(x)}


def steps(weights: str, compiled: bool) -> Iterator[tuple[str, Callable[[], Any]]]:
    """One step of a shot of five seconds, by each kind of block."""
    family = Pocket(Path(weights)) if weights else POCKET
    request, _ = prepare(Request("a red ball bounces on a meadow", seconds=Fraction(5), seed=7), family, None)
    checkpoint: Any = loaded(family, choose_numerics("cpu", torch.bfloat16))
    canvas = checkpoint.place(checkpoint.blank(request), request)
    predict, network = checkpoint.branches(request, canvas), checkpoint.network
    kinds = {name: copy.deepcopy(network.blocks) for name in (PLAIN, "int8", "int8 weights alone", "compiled")}
    for block in kinds["int8"]:
        block.multiply_in_int8()
    quantise(kinds["int8 weights alone"], Precision.INT8, torch.bfloat16)
    compile_blocks(kinds["compiled"])

    def step(name: str) -> None:
        network.blocks = kinds[name]
        predict(canvas, 0.5, ("positive",))

    for name in kinds:
        if compiled or name != "compiled":
            yield name, lambda name=name: step(name)


def processor_seconds() -> float:
    """Of this process with its threads, and of programs that it started."""
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def show(title: str, seconds: Mapping[str, float]) -> None:
    """One line for each way, with its time against the plain one's."""
    print(title)
    for name, spent in seconds.items():
        print(f"  {name:<42} {1e3 * spent:8.2f} ms  {spent / seconds[PLAIN]:5.2f} x", flush=True)


@torch.inference_mode()
def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=20, help="of each product")
    parser.add_argument("--steps", type=int, default=8, help="of each kind of block")
    parser.add_argument("--compiled", action="store_true", help="compiled blocks as well")
    parser.add_argument("--weights", default="", help="folder of weights; the package's if left out")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.repeats:
        for name, (inner, outer) in SHAPES.items():
            show(f"{name}: {TOKENS} x {inner} by {outer} x {inner}", least(products(inner, outer), options.repeats))
        show(f"mlp: {TOKENS} x 320 to 1280 and back", least(pairs(), options.repeats))
    ways = dict(steps(options.weights, options.compiled))
    if options.compiled:
        began = processor_seconds()
        ways["compiled"]()
        print(f"first compiled step: {processor_seconds() - began:.1f} s of processor time")
    if options.steps:
        show("a step", least(ways, options.steps))


if __name__ == "__main__":
    main()
