"""`zoetrope doctor`: what this machine has and how fast it is, as far as it concerns Zoetrope."""

from zoetrope.cli.allocator import find_jemalloc, name_allocator


def doctor() -> None:
    """Show what this machine has: cores, memory, matrix rates, encoders, weights."""
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
