"""`zoetrope doctor`: what this machine has and how fast it is, and how a checkpoint would lie in its memory."""

from typing import Annotated

import typer

from zoetrope.cli.allocator import find_jemalloc, name_allocator


def doctor(
    checkpoint: Annotated[
        str | None, typer.Option(help="Show how this checkpoint would lie in memory; it need not be here.")
    ] = None,
    card: Annotated[
        int | None, typer.Option(help="For a card of so many gigabytes, instead of this machine: 8, 12, 16, 24 ...")
    ] = None,
    size: Annotated[str | None, typer.Option(help="Width x height; the checkpoint's best if left out.")] = None,
    seconds: Annotated[str, typer.Option(help="Length of the shot.")] = "5",
    preset: Annotated[str, typer.Option(help="Named settings of the checkpoint.")] = "standard",
    precision: Annotated[str | None, typer.Option(help="Of the network: bf16, int8, fp8, nf4, nvfp4.")] = None,
    memory: Annotated[str | None, typer.Option(help="At most so much of the device, for instance 12GB.")] = None,
) -> None:
    """Show what this machine has, or how a checkpoint would lie in its memory: precisions, peaks, seconds."""
    if checkpoint is not None:
        from zoetrope.cli.plans import Asked, show_plan

        for line in show_plan(Asked(checkpoint, card, size, seconds, preset, precision, memory)):
            print(line)
        return
    from zoetrope.evaluation.machine import describe_machine

    facts = describe_machine()
    facts["allocator"] = _allocator()
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:<{width}}  {value}")


def _allocator() -> str:
    if find_jemalloc() is None:
        return f"{name_allocator()}; jemalloc would be faster (Debian, Ubuntu: apt-get install libjemalloc2)"
    return "jemalloc for generate, train and evaluate"
