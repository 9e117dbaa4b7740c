"""Machines as data: the one that is here, and cards by their memory. Needs no torch until one is looked at."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from time import process_time
from typing import Literal

from zoetrope.engine.memory.plan import Precision, Wish

# What a process with torch and the model libraries takes before any weights: 0.45 GB were measured for their import
# (facts of diffusers 0.42.1 with transformers 5.23), the rest is the allocator's and the media libraries'.
PROCESS_BYTES = 700 * 10**6
# CUDA's context and cuBLAS workspaces on the device, before the first tensor; from NVIDIA's documentation of contexts
# (several hundred MB); to be measured where there is a card.
CONTEXT_BYTES = 600 * 10**6


@dataclass(frozen=True)
class Machine:
    """Units: bytes; matrix_rate in multiply-adds counted as two, per second, at bf16; link and disk in bytes a second.

    On a machine without a card the device is the host, and device_bytes equals host_bytes.
    """

    name: str
    device: Literal["cpu", "cuda"]
    device_bytes: int
    host_bytes: int
    matrix_rate: float | None = None
    link_rate: float = 12e9
    disk_rate: float = 1.5e9
    native: Precision = Precision.BF16

    def within(self, wish: Wish) -> Machine:
        """The part of this machine that the user allows."""
        device = min(self.device_bytes, wish.device_bytes or self.device_bytes)
        host = min(self.host_bytes, wish.host_bytes or self.host_bytes)
        if self.device == "cpu":
            device = host = min(device, host)
        return replace(self, device_bytes=device, host_bytes=host)

    @property
    def reserved(self) -> tuple[int, int]:
        """Bytes of device and host that are gone before any weights."""
        return (PROCESS_BYTES, PROCESS_BYTES) if self.device == "cpu" else (CONTEXT_BYTES, PROCESS_BYTES + 10**9)


# Dense bf16 rates without sparsity and memory, from NVIDIA's data sheets: RTX 4060 laptop class, 3060, 4080, 4090,
# L40S, A100 and H100 80 GB, H200. Host memory is twice the card's or 32 GB, as common machines have it.
_CARDS = {
    8: ("RTX 4060 class", 60e12, 12e9),
    12: ("RTX 4070 class", 58e12, 25e9),
    16: ("RTX 4080 class", 97e12, 25e9),
    24: ("RTX 4090 class", 165e12, 25e9),
    48: ("L40S class", 362e12, 25e9),
    80: ("H100 class", 989e12, 50e9),
    141: ("H200 class", 989e12, 50e9),
}
CARDS = tuple(_CARDS)


def card(gigabytes: int) -> Machine:
    """A common machine with one card of that much memory; sizes between take the card below.

    Raises: KeyError for less than the smallest card.
    """
    fitting = [size for size in CARDS if size <= gigabytes]
    if not fitting:
        raise KeyError(gigabytes)
    name, rate, link = _CARDS[fitting[-1]]
    host = max(32, 2 * gigabytes) * 10**9
    return Machine(f"{gigabytes} GB card ({name})", "cuda", gigabytes * 10**9, host, rate, link, disk_rate=3e9)


@lru_cache
def machine_here(device: str = "cpu") -> Machine:
    """Measure the machine that this process runs on: free memory now, and its matrix rate in a fifth of a second."""
    import torch

    host = free_host_bytes() + resident_bytes()
    if torch.device(device).type != "cuda":
        native = Precision.BF16 if _multiplies_bfloat16() else Precision.F32
        dtype = torch.bfloat16 if native is Precision.BF16 else torch.float32
        return Machine("this machine", "cpu", host, host, _matrix_rate(dtype), native=native)
    free, _ = torch.cuda.mem_get_info(device)
    taken = torch.cuda.memory_reserved(device)
    properties = torch.cuda.get_device_properties(device)
    return Machine(properties.name, "cuda", free + taken, host, _card_rate(properties.total_memory))


def free_host_bytes() -> int:
    """Memory that could be taken without swapping, within the limit of the control group that this runs in."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    lines = Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []
    for line in lines:
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    return min(free, _group_free())


def _group_free() -> int:
    try:
        most = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        cached = Path("/sys/fs/cgroup/memory.stat").read_text().splitlines()
    except OSError:
        return 2**62
    if most == "max":
        return 2**62
    files = sum(int(line.split()[1]) for line in cached if line.startswith(("inactive_file ", "active_file ")))
    return max(int(most) - used + files, 0)


def resident_bytes() -> int:
    """What this process itself holds now."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _multiplies_bfloat16() -> bool:
    import torch

    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))


def _matrix_rate(dtype) -> float:
    """Multiply 1024-square matrices for a fifth of a second of processor time, so that other load is no matter.

    Units: per second of wall time if all threads are free, since processor time counts each thread.
    """
    import torch

    threads = torch.get_num_threads()
    left, right = (torch.ones(1024, 1024, dtype=dtype) for _ in range(2))
    torch.mm(left, right)
    begun, products = process_time(), 0
    while process_time() - begun < 0.2:
        torch.mm(left, right)
        products += 1
    return 2 * 1024**3 * products / (process_time() - begun) * threads


def _card_rate(total: int) -> float:
    gigabytes = round(total / 10**9)
    return card(max(gigabytes, min(CARDS))).matrix_rate or 50e12
