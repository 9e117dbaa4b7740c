"""Start a computing verb again under jemalloc, where it is installed: page faults of the default allocator cost more
than the arithmetic between matrix products.

Knows nothing about what is computed. `ZOETROPE_ALLOCATOR=system` keeps the system's allocator.
"""

import ctypes.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path

SWITCH = "ZOETROPE_ALLOCATOR"
# Finite decay: with endless decay a training run grew to 24 GB in twelve minutes.
# Huge pages: one page fault for 2 MB instead of 512.
# No threshold of size: what is larger than 8 MB would be given back at once and faulted in again, 40 % of a training.
TUNING = "dirty_decay_ms:20000,muzzy_decay_ms:20000,thp:always,oversize_threshold:0"
PLACES = (
    "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
    "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2",
    "/usr/lib64/libjemalloc.so.2",
    "/usr/lib/libjemalloc.so.2",
    "/usr/local/lib/libjemalloc.so.2",
)


def find_jemalloc() -> str | None:
    """Where jemalloc is: a path, or a name that the dynamic linker knows; None if it is absent or could not be used."""
    if not sys.platform.startswith("linux"):
        return None
    for place in PLACES:
        if Path(place).exists():
            return place
    name = ctypes.util.find_library("jemalloc")
    return name if name and name.endswith(".so.2") else None


def preloaded(environment: Mapping[str, str]) -> bool:
    """Whether this process already runs under some jemalloc."""
    return "jemalloc" in environment.get("LD_PRELOAD", "")


def environment_with(library: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the second start; what the user set stays."""
    preload = " ".join(filter(None, (library, environment.get("LD_PRELOAD"))))
    return {"MALLOC_CONF": TUNING, **environment, "LD_PRELOAD": preload, SWITCH: "jemalloc"}


def relaunch() -> None:
    """Replace this process by the same one under jemalloc, once; return if that is not possible, wished or needed."""
    if os.environ.get(SWITCH) or preloaded(os.environ):
        return
    library = find_jemalloc()
    if library is not None:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment_with(library, os.environ))


def name_allocator() -> str:
    """What allocates memory in this process, for people."""
    if preloaded(os.environ):
        return f"jemalloc ({os.environ.get('MALLOC_CONF', 'untuned')})"
    return "the system's"
