"""What this machine has and how fast it multiplies matrices, measured. Knows no network and no benchmark."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

SIDE = {"cpu": 2048, "cuda": 8192}  # of the square products: large enough that reading them costs less than multiplying
ENOUGH = 0.5  # seconds of products; the best of them counts
ENCODERS = ("libx264", "libsvtav1", "libopus", "aac", "prores_ks")
WEIGHTS = "*.safetensors"


def best_time(work: Callable[[], object], seconds: float = ENOUGH, device: str = "cpu") -> float:
    """The shortest time of one call among as many as fit into so many seconds, after one that does not count."""
    best, end = float("inf"), None
    while end is None or time.perf_counter() < end:
        began = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        now = time.perf_counter()
        if end is None:
            end = now + seconds
        else:
            best = min(best, now - began)
    return best


@torch.inference_mode()
def matrix_rate(dtype: torch.dtype = torch.bfloat16, device: str = "cpu", seconds: float = ENOUGH) -> float:
    """How many operations a second this machine reaches in a large matrix product. Units: FLOP/s."""
    side = SIDE[device]
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    out = torch.empty(side, side, device=device, dtype=dtype)
    return 2 * side**3 / best_time(lambda: torch.mm(a, b, out=out), seconds, device)


def memory() -> tuple[int, int]:
    """Memory in all, and what is free to use now. Units: bytes; 0 where the system does not say."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        return page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError):
        return 0, 0


def peak_memory() -> int:
    """The most memory that this process has held so far. Units: bytes."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def weights() -> list[Path]:
    """The weights that lie in the package."""
    import zoetrope.engine.families

    return sorted(Path(zoetrope.engine.families.__path__[0]).rglob(WEIGHTS))


def encoders() -> list[str]:
    """The encoders of ours that this machine's media library has."""
    import av

    return [name for name in ENCODERS if name in av.codecs_available]


def describe_machine() -> dict[str, str]:
    """Everything worth knowing, as names and words for people."""
    total, free = memory()
    able = torch.cpu.get_capabilities()
    units = [name for name in ("avx2", "avx512_bf16", "amx_bf16", "bf16", "sve_bf16") if able.get(name)]
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    facts = {
        "system": f"{platform.system()} {platform.machine()}, {versions}",
        "cores": f"{os.cpu_count()}, of which torch uses {torch.get_num_threads()}",
        "memory": f"{total / 2**30:.1f} GiB, {free / 2**30:.1f} GiB of it free",
        "matrix units": ", ".join(units) or "none that torch names",
        "bf16 matrix rate": f"{matrix_rate(torch.bfloat16) / 1e12:.2f} TFLOP/s",
        "fp32 matrix rate": f"{matrix_rate(torch.float32) / 1e12:.2f} TFLOP/s",
        "GPU": "none",
        "encoders": ", ".join(encoders()),
        "weights": ", ".join(f"{path.name} ({path.stat().st_size / 1e6:.1f} MB)" for path in weights()) or "none",
    }
    if torch.cuda.is_available():
        held = torch.cuda.get_device_properties(0).total_memory / 2**30
        rate = matrix_rate(torch.bfloat16, "cuda") / 1e12
        facts["GPU"] = f"{torch.cuda.get_device_name(0)}, {held:.0f} GiB, {rate:.0f} TFLOP/s in bf16"
    return facts
